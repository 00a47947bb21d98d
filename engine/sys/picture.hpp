#pragma once
/// Pictures as numbers.

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace ck::sys {

struct Picture {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 0;  ///< 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
  /// Row by row, the channels of a pixel together, each from 0 to 255 whatever the file's depth.
  std::vector<float> samples;
};

/// PNM (P1 to P6, the first picture of the file) or PNG, whatever the file is called. Of a PNG with
/// 16 bits a channel the samples are linear, as libpng gives them; colours of a palette are RGB.
/// `invalid` for anything else, what is damaged or cut off, and more than 32 million samples.
Result<Picture> read_picture(std::string_view bytes);

}  // namespace ck::sys
