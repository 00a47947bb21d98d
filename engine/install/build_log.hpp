#pragma once
/// What the steps of one build printed, and how far they were kept apart from the machine.

#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/path.hpp"
#include "install/secrets.hpp"
#include "sys/sandbox.hpp"

namespace ck::install {

/// A text file that takes up to 64 MB; what comes after that is counted and dropped.
class BuildLog {
 public:
  static Result<BuildLog> create(const fs::path& file);

  const fs::path& file() const { return file_; }
  void write(std::string_view text);
  /// Values that are left out of what is written from now on.
  void hide(const Scrubber& secrets);
  /// Notes what came of the sandbox of one step; told in the log where it is not as before.
  void note(const std::string& profile, const std::optional<sys::Isolation>& isolation);
  /// Of all steps together, as JSON "ck.isolation/1": what was enforced for each of them, and what
  /// any of them had to do without. Empty when no step was run.
  std::string isolation() const;
  /// Ends the writing; `io` if anything was not written (a full disk).
  Status close();
  /// The last lines, safe to show.
  std::string tail() const;

 private:
  BuildLog(fs::path file, std::ofstream stream)
      : file_(std::move(file)), stream_(std::move(stream)) {}
  void put(std::string_view text);
  void flush();

  fs::path file_;
  std::ofstream stream_;
  Scrubber secrets_;
  std::string held_;  ///< may be the beginning of a secret
  std::uint64_t written_ = 0;
  std::uint64_t dropped_ = 0;
  std::string recent_;  ///< the end of what was written
  std::string profile_;
  std::optional<sys::Isolation> isolation_;
};

}  // namespace ck::install
