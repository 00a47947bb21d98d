#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>

namespace classify {

/// What the command line and the environment ask for.
struct Options {
  std::filesystem::path model;        ///< ONNX file
  std::filesystem::path data;         ///< folder with test.csv
  std::filesystem::path metrics;      ///< JSON file to write
  std::filesystem::path predictions;  ///< text file to write
  std::size_t batch_size = 1;         ///< BATCH_SIZE, 1 to 4096
  std::size_t warmup = 1;             ///< WARMUP, passes over 32 images, 0 to 1000
  bool help = false;
};

/// A command line or variable that cannot be understood; the text says which and what is expected.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

extern const char* const kUsage;

/// Throws UsageError.
Options parse_options(int argc, char** argv);

}  // namespace classify
