#include "experiment/measured.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "experiment/compare.hpp"

namespace ck::experiment {
namespace {

const store::MetricKey kKey{"m", "ms", "lower", "performance"};

store::Point with_samples(const std::vector<double>& samples) {
  store::Point point;
  point.keys = {kKey};
  for (const double sample : samples) {
    store::Repetition repetition;
    repetition.ok = true;
    repetition.metrics = {sample};
    point.repetitions.push_back(repetition);
  }
  return point;
}

TEST(SteadySamples, LeaveTheWarmUpAndMissingNumbersOut) {
  auto point = with_samples({90, 10, std::numeric_limits<double>::quiet_NaN(), 11});
  EXPECT_EQ(steady_samples(point, kKey), (std::vector<double>{90, 10, 11}));
  point.document = R"({"sampling": {"metric": "m", "warm_up": 1}})";
  EXPECT_EQ(steady_samples(point, kKey), (std::vector<double>{10, 11}));
  EXPECT_TRUE(steady_samples(point, {"other", "ms", "", ""}).empty());
  point.repetitions.back().ok = false;
  EXPECT_EQ(steady_samples(point, kKey), (std::vector<double>{10}));
  point.document = R"({"sampling": {"metric": "m", "warm_up": 99}})";
  EXPECT_TRUE(steady_samples(point, kKey).empty());
}

TEST(AuthorMargin, OfFewSamplesIsNone) { EXPECT_FALSE(author_margin({}, {1, 2, 3, 4})); }

TEST(AuthorMargin, OfOneSessionIsItsOwnSpread) {
  std::vector<double> samples;
  for (int i = 0; i <= 100; ++i) samples.push_back(100 + i);  // median 150, 5 % 105, 95 % 195
  const auto margin = author_margin({samples}, samples);
  ASSERT_TRUE(margin);
  EXPECT_NEAR(margin->share, 150.0 / 105 - 1, 1e-9);
  EXPECT_EQ(margin->from, "the spread inside the recorded session");
}

TEST(AuthorMargin, IsNeverNothing) {
  const std::vector<double> same(6, 5.0);
  EXPECT_EQ(author_margin({same}, same)->share, 0.001);
  const std::vector<double> zeros(6, 0.0);
  EXPECT_EQ(author_margin({zeros}, zeros)->share, 0.001);
  const std::vector<double> negative{-10, -11, -12, -13, -14};
  EXPECT_GT(author_margin({negative}, negative)->share, 0.1);
}

TEST(AuthorMargin, OfSessionsIsAPredictionForOneMore) {
  // Medians e^0, e^0.1, e^0.2: deviation 0.1, t(2) = 4.303, sqrt(1 + 1/3).
  const std::vector<std::vector<double>> sessions{std::vector<double>(5, 1.0),
                                                  std::vector<double>(5, std::exp(0.1)),
                                                  std::vector<double>(5, std::exp(0.2))};
  const auto margin = author_margin(sessions, sessions[0]);
  ASSERT_TRUE(margin);
  EXPECT_NEAR(margin->share, std::expm1(4.303 * 0.1 * std::sqrt(4.0 / 3)), 1e-9);
  EXPECT_EQ(margin->from, "the spread of 3 recorded sessions");
}

TEST(AuthorMargin, HoldsOneMoreSessionAsOftenAsItClaims) {
  std::mt19937_64 random(8);
  std::normal_distribution<double> level(0, 0.05);
  for (const std::size_t count : {3U, 6U, 20U}) {
    int held = 0;
    for (int trial = 0; trial < 1000; ++trial) {
      std::vector<std::vector<double>> sessions;
      double mean = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const double logarithm = level(random);
        mean += logarithm / static_cast<double>(count);
        sessions.emplace_back(5, std::exp(logarithm));
      }
      const double off = std::abs(level(random) - mean);
      held += off <= std::log1p(author_margin(sessions, sessions[0])->share) ? 1 : 0;
    }
    EXPECT_GE(held, 930) << count << " sessions";
  }
}

TEST(TextOf, TellsWhatIsMissing) {
  measure::RatioTest test;
  test.ratio = 1.02;
  test.interval_90 = {0.97, 1.06};
  test.needed = 12;
  EXPECT_EQ(text_of(test, {0.05, "as asked for"}),
            "x 1.020 [0.970, 1.060], margin 5 % (as asked for): need about 12 more runs");
  test.needed = 1;
  EXPECT_TRUE(text_of(test, {0.05, "x"}).ends_with("need about 1 more run"));
  test.needed = 0;
  EXPECT_TRUE(text_of(test, {0.05, "x"}).ends_with("too few runs for any number of new ones"));
  test.result = measure::Equivalence::equivalent;
  EXPECT_TRUE(text_of(test, {0.05, "x"}).ends_with("margin 5 % (x)"));
}

}  // namespace
}  // namespace ck::experiment
