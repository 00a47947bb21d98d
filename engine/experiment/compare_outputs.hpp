#pragma once
/// Comparing what two runs wrote. Internal to experiment.

#include <cstdint>
#include <string>
#include <string_view>

#include "experiment/compare.hpp"

namespace ck::experiment {

/// One output on both sides, by its declared comparator.
OutputComparison compare_output(const model::Output& output, const store::StoredOutput* recorded,
                                const store::StoredOutput* now, store::Blobs& blobs);

/// Where two texts first differ, for people: "line 17: 'a 3' instead of 'a 5'". Empty when equal.
std::string first_difference(std::string_view recorded, std::string_view now);

/// Compares two texts word by word: words that are numbers on both sides may differ by
/// `absolute + relative * |recorded|`, all others must be equal. Empty when they agree, else the
/// place.
std::string numeric_difference(std::string_view recorded, std::string_view now, double absolute,
                               double relative);

/// The same for numbers that may lie `ulps` representable ones apart, of float or double.
std::string ulp_difference(std::string_view recorded, std::string_view now, std::uint32_t ulps,
                           bool single_precision);

/// Where two texts differ in words or lines, whatever their line ends and blanks. Empty when they
/// agree.
std::string text_difference(std::string_view recorded, std::string_view now);

}  // namespace ck::experiment
