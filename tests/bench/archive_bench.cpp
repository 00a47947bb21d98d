/// An archive of many points with 50 metrics each, written through the store's own functions: what
/// questions, appending and verification take, and how much room a point needs.
///
/// usage: archive_bench FOLDER POINTS [verify]
/// Fills FOLDER (which must be empty) when it has no archive yet; then measures. The bounds are
/// those of 1,000,000 points; exit status 1 if one is missed.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "experiment/select.hpp"
#include "store/chain.hpp"
#include "store/store.hpp"

namespace {

using namespace ck;

constexpr std::size_t kMetrics = 50;
constexpr std::size_t kBatch = 1000;

template <typename T>
T need(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "archive_bench: %s\n", result.error().message.c_str());
  std::exit(1);
}

double milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
  return time.count();
}

/// As long as real ones: plan, host with its processor features, lock.
std::string document(std::size_t number) {
  std::string flags;
  for (int i = 0; i < 120; ++i) flags += fmt::format("{}\"feature_{}\"", i == 0 ? "" : ",", i * 37);
  std::string environments;
  for (int i = 0; i < 6; ++i) {
    environments += fmt::format(
        R"({}{{"environment":{{"id":"{:032x}","component":{{"kind":"package","name":"library-{}"}},)"
        R"("version":"1.{}.0","recipe_hash":"{:064x}"}},"reason":"the newest"}})",
        i == 0 ? "" : ",", i * 7919, i, i, i * 104729);
  }
  return fmt::format(
      R"({{"schema":"ck.record/1","ck_version":"0.1.0","request":"ck benchmark program:x",)"
      R"("plan":{{"subject":"program:x","command":"run","parameters":{{"batch":"{}","threads":"{}",)"
      R"("model":"model-{}"}},"variables":{{"LC_ALL":"C.UTF-8","SEED":"{}"}}}},)"
      R"("host":{{"cpu_model":"Some CPU","logical_cpus":2,"kernel":"6.1","cpu_flags":[{}]}},)"
      R"("lock":{{"environments":[{}],"repositories":[{{"name":"core","commit":"{:040x}"}}]}}}})",
      1 << number % 8, 1 + number / 8 % 4, number / 32 % 5, number, flags, environments, 12345);
}

std::vector<store::MetricKey> keys() {
  std::vector<store::MetricKey> keys = {{"top1", "fraction", "higher", "accuracy"},
                                        {"latency", "ns", "lower", "performance"}};
  while (keys.size() < kMetrics)
    keys.push_back({"metric_" + std::to_string(keys.size()), "count", "lower", ""});
  return keys;
}

store::Repetition repetition(std::mt19937_64& bits) {
  store::Repetition repetition;
  repetition.number = 1;
  repetition.started_ns = 1'790'000'000'000'000'000;
  repetition.wall_ns = static_cast<std::int64_t>(bits() % 1'000'000'000);
  repetition.user_ns = repetition.wall_ns / 2;
  repetition.max_rss_bytes = 12'443'648;
  repetition.ok = true;
  repetition.ending = "exited with 0";
  repetition.detail = R"({"exit":0,"load_before":{"load_1min":1.14},"voluntary_switches":1})";
  repetition.out_sha256 = std::string(64, 'a');
  repetition.err_sha256 = std::string(64, 'b');
  std::uniform_real_distribution<double> fraction(0, 1);
  repetition.metrics = {fraction(bits), 1e6 + 1e9 * fraction(bits)};
  while (repetition.metrics.size() < kMetrics) repetition.metrics.push_back(fraction(bits));
  return repetition;
}

void fill(store::Store& store, std::size_t points) {
  need(store.import_experiment({"00000000000000aa", "big", model::Tags({"bench"}), 1, 1, 0, {}}));
  std::mt19937_64 bits(1);
  for (std::size_t start = 0; start < points; start += kBatch) {
    std::vector<store::ImportedPoint> batch;
    for (std::size_t i = start; i < std::min(points, start + kBatch); ++i) {
      store::ImportedPoint imported;
      imported.point.uid = fmt::format("{:016x}", bits());
      imported.point.subject = "program:x";
      imported.point.state = store::PointState::ok;
      imported.point.created_ns = 1'790'000'000'000'000'000 + static_cast<std::int64_t>(i) * 1000;
      imported.point.ended_ns = imported.point.created_ns + 500;
      imported.point.document = document(i);
      imported.point.keys = keys();
      imported.point.repetitions = {repetition(bits)};
      batch.push_back(std::move(imported));
    }
    need(store.import_points("00000000000000aa", batch));
  }
}

/// Whether it is within its bound; says so when it is not.
bool within(double figure, double bound, const char* unit) {
  if (figure <= bound) return true;
  std::printf("%-28s MISSED: at most %.0f %s\n", "", bound, unit);
  return false;
}

bool ask(store::Archive& archive, const char* what, const experiment::SelectRequest& request,
         double bound) {
  std::vector<double> times;
  std::size_t found = 0;
  for (int i = 0; i < 7; ++i)
    times.push_back(
        milliseconds([&] { found = need(experiment::select_points(request, archive)).matched; }));
  std::ranges::sort(times);
  std::printf("%-28s %8.1f ms (least %.1f, most %.1f), %zu points match\n", what,
              times[times.size() / 2], times.front(), times.back(), found);
  return within(times[times.size() / 2], bound, "ms");
}

/// As a run does it: begin, one execution, end.
bool append(store::Store& store, int count) {
  std::mt19937_64 bits(2);
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    store::NewPoint wanted;
    wanted.experiment = "big";
    wanted.subject = "program:x";
    wanted.document = document(static_cast<std::size_t>(i));
    wanted.created_ns = 1'800'000'000'000'000'000 + i;
    times.push_back(milliseconds([&] {
      const auto point = need(store.begin_point(wanted));
      const auto added = store.add_repetition(point, keys(), repetition(bits));
      const auto ended = store.finish_point(point, store::PointState::ok, 1, "", "");
      if (!added || !ended) std::exit(1);
    }));
  }
  std::ranges::sort(times);
  std::printf("%-28s %8.1f ms (least %.1f, 99 of 100 within %.1f, most %.1f)\n",
              "append of one run", times[times.size() / 2], times.front(),
              times[times.size() * 99 / 100], times.back());
  constexpr double kBound = 10;
  return within(times[times.size() / 2], kBound, "ms");
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) {
    std::fprintf(stderr, "usage: archive_bench FOLDER POINTS [verify]\n");
    return 2;
  }
  const fs::path folder = words[1];
  const fs::path file = folder / "ck.sqlite";
  const auto points = static_cast<std::size_t>(std::strtoull(words[2], nullptr, 10));
  const bool fresh = !fs::exists(file);
  auto store = need(store::Store::open(file, folder / "blobs"));
  if (fresh) {
    const double time = milliseconds([&] { fill(store, points); });
    std::printf("%-28s %8.0f points/s\n", "import", 1000 * static_cast<double>(points) / time);
  }
  constexpr double kQuestion = 200;
  constexpr double kFrontier = 2000;
  constexpr double kBytes = 1500;
  constexpr double kVerification = 0.02;  // a record
  const double bytes = static_cast<double>(fs::file_size(file)) / static_cast<double>(points);
  std::printf("%-28s %8.0f bytes a point\n", "file", bytes);
  bool good = within(bytes, kBytes, "bytes");
  auto archive = need(store::Archive::open(file, folder / "blobs"));
  experiment::SelectRequest request;
  request.where = need(experiment::parse_condition("top1 >= 0.95 and latency_ms < 500"));
  request.sort = {"latency"};
  request.limit = 20;
  good &= ask(archive, "filter, sort, first 20", request, kQuestion);
  request.where = need(experiment::parse_condition("param.batch = 8 and model like '*-3'"));
  good &= ask(archive, "parameters, sort, first 20", request, kQuestion);
  request.where = {};
  request.sort = {"-metric_7"};
  good &= ask(archive, "sort all, first 20", request, kQuestion);
  request.sort = {};
  request.frontier = {"top1", "latency"};
  good &= ask(archive, "frontier of two", request, kFrontier);
  good &= append(store, 300);
  if (count > 3) {
    store::ChainReport report;
    const double time = milliseconds([&] { report = need(store::verify_chain(archive)); });
    std::printf("%-28s %8.0f ms for %lld records, %s\n", "verification", time,
                static_cast<long long>(report.records), report.broken ? "BROKEN" : "intact");
    good &= within(time, kVerification * static_cast<double>(report.records), "ms");
    good &= !report.broken && report.columns.good();
  }
  return good ? 0 : 1;
}
