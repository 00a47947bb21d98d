#include "experiment/import_benchmarks.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

class ImportBenchmarks : public ::testing::Test {
 protected:
  ImportBenchmarks() : store_(opened()) {}
  store::Store opened() const {
    auto store = store::Store::open(home_ / "ck.sqlite", home_ / "blobs");
    if (!store) throw std::runtime_error(test::text_of(store.error()));
    return std::move(*store);
  }
  Result<ImportReport> import(const std::string& text, const std::string& name = "") {
    test::write_text(home_ / "bench.json", text);
    return import_benchmarks({home_ / "bench.json", name}, store_, clock_);
  }

  test::TemporaryHome home_;
  sys::SystemClock clock_;
  store::Store store_;
};

constexpr const char* kHyperfine = R"({"results":[
  {"command":"sleep 0.1","mean":0.1015,"stddev":0.001,"median":0.101,"user":0.001,"system":0.001,
   "min":0.1,"max":0.103,"times":[0.1,0.101,0.103],"exit_codes":[0,0,3],
   "parameters":{"n":"4"}},
  {"command":"true","mean":0.002}]})";

TEST_F(ImportBenchmarks, ReadHyperfineWithItsSamples) {
  const auto report = import(kHyperfine, "sleeping");
  ASSERT_OK(report);
  ASSERT_EQ(report->experiments.size(), 1U);
  EXPECT_EQ(report->experiments[0].name, "sleeping");
  EXPECT_EQ(report->experiments[0].added, 2U);
  const auto points = store_.points("sleeping");
  ASSERT_OK(points);
  ASSERT_EQ(points->size(), 2U);
  const auto& sleep = points->at(0);
  EXPECT_EQ(sleep.subject, "command:sleep 0.1");
  EXPECT_EQ(sleep.state, store::PointState::failed) << "one run ended with 3";
  ASSERT_EQ(sleep.repetitions.size(), 3U);
  EXPECT_EQ(sleep.keys[0].name, "wall_time");
  EXPECT_NEAR(sleep.repetitions[1].metrics[0], 101e6, 1);
  EXPECT_EQ(sleep.repetitions[2].ending, "exited with 3");
  const auto& summary = points->at(1);
  ASSERT_EQ(summary.repetitions.size(), 1U);
  EXPECT_EQ(summary.keys[1].name, "wall_time_mean");
  EXPECT_NEAR(summary.repetitions[0].metrics[1], 2e6, 1);
}

TEST_F(ImportBenchmarks, AddNothingTheSecondTime) {
  ASSERT_OK(import(kHyperfine));
  const auto again = import(kHyperfine);
  ASSERT_OK(again);
  EXPECT_EQ(again->experiments[0].name, "bench");
  EXPECT_EQ(again->experiments[0].added, 0U);
  EXPECT_EQ(again->experiments[0].known, 2U);
}

TEST_F(ImportBenchmarks, ReadGoogleBenchmark) {
  const auto report = import(R"({"context":{"num_cpus":2,"host_name":"h"},"benchmarks":[
    {"name":"BM_a/8","run_name":"BM_a/8","run_type":"iteration","repetitions":2,
     "repetition_index":0,"threads":1,"iterations":100,"real_time":1.5,"cpu_time":1.25,
     "time_unit":"us","bytes_per_second":5e8,"hits":3},
    {"name":"BM_a/8","run_name":"BM_a/8","run_type":"iteration","repetition_index":1,
     "real_time":1.7,"cpu_time":1.3,"time_unit":"us"},
    {"name":"BM_a/8_mean","run_name":"BM_a/8","run_type":"aggregate","aggregate_name":"mean",
     "real_time":1.6,"cpu_time":1.3,"time_unit":"us"},
    {"name":"BM_b_mean","run_name":"BM_b","run_type":"aggregate","aggregate_name":"mean",
     "real_time":2,"time_unit":"ms"},
    {"name":"BM_b_stddev","run_name":"BM_b","run_type":"aggregate","aggregate_name":"stddev",
     "real_time":1,"time_unit":"ms"},
    {"name":"BM_c","error_occurred":true,"error_message":"no file"}]})");
  ASSERT_OK(report);
  EXPECT_EQ(report->experiments[0].added, 3U);
  const auto points = store_.points("bench");
  ASSERT_OK(points);
  const auto value = [&](std::size_t point, std::size_t repetition, const std::string& name) {
    const auto& keys = points->at(point).keys;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].name == name) return points->at(point).repetitions.at(repetition).metrics.at(i);
    }
    return std::nan("");
  };
  EXPECT_EQ(points->at(0).repetitions.size(), 2U);
  EXPECT_NEAR(value(0, 0, "real_time"), 1500, 1e-6);
  EXPECT_NEAR(value(0, 1, "cpu_time"), 1300, 1e-6);
  EXPECT_EQ(value(0, 0, "bytes_per_second"), 5e8);
  EXPECT_EQ(value(0, 0, "hits"), 3);
  EXPECT_TRUE(std::isnan(value(0, 1, "hits")));
  EXPECT_EQ(points->at(1).repetitions.size(), 1U);
  EXPECT_NEAR(value(1, 0, "real_time_mean"), 2e6, 1e-6);
  EXPECT_EQ(points->at(2).state, store::PointState::failed);
  EXPECT_EQ(points->at(2).repetitions.at(0).ending, "error: no file");
}

TEST_F(ImportBenchmarks, RefuseWhatIsNeither) {
  EXPECT_ERROR(import(R"({"a":1})"), invalid, "no results of hyperfine or Google Benchmark");
  EXPECT_ERROR(import("[]"), invalid, "no results");
  EXPECT_ERROR(import("{"), invalid, "bench.json");
  EXPECT_ERROR(import(R"({"results":[{"command":"x"}]})"), invalid, "/results/0/times");
  EXPECT_ERROR(import(R"({"results":["x"]})"), invalid, "/results/0");
  EXPECT_ERROR(import(R"({"benchmarks":[{"real_time":1}]})"), invalid, "/benchmarks/0");
  EXPECT_ERROR(import_benchmarks({home_ / "none.json", ""}, store_, clock_), not_found,
               "none.json");
  EXPECT_EQ(store_.experiments("", {})->size(), 0U);
}

}  // namespace
}  // namespace ck::experiment
