#pragma once
/// Units of measured numbers: which can be converted into each other.

#include <optional>
#include <string_view>

namespace ck::experiment {

/// What a number in `from` has to be multiplied with to be one in `to`: 1e-6 for "ns" and "ms".
/// Equal units have 1, known or not; nothing when they measure different things.
std::optional<double> conversion(std::string_view from, std::string_view to);

/// Whether it is a unit that can be converted: times, bytes, bits per second, fractions, hertz.
bool is_known_unit(std::string_view unit);

}  // namespace ck::experiment
