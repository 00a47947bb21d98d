#include "sys/picture.hpp"

#include <png.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

namespace ck::sys {
namespace {

constexpr std::uint64_t kMostSamples = 32'000'000;
constexpr std::uint64_t kMostNumber = 1'000'000'000;
constexpr float kRange = 255;
constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";

Result<Picture> empty_picture(std::uint64_t width, std::uint64_t height, std::size_t channels) {
  if (width == 0 || height == 0) return fail(ErrorCode::invalid, "a picture without pixels");
  if (width > kMostSamples || height > kMostSamples / width / channels) {
    return fail(ErrorCode::invalid, "a picture of " + std::to_string(width) + " x " +
                                        std::to_string(height) + " pixels is too large");
  }
  return Picture{width, height, channels, std::vector<float>(width * height * channels)};
}

/// The words of a PNM file: numbers, apart by blanks and comments.
class PnmReader {
 public:
  explicit PnmReader(std::string_view bytes) : rest_(bytes) {}

  Result<Picture> read() {
    const int kind = rest_[1] - '0';
    rest_.remove_prefix(2);
    const bool bits = kind == 1 || kind == 4;
    CK_TRY(width, number());
    CK_TRY(height, number());
    std::uint64_t largest = 1;
    if (!bits) {
      CK_TRY(told, number());
      largest = told;
    }
    if (largest == 0 || largest > 65535)
      return fail(ErrorCode::invalid, "its largest value is " + std::to_string(largest));
    CK_TRY(picture, empty_picture(width, height, kind == 3 || kind == 6 ? 3 : 1));
    if (kind > 3) {
      if (rest_.empty()) return cut_off();
      rest_.remove_prefix(1);  // One blank ends the head.
    }
    CK_CHECK(kind == 4  ? packed_bits(picture)
             : kind > 4 ? raw(picture, largest)
                        : plain(picture, largest, bits));
    return std::move(picture);
  }

 private:
  static tl::unexpected<Error> cut_off() {
    return fail(ErrorCode::invalid, "the picture ends before its last pixel");
  }

  void skip_blanks() {
    while (!rest_.empty()) {
      if (rest_.front() == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size() - 1));
      } else if (std::isspace(static_cast<unsigned char>(rest_.front())) == 0) {
        return;
      }
      rest_.remove_prefix(1);
    }
  }

  Result<std::uint64_t> number() {
    skip_blanks();
    if (rest_.empty()) return cut_off();
    std::uint64_t value = 0;
    std::size_t digits = 0;
    while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') {
      value = value * 10 + static_cast<std::uint64_t>(rest_[digits++] - '0');
      if (value > kMostNumber) break;
    }
    if (digits == 0 || value > kMostNumber)
      return fail(ErrorCode::invalid, "a number of the PNM file is none, or is too large");
    rest_.remove_prefix(digits);
    return value;
  }

  static Status set(float& sample, std::uint64_t value, std::uint64_t largest) {
    if (value > largest) {
      return fail(ErrorCode::invalid, "a pixel has " + std::to_string(value) + ", more than " +
                                          std::to_string(largest));
    }
    sample = kRange * static_cast<float>(value) / static_cast<float>(largest);
    return {};
  }

  /// P1 to P3. The bits of P1 need no blanks between them, and 1 is black.
  Status plain(Picture& picture, std::uint64_t largest, bool bits) {
    for (float& sample : picture.samples) {
      if (bits) {
        skip_blanks();
        if (rest_.empty()) return cut_off();
        if (rest_.front() != '0' && rest_.front() != '1')
          return fail(ErrorCode::invalid, "a bit of the PNM file is neither 0 nor 1");
        sample = rest_.front() == '1' ? 0 : kRange;
        rest_.remove_prefix(1);
      } else {
        CK_TRY(value, number());
        CK_CHECK(set(sample, value, largest));
      }
    }
    return {};
  }

  /// P5 and P6: one byte a sample, or two with the higher first.
  Status raw(Picture& picture, std::uint64_t largest) {
    const std::size_t size = largest > 255 ? 2 : 1;
    if (rest_.size() < picture.samples.size() * size) return cut_off();
    std::size_t place = 0;
    for (float& sample : picture.samples) {
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | static_cast<unsigned char>(rest_[place++]);
      CK_CHECK(set(sample, value, largest));
    }
    return {};
  }

  /// P4: eight pixels a byte, rows begin with a byte of their own.
  Status packed_bits(Picture& picture) {
    const std::size_t row_bytes = (picture.width + 7) / 8;
    if (rest_.size() < row_bytes * picture.height) return cut_off();
    for (std::size_t i = 0; i < picture.samples.size(); ++i) {
      const std::size_t column = i % picture.width;
      const auto byte =
          static_cast<unsigned char>(rest_[i / picture.width * row_bytes + column / 8]);
      picture.samples[i] = (byte >> (7 - column % 8) & 1) != 0 ? 0 : kRange;
    }
    return {};
  }

  std::string_view rest_;
};

/// libpng's picture, freed whatever happens.
struct PngImage {
  PngImage() { image.version = PNG_IMAGE_VERSION; }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
  ~PngImage() { png_image_free(&image); }

  tl::unexpected<Error> failure() const {
    return fail(ErrorCode::invalid, std::string("damaged PNG: ") + image.message);
  }

  png_image image{};
};

template <typename Sample>
Status read_samples(PngImage& png, float largest, Picture& picture) {
  std::vector<Sample> samples(picture.samples.size());
  if (png_image_finish_read(&png.image, nullptr, samples.data(), 0, nullptr) == 0)
    return png.failure();
  std::ranges::transform(samples, picture.samples.begin(), [&](Sample sample) {
    return kRange * static_cast<float>(sample) / largest;
  });
  return {};
}

Result<Picture> read_png(std::string_view bytes) {
  PngImage png;
  if (png_image_begin_read_from_memory(&png.image, bytes.data(), bytes.size()) == 0)
    return png.failure();
  png.image.format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA | PNG_FORMAT_FLAG_LINEAR;
  CK_TRY(picture, empty_picture(png.image.width, png.image.height,
                                PNG_IMAGE_PIXEL_CHANNELS(png.image.format)));
  const bool linear = (png.image.format & PNG_FORMAT_FLAG_LINEAR) != 0;
  CK_CHECK(linear ? read_samples<png_uint_16>(png, 65535, picture)
                  : read_samples<png_byte>(png, kRange, picture));
  return std::move(picture);
}

}  // namespace

Result<Picture> read_picture(std::string_view bytes) {
  if (bytes.starts_with(kPngSignature)) return read_png(bytes);
  const bool pnm = bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
                   (std::isspace(static_cast<unsigned char>(bytes[2])) != 0 || bytes[2] == '#');
  if (pnm) return PnmReader(bytes).read();
  return fail(ErrorCode::invalid, "neither a PNM nor a PNG picture");
}

}  // namespace ck::sys
