#pragma once

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace digits {

inline constexpr std::size_t kSide = 8;                ///< rows and columns of an image
inline constexpr std::size_t kPixels = kSide * kSide;  ///< pixels of an image, row by row
inline constexpr int kClasses = 10;                    ///< labels are 0 to 9
inline constexpr int kMaxValue = 16;                   ///< pixels in the files are 0 to 16

/// Images with their labels.
struct Images {
  std::vector<float> pixels;  ///< kPixels per image, 0 (paper) to 1 (ink)
  std::vector<int> labels;

  std::size_t size() const { return labels.size(); }
  /// The pixels of `count` images from number `first` on.
  std::span<const float> batch(std::size_t first, std::size_t count) const {
    return std::span(pixels).subspan(first * kPixels, count * kPixels);
  }
};

namespace detail {

/// One number from the front of `line`, with the comma behind it; -1 if there is none.
inline int take_number(std::string_view& line) {
  int value = -1;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (error != std::errc()) return -1;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  if (!line.empty() && line.front() == ',' && line.size() > 1) line.remove_prefix(1);
  return value;
}

inline void append_image(std::string_view line, Images& out) {
  for (std::size_t i = 0; i < kPixels; ++i) {
    const int value = take_number(line);
    if (value < 0 || value > kMaxValue)
      throw std::runtime_error("pixel " + std::to_string(i + 1) + " is not a number from 0 to 16");
    out.pixels.push_back(static_cast<float>(value) / static_cast<float>(kMaxValue));
  }
  const int label = take_number(line);
  if (label < 0 || label >= kClasses || !line.empty())
    throw std::runtime_error("the line does not end in a label from 0 to 9");
  out.labels.push_back(label);
}

}  // namespace detail

/// Reads a file with one image a line: 64 pixels from 0 to 16 and the label, between commas.
/// Throws std::runtime_error, naming file and line, if the file cannot be read, holds no image, or
/// has a line of another form.
inline Images read_csv(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  Images images;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    try {
      detail::append_image(line, images);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(path.string() + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  if (file.bad()) throw std::runtime_error("cannot read " + path.string());
  if (images.labels.empty()) throw std::runtime_error(path.string() + " holds no images");
  return images;
}

}  // namespace digits
