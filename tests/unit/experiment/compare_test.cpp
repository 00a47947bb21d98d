#include "experiment/compare.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "base/sha256.hpp"
#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

using Samples = std::vector<double>;

/// Two points of one plan with one metric and one output, equal until a test changes one.
class Compare : public ::testing::Test {
 protected:
  Compare() {
    plan_.subject = "program:x";
    plan_.command = "default";
    plan_.argv = {"x"};
    metric_.name = "m";
    metric_.unit = "ms";
    metric_.direction = model::Metric::Direction::lower;
    metric_.from = model::PatternMetric{"(.*)"};
  }

  store::Point point(const Samples& samples, const std::string& output = "same") {
    plan_.metrics = {metric_};
    plan_.outputs = {output_};
    Json document = {{"schema", "ck.record/1"}, {"ck_version", "1"}, {"host", host_}};
    document["plan"] = run::to_json(plan_);
    store::Point point;
    point.uid = "0123456789abcdef";
    point.document = to_text(document);
    point.keys = {{"m", metric_.unit, direction(), metric_.role},
                  {"wall_time", "ns", "lower", "performance"}};
    for (const double sample : samples) {
      store::Repetition repetition;
      repetition.number = static_cast<int>(point.repetitions.size()) + 1;
      repetition.ok = true;
      repetition.ending = "exited with 0";
      repetition.metrics = {sample, 1e9 + sample};
      repetition.outputs = {stored(output)};
      point.repetitions.push_back(std::move(repetition));
    }
    return point;
  }

  std::string direction() const {
    if (metric_.direction == model::Metric::Direction::none) return "none";
    return metric_.direction == model::Metric::Direction::lower ? "lower" : "higher";
  }

  store::StoredOutput stored(const std::string& text) {
    EXPECT_TRUE(blobs_.put(text).has_value());
    return {"out", "out.txt", sha256_hex(text), text.size(), true};
  }

  Comparison compared(const store::Point& recorded, const store::Point& now,
                      const CompareOptions& options = {}) {
    auto comparison = compare(recorded, now, blobs_, options);
    EXPECT_OK(comparison);
    return comparison.value_or(Comparison{});
  }

  /// The comparison of the program's own metric, measured so on both sides.
  MetricComparison metric(const Samples& recorded, const Samples& now,
                          const CompareOptions& options = {}) {
    const auto comparison = compared(point(recorded), point(now), options);
    EXPECT_EQ(comparison.metrics.size(), 2U);
    return comparison.metrics.at(0);
  }

  test::TemporaryHome folder_;
  store::Blobs blobs_{folder_.path()};
  run::RunPlan plan_;
  model::Metric metric_;
  model::Output output_{"out", "out.txt"};
  Json host_ = {{"kernel", "6.1"}, {"cpu_flags", {"avx", "avx2"}}};
};

CompareOptions asked(double margin) {
  CompareOptions options;
  options.margin = margin;
  return options;
}

const Samples kSix{10, 11, 12, 13, 14, 15};

Samples shifted(Samples samples, double by) {
  for (double& sample : samples) sample += by;
  return samples;
}

TEST_F(Compare, FindsTheSameReproduced) {
  const auto comparison = compared(point({5, 5}), point({5, 5}));
  EXPECT_EQ(comparison.verdict, Comparison::Verdict::reproduced);
  EXPECT_EQ(comparison.outputs.at(0).agreement, Agreement::identical);
  EXPECT_EQ(comparison.metrics.at(0).agreement, Agreement::identical);
  EXPECT_EQ(comparison.metrics.at(0).detail, "5.000 ms");
  EXPECT_TRUE(comparison.environment.empty());
}

TEST_F(Compare, ReportsAnOutputThatDiffersInAnyRepetition) {
  const auto recorded = point({5, 5, 5});
  auto now = point({5, 5, 5});
  now.repetitions[1].outputs = {stored("other")};
  const auto comparison = compared(recorded, now);
  EXPECT_EQ(comparison.verdict, Comparison::Verdict::differs);
  EXPECT_EQ(comparison.outputs.at(0).agreement, Agreement::differs);
  EXPECT_EQ(comparison.outputs.at(0).detail, "line 1: 'other' instead of 'same'");
}

TEST_F(Compare, SaysSoWhenAnyOutputNeededItsTolerance) {
  output_.compare = model::Output::Compare::numeric;
  output_.absolute_tolerance = 1;
  const auto recorded = point({5, 5, 5}, "1.0");
  auto now = point({5, 5, 5}, "1.0");
  now.repetitions[1].outputs = {stored("1.5")};
  const auto comparison = compared(recorded, now);
  EXPECT_EQ(comparison.outputs.at(0).agreement, Agreement::within_tolerance);
  EXPECT_EQ(comparison.verdict, Comparison::Verdict::within_tolerance);
}

TEST_F(Compare, MissesAnOutput) {
  const auto recorded = point({5});
  auto now = point({5});
  now.repetitions[0].outputs.clear();
  EXPECT_EQ(compared(recorded, now).outputs.at(0).agreement, Agreement::missing);
  EXPECT_EQ(compared(recorded, now).verdict, Comparison::Verdict::differs);
  EXPECT_EQ(compared(now, recorded).outputs.at(0).detail, "not recorded");
}

TEST_F(Compare, WantsAccuracyEqual) {
  metric_.role = "accuracy";
  metric_.unit = "fraction";
  metric_.direction = model::Metric::Direction::higher;
  EXPECT_EQ(metric({0.96, 0.96}, {0.96}).agreement, Agreement::identical);
  EXPECT_EQ(metric({0.96, 0.95}, {0.95, 0.96}).agreement, Agreement::identical);
  const auto worse = metric({0.96}, {0.95});
  EXPECT_EQ(worse.agreement, Agreement::differs);
  EXPECT_EQ(worse.detail, "95.00 % instead of 96.00 %: -1.0 %");
  EXPECT_EQ(metric({0.96}, {0.97}).agreement, Agreement::differs) << "better is not the same";
  EXPECT_EQ(compared(point({0.96}), point({0.95})).verdict, Comparison::Verdict::differs);
}

TEST_F(Compare, UsesAMetricsOwnTolerance) {
  metric_.role = "accuracy";
  metric_.absolute_tolerance = 0.02;
  EXPECT_EQ(metric({0.96}, {0.95}).agreement, Agreement::within_tolerance);
  EXPECT_EQ(metric({0.96}, {0.93}).agreement, Agreement::differs);
  EXPECT_EQ(compared(point({0.96}), point({0.95})).verdict, Comparison::Verdict::within_tolerance);
  metric_.relative_tolerance = 0.05;
  EXPECT_EQ(metric({0.96}, {0.93}).agreement, Agreement::within_tolerance) << "the wider one";
  metric_.absolute_tolerance.reset();
  EXPECT_EQ(metric({-100}, {-104}).agreement, Agreement::within_tolerance);
  EXPECT_EQ(metric({-100}, {-106}).agreement, Agreement::differs);
}

TEST_F(Compare, TestsMeasuredNumbersAgainstTheirOwnTolerance) {
  metric_.role = "performance";
  metric_.relative_tolerance = 0.5;
  const auto same = metric(kSix, kSix);
  EXPECT_EQ(same.agreement, Agreement::within_tolerance);
  EXPECT_NE(same.reason.find("margin 50 % (the program's tolerance)"), std::string::npos)
      << same.reason;
  EXPECT_EQ(compared(point(kSix), point(kSix)).verdict, Comparison::Verdict::within_tolerance);
  EXPECT_EQ(metric(kSix, shifted(kSix, 20)).agreement, Agreement::differs);
  EXPECT_EQ(metric(kSix, shifted(kSix, -8.5)).agreement, Agreement::improved);
  metric_.relative_tolerance = 0.1;
  const auto unsure = metric(kSix, shifted(kSix, 1));
  EXPECT_EQ(unsure.agreement, Agreement::inconclusive) << "the medians are 8 % apart";
  EXPECT_NE(unsure.reason.find(" runs"), std::string::npos) << unsure.reason;
}

TEST_F(Compare, TakesNoVerdictFromOneSampleAgainstOne) {
  metric_.role = "performance";
  metric_.relative_tolerance = 0.5;
  const auto one = metric({10}, {11});
  EXPECT_EQ(one.agreement, Agreement::inconclusive);
  EXPECT_TRUE(one.decides);
  EXPECT_NE(one.reason.find("need about 19 more runs"), std::string::npos) << one.reason;
  EXPECT_EQ(compared(point({10}), point({11})).verdict, Comparison::Verdict::inconclusive);
  EXPECT_EQ(metric({10, 10}, {11, 11}).agreement, Agreement::within_tolerance)
      << "what does not vary is compared as it is";
  EXPECT_EQ(metric({10, 10}, {16, 16}).agreement, Agreement::differs);
}

TEST_F(Compare, TestsADifferenceWhereTheToleranceIsOne) {
  metric_.absolute_tolerance = 4;
  const auto same = metric(kSix, kSix);
  EXPECT_EQ(same.agreement, Agreement::within_tolerance);
  EXPECT_NE(same.reason.find("tolerance 4 ms"), std::string::npos) << same.reason;
  EXPECT_EQ(metric(kSix, shifted(kSix, 20)).agreement, Agreement::differs);
  EXPECT_EQ(metric(kSix, shifted(kSix, -9)).agreement, Agreement::improved);
  EXPECT_EQ(metric(kSix, shifted(kSix, 3)).agreement, Agreement::inconclusive);
  metric_.relative_tolerance = 0.9;
  EXPECT_EQ(metric(kSix, shifted(kSix, 3)).agreement, Agreement::within_tolerance)
      << "the wider one";
}

TEST_F(Compare, PrefersTheMarginThatIsAskedFor) {
  metric_.relative_tolerance = 10;
  EXPECT_EQ(metric(kSix, shifted(kSix, 20)).agreement, Agreement::within_tolerance);
  const auto asked_for = metric(kSix, shifted(kSix, 20), asked(0.05));
  EXPECT_EQ(asked_for.agreement, Agreement::differs);
  EXPECT_NE(asked_for.reason.find("as asked for"), std::string::npos) << asked_for.reason;
}

TEST_F(Compare, PrefersItForNumbersThatDoNotVaryToo) {
  metric_.relative_tolerance = 0.1;
  const Samples six(6, 100);
  const Samples more(6, 120);
  EXPECT_EQ(metric(six, more).agreement, Agreement::differs);
  EXPECT_NE(metric(six, more, asked(0.5)).agreement, Agreement::differs);
}

TEST_F(Compare, SeldomCallsWhatLiesAtTheTolerancesEdgeReproduced) {
  metric_.role = "performance";
  metric_.relative_tolerance = 0.05;
  std::mt19937_64 random(21);
  std::normal_distribution<double> logarithm(0, 0.02);
  const auto session = [&](double typical) {
    Samples samples(10);
    for (double& sample : samples) sample = typical * std::exp(logarithm(random));
    return samples;
  };
  constexpr int kTrials = 200;
  int reproduced = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto found = metric(session(10), session(10.5)).agreement;
    reproduced += found == Agreement::within_tolerance ? 1 : 0;
  }
  // At most 5 % are expected; two medians call half of them so.
  EXPECT_LE(reproduced, kTrials / 10);
}

TEST_F(Compare, ShowsMeasuredNumbersToBeTheSameWithinTheMargin) {
  // Ratios of equal lists: their 90 % interval is about [0.85, 1.18].
  EXPECT_EQ(metric(kSix, kSix, asked(0.5)).agreement, Agreement::equivalent);
  EXPECT_EQ(compared(point(kSix), point(kSix), asked(0.5)).verdict,
            Comparison::Verdict::reproduced);
}

TEST_F(Compare, CallsNothingReproducedThatIsOnlyNotShownToDiffer) {
  const auto unsure = metric(kSix, shifted(kSix, 1), asked(0.05));
  EXPECT_EQ(unsure.agreement, Agreement::inconclusive);
  EXPECT_NE(unsure.reason.find(" runs"), std::string::npos) << unsure.reason;
  const auto comparison = compared(point(kSix), point(shifted(kSix, 1)), asked(0.05));
  EXPECT_EQ(comparison.verdict, Comparison::Verdict::inconclusive);
  EXPECT_FALSE(is_reproduced(comparison.verdict));
}

TEST_F(Compare, ReportsAMeasuredDifference) {
  const auto slower = metric(kSix, shifted(kSix, 10));
  EXPECT_EQ(slower.agreement, Agreement::differs);
  EXPECT_EQ(slower.recorded, 12.5);
  EXPECT_EQ(slower.now, 22.5);
  EXPECT_TRUE(slower.detail.starts_with(
      "22.50 ms [20.00 ms, 25.00 ms] instead of 12.50 ms [10.00 ms, 15.00 ms]: +80.0 %"))
      << slower.detail;
  EXPECT_NE(slower.reason.find("the spread inside the recorded session"), std::string::npos);
  EXPECT_EQ(compared(point(kSix), point(shifted(kSix, 10))).verdict, Comparison::Verdict::differs);
}

TEST_F(Compare, CallsBeingBetterATrend) {
  EXPECT_EQ(metric(kSix, shifted(kSix, -8)).agreement, Agreement::improved);
  const auto comparison = compared(point(kSix), point(shifted(kSix, -8)));
  EXPECT_EQ(comparison.verdict, Comparison::Verdict::trend_only);
  EXPECT_FALSE(is_reproduced(comparison.verdict));
  metric_.direction = model::Metric::Direction::higher;
  EXPECT_EQ(metric(kSix, shifted(kSix, 12)).agreement, Agreement::improved);
  EXPECT_EQ(metric(kSix, shifted(kSix, -8)).agreement, Agreement::differs);
  metric_.direction = model::Metric::Direction::none;
  EXPECT_EQ(metric(kSix, shifted(kSix, 12)).agreement, Agreement::differs);
  EXPECT_EQ(metric(kSix, shifted(kSix, -8)).agreement, Agreement::differs);
}

TEST_F(Compare, TakesNoClaimFromFewSamplesUnlessAMarginIsGiven) {
  const Samples few{10, 10.5, 11, 11.5};
  const auto unclaimed = metric(few, shifted(few, 10));
  EXPECT_EQ(unclaimed.agreement, Agreement::unclaimed);
  EXPECT_FALSE(unclaimed.decides);
  EXPECT_EQ(compared(point(few), point(shifted(few, 10))).verdict, Comparison::Verdict::reproduced);
  EXPECT_EQ(metric(few, shifted(few, 10), asked(0.1)).agreement, Agreement::differs);
  EXPECT_EQ(metric(kSix, {20}).agreement, Agreement::inconclusive);
}

TEST_F(Compare, TakesTheMarginFromTheAuthorsSessions) {
  const auto recorded = point(kSix);
  CompareOptions options;
  for (const double level : {-3.0, 0.0, 3.0}) {
    options.sessions.push_back(point(shifted(kSix, level)));
    options.sessions.back().uid = "session" + std::to_string(level);
  }
  const auto wide = compared(recorded, point(shifted(kSix, 2)), options).metrics.at(0);
  EXPECT_EQ(wide.agreement, Agreement::equivalent) << wide.reason;
  EXPECT_NE(wide.reason.find("4 recorded sessions"), std::string::npos) << wide.reason;
}

TEST_F(Compare, MissesAMetric) {
  const auto recorded = point(kSix);
  auto now = point(kSix);
  for (auto& repetition : now.repetitions)
    repetition.metrics[0] = std::numeric_limits<double>::quiet_NaN();
  const auto comparison = compared(recorded, now);
  EXPECT_EQ(comparison.metrics.at(0).agreement, Agreement::missing);
  EXPECT_EQ(comparison.metrics.at(0).detail, "not measured this time");
  EXPECT_EQ(comparison.verdict, Comparison::Verdict::differs);
}

TEST_F(Compare, MissesAMetricOfAnotherUnit) {
  const auto recorded = point(kSix);
  metric_.unit = "s";
  EXPECT_EQ(compared(recorded, point(kSix)).metrics.at(0).agreement, Agreement::missing);
}

TEST_F(Compare, OnlyShowsOptionalMetricsAndThoseOfTheEngine) {
  metric_.required = false;
  auto now = point(shifted(kSix, 100));
  for (auto& repetition : now.repetitions) repetition.metrics[1] *= 10;
  const auto comparison = compared(point(kSix), now);
  EXPECT_EQ(comparison.metrics.at(0).agreement, Agreement::differs);
  EXPECT_FALSE(comparison.metrics.at(0).decides);
  EXPECT_EQ(comparison.metrics.at(1).key.name, "wall_time");
  EXPECT_EQ(comparison.metrics.at(1).agreement, Agreement::differs);
  EXPECT_FALSE(comparison.metrics.at(1).decides);
  EXPECT_EQ(comparison.verdict, Comparison::Verdict::reproduced);
}

TEST_F(Compare, ComparesWithZero) {
  EXPECT_EQ(metric({0}, {0}).agreement, Agreement::identical);
  const auto from_zero = metric({0, 0, 0, 0, 0, 0}, kSix);
  EXPECT_EQ(from_zero.agreement, Agreement::differs);
  EXPECT_NE(from_zero.detail.find("instead of 0 ns"), std::string::npos) << from_zero.detail;
}

TEST_F(Compare, ListsWhatIsDifferentAboutTheHosts) {
  const auto recorded = point({5});
  host_ = {{"kernel", "6.6"}, {"cpu_flags", {"avx", "avx512f"}}, {"governor", "powersave"}};
  const auto now = point({5});
  const auto comparison = compared(recorded, now);
  EXPECT_EQ(comparison.verdict, Comparison::Verdict::reproduced) << "only the results decide";
  std::vector<std::string> differences;
  for (const auto& difference : comparison.environment)
    differences.push_back(difference.what + ": " + difference.recorded + " -> " + difference.now);
  EXPECT_EQ(differences, (std::vector<std::string>{"host kernel: 6.1 -> 6.6",
                                                   R"(host cpu_flags: ["avx2"] -> ["avx512f"])",
                                                   "host governor: unknown -> powersave"}));
  EXPECT_EQ(compared(now, recorded).environment.back().now, "unknown");
}

TEST_F(Compare, NeverCallsAFailureReproduced) {
  output_.compare = model::Output::Compare::none;
  metric_.required = false;
  const auto good = point({5});
  auto failed = point({5});
  failed.repetitions[0].ok = false;
  failed.repetitions[0].ending = "exited with 1";
  const auto comparison = compared(failed, good);
  EXPECT_EQ(comparison.verdict, Comparison::Verdict::differs);
  ASSERT_EQ(comparison.environment.size(), 1U);
  EXPECT_EQ(comparison.environment[0].what, "ending");
  EXPECT_EQ(comparison.environment[0].recorded, "exited with 1");
  EXPECT_EQ(comparison.environment[0].now, "exited with 0");
  EXPECT_EQ(compared(failed, failed).verdict, Comparison::Verdict::differs);
  EXPECT_EQ(compared(good, point({})).verdict, Comparison::Verdict::differs);
}

TEST_F(Compare, RefusesPointsWithoutADocument) {
  const auto good = point({5});
  auto bad = good;
  bad.document = "[]";
  EXPECT_ERROR(compare(bad, good, blobs_), invalid, "document of point 0123456789abcdef");
  EXPECT_ERROR(compare(good, bad, blobs_), invalid, "is no object");
  bad.document = "{}";
  EXPECT_ERROR(compare(bad, good, blobs_), invalid, "has no 'plan'");
  bad.document = "";
  EXPECT_ERROR(compare(good, bad, blobs_), invalid, "document of point");
}

TEST_F(Compare, TakesDocumentsWithoutFacts) {
  const auto good = point({5});
  auto bare = good;
  bare.document = R"({"host": "text"})";
  EXPECT_OK(compare(good, bare, blobs_));
}

TEST(Agreement, HasNames) {
  EXPECT_EQ(name_of(Agreement::identical), "identical");
  EXPECT_EQ(name_of(Agreement::within_tolerance), "within tolerance");
  EXPECT_EQ(name_of(Agreement::equivalent), "equivalent");
  EXPECT_EQ(name_of(Agreement::unclaimed), "unclaimed");
  EXPECT_EQ(name_of(Agreement::improved), "improved");
  EXPECT_EQ(name_of(Agreement::inconclusive), "inconclusive");
  EXPECT_EQ(name_of(Agreement::differs), "differs");
  EXPECT_EQ(name_of(Agreement::missing), "missing");
  EXPECT_EQ(name_of(Comparison::Verdict::reproduced), "reproduced");
  EXPECT_EQ(name_of(Comparison::Verdict::within_tolerance), "within tolerance");
  EXPECT_EQ(name_of(Comparison::Verdict::trend_only), "trend only");
  EXPECT_EQ(name_of(Comparison::Verdict::inconclusive), "inconclusive");
  EXPECT_EQ(name_of(Comparison::Verdict::differs), "differs");
}

}  // namespace
}  // namespace ck::experiment
