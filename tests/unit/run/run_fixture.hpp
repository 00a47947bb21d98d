#pragma once
/// Running plans with programs that are real or told what to do.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "run/runner.hpp"
#include "support/installation.hpp"

namespace ck::run {

/// Answers as it is told and keeps what it was asked.
class FakeProcesses final : public sys::Processes {
 public:
  using Answer = std::function<Result<sys::ProcessResult>(const sys::ProcessSpec&)>;

  explicit FakeProcesses(Answer answer) : answer_(std::move(answer)) {}
  Result<sys::ProcessResult> run(const sys::ProcessSpec& spec, const sys::Cancel&) override {
    asked.push_back(spec);
    return answer_(spec);
  }

  std::vector<sys::ProcessSpec> asked;

 private:
  Answer answer_;
};

class RunTest : public ::testing::Test {
 protected:
  /// The machine's context with other processes in the place of the real ones.
  install::Context context(sys::Processes& processes) {
    auto& all = machine_.context();
    return {all.home,  all.repositories, all.catalog, all.store,          processes,  all.transfer,
            all.clock, all.events,       all.cancel,  all.host_variables, all.offline};
  }

  Result<RunOutcome> run(const RunPlan& plan, sys::Processes& processes) {
    auto with = context(processes);
    return run_once(plan, 1, {}, with);
  }

  Result<RunOutcome> run(const RunPlan& plan) { return run(plan, machine_.processes); }

  /// A plan for /bin/sh with this script.
  static RunPlan shell(const std::string& script) {
    RunPlan plan;
    plan.subject = "program:demo";
    plan.command = "default";
    plan.argv = {"/bin/sh", "-c", script};
    plan.variables = {{"PATH", "/usr/bin:/bin"}};
    plan.accept_exit = {0};
    return plan;
  }

  static model::Output output(const std::string& name, const std::string& path) {
    model::Output output;
    output.name = name;
    output.path = path;
    return output;
  }

  static model::Metric json_metric(const std::string& name, const std::string& pointer) {
    model::Metric metric;
    metric.name = name;
    metric.from = model::JsonMetric{"result.json", pointer};
    return metric;
  }

  static model::Metric pattern_metric(const std::string& name, const std::string& pattern) {
    model::Metric metric;
    metric.name = name;
    metric.from = model::PatternMetric{pattern};
    return metric;
  }

  std::string blob(const std::string& sha256) {
    auto bytes = machine_.context().store.blobs().get(sha256);
    EXPECT_OK(bytes);
    return bytes.value_or("");
  }

  test::Installation machine_;
  catalog::Home home_ = machine_.home;
};

}  // namespace ck::run
