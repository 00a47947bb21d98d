#pragma once
/// A plan for tests: /bin/sh with a script that prints one metric.

#include <string>

#include "run/plan.hpp"

namespace ck::experiment {

/// The metric is what follows its name in the output.
inline run::RunPlan script_plan(const std::string& script, const std::string& metric_name) {
  run::RunPlan plan;
  plan.subject = "program:demo";
  plan.command = "default";
  plan.argv = {"/bin/sh", "-c", script};
  plan.variables = {{"PATH", "/usr/bin:/bin"}};
  plan.accept_exit = {0};
  model::Metric metric;
  metric.name = metric_name;
  metric.role = "performance";
  metric.direction = model::Metric::Direction::lower;
  metric.from = model::PatternMetric{metric_name + " (.*)"};
  plan.metrics = {metric};
  return plan;
}

}  // namespace ck::experiment
