#include "solve/why_not.hpp"

#include <gtest/gtest.h>

#include "support/solver_scenario.hpp"

namespace ck::solve {
namespace {

std::vector<Objection> ask(std::string_view scenario, const std::string& kind,
                           const std::string& name, const std::string& range = "") {
  const auto given = test::parse_scenario(scenario);
  EXPECT_TRUE(given.has_value());
  const model::Wish wish{{}, kind, name, *model::VersionRange::parse(range)};
  const auto answer = why_not(given->universe, given->request, wish);
  EXPECT_TRUE(answer.has_value());
  return answer.value_or(std::vector<Objection>());
}

constexpr std::string_view kCompilers = R"(
detected software:gcc@13.1 tags compiler,gcc
detected software:gcc@12.2 tags compiler,gcc
detected software:clang@14 tags compiler,clang
buildable package:a@1 tags a
  needs compiler gcc version <13
request program:x
  needs a a
  needs compiler compiler
---
)";

TEST(WhyNot, ProvesThatSomethingPreferredCannotBeHad) {
  constexpr std::string_view kScenario = R"(
buildable package:b@2 tags b
  needs c c
buildable package:b@1 tags b
buildable package:c@1 tags c
  needs licence licence
request program:x
  needs b b
---
)";
  const auto answer = ask(kScenario, "package", "b", "2");
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_EQ(answer[0].key, "b");
  EXPECT_FALSE(answer[0].chosen);
  ASSERT_TRUE(answer[0].proof.has_value());
  EXPECT_NE(answer[0].proof->drawn().find("needs 'licence' (licence), which nothing provides"),
            std::string::npos);
  EXPECT_EQ(answer[0].option, "");
}

TEST(WhyNot, NamesTheDemandThatIsNotMet) {
  const auto answer = ask(kCompilers, "software", "gcc", "13.1");
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_EQ(answer[0].reason, "version 13.1 is not in <13 (asked by package:a 1)");
  EXPECT_FALSE(answer[0].proof.has_value());
}

TEST(WhyNot, TellsWhatToTypeForWhatIsOnlyLessPreferred) {
  constexpr std::string_view kScenario = R"(
buildable package:b@2 tags b
buildable package:b@1 tags b
request program:x
  needs b b
  needs private c b
---
)";
  const auto answer = ask(kScenario, "package", "b", "1");
  ASSERT_EQ(answer.size(), 2U);
  EXPECT_EQ(answer[0].key, "b");
  EXPECT_EQ(answer[0].reason, "less preferred: older");
  EXPECT_EQ(answer[0].option, "--dep.b=package:b@1");
  EXPECT_EQ(answer[1].key, "c");
  EXPECT_EQ(answer[1].scope, "program:x");
}

TEST(WhyNot, SaysThatItIsTheChoice) {
  const auto answer = ask(kCompilers, "software", "gcc", "12.2");
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_TRUE(answer[0].chosen);
}

TEST(WhyNot, FallsBackToOtherVersions) {
  const auto answer = ask(kCompilers, "package", "a", ">=2");
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_EQ(answer[0].key, "");
  EXPECT_EQ(answer[0].reason, "version 1 is not in >=2");
  EXPECT_TRUE(ask(kCompilers, "package", "nothing").empty());
}

TEST(WhyNot, HasNothingToSayWithoutAResolution) {
  EXPECT_TRUE(ask("request program:x\n  needs a a\n---\n", "package", "a").empty());
}

}  // namespace
}  // namespace ck::solve
