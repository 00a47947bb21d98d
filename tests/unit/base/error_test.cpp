#include "base/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>

namespace ck {
namespace {

constexpr int kCodes = static_cast<int>(ErrorCode::internal) + 1;

TEST(ErrorCode, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i < kCodes; ++i) names.insert(name_of(static_cast<ErrorCode>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kCodes));
  EXPECT_EQ(name_of(ErrorCode::not_found), "not_found");
  EXPECT_EQ(name_of(ErrorCode::build_failed), "build_failed");
}

TEST(ErrorCode, DecidesTheExitCode) {
  EXPECT_EQ(exit_code(ErrorCode::invalid), 1);
  EXPECT_EQ(exit_code(ErrorCode::io), 1);
  EXPECT_EQ(exit_code(ErrorCode::usage), 2);
  EXPECT_EQ(exit_code(ErrorCode::program_failed), 3);
  EXPECT_EQ(exit_code(ErrorCode::differs), 4);
  EXPECT_EQ(exit_code(ErrorCode::busy), 5);
  EXPECT_EQ(exit_code(ErrorCode::internal), 70);
  EXPECT_EQ(exit_code(ErrorCode::interrupted), 130);
}

TEST(ErrorCode, NeverMeansSuccess) {
  for (int i = 0; i < kCodes; ++i) EXPECT_NE(exit_code(static_cast<ErrorCode>(i)), 0);
}

TEST(SystemError, NamesTheActionAndTheReason) {
  const Error error = system_error("write /data/x", EACCES);
  EXPECT_EQ(error.code, ErrorCode::io);
  EXPECT_EQ(error.message, "cannot write /data/x: Permission denied");
  EXPECT_TRUE(error.hints.empty());
}

TEST(SystemError, TellsAMissingFileFromOtherFailures) {
  EXPECT_EQ(system_error("open x", ENOENT).code, ErrorCode::not_found);
  EXPECT_EQ(system_error("open x", EIO).code, ErrorCode::io);
}

TEST(SystemError, AdvisesWhenTheDiskIsFullOrReadOnly) {
  for (const int number : {ENOSPC, EDQUOT, EROFS}) {
    const Error error = system_error("write x", number);
    EXPECT_EQ(error.code, ErrorCode::io);
    EXPECT_EQ(error.hints.size(), 1u) << number;
  }
}

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Error(ErrorCode::invalid, "odd").hint("use an even number"));
  return number / 2;
}

Result<int> quarter(int number) {
  CK_TRY(once, half(number));
  CK_TRY(twice, half(once));
  return twice;
}

Status check_even(int number) {
  CK_CHECK(half(number));
  return {};
}

TEST(Result, PassesValuesThroughTry) {
  EXPECT_EQ(quarter(12), 3);
  EXPECT_TRUE(check_even(2));
}

TEST(Result, PassesErrorsThroughTryWhole) {
  const auto result = quarter(6);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "odd");
  EXPECT_EQ(result.error().hints, std::vector<std::string>{"use an even number"});
  EXPECT_FALSE(check_even(3));
}

TEST(Error, CollectsPlacesInnermostFirst) {
  Error error = Error(ErrorCode::invalid, "is wrong").in("key /a");
  error.in("file x").hint("fix it");
  EXPECT_EQ(error.context, (std::vector<std::string>{"key /a", "file x"}));
  EXPECT_EQ(error.hints, std::vector<std::string>{"fix it"});
}

}  // namespace
}  // namespace ck
