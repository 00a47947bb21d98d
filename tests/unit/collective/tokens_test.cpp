#include "collective/tokens.hpp"

#include <gtest/gtest.h>

namespace ck::collective {
namespace {

Result<std::optional<std::string>> known_a(std::string_view name) {
  if (name == "bad") return fail(ErrorCode::invalid, "bad token");
  if (name == "a") return std::string("$#a#$");
  return std::nullopt;
}

TEST(Tokens, AreReplacedOnceAndUnknownOnesStay) {
  EXPECT_EQ(*replace_tokens("x $#a#$ $#b#$ y", kHashToken, known_a), "x $#a#$ $#b#$ y");
  EXPECT_EQ(*replace_tokens("-$<<a>>$-", kVariableToken, known_a), "-$#a#$-");
}

TEST(Tokens, ThatAreNeverClosedStay) {
  EXPECT_EQ(*replace_tokens("$#a", kHashToken, known_a), "$#a");
  EXPECT_EQ(*replace_tokens("", kHashToken, known_a), "");
}

TEST(Tokens, MayFollowADollarSign) {
  EXPECT_EQ(*replace_tokens("$$#a#$", kHashToken, known_a), "$$#a#$");
}

TEST(Tokens, FailAsTheirValueDoes) {
  const auto replaced = replace_tokens("$#a#$$#bad#$", kHashToken, known_a);
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().message, "bad token");
}

}  // namespace
}  // namespace ck::collective
