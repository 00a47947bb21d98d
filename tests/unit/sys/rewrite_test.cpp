#include "sys/rewrite.hpp"

#include <gtest/gtest.h>

namespace ck::sys {
namespace {

TEST(Rewrite, TheLongestRuleHoldsOnce) {
  const std::vector<UrlRewrite> rules{{"https://a/", "https://b/", false},
                                      {"https://a/deep/", "https://a/", false},
                                      {"", "never", false}};
  EXPECT_EQ(rewritten(rules, "https://a/x"), "https://b/x");
  EXPECT_EQ(rewritten(rules, "https://a/deep/x"), "https://a/x");
  EXPECT_EQ(rewritten(rules, "https://c/x"), "https://c/x");
  EXPECT_EQ(rewritten({}, "https://c/x"), "https://c/x");
}

TEST(Rewrite, MirrorsAreAskedFirstAndTheRestAfterThem) {
  const std::vector<UrlRewrite> rules{{"https://a/", "https://near/", true},
                                      {"https://a/", "file:///shelf/", true},
                                      {"https://a/deep/", "https://nearer/", true},
                                      {"https://a/", "https://b/", false},
                                      {"", "https://never/", true}};
  using Places = std::vector<std::string>;
  EXPECT_EQ(places_of(rules, "https://a/x"),
            (Places{"https://near/x", "file:///shelf/x", "https://b/x"}));
  EXPECT_EQ(places_of(rules, "https://a/deep/x").front(), "https://nearer/x");
  EXPECT_EQ(places_of(rules, "https://c/x"), Places{"https://c/x"});
  EXPECT_EQ(rewritten(rules, "https://a/x"), "https://b/x") << "git has no mirrors";
}

}  // namespace
}  // namespace ck::sys
