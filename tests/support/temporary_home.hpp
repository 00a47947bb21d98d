#pragma once
/// What most tests need: a folder of their own, small files, checks on errors, recorded events.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/events.hpp"
#include "base/path.hpp"

namespace ck::test {

/// A fresh folder below the system's one for temporary files; removed with everything in it, even
/// when tests left it read-only. Failing to create it ends the test program.
class TemporaryHome {
 public:
  TemporaryHome();
  TemporaryHome(const TemporaryHome&) = delete;
  TemporaryHome& operator=(const TemporaryHome&) = delete;
  ~TemporaryHome();

  const fs::path& path() const { return path_; }
  fs::path operator/(const fs::path& relative) const { return path_ / relative; }

  /// Whether a test may become another user here: not below a folder that is closed to others, as
  /// the root of a fresh chroot can be.
  bool reachable_by_others() const;

 private:
  fs::path path_;
};

/// Writes a file and the folders above it; a failure fails the test.
void write_text(const fs::path& file, std::string_view text);

/// The content of a file; a failure fails the test and gives "".
std::string read_text(const fs::path& file);

/// Keeps what it is told.
class RecordingEvents final : public EventSink {
 public:
  void on(const Event& event) override { events_.push_back(event); }

  const std::vector<Event>& all() const { return events_; }

  /// Every event of one type, in order: `events.of<Warning>()`.
  template <typename T>
  std::vector<T> of() const {
    std::vector<T> found;
    for (const auto& event : events_) {
      if (const auto* value = std::get_if<T>(&event)) found.push_back(*value);
    }
    return found;
  }

 private:
  std::vector<Event> events_;
};

/// Message, places and hints, one on each line, for checks and for failed ones.
std::string text_of(const Error& error);

/// Whether it is this kind of error and its `text_of` contains the words.
testing::AssertionResult is_error(const Error& error, ErrorCode code, std::string_view words);

template <typename T>
testing::AssertionResult is_error(const Result<T>& result, ErrorCode code, std::string_view words) {
  if (result) return testing::AssertionFailure() << "succeeded instead of failing";
  return is_error(result.error(), code, words);
}

/// Success, or a failure that shows the error.
template <typename T>
testing::AssertionResult is_ok(const Result<T>& result) {
  if (result) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << name_of(result.error().code) << ": " << text_of(result.error());
}

}  // namespace ck::test

/// EXPECT_ERROR(result, not_found, "no-such-file"): it failed with that code and says so.
#define EXPECT_ERROR(result, code, words) \
  EXPECT_TRUE(::ck::test::is_error((result), ::ck::ErrorCode::code, (words)))

/// It succeeded; else the error is shown.
#define EXPECT_OK(result) EXPECT_TRUE(::ck::test::is_ok((result)))
#define ASSERT_OK(result) ASSERT_TRUE(::ck::test::is_ok((result)))
