#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace ck {
namespace {

TEST(Hex, IsTwoDigitsAByteAndBack) {
  const std::string bytes("\x00\x0f\xa5\xff", 4);
  EXPECT_EQ(hex_of(bytes), "000fa5ff");
  EXPECT_EQ(bytes_of_hex("000fa5ff"), bytes);
  EXPECT_EQ(hex_of(""), "");
  EXPECT_EQ(bytes_of_hex("0"), "");
}

}  // namespace
}  // namespace ck
