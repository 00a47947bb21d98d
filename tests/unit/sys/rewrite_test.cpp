#include "sys/rewrite.hpp"

#include <gtest/gtest.h>

namespace ck::sys {
namespace {

TEST(Rewrite, TheLongestRuleHoldsOnce) {
  const std::vector<UrlRewrite> rules{
      {"https://a/", "https://b/"}, {"https://a/deep/", "https://a/"}, {"", "never"}};
  EXPECT_EQ(rewritten(rules, "https://a/x"), "https://b/x");
  EXPECT_EQ(rewritten(rules, "https://a/deep/x"), "https://a/x");
  EXPECT_EQ(rewritten(rules, "https://c/x"), "https://c/x");
  EXPECT_EQ(rewritten({}, "https://c/x"), "https://c/x");
}

}  // namespace
}  // namespace ck::sys
