#include "measure/calibration.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ck::measure {
namespace {

/// A program with a start and work that is repeated.
struct Program {
  double start = 0.001;
  double work = 0.001;
  std::vector<std::uint64_t> asked{};

  Result<Calibration> calibrated(double target) {
    return calibrate(
        [this](std::uint64_t count) -> Result<double> {
          asked.push_back(count);
          return start + work * static_cast<double>(count);
        },
        target);
  }
};

TEST(Calibrate, FillsTheTimeThatIsAskedFor) {
  for (const double work : {1e-7, 3e-5, 1e-3, 0.02, 0.3}) {
    Program program{0.001, work};
    const auto found = program.calibrated(0.5);
    ASSERT_TRUE(found.has_value());
    EXPECT_TRUE(found->responds);
    EXPECT_GE(found->seconds, 0.5 / 1.4) << work;
    EXPECT_LE(found->seconds, 0.5 / 0.8) << work;
    EXPECT_EQ(found->count, program.asked.back());
    EXPECT_LE(program.asked.size(), 10U) << work;
  }
}

TEST(Calibrate, SeesWorkBehindASlowStart) {
  for (const double start : {0.02, 0.1, 0.3}) {
    Program program{start, 1e-6};
    const auto found = program.calibrated(0.5);
    ASSERT_TRUE(found.has_value());
    EXPECT_TRUE(found->responds) << start;
    EXPECT_GE(found->seconds, 0.5 / 1.4) << start;
    EXPECT_LE(found->seconds, 0.5 / 0.8) << start;
  }
}

TEST(Calibrate, LeavesALongRunAlone) {
  Program program{0.001, 3};
  const auto found = program.calibrated(0.5);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->count, 1U);
  EXPECT_TRUE(found->responds);
  EXPECT_EQ(program.asked.size(), 1U);
}

TEST(Calibrate, NoticesAProgramThatDoesNotListen) {
  for (const double start : {0.001, 0.2}) {
    Program program{start, 0};
    const auto found = program.calibrated(0.5);
    ASSERT_TRUE(found.has_value());
    EXPECT_FALSE(found->responds) << start;
    EXPECT_EQ(found->count, 1U);
    EXPECT_DOUBLE_EQ(found->seconds, start);
  }
}

TEST(Calibrate, EndsWithTheProgramsError) {
  const auto found = calibrate(
      [](std::uint64_t count) -> Result<double> {
        if (count > 1) return fail(ErrorCode::program_failed, "crashed");
        return 0.001;
      },
      0.5);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().message, "crashed");
}

}  // namespace
}  // namespace ck::measure
