#include "base/strings.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdio>

namespace ck {
namespace {

using Words = std::vector<std::string>;

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (Words{"a", "", "b"}));
  EXPECT_EQ(split("", ','), Words{""});
  EXPECT_EQ(split(",", ','), (Words{"", ""}));
  EXPECT_EQ(split("abc", ','), Words{"abc"});
}

RC_GTEST_PROP(Split, IsUndoneByJoin, (const std::string& text)) {
  RC_ASSERT(join(split(text, ','), ",") == text);
}

RC_GTEST_PROP(Split, UndoesJoin, ()) {
  const auto word =
      rc::gen::container<std::string>(rc::gen::distinctFrom(rc::gen::arbitrary<char>(), ','));
  const auto words = *rc::gen::nonEmpty(rc::gen::container<Words>(word));
  RC_ASSERT(split(join(words, ","), ',') == words);
}

TEST(Join, PutsTheSeparatorBetween) {
  EXPECT_EQ(join(Words{}, ", "), "");
  EXPECT_EQ(join(Words{"a"}, ", "), "a");
  EXPECT_EQ(join(Words{"a", "", "b"}, ", "), "a, , b");
}

TEST(Trim, TakesAsciiWhiteSpaceFromBothEnds) {
  EXPECT_EQ(trim(" \t\r\n a b \v\f"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\u00a0x"), "\u00a0x");
}

TEST(ReplaceAll, DoesNotLookAtItsReplacementsAgain) {
  EXPECT_EQ(replace_all("a.b.c", ".", "::"), "a::b::c");
  EXPECT_EQ(replace_all("aaa", "aa", "a"), "aa");
  EXPECT_EQ(replace_all("x", "y", "z"), "x");
}

TEST(ToLower, ChangesAsciiOnly) { EXPECT_EQ(to_lower("GCC-12 \u00c4"), "gcc-12 \u00c4"); }

TEST(ParseInteger, ReadsWholeStringsOnly) {
  EXPECT_EQ(parse_integer("42"), 42);
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<long long>::min());
  for (const char* text : {"", " 1", "1 ", "+1", "1.0", "0x10", "9223372036854775808", "one"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(ParseInteger, ReadsWhatToStringWrites, (long long number)) {
  RC_ASSERT(parse_integer(std::to_string(number)) == number);
}

TEST(ParseNumber, ReadsFiniteDecimalNumbersOnly) {
  EXPECT_EQ(parse_number("0.25"), 0.25);
  EXPECT_EQ(parse_number("-1e3"), -1000.0);
  for (const char* text : {"", "1,5", "1.0x", " 1", "inf", "nan", "1e999", "--1"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(ShellQuoted, LeavesSafeWordsAlone) {
  EXPECT_EQ(shell_quoted("--tags=a,b"), "--tags=a,b");
  EXPECT_EQ(shell_quoted("/usr/bin/g++"), "/usr/bin/g++");
}

TEST(ShellQuoted, QuotesEverythingElse) {
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted("$HOME"), "'$HOME'");
  EXPECT_EQ(shell_quoted("~"), "'~'");
}

/// What `sh` makes of the word.
std::string read_by_shell(const std::string& quoted) {
  const std::string command = "printf %s " + quoted;
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  pclose(pipe);
  return text;
}

TEST(ShellQuoted, IsReadBackByARealShell) {
  for (const std::string word : {"", "a", "a  b", "'", "''a'", "$(id)`id`\\", "\n", "*?[a]", "-n",
                                 "\"x\"", "a\tb;c|d&e>f", "!", "#", "\u00e9"}) {
    EXPECT_EQ(read_by_shell(shell_quoted(word)), word);
  }
}

}  // namespace
}  // namespace ck
