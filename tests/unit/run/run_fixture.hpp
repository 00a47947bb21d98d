#pragma once
/// What running a plan needs: a home with a store, no repositories, and programs that are real or
/// told what to do.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "run/runner.hpp"
#include "support/temporary_home.hpp"

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

/// Nothing may be fetched here.
class NoTransfer final : public sys::Transfer {
 public:
  Result<sys::Git*> git() override { return none(); }
  Result<sys::Http*> http() override { return none(); }
  Result<sys::Archives*> archives() override { return none(); }

 private:
  static tl::unexpected<Error> none() { return fail(ErrorCode::internal, "nothing to fetch"); }
};

class RunTest : public ::testing::Test {
 protected:
  /// The context for a run by these processes.
  install::Context context(sys::Processes& processes) {
    return {home_,     repositories_, catalog_, store_,  processes,
            transfer_, clock_,        events_,  cancel_, host_variables_};
  }

  Result<RunOutcome> run(const RunPlan& plan, sys::Processes& processes) {
    auto with = context(processes);
    return run_once(plan, 1, {}, with);
  }

  Result<RunOutcome> run(const RunPlan& plan) { return run(plan, system_); }

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
    auto bytes = store_.blobs().get(sha256);
    EXPECT_OK(bytes);
    return bytes.value_or("");
  }

  template <typename T>
  static T opened(Result<T> result) {
    if (!result) throw std::runtime_error(test::text_of(result.error()));
    return std::move(*result);
  }

  test::TemporaryHome folder_;
  catalog::Home home_ = opened(catalog::Home::open(folder_ / "home"));
  std::vector<catalog::Repository> repositories_;
  test::RecordingEvents events_;
  sys::Cancel cancel_;
  catalog::Catalog catalog_ =
      opened(catalog::Catalog::open(home_, repositories_, events_, cancel_));
  store::Store store_ = opened(store::Store::open(home_.store(), home_.blobs()));
  sys::SystemProcesses system_;
  NoTransfer transfer_;
  sys::SystemClock clock_;
  std::vector<std::pair<std::string, std::string>> host_variables_;
};

}  // namespace ck::run
