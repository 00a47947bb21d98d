#include "store/vector_codec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ck::store {
namespace {

TEST(VectorCodec, WritesLittleEndianDoubles) {
  EXPECT_EQ(pack({1.0}), std::string("\0\0\0\0\0\0\xf0\x3f", 8));
  EXPECT_EQ(pack({}), "");
}

TEST(VectorCodec, GivesBackEveryKindOfNumber) {
  using Limits = std::numeric_limits<double>;
  const std::vector<double> values{0.1, -3, Limits::infinity(), Limits::denorm_min(),
                                   Limits::max()};
  EXPECT_EQ(unpack(pack(values), values.size()), values);
  EXPECT_TRUE(std::isnan(unpack(pack({Limits::quiet_NaN()}), 1).front()));
}

TEST(VectorCodec, FillsUpAndCutsToTheAskedForSize) {
  const auto longer = unpack(pack({1, 2}), 3);
  ASSERT_EQ(longer.size(), 3U);
  EXPECT_EQ(longer[1], 2);
  EXPECT_TRUE(std::isnan(longer[2]));
  EXPECT_EQ(unpack(pack({1, 2}), 1), std::vector<double>{1});
  EXPECT_TRUE(unpack(pack({1, 2}), 0).empty());
}

TEST(VectorCodec, IgnoresAnIncompleteLastValue) {
  const auto values = unpack(pack({1, 2}).substr(0, 11), 2);
  EXPECT_EQ(values[0], 1);
  EXPECT_TRUE(std::isnan(values[1]));
}

}  // namespace
}  // namespace ck::store
