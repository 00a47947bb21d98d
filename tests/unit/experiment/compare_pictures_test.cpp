#include "experiment/compare_pictures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ck::experiment {
namespace {

sys::Picture grey(std::size_t width, std::size_t height, float value) {
  return {width, height, 1, std::vector<float>(width * height, value)};
}

sys::Picture noisy(sys::Picture picture, float spread) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<float> noise(-spread, spread);
  for (auto& sample : picture.samples) sample += noise(random);
  return picture;
}

TEST(PictureDifference, OfTheSamePictureIsNone) {
  const auto picture = noisy(grey(20, 12, 100), 50);
  const auto difference = picture_difference(picture, picture);
  EXPECT_EQ(difference.largest, 0);
  EXPECT_TRUE(std::isinf(difference.psnr_db));
  EXPECT_EQ(difference.ssim, 1);
}

TEST(PictureDifference, NamesThePlaceOfTheLargest) {
  sys::Picture before{3, 2, 3, std::vector<float>(18, 10)};
  auto now = before;
  now.samples[3 * (1 * 3 + 2) + 1] = 30;  // green at column 2, row 1
  now.samples[0] = 15;
  const auto difference = picture_difference(before, now);
  EXPECT_EQ(difference.largest, 20);
  EXPECT_EQ(difference.column, 2U);
  EXPECT_EQ(difference.row, 1U);
}

TEST(PictureDifference, AgreesWithTheFormulas) {
  // Even pictures have no variance: what is left is (2ab + C1) / (a^2 + b^2 + C1).
  const auto difference = picture_difference(grey(30, 30, 100), grey(30, 30, 110));
  EXPECT_NEAR(difference.psnr_db, 10 * std::log10(255.0 * 255 / 100), 1e-9);
  const double c1 = 2.55 * 2.55;
  EXPECT_NEAR(difference.ssim, (2 * 100.0 * 110 + c1) / (100.0 * 100 + 110.0 * 110 + c1), 1e-4);
}

TEST(PictureDifference, FallsWithNoise) {
  const auto picture = noisy(grey(40, 40, 128), 60);
  double before = 1;
  for (const float spread : {2.0F, 10.0F, 40.0F}) {
    std::mt19937_64 random(9);
    std::uniform_real_distribution<float> noise(-spread, spread);
    auto now = picture;
    for (auto& sample : now.samples) sample += noise(random);
    const auto difference = picture_difference(picture, now);
    EXPECT_LT(difference.ssim, before) << spread;
    EXPECT_GT(difference.ssim, 0) << spread;
    before = difference.ssim;
  }
}

TEST(PictureDifference, TakesPicturesSmallerThanAWindow) {
  EXPECT_GT(picture_difference(grey(1, 1, 10), grey(1, 1, 11)).ssim, 0.9);
  EXPECT_GT(picture_difference(grey(3, 20, 10), grey(3, 20, 11)).ssim, 0.9);
}

model::Output output(std::optional<double> pixel, std::optional<double> psnr,
                     std::optional<double> ssim) {
  model::Output declared;
  declared.compare = model::Output::Compare::image;
  declared.pixel_difference = pixel;
  declared.psnr_db = psnr;
  declared.ssim = ssim;
  return declared;
}

TEST(ComparePictures, AsksForEachBoundThatIsDeclared) {
  const std::string before = "P2 2 1 255\n100 100";
  const std::string now = "P2 2 1 255\n100 103";
  EXPECT_TRUE(compare_pictures(output(3, {}, {}), before, now).agree);
  EXPECT_FALSE(compare_pictures(output(2.9, {}, {}), before, now).agree);
  EXPECT_TRUE(compare_pictures(output({}, 41, {}), before, now).agree);
  EXPECT_FALSE(compare_pictures(output({}, 42, {}), before, now).agree);
  EXPECT_FALSE(compare_pictures(output(3, 42, {}), before, now).agree) << "both have to hold";
  EXPECT_FALSE(compare_pictures(output({}, {}, 1), before, now).agree);
  const auto verdict = compare_pictures(output(2, {}, {}), before, now);
  EXPECT_TRUE(verdict.detail.starts_with("largest difference 3 at column 1, row 0; PSNR 41.6"))
      << verdict.detail;
}

TEST(ComparePictures, SaysWhyTwoFilesCannotBeCompared) {
  const auto any = output(255, {}, {});
  const std::string one = "P2 1 1 255\n1";
  EXPECT_EQ(compare_pictures(any, one, "P2 2 1 255\n1 1").detail,
            "2 x 1, grey instead of 1 x 1, grey");
  EXPECT_EQ(compare_pictures(any, one, "P3 1 1 255\n1 1 1").detail,
            "1 x 1, RGB instead of 1 x 1, grey");
  EXPECT_EQ(compare_pictures(any, one, "text").detail,
            "cannot be compared: neither a PNM nor a PNG picture");
  EXPECT_TRUE(
      compare_pictures(any, "", one).detail.starts_with("the recorded file cannot be compared"));
  EXPECT_FALSE(compare_pictures(any, one, "").agree);
}

}  // namespace
}  // namespace ck::experiment
