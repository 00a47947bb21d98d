#include "export.hpp"
#include "network.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iterator>
#include <onnx_lite/io.hpp>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

constexpr const char* kUsage =
    "usage: train-digits --architecture NAME --data DIR --output FILE [--seed N] [--epochs N]\n"
    "\n"
    "Trains a digit classifier on DIR/train.csv and writes it as an ONNX file. The same arguments\n"
    "give the same bytes on every machine.\n"
    "\n"
    "  --architecture  mlp16, mlp64, cnn4 or cnn16\n"
    "  --data          folder with train.csv\n"
    "  --output        the ONNX file to write\n"
    "  --seed          0 to 2^64-1, default 1\n"
    "  --epochs        passes over the training images, 1 to 100000; default depends on the\n"
    "                  architecture\n";

struct Options {
  std::string architecture;
  std::filesystem::path data;
  std::filesystem::path output;
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> epochs;
};

/// A command line that cannot be understood.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::uint64_t parse_number(const std::string& option, const std::string& text, std::uint64_t low,
                           std::uint64_t high) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high)
    throw UsageError(option + " must be a whole number from " + std::to_string(low) + " to " +
                     std::to_string(high) + ", not '" + text + "'");
  return value;
}

Options parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string option = argv[i];
    if (i + 1 == argc) throw UsageError(option + " needs a value");
    const std::string value = argv[i + 1];
    if (option == "--architecture")
      options.architecture = value;
    else if (option == "--data")
      options.data = value;
    else if (option == "--output")
      options.output = value;
    else if (option == "--seed")
      options.seed = parse_number(option, value, 0, UINT64_MAX);
    else if (option == "--epochs")
      options.epochs = parse_number(option, value, 1, 100'000);
    else
      throw UsageError("unknown option '" + option + "'");
  }
  if (options.architecture.empty()) throw UsageError("--architecture is missing");
  if (options.data.empty()) throw UsageError("--data is missing");
  if (options.output.empty()) throw UsageError("--output is missing");
  return options;
}

void run(const Options& options) {
  train::Random random(options.seed);
  train::Network network = train::make_network(options.architecture, random);
  const digits::Images images = digits::read_csv(options.data / "train.csv");
  train::Schedule schedule = train::default_schedule(options.architecture);
  if (options.epochs) schedule.epochs = static_cast<std::size_t>(*options.epochs);
  std::printf("training %s on %zu images, %zu epochs, seed %llu\n", options.architecture.c_str(),
              images.size(), schedule.epochs, static_cast<unsigned long long>(options.seed));
  const std::size_t interval = schedule.epochs < 10 ? 1 : schedule.epochs / 10;
  train::train(network, images, schedule, random, [&](std::size_t epoch, double correct) {
    if (epoch % interval == 0)
      std::printf("epoch %zu: %.1f %% of the training images correct\n", epoch, 100.0 * correct);
  });
  onnx_lite::write_file(train::to_onnx(network, options.architecture), options.output);
  std::printf("wrote %s\n", options.output.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 2 && (std::string(argv[1]) == "--help" || std::string(argv[1]) == "-h")) {
      std::fputs(kUsage, stdout);
      return 0;
    }
    run(parse_options(argc, argv));
    return 0;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "train-digits: %s\n\n%s", error.what(), kUsage);
    return 2;
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "train-digits: %s; there are mlp16, mlp64, cnn4 and cnn16\n",
                 error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train-digits: %s\n", error.what());
    return 1;
  }
}
