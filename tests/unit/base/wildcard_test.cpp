#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/strings.hpp"

namespace ck {
namespace {

/// The definition, in exponential time: patterns of `*`, `?` and plain letters.
bool naive_match(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return naive_match(pattern.substr(1), text) ||
           (!text.empty() && naive_match(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         naive_match(pattern.substr(1), text.substr(1));
}

RC_GTEST_PROP(WildcardMatch, AgreesWithTheDefinition, ()) {
  const auto pattern =
      (*rc::gen::container<std::string>(rc::gen::element('*', '?', 'a', 'b'))).substr(0, 12);
  const auto text = (*rc::gen::container<std::string>(rc::gen::element('a', 'b'))).substr(0, 16);
  RC_ASSERT(wildcard_match(pattern, text) == naive_match(pattern, text));
}

RC_GTEST_PROP(WildcardMatch, MatchesAPatternMadeFromTheText, (const std::string& text)) {
  std::string pattern;
  for (const char c : text) {
    const std::string set = c == '!' ? "?" : std::string("[") + c + "]";
    pattern += *rc::gen::element<std::string>("*", "?", set);
  }
  RC_ASSERT(wildcard_match(pattern, text));
}

TEST(WildcardMatch, TakesPlainTextLiterally) {
  EXPECT_TRUE(wildcard_match("", ""));
  EXPECT_TRUE(wildcard_match("lib.so", "lib.so"));
  EXPECT_FALSE(wildcard_match("lib.so", "libxso"));
  EXPECT_FALSE(wildcard_match("lib", "libs"));
  EXPECT_FALSE(wildcard_match("Lib", "lib"));
}

TEST(WildcardMatch, LetsAStarCrossSlashesAndLeadingDots) {
  EXPECT_TRUE(wildcard_match("*", ".a/b"));
  EXPECT_TRUE(wildcard_match("a*c", "a/b/c"));
  EXPECT_TRUE(wildcard_match("*-lite", "tensorflow-lite"));
}

TEST(WildcardMatch, KnowsSetsRangesAndNegation) {
  EXPECT_TRUE(wildcard_match("gcc-[789]", "gcc-8"));
  EXPECT_FALSE(wildcard_match("gcc-[789]", "gcc-6"));
  EXPECT_TRUE(wildcard_match("[a-c]x", "bx"));
  EXPECT_FALSE(wildcard_match("[a-c]x", "dx"));
  EXPECT_TRUE(wildcard_match("[!a-c]", "d"));
  EXPECT_FALSE(wildcard_match("[!a-c]", "a"));
  EXPECT_TRUE(wildcard_match("[a-]", "-"));
  EXPECT_TRUE(wildcard_match("[]x]", "]"));
  EXPECT_TRUE(wildcard_match("[!]x]", "a"));
  EXPECT_FALSE(wildcard_match("[z-a]", "m"));
}

TEST(WildcardMatch, TakesABracketThatIsNeverClosedLiterally) {
  EXPECT_TRUE(wildcard_match("a[b", "a[b"));
  EXPECT_TRUE(wildcard_match("[", "["));
  EXPECT_TRUE(wildcard_match("[]", "[]"));
  EXPECT_TRUE(wildcard_match("[!]", "[!]"));
  EXPECT_FALSE(wildcard_match("[", ""));
}

TEST(WildcardMatch, IsNotSlowedDownByHostilePatterns) {
  std::string stars;
  for (int i = 0; i < 2000; ++i) stars += "*a";
  EXPECT_FALSE(wildcard_match(stars + "b", std::string(5000, 'a')));
  EXPECT_FALSE(wildcard_match("*" + std::string(5000, '['), std::string(4000, '[')));
}

TEST(HasWildcard, SeesEveryKind) {
  EXPECT_TRUE(has_wildcard("a*"));
  EXPECT_TRUE(has_wildcard("a?"));
  EXPECT_TRUE(has_wildcard("[a"));
  EXPECT_FALSE(has_wildcard("a.b-c]"));
}

}  // namespace
}  // namespace ck
