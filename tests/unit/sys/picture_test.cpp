#include "sys/picture.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/temporary_home.hpp"

namespace ck::sys {
namespace {

using namespace std::string_literals;

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

/// 2 x 1 pixels, RGB with 8 bits: (255, 0, 0), (0, 128, 255).
const std::string kPng = from_hex(
    "89504e470d0a1a0a0000000d49484452000000020000000108020000007b40e8dd0000000f4944415478da63"
    "f8cfc0c0d0f01f000800027f253efc090000000049454e44ae426082");
/// The same as two colours of a palette.
const std::string kPalettePng = from_hex(
    "89504e470d0a1a0a0000000d4948445200000002000000010803000000c3fc8fb800000006504c5445ff0000"
    "0080ff572265c50000000b4944415478da6360600400000400022cde48ad0000000049454e44ae426082");
/// 1 x 1 grey with 16 bits: 32768.
const std::string kDeepPng = from_hex(
    "89504e470d0a1a0a0000000d49484452000000010000000110000000006aee47160000000b4944415478da63"
    "6860000001030081ade8b2740000000049454e44ae426082");

void expect_samples(const std::string& bytes, const std::vector<float>& samples) {
  const auto picture = read_picture(bytes);
  ASSERT_OK(picture);
  ASSERT_EQ(picture->samples.size(), samples.size());
  EXPECT_EQ(picture->width * picture->height * picture->channels, samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i)
    EXPECT_NEAR(picture->samples[i], samples[i], 1e-3F) << i;
}

TEST(Picture, ReadsEachKindOfPnm) {
  expect_samples("P1\n# bits\n2 2\n01\n1 0", {255, 0, 0, 255});
  expect_samples("P2 2 1 5 # five is white\n 5 1", {255, 51});
  expect_samples("P3\n1 1\n255\n1 2 3\n", {1, 2, 3});
  expect_samples("P4\n9 1\n\x80\x80"s, {0, 255, 255, 255, 255, 255, 255, 255, 0});
  expect_samples("P5 2 1 255\n\x00\xff"s, {0, 255});
  expect_samples("P5 1 1 65535\n\x80\x00"s, {127.502F});
  expect_samples("P6 1 1 255\n\x01\x02\x03"s, {1, 2, 3});
}

TEST(Picture, ReadsPng) {
  expect_samples(kPng, {255, 0, 0, 0, 128, 255});
  expect_samples(kPalettePng, {255, 0, 0, 0, 128, 255});
  expect_samples(kDeepPng, {127.502F});
}

TEST(Picture, RefusesWhatIsNone) {
  for (const auto& bytes : {""s, "P"s, "P7 1 1 1 1"s, "P51 1 255"s, "GIF89a"s, "no picture"s})
    EXPECT_ERROR(read_picture(bytes), invalid, "neither a PNM nor a PNG");
}

TEST(Picture, RefusesWhatIsDamaged) {
  EXPECT_ERROR(read_picture("P5 2 2 255\nabc"), invalid, "before its last pixel");
  EXPECT_ERROR(read_picture("P4 9 2\nabc"), invalid, "before its last pixel");
  EXPECT_ERROR(read_picture("P2 2 2 255\n1 2 3"), invalid, "before its last pixel");
  EXPECT_ERROR(read_picture("P1 2 2 0 1 0"), invalid, "before its last pixel");
  EXPECT_ERROR(read_picture("P5 2 2 255"), invalid, "before its last pixel");
  EXPECT_ERROR(read_picture("P5 #"), invalid, "before its last pixel");
  EXPECT_ERROR(read_picture("P1 1 1 2"), invalid, "neither 0 nor 1");
  EXPECT_ERROR(read_picture("P2 1 1 5 6"), invalid, "more than 5");
  EXPECT_ERROR(read_picture("P2 1 1 0 0"), invalid, "largest value");
  EXPECT_ERROR(read_picture("P2 1 1 65536 0"), invalid, "largest value");
  EXPECT_ERROR(read_picture("P2 -1 1 5 5"), invalid, "a number of the PNM file");
  EXPECT_ERROR(read_picture("P2 99999999999 1 5 5"), invalid, "a number of the PNM file");
  EXPECT_ERROR(read_picture("P5 0 4 255\n"), invalid, "without pixels");
  EXPECT_ERROR(read_picture("P6 100000 100000 255\n"), invalid, "too large");
  EXPECT_ERROR(read_picture(kPng.substr(0, kPng.size() / 2)), invalid, "damaged PNG");
  EXPECT_ERROR(read_picture(kPng.substr(0, 8)), invalid, "damaged PNG");
}

}  // namespace
}  // namespace ck::sys
