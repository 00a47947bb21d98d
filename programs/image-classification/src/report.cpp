#include "report.hpp"

#include <sys/resource.h>
#include <algorithm>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <stdexcept>

namespace classify {

namespace {

/// Appends to `out` as printf would print; a line has at most 200 characters.
__attribute__((format(printf, 2, 3))) void append(std::string& out, const char* format, ...) {
  char line[200];
  std::va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (length > 0) out += line;
}

double microseconds(double ns) { return ns / 1000.0; }
double microseconds(std::int64_t ns) { return microseconds(static_cast<double>(ns)); }

}  // namespace

Report make_report(const Outcome& outcome, std::int64_t peak_memory_bytes) {
  const auto images = static_cast<double>(outcome.predicted.size());
  const auto total_ns =
      std::accumulate(outcome.latencies_ns.begin(), outcome.latencies_ns.end(), std::int64_t{0});
  Report report;
  report.images = outcome.predicted.size();
  report.top1 = static_cast<double>(outcome.top1) / images;
  report.top5 = static_cast<double>(outcome.top5) / images;
  report.latency = summarise(outcome.latencies_ns);
  report.images_per_second =
      images * 1e9 / static_cast<double>(std::max<std::int64_t>(total_ns, 1));
  report.peak_memory_bytes = peak_memory_bytes;
  return report;
}

std::int64_t peak_memory_bytes() {
  // getrusage() also counts what the parent had in memory before it started this program.
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word)
    if (std::int64_t kib = 0; word == "VmHWM:" && status >> kib) return kib * 1024;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

std::string to_table(const Report& report, const Options& options, const std::string& runtime) {
  std::string out;
  out += "model        " + options.model.string() + "\n";
  out += "runtime      " + runtime + "\n";
  append(out, "batch size   %zu\n", options.batch_size);
  append(out, "images       %zu\n", report.images);
  append(out, "top-1        %.2f %%\n", 100.0 * report.top1);
  append(out, "top-5        %.2f %%\n", 100.0 * report.top5);
  append(out, "latency      mean %.1f us, p50 %.1f us, p90 %.1f us, p99 %.1f us per batch\n",
         microseconds(report.latency.mean_ns), microseconds(report.latency.p50_ns),
         microseconds(report.latency.p90_ns), microseconds(report.latency.p99_ns));
  append(out, "throughput   %.0f images/s\n", report.images_per_second);
  append(out, "peak memory  %.1f MiB\n",
         static_cast<double>(report.peak_memory_bytes) / (1024.0 * 1024.0));
  return out;
}

std::string to_json(const Report& report, const Outcome& outcome) {
  std::string out = "{\n";
  append(out, "  \"top1\": %.17g,\n", report.top1);
  append(out, "  \"top5\": %.17g,\n", report.top5);
  append(out, "  \"images\": %zu,\n", report.images);
  append(out, "  \"latency_mean_ns\": %.17g,\n", report.latency.mean_ns);
  append(out, "  \"latency_p50_ns\": %" PRId64 ",\n", report.latency.p50_ns);
  append(out, "  \"latency_p90_ns\": %" PRId64 ",\n", report.latency.p90_ns);
  append(out, "  \"latency_p99_ns\": %" PRId64 ",\n", report.latency.p99_ns);
  append(out, "  \"images_per_second\": %.17g,\n", report.images_per_second);
  append(out, "  \"peak_memory_bytes\": %" PRId64 ",\n", report.peak_memory_bytes);
  out += "  \"latencies_ns\": [";
  for (std::size_t i = 0; i < outcome.latencies_ns.size(); ++i)
    append(out, "%s%" PRId64, i == 0 ? "" : ", ", outcome.latencies_ns[i]);
  return out + "]\n}\n";
}

std::string to_lines(const Outcome& outcome, const digits::Images& images) {
  std::string out;
  for (std::size_t i = 0; i < images.size(); ++i)
    append(out, "%zu %d %d\n", i, images.labels[i], outcome.predicted[i]);
  return out;
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace classify
