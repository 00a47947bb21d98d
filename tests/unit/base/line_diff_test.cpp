#include "base/line_diff.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>
#include <vector>

#include "base/strings.hpp"

namespace ck {
namespace {

/// The hunks alone.
std::string changes(const std::string& before, const std::string& after) {
  const std::string text = line_diff("x", before, after);
  const std::string head = "--- x\n+++ x\n";
  EXPECT_TRUE(text.empty() || text.starts_with(head)) << text;
  return text.empty() ? text : text.substr(head.size());
}

TEST(LineDiff, IsEmptyForEqualTexts) {
  EXPECT_EQ(line_diff("x", "", ""), "");
  EXPECT_EQ(line_diff("x", "a\nb\n", "a\nb\n"), "");
}

TEST(LineDiff, NamesTheFileOnBothSides) {
  EXPECT_EQ(line_diff("dir/ck.json", "a\n", "b\n"),
            "--- dir/ck.json\n+++ dir/ck.json\n@@ -1 +1 @@\n-a\n+b\n");
}

TEST(LineDiff, CountsLinesAsDiffDoes) {
  EXPECT_EQ(changes("a\nb\nc\n", "a\nc\n"), "@@ -2 +1,0 @@\n-b\n");
  EXPECT_EQ(changes("a\nc\n", "a\nb\nb\nc\n"), "@@ -1,0 +2,2 @@\n+b\n+b\n");
  EXPECT_EQ(changes("a\nb\nc\nd\n", "a\nB\nC\nd\n"), "@@ -2,2 +2,2 @@\n-b\n-c\n+B\n+C\n");
}

TEST(LineDiff, TellsChangesApart) {
  EXPECT_EQ(changes("1\n2\n3\n4\n5\n", "one\n2\n3\n4\nfive\n"),
            "@@ -1 +1 @@\n-1\n+one\n@@ -5 +5 @@\n-5\n+five\n");
}

TEST(LineDiff, TellsTooManyLinesAsOneChange) {
  constexpr int kMany = 2100;
  std::string before;
  std::string after;
  for (int i = 0; i < kMany; ++i) {
    before += "a" + std::to_string(i) + "\nsame\n";
    after += "b" + std::to_string(i) + "\nsame\n";
  }
  const std::string text = changes(before, after);
  EXPECT_TRUE(text.starts_with("@@ -1,4199 +1,4199 @@\n-a0\n-same\n")) << text.substr(0, 60);
  EXPECT_EQ(text.find("@@ -", 1), std::string::npos);
}

/// What a diff says, done to the text it is about.
std::vector<std::string> applied(const std::vector<std::string>& before, const std::string& diff) {
  std::vector<std::string> result;
  std::size_t at = 0;
  for (const auto& line : split(diff, '\n')) {
    if (line.starts_with("@@ -")) {
      std::istringstream numbers(line.substr(4));
      std::size_t first = 0;
      numbers >> first;
      const bool only_adds = line.substr(0, line.find(" +")).ends_with(",0");
      const std::size_t upto = only_adds ? first : first - 1;
      while (at < upto) result.push_back(before.at(at++));
    } else if (line.starts_with("-")) {
      EXPECT_EQ(line.substr(1), before.at(at));
      ++at;
    } else if (line.starts_with("+")) {
      result.push_back(line.substr(1));
    }
  }
  while (at < before.size()) result.push_back(before.at(at++));
  return result;
}

RC_GTEST_PROP(LineDiff, TurnsOneTextIntoTheOther, ()) {
  const auto lines = rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a", "b", "c", "x y"));
  const auto before = *lines;
  const auto after = *lines;
  const std::string diff = changes(join(before, "\n"), join(after, "\n"));
  const auto of = [](const std::vector<std::string>& some) {
    return split(join(some, "\n"), '\n');
  };
  RC_ASSERT(applied(of(before), diff) == of(after));
}

}  // namespace
}  // namespace ck
