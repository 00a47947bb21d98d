#include "model/pattern.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>

namespace ck::model {
namespace {

std::string found(std::string_view pattern, std::string_view line) {
  const auto parsed = Pattern::parse(pattern);
  EXPECT_TRUE(parsed.has_value()) << pattern;
  return parsed ? parsed->find(line).value_or("nothing") : "";
}

TEST(Pattern, FindsWhatItsGroupHolds) {
  EXPECT_EQ(found("version ([0-9.]+)", "gcc version 12.2.0 (Debian)"), "12.2.0");
  EXPECT_EQ(found("([0-9]+)", "a 12 b 345"), "12");
  EXPECT_EQ(found("^([0-9.]+)$", "12.2.0"), "12.2.0");
  EXPECT_EQ(found("^([0-9.]+)$", "x 12.2.0"), "nothing");
  EXPECT_EQ(found("([0-9]+)$", "1 a 23"), "23");
  EXPECT_EQ(found("(a*?)b", "xaaab"), "aaa");
  EXPECT_EQ(found("(?:top1|top-1): ([0-9.]+)", "top-1: 96.5"), "96.5");
  EXPECT_EQ(found("\\[([^\\]]*)\\]", "x [a b] y"), "a b");
  EXPECT_EQ(found("[[:alpha:]]+ ([[:digit:]]{2,4})", "of 2024"), "2024");
  EXPECT_EQ(found("(x?)", ""), "");
  EXPECT_EQ(found("a(b)?", "ac"), "");
  EXPECT_EQ(found("([0-9]+(?:\\.[0-9]+)?)", "v1.25"), "1.25");
}

TEST(Pattern, RefusesWhatMayTakeForEver) {
  for (const std::string text :
       {"(a+)+", "(?:a*)*(b)", "(?:a|a)*(b)", "((?:a+b)+)", "(a?){3}", "(?:a{2}){2}(b)", "(a)b**",
        "(a){101}", "(a){1,99999999999999999999}", "(a)\\1", "(?=(a))", "(?!a)(b)",
        // Brackets that open and close nothing, which hid what comes after them.
        "(a\\c[b){99999999999999999999}]", "([\\c]](?:b+)+)", "([[.].]](?:b+)+)"}) {
    const auto parsed = Pattern::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid);
  }
}

TEST(Pattern, ReadsEscapesAndNamedClassesAsTheLibraryDoes) {
  EXPECT_EQ(found("\\c[([0-9]+)", "1 [23"), "23");
  EXPECT_EQ(found("([\\c]x]+)", "axb"), "x");
  EXPECT_EQ(found("([[.a.]]+)", "xab"), "a");
  EXPECT_EQ(found("([[=a=]]+)", "xab"), "a");
}

TEST(Pattern, RefusesWhatDoesNotHaveOneGroup) {
  EXPECT_EQ(Pattern::parse("a").error().message,
            "'a' is no usable pattern: it has 0 groups instead of one around what is wanted");
  EXPECT_EQ(Pattern::parse("(a)(b)").error().message,
            "'(a)(b)' is no usable pattern: it has 2 groups instead of one around what is wanted");
}

TEST(Pattern, RefusesWhatDoesNotCompile) {
  for (const std::string text : {"(", ")", "a)(b", "(a", "[", "([z-a])", "(a)\\", "*(a)",
                                 "(a){2,1}", "{", "(a){", "[[:nothing:]](a)", "[[:"}) {
    EXPECT_FALSE(Pattern::parse(text).has_value()) << text;
  }
  EXPECT_FALSE(Pattern::parse("(a)" + std::string(198, 'a')).has_value());
  EXPECT_TRUE(Pattern::parse("(a)" + std::string(197, 'a')).has_value());
}

TEST(Pattern, IsFastOnLongLinesThatDoNotMatch) {
  const auto start = std::chrono::steady_clock::now();
  const std::string line(1u << 20, 'a');
  EXPECT_EQ(found(".*.*.*.*.*(x)", line), "nothing");
  EXPECT_EQ(found("(.*)x", line), "nothing");
  EXPECT_EQ(found("^(.*)$", line).size(), 64u << 10);
  // A backtracking search would take years.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

RC_GTEST_PROP(PatternProperty, NeverCrashesOnAnyText, ()) {
  const auto characters = rc::gen::element('(', ')', '[', ']', '{', '}', '*', '+', '?', '|', '\\',
                                           '^', '$', '.', ':', '-', ',', '1', '9', 'a', 'd', '=');
  const auto text = "(" + *rc::gen::container<std::string>(characters);
  const auto parsed = Pattern::parse(text.substr(0, 200));
  if (parsed) parsed->find("a1a1 (a)[1]{2}|a\\^$");
}

}  // namespace
}  // namespace ck::model
