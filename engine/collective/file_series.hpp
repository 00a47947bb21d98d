#pragma once
/// Datasets of CK are recognised by one of their files. Where that one is numbered, the others can
/// at least be counted: nothing in a repository says how many there should be.

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/path.hpp"

namespace ck::collective {

/// The files of a folder whose names differ in a number alone.
struct FileSeries {
  std::string pattern;  ///< "val_########.JPEG": each # a digit
  std::uint64_t count = 0;
  std::uint64_t first = 0, last = 0;  ///< lowest and highest number
  std::uint64_t bytes = 0;            ///< of all of them

  /// Numbers between the first and the last that no file has.
  std::uint64_t missing() const { return last - first + 1 - count; }
};

/// The series that `file` belongs to, if its name has a number of at least three digits at its end.
std::optional<FileSeries> series_of(const fs::path& file);

Json to_json(const FileSeries& series);

/// "2 of the files val_####.JPEG, numbered 1 to 3: 1 is missing".
std::string description_of(const FileSeries& series);

}  // namespace ck::collective
