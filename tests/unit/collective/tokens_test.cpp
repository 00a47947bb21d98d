#include "collective/tokens.hpp"

#include <gtest/gtest.h>

namespace ck::collective {
namespace {

Result<std::optional<std::string>> known_a(const Token& token) {
  if (token.name == "bad") return fail(ErrorCode::invalid, "bad token");
  if (token.name == "a") return std::string("$#a#$");
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

TEST(Tokens, KnowTheTextBeforeThem) {
  const auto before = [](const Token& token) -> Result<std::optional<std::string>> {
    return "[" + std::string(token.before) + "]";
  };
  EXPECT_EQ(*replace_tokens("x$#a#$y$#b#$", kHashToken, before), "x[x]y[x$#a#$y]");
}

TEST(Tokens, FailAsTheirValueDoes) {
  const auto replaced = replace_tokens("$#a#$$#bad#$", kHashToken, known_a);
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().message, "bad token");
}

TEST(VariableTokens, BecomeReferencesOfTheShell) {
  EXPECT_EQ(*variables_as_references("$<<A>>$ -L$<<B>>$/x $C"), "${A} -L${B}/x $C");
  EXPECT_EQ(variables_as_references("$<<A;id>>$").error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace ck::collective
