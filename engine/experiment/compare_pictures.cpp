#include "experiment/compare_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/strings.hpp"

namespace ck::experiment {
namespace {

constexpr double kRange = 255;
constexpr std::size_t kWindow = 11;
constexpr double kDeviation = 1.5;

/// Numbers in rows.
struct Plane {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<float> values;
};

Plane brightness(const sys::Picture& picture) {
  constexpr std::array kWeights{0.299F, 0.587F, 0.114F};
  Plane plane{picture.width, picture.height, {}};
  plane.values.reserve(picture.width * picture.height);
  for (std::size_t i = 0; i < picture.samples.size(); i += picture.channels) {
    float value = picture.samples[i];
    if (picture.channels >= kWeights.size()) {
      value = 0;
      for (std::size_t c = 0; c < kWeights.size(); ++c)
        value += kWeights[c] * picture.samples[i + c];
    }
    plane.values.push_back(value);
  }
  return plane;
}

std::vector<float> gaussian(std::size_t size) {
  std::vector<double> weights(size);
  double sum = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double distance = static_cast<double>(i) - static_cast<double>(size - 1) / 2;
    weights[i] = std::exp(-distance * distance / (2 * kDeviation * kDeviation));
    sum += weights[i];
  }
  std::vector<float> result;
  for (const double weight : weights) result.push_back(static_cast<float>(weight / sum));
  return result;
}

/// The mean around each place where the window fits, weighted: first along rows, then columns.
Plane smoothed(const Plane& plane) {
  const auto across = gaussian(std::min(kWindow, plane.width));
  const auto down = gaussian(std::min(kWindow, plane.height));
  Plane rows{plane.width - across.size() + 1, plane.height, {}};
  rows.values.resize(rows.width * rows.height);
  for (std::size_t y = 0; y < rows.height; ++y) {
    for (std::size_t x = 0; x < rows.width; ++x) {
      float sum = 0;
      for (std::size_t i = 0; i < across.size(); ++i)
        sum += across[i] * plane.values[y * plane.width + x + i];
      rows.values[y * rows.width + x] = sum;
    }
  }
  Plane result{rows.width, plane.height - down.size() + 1, {}};
  result.values.assign(result.width * result.height, 0);
  for (std::size_t y = 0; y < result.height; ++y) {
    for (std::size_t i = 0; i < down.size(); ++i) {
      for (std::size_t x = 0; x < result.width; ++x)
        result.values[y * result.width + x] += down[i] * rows.values[(y + i) * rows.width + x];
    }
  }
  return result;
}

Plane product(const Plane& one, const Plane& other) {
  Plane result = one;
  for (std::size_t i = 0; i < result.values.size(); ++i) result.values[i] *= other.values[i];
  return result;
}

double structural_similarity(const Plane& one, const Plane& other) {
  constexpr double kC1 = (0.01 * kRange) * (0.01 * kRange);
  constexpr double kC2 = (0.03 * kRange) * (0.03 * kRange);
  const auto mean_1 = smoothed(one);
  const auto mean_2 = smoothed(other);
  const auto square_1 = smoothed(product(one, one));
  const auto square_2 = smoothed(product(other, other));
  const auto both = smoothed(product(one, other));
  double sum = 0;
  for (std::size_t i = 0; i < mean_1.values.size(); ++i) {
    const double m1 = static_cast<double>(mean_1.values[i]);
    const double m2 = static_cast<double>(mean_2.values[i]);
    const double variances = static_cast<double>(square_1.values[i]) - m1 * m1 +
                             static_cast<double>(square_2.values[i]) - m2 * m2;
    const double covariance = static_cast<double>(both.values[i]) - m1 * m2;
    sum += (2 * m1 * m2 + kC1) * (2 * covariance + kC2) /
           ((m1 * m1 + m2 * m2 + kC1) * (variances + kC2));
  }
  return sum / static_cast<double>(mean_1.values.size());
}

std::string shape(const sys::Picture& picture) {
  constexpr std::array<std::string_view, 4> kChannels{"grey", "grey and alpha", "RGB",
                                                      "RGB and alpha"};
  return fmt::format("{} x {}, {}", picture.width, picture.height, kChannels[picture.channels - 1]);
}

std::string text_of(const PictureDifference& difference) {
  return fmt::format("largest difference {:.4g} at column {}, row {}; PSNR {:.4g} dB; SSIM {:.4g}",
                     difference.largest, difference.column, difference.row, difference.psnr_db,
                     difference.ssim);
}

}  // namespace

PictureDifference picture_difference(const sys::Picture& recorded, const sys::Picture& now) {
  PictureDifference result;
  double squares = 0;
  for (std::size_t i = 0; i < now.samples.size(); ++i) {
    const double difference =
        std::abs(static_cast<double>(now.samples[i]) - static_cast<double>(recorded.samples[i]));
    squares += difference * difference;
    if (difference <= result.largest) continue;
    result.largest = difference;
    result.column = i / now.channels % now.width;
    result.row = i / now.channels / now.width;
  }
  const double mean_square = squares / static_cast<double>(now.samples.size());
  result.psnr_db = mean_square > 0 ? 10 * std::log10(kRange * kRange / mean_square)
                                   : std::numeric_limits<double>::infinity();
  if (mean_square > 0) result.ssim = structural_similarity(brightness(recorded), brightness(now));
  return result;
}

PictureVerdict compare_pictures(const model::Output& output, std::string_view recorded,
                                std::string_view now) {
  const auto before = sys::read_picture(recorded);
  if (!before) return {false, "the recorded file cannot be compared: " + before.error().message};
  const auto after = sys::read_picture(now);
  if (!after) return {false, "cannot be compared: " + after.error().message};
  if (shape(*before) != shape(*after))
    return {false, shape(*after) + " instead of " + shape(*before)};
  const auto difference = picture_difference(*before, *after);
  const bool agree = (!output.pixel_difference || difference.largest <= *output.pixel_difference) &&
                     (!output.psnr_db || difference.psnr_db >= *output.psnr_db) &&
                     (!output.ssim || difference.ssim >= *output.ssim);
  return {agree, text_of(difference)};
}

}  // namespace ck::experiment
