#pragma once

#include "benchmark.hpp"
#include "options.hpp"

#include <cstdint>
#include <digits/images.hpp>
#include <string>

namespace classify {

/// The figures of a run.
struct Report {
  double top1 = 0;  ///< share of the images, 0 to 1
  double top5 = 0;  ///< share of the images, 0 to 1
  std::size_t images = 0;
  Latency latency;  ///< of a batch
  double images_per_second = 0;
  std::int64_t peak_memory_bytes = 0;
};

Report make_report(const Outcome& outcome, std::int64_t peak_memory_bytes);

/// The largest resident set of this process so far, in bytes.
std::int64_t peak_memory_bytes();

/// For people.
std::string to_table(const Report& report, const Options& options, const std::string& runtime);

/// For programs; with the latency of each batch.
std::string to_json(const Report& report, const Outcome& outcome);

/// "index label predicted", one line per image.
std::string to_lines(const Outcome& outcome, const digits::Images& images);

/// Replaces the file. Throws std::runtime_error, naming it.
void write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace classify
