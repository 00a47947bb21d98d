#include "experiment/claims.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/installation.hpp"

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

TEST(ClaimsFromJson, RefusesANameThatIsThereTwice) {
  const std::string one = R"({"name": "size", "metric": "m", "experiment": "e"})";
  const auto claims = read(R"({"schema": "ck.claims/1", "claims": [)" + one + "," + one + "]}");
  ASSERT_FALSE(claims.has_value());
  const auto& error = claims.error();
  std::string text = error.message;
  for (const auto& hint : error.hints) text += "\n" + hint;
  for (const auto* part : {"claims.json", "/claims/1/name", "'size'", "/claims/0"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
}

const store::MetricKey kTime{"time", "ms", "lower", "performance"};

store::Point measured(const std::vector<double>& samples, const std::string& uid = "0") {
  store::Point point;
  point.uid = uid;
  point.keys = {kTime};
  for (const double sample : samples) {
    store::Repetition repetition;
    repetition.ok = true;
    repetition.wall_ns = 2'000'000'000;
    repetition.metrics = {sample};
    point.repetitions.push_back(std::move(repetition));
  }
  return point;
}

Claim number() {
  Claim claim;
  claim.name = "time";
  claim.metric = "time";
  claim.subject.experiment = "demo";
  claim.expected = 10;
  claim.margin = 0.05;
  return claim;
}

TEST(JudgeNumber, CallsBeingBetterATrend) {
  const std::vector<double> ten(10, 10.0);
  const auto verdict = [&](double now, const store::MetricKey& key) {
    return judge_number(number(), key, {0.05, "of the claim"}, measured(ten),
                        measured(std::vector<double>(10, now)))
        .verdict;
  };
  EXPECT_EQ(verdict(10, kTime), ClaimVerdict::reproduced);
  EXPECT_EQ(verdict(8, kTime), ClaimVerdict::trend_only);
  EXPECT_EQ(verdict(12, kTime), ClaimVerdict::differs);
  auto rate = kTime;
  rate.direction = "higher";
  EXPECT_EQ(verdict(12, rate), ClaimVerdict::trend_only);
  EXPECT_EQ(verdict(8, rate), ClaimVerdict::differs);
  rate.direction = "none";
  EXPECT_EQ(verdict(12, rate), ClaimVerdict::differs);
  EXPECT_EQ(verdict(8, rate), ClaimVerdict::differs);
}

TEST(MarginOf, ANumberIsThatOfItsAuthorsSessions) {
  auto claim = number();
  const std::vector<double> steady{10, 10.01, 10.02, 9.99, 10};
  const auto recorded = measured(steady, "a");
  const std::vector<store::Point> sessions{recorded, measured(std::vector<double>(5, 11.0), "b"),
                                           measured(std::vector<double>(5, 9.0), "c")};
  EXPECT_EQ(margin_of(claim, kTime, recorded, sessions)->share, 0.05);
  claim.margin.reset();
  const auto of_sessions = margin_of(claim, kTime, recorded, sessions);
  ASSERT_TRUE(of_sessions);
  EXPECT_EQ(of_sessions->from, "the spread of 3 recorded sessions");
  EXPECT_GT(of_sessions->share, 0.2);
  EXPECT_LT(margin_of(claim, kTime, recorded, {})->share, 0.01);
  EXPECT_FALSE(margin_of(claim, kTime, measured({10}), {}));
}

TEST(SamplingFor, IsAThirdOfTheMarginUnlessTheClaimCounts) {
  auto claim = number();
  const Margin margin{0.06, "of the claim"};
  auto sampling = sampling_for(claim, false, margin);
  EXPECT_DOUBLE_EQ(sampling.precision.value_or(0), 0.02);
  EXPECT_EQ(sampling.metric, "time");
  EXPECT_EQ(sampling.budget_seconds, 60);
  claim.cost_seconds = 200;
  claim.reduced_cost_seconds = 5;
  EXPECT_EQ(sampling_for(claim, false, margin).budget_seconds, 200);
  EXPECT_EQ(sampling_for(claim, true, margin).budget_seconds, 5);
  claim.reduced_repetitions = 4;
  EXPECT_EQ(sampling_for(claim, true, margin).repetitions, 4);
  EXPECT_TRUE(sampling_for(claim, false, margin).precision);
  claim.repetitions = 30;
  sampling = sampling_for(claim, false, margin);
  EXPECT_FALSE(sampling.precision);
  EXPECT_EQ(sampling.repetitions, 30);
}

class Cost : public ::testing::Test {
 protected:
  store::Store& store() { return machine_.context().store; }

  /// Runs of 2 s each.
  void record(const std::vector<double>& samples) {
    store::NewPoint wanted;
    wanted.experiment = "demo";
    wanted.subject = "program:demo";
    wanted.document = "{}";
    wanted.created_ns = 1;
    auto& here = store();
    auto point = here.begin_point(wanted);
    ASSERT_OK(point);
    for (const auto& repetition : measured(samples).repetitions) {
      auto one = repetition;
      one.number = static_cast<int>(point->repetitions.size()) + 1;
      one.detail = "{}";
      point->repetitions.push_back(one);
      ASSERT_OK(here.add_repetition(*point, {kTime}, one));
    }
    ASSERT_OK(here.finish_point(*point, store::PointState::ok, 2, "", ""));
  }

  test::Installation machine_;
};

TEST_F(Cost, IsThatOfTheRecordedRuns) {
  record({10, 10, 10, 10, 10});
  auto claim = number();
  claim.repetitions = 7;
  EXPECT_DOUBLE_EQ(seconds_for(claim, false, store()).value_or(0), 14);
  claim.reduced_repetitions = 2;
  EXPECT_DOUBLE_EQ(seconds_for(claim, true, store()).value_or(0), 4);
  claim.repetitions.reset();
  EXPECT_DOUBLE_EQ(seconds_for(claim, false, store()).value_or(0), 20) << "ten runs at least";
  claim.cost_seconds = 3;
  EXPECT_DOUBLE_EQ(seconds_for(claim, false, store()).value_or(0), 3) << "what the claim says";
}

TEST_F(Cost, IsUnknownWithoutARecordAndABudgetForARelation) {
  auto claim = number();
  EXPECT_FALSE(seconds_for(claim, false, store()));
  claim.than = ClaimSubject{"other", ""};
  EXPECT_DOUBLE_EQ(seconds_for(claim, false, store()).value_or(0), 300);
  claim.reduced_cost_seconds = 20;
  EXPECT_DOUBLE_EQ(seconds_for(claim, true, store()).value_or(0), 20);
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
