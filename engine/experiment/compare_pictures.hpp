#pragma once
/// How far two pictures are apart. Internal to experiment.

#include <string>
#include <string_view>

#include "model/descriptor.hpp"
#include "sys/picture.hpp"

namespace ck::experiment {

struct PictureDifference {
  double largest = 0;      ///< of any channel, in 255ths of its range
  std::size_t column = 0;  ///< where that is, from 0
  std::size_t row = 0;
  double psnr_db = 0;  ///< over all channels; infinite for the same picture
  /// Mean structural similarity of the brightness (Wang, Bovik, Sheikh and Simoncelli, "Image
  /// Quality Assessment: From Error Visibility to Structural Similarity", IEEE Transactions on
  /// Image Processing 13, 2004): Gaussian windows of 11 x 11, deviation 1.5, wholly inside the
  /// picture and smaller in smaller ones; K1 0.01, K2 0.03, range 255; not scaled down before.
  double ssim = 1;
};

/// Of two pictures of the same size and channels.
PictureDifference picture_difference(const sys::Picture& recorded, const sys::Picture& now);

/// Two files' verdict: whether they agree as the output declares, and in words how far they are
/// apart, or why they cannot be compared (other sizes, no pictures).
struct PictureVerdict {
  bool agree = false;
  std::string detail;
};
PictureVerdict compare_pictures(const model::Output& output, std::string_view recorded,
                                std::string_view now);

}  // namespace ck::experiment
