#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/strings.hpp"

namespace ck {
namespace {

using Words = std::vector<std::string>;

/// Words over few letters, so that they resemble each other.
std::string some_word() {
  const std::string word = *rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c'));
  return word.substr(0, 8);
}

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("dependencies", "dependancies"), 1u);
}

TEST(EditDistance, CountsASwapOfNeighboursOnce) {
  EXPECT_EQ(edit_distance("serach", "search"), 1u);
  EXPECT_EQ(edit_distance("ab", "ba"), 1u);
  EXPECT_EQ(edit_distance("ca", "abc"), 2u);
}

RC_GTEST_PROP(EditDistance, IsZeroForEqualWordsOnly, ()) {
  const auto a = some_word();
  const auto b = some_word();
  RC_ASSERT(edit_distance(a, a) == 0u);
  RC_ASSERT((edit_distance(a, b) == 0u) == (a == b));
}

RC_GTEST_PROP(EditDistance, IsSymmetric, ()) {
  const auto a = some_word();
  const auto b = some_word();
  RC_ASSERT(edit_distance(a, b) == edit_distance(b, a));
}

RC_GTEST_PROP(EditDistance, HasNoShortCuts, ()) {
  const auto a = some_word();
  const auto b = some_word();
  const auto c = some_word();
  RC_ASSERT(edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c));
}

RC_GTEST_PROP(EditDistance, LiesBetweenTheDifferenceAndTheMaximumOfTheLengths, ()) {
  const auto a = some_word();
  const auto b = some_word();
  const std::size_t longer = std::max(a.size(), b.size());
  const std::size_t shorter = std::min(a.size(), b.size());
  RC_ASSERT(edit_distance(a, b) >= longer - shorter);
  RC_ASSERT(edit_distance(a, b) <= longer);
}

TEST(NearMisses, PutsTheNearestFirstAndThenSortsByName) {
  const Words verbs = {"reserve", "research", "starch", "search"};
  EXPECT_EQ(near_misses("serach", verbs), (Words{"search", "starch"}));
  EXPECT_EQ(near_misses("run", Words{"ruo", "rum", "ran"}), (Words{"ran", "rum", "ruo"}));
}

TEST(NearMisses, FindsWordsByAPrefix) {
  EXPECT_EQ(near_misses("tensor", Words{"tensorflow-lite", "caffe"}), Words{"tensorflow-lite"});
  EXPECT_EQ(near_misses("installed", Words{"install"}), Words{"install"});
  EXPECT_EQ(near_misses("te", Words{"tensorflow-lite"}), Words{});
}

TEST(NearMisses, AllowsOneEditInShortWords) {
  EXPECT_EQ(near_misses("ls", Words{"lx", "xx"}), Words{"lx"});
  EXPECT_EQ(near_misses("a", Words{"b"}), Words{"b"});
}

TEST(NearMisses, KeepsToTheLimitAndNamesNothingTwice) {
  EXPECT_EQ(near_misses("aaa", Words{"aab", "aac", "aab", "aad", "aae"}, 2), (Words{"aab", "aac"}));
}

TEST(NearMisses, IgnoresEmptyAndVeryLongWords) {
  const std::string huge(1'000'000, 'a');
  EXPECT_EQ(near_misses("", Words{"a"}), Words{});
  EXPECT_EQ(near_misses("aaa", Words{"", huge}), Words{});
  EXPECT_EQ(near_misses(huge, Words{"aaa", huge}), Words{});
}

TEST(DidYouMean, ReadsLikeASentence) {
  EXPECT_EQ(did_you_mean(Words{}), std::nullopt);
  EXPECT_EQ(did_you_mean(Words{"a"}), "did you mean 'a'?");
  EXPECT_EQ(did_you_mean(Words{"a", "b"}), "did you mean 'a' or 'b'?");
  EXPECT_EQ(did_you_mean(Words{"a", "b", "c"}), "did you mean 'a', 'b' or 'c'?");
}

}  // namespace
}  // namespace ck
