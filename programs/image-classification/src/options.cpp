#include "options.hpp"

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

namespace classify {

const char* const kUsage =
    "usage: classify --model FILE --data DIR --metrics FILE --predictions FILE\n"
    "\n"
    "Classifies the images of DIR/test.csv with an ONNX model, prints accuracy, latency and "
    "memory,\n"
    "and writes them to the metrics file as JSON. The predictions file gets one line per image:\n"
    "index, label, predicted label.\n"
    "\n"
    "Environment variables:\n"
    "  BATCH_SIZE  images per batch, 1 to 4096, default 1\n"
    "  WARMUP      passes over 32 images before the measurement, 0 to 1000, default 1\n";

namespace {

std::size_t variable(const char* name, std::size_t otherwise, std::size_t low, std::size_t high) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return otherwise;
  const std::string_view text = value;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < low || number > high)
    throw UsageError(std::string("environment variable ") + name + " must be a whole number from " +
                     std::to_string(low) + " to " + std::to_string(high) + ", not '" +
                     std::string(text) + "'");
  return number;
}

std::filesystem::path* path_of(Options& options, std::string_view option) {
  if (option == "--model") return &options.model;
  if (option == "--data") return &options.data;
  if (option == "--metrics") return &options.metrics;
  if (option == "--predictions") return &options.predictions;
  return nullptr;
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--help" || option == "-h") {
      options.help = true;
      return options;
    }
    std::filesystem::path* const path = path_of(options, option);
    if (path == nullptr) throw UsageError("unknown option '" + option + "'");
    if (++i == argc) throw UsageError(option + " needs a value");
    *path = argv[i];
  }
  for (const char* option : {"--model", "--data", "--metrics", "--predictions"})
    if (path_of(options, option)->empty()) throw UsageError(std::string(option) + " is missing");
  options.batch_size = variable("BATCH_SIZE", 1, 1, 4096);
  options.warmup = variable("WARMUP", 1, 0, 1000);
  return options;
}

}  // namespace classify
