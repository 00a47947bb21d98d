#include "benchmark.hpp"
#include "options.hpp"
#include "report.hpp"

#include <cstdio>
#include <digits/images.hpp>
#include <exception>
#include <inference/session.hpp>

namespace {

void run(const classify::Options& options) {
  const digits::Images images = digits::read_csv(options.data / "test.csv");
  const auto session = inference::open_session(options.model);
  const classify::Outcome outcome =
      classify::classify_all(*session, images, options.batch_size, options.warmup);
  const classify::Report report = classify::make_report(outcome, classify::peak_memory_bytes());
  classify::write_file(options.predictions, classify::to_lines(outcome, images));
  classify::write_file(options.metrics, classify::to_json(report, outcome));
  std::fputs(classify::to_table(report, options, inference::runtime_name()).c_str(), stdout);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const classify::Options options = classify::parse_options(argc, argv);
    if (options.help)
      std::fputs(classify::kUsage, stdout);
    else
      run(options);
    return 0;
  } catch (const classify::UsageError& error) {
    std::fprintf(stderr, "classify: %s\n\n%s", error.what(), classify::kUsage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "classify: %s\n", error.what());
    return 1;
  }
}
