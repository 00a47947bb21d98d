#include "experiment/bisect.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

bool takes(const std::vector<std::size_t>& taken, std::size_t number) {
  return std::ranges::find(taken, number) != taken.end();
}

TEST(Bisect, FindsOneCauseAmong32InAtMost7Runs) {
  for (std::size_t cause = 0; cause < 32; ++cause) {
    int runs = 0;
    const auto result = bisect(32, [&](const auto& taken) -> Result<Likeness> {
      ++runs;
      return takes(taken, cause) ? Likeness::b : Likeness::a;
    });
    ASSERT_OK(result);
    EXPECT_EQ(result->cause, cause);
    EXPECT_LE(runs, 7);
    EXPECT_EQ(result->steps.size(), static_cast<std::size_t>(runs));
    EXPECT_EQ(result->beside.size(), cause);
  }
}

TEST(Bisect, FindsWhatCompletesACauseOfTwo) {
  const auto result = bisect(20, [&](const auto& taken) -> Result<Likeness> {
    return takes(taken, 3) && takes(taken, 11) ? Likeness::b : Likeness::a;
  });
  ASSERT_OK(result);
  EXPECT_EQ(result->cause, 11U);
  EXPECT_TRUE(takes(result->beside, 3));
}

TEST(Bisect, GoesAroundCombinationsThatDoNotRun) {
  const std::set<std::size_t> broken = {8, 9, 4};
  const auto result = bisect(16, [&](const auto& taken) -> Result<Likeness> {
    if (broken.contains(taken.size())) return Likeness::neither;
    return takes(taken, 5) ? Likeness::b : Likeness::a;
  });
  ASSERT_OK(result);
  EXPECT_EQ(result->cause, 5U);
}

TEST(Bisect, SaysWhenNothingMatters) {
  const auto result = bisect(4, [](const auto&) -> Result<Likeness> { return Likeness::a; });
  ASSERT_OK(result);
  EXPECT_FALSE(result->cause);
  EXPECT_EQ(result->steps.size(), 2U);
}

TEST(Bisect, EndsWhenTheEndsAreNotAsRecorded) {
  EXPECT_ERROR(bisect(4, [](const auto&) -> Result<Likeness> { return Likeness::b; }), conflict,
               "A run again is not like the recorded A");
  EXPECT_ERROR(bisect(4,
                      [](const auto& taken) -> Result<Likeness> {
                        return taken.empty() ? Likeness::a : Likeness::neither;
                      }),
               conflict, "B run again");
  EXPECT_ERROR(bisect(4,
                      [](const auto& taken) -> Result<Likeness> {
                        if (taken.empty()) return Likeness::a;
                        return taken.size() == 4 ? Likeness::b : Likeness::neither;
                      }),
               conflict, "like neither A nor B");
  EXPECT_ERROR(
      bisect(4,
             [](const auto&) -> Result<Likeness> { return fail(ErrorCode::interrupted, "stop"); }),
      interrupted, "stop");
}

}  // namespace
}  // namespace ck::experiment
