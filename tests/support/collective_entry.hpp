#pragma once
/// A small repository with experiments as Collective Knowledge writes them.

#include <string>
#include <string_view>

#include "base/path.hpp"

namespace ck::test {

/// Entry "speed": two points. In the first, two repetitions with numbers of every kind, lists,
/// texts and statistics, some of which do not follow from the values. In the second, two subpoints
/// with features of their own, and a compilation that failed.
inline constexpr const char* kSpeedUid = "1111222233334444";
inline constexpr const char* kSpeedPoint = "aaaabbbbccccdddd";
inline constexpr const char* kFailedPoint = "0123456789abcdef";
/// An entry without alias that holds a copy of the first point.
inline constexpr const char* kCopyUid = "5555666677778888";

/// Writes the repository "results" into `folder` and both entries into it.
void write_collective_results(const fs::path& folder);

/// Writes one more entry with one point of one repetition.
void write_collective_entry(const fs::path& repository, const std::string& alias,
                            const std::string& uid, std::string_view characteristics);

}  // namespace ck::test
