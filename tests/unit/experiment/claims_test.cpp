#include "experiment/claims.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"

namespace ck::experiment {
namespace {

Result<std::vector<Claim>> read(const std::string& text) {
  return claims_from_json(Json::parse(text), "claims.json");
}

TEST(ClaimsFromJson, ReadsNumbersAndRelations) {
  const auto claims = read(R"({"schema": "ck.claims/1", "claims": [
    {"name": "latency", "text": "It takes 1.2 ms.", "experiment": "digits", "point": "ab12",
     "metric": "latency_p50", "expected": 1.2e6, "margin": 0.05, "repetitions": 30,
     "cost_seconds": 60, "reduced": {"repetitions": 5, "cost_seconds": 10}, "x-note": 1},
    {"name": "speed-up", "relation": {"faster": {"experiment": "a"}, "than": {"experiment": "b",
     "point": "cd34"}, "ratio": 3}}, {"name": "bound", "relation": {"faster": {"experiment": "a"},
     "than": {"experiment": "b"}, "at_least": 4}}]})");
  ASSERT_TRUE(claims.has_value()) << claims.error().message;
  ASSERT_EQ(claims->size(), 3U);
  const auto& number = claims->at(0);
  EXPECT_EQ(number.subject.experiment, "digits");
  EXPECT_EQ(number.subject.point, "ab12");
  EXPECT_EQ(number.expected, 1.2e6);
  EXPECT_EQ(number.margin, 0.05);
  EXPECT_EQ(number.repetitions, 30);
  EXPECT_EQ(number.reduced_repetitions, 5);
  EXPECT_EQ(number.reduced_cost_seconds, 10);
  EXPECT_FALSE(number.than);
  const auto& relation = claims->at(1);
  EXPECT_EQ(relation.subject.experiment, "a");
  ASSERT_TRUE(relation.than);
  EXPECT_EQ(relation.than->experiment, "b");
  EXPECT_EQ(relation.than->point, "cd34");
  EXPECT_EQ(relation.expected, 3);
  EXPECT_FALSE(relation.at_least);
  EXPECT_EQ(claims->at(2).expected, 4);
  EXPECT_TRUE(claims->at(2).at_least);
}

TEST(ClaimsFromJson, TellsEveryProblemWithItsPlace) {
  const auto claims = read(R"({"schema": "ck.claims/2", "claims": [
    {"name": "a", "metric": "m", "experiment": "e", "margn": 0.1, "margin": -1},
    {"name": "b", "relation": {"faster": {"experiment": "e"}, "ratio": 0.5, "at_least": 2}},
    {"metric": "m"}]})");
  ASSERT_FALSE(claims.has_value());
  const auto& error = claims.error();
  std::string text = error.message;
  for (const auto& hint : error.hints) text += "\n" + hint;
  for (const auto* part : {"ck.claims/2", "/claims/0/margin", "margn", "/claims/1/relation/ratio",
                           "/claims/1/relation/at_least", "than", "/claims/2", "claims.json"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
}

TEST(ClaimsFromJson, WantsAClaim) {
  EXPECT_FALSE(read(R"({"schema": "ck.claims/1", "claims": []})").has_value());
  EXPECT_FALSE(read(R"({"schema": "ck.claims/1"})").has_value());
  EXPECT_FALSE(read("3").has_value());
}

measure::Comparison found(measure::Judgement judgement, double ratio, double spread) {
  measure::Comparison comparison;
  comparison.judgement = judgement;
  comparison.ratio = ratio;
  comparison.interval_95 = {ratio / (1 + spread), ratio * (1 + spread)};
  return comparison;
}

Claim factor(std::optional<double> expected, bool at_least = false) {
  Claim claim;
  claim.expected = expected;
  claim.at_least = at_least;
  return claim;
}

TEST(JudgeRelation, ReproducesTheFactorWithinItsMargin) {
  const auto half = found(measure::Judgement::lower, 0.5, 0.02);
  EXPECT_EQ(judge_relation(half, true, factor(2.0)), ClaimVerdict::reproduced);
  EXPECT_EQ(judge_relation(half, true, factor({})), ClaimVerdict::reproduced);
  EXPECT_EQ(judge_relation(half, true, factor(2.05)), ClaimVerdict::reproduced);
  const auto twice = found(measure::Judgement::higher, 2, 0.02);
  EXPECT_EQ(judge_relation(twice, false, factor(2.0)), ClaimVerdict::reproduced);
}

TEST(JudgeRelation, TellsATrendFromAFactor) {
  const auto slightly = found(measure::Judgement::lower, 0.8, 0.02);
  EXPECT_EQ(judge_relation(slightly, true, factor(2.0)), ClaimVerdict::trend_only);
  const auto unsure = found(measure::Judgement::lower, 0.5, 0.30);
  EXPECT_EQ(judge_relation(unsure, true, factor(2.0)), ClaimVerdict::inconclusive);
}

TEST(JudgeRelation, AtLeastIsThatMuchOrMore) {
  const auto tenth = found(measure::Judgement::lower, 0.1, 0.02);
  EXPECT_EQ(judge_relation(tenth, true, factor(2.0)), ClaimVerdict::trend_only);
  EXPECT_EQ(judge_relation(tenth, true, factor(2.0, true)), ClaimVerdict::reproduced);
  EXPECT_EQ(judge_relation(tenth, true, factor(10.0, true)), ClaimVerdict::inconclusive);
  EXPECT_EQ(judge_relation(tenth, true, factor(11.0, true)), ClaimVerdict::trend_only);
  auto with_margin = factor(10.0, true);
  with_margin.margin = 0.05;
  EXPECT_EQ(judge_relation(tenth, true, with_margin), ClaimVerdict::reproduced);
  EXPECT_EQ(judge_relation(found(measure::Judgement::higher, 10, 0.02), false, factor(9.0, true)),
            ClaimVerdict::reproduced);
}

TEST(JudgeRelation, DiffersWhenItIsTheOtherWayRoundOrTheSame) {
  EXPECT_EQ(judge_relation(found(measure::Judgement::higher, 2, 0.02), true, factor(2.0)),
            ClaimVerdict::differs);
  EXPECT_EQ(judge_relation(found(measure::Judgement::same, 1, 0.002), true, factor({})),
            ClaimVerdict::differs);
  EXPECT_EQ(judge_relation(found(measure::Judgement::disturbed, 0.5, 0.02), true, factor({})),
            ClaimVerdict::inconclusive);
  EXPECT_EQ(judge_relation(found(measure::Judgement::inconclusive, 0.5, 0.02), true, factor({})),
            ClaimVerdict::inconclusive);
}

TEST(ClaimVerdict, HasNames) {
  EXPECT_EQ(name_of(ClaimVerdict::reproduced), "reproduced");
  EXPECT_EQ(name_of(ClaimVerdict::trend_only), "trend only");
  EXPECT_EQ(name_of(ClaimVerdict::inconclusive), "inconclusive");
  EXPECT_EQ(name_of(ClaimVerdict::differs), "differs");
}

}  // namespace
}  // namespace ck::experiment
