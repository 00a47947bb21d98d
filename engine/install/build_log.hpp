#pragma once
/// What the steps of one build printed. Internal to install.

#include <fstream>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::install {

/// A text file that takes up to 64 MB; what comes after that is counted and dropped.
class BuildLog {
 public:
  static Result<BuildLog> create(const fs::path& file);

  const fs::path& file() const { return file_; }
  void write(std::string_view text);
  /// Ends the writing; `io` if anything was not written (a full disk).
  Status close();
  /// The last lines, safe to show.
  std::string tail() const;

 private:
  BuildLog(fs::path file, std::ofstream stream)
      : file_(std::move(file)), stream_(std::move(stream)) {}
  fs::path file_;
  std::ofstream stream_;
  std::uint64_t written_ = 0;
  std::uint64_t dropped_ = 0;
  std::string recent_;  ///< the end of what was written
};

}  // namespace ck::install
