#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

#include "run/plan.hpp"
#include "support/temporary_home.hpp"

namespace ck::run {
namespace {

/// Every field holds something.
RunPlan maximal_plan() {
  RunPlan plan;
  plan.subject = "program:x";
  plan.command = "default";
  plan.argv = {"${home}/tool", "", "ä \"quoted\"\n"};
  plan.variables = {{"A", ""}, {"PATH", "/bin"}};
  plan.environments = {"id1", "id2"};
  plan.parameters = {{"model", "mlp16"}};
  plan.profile = "strict";
  plan.limits = {1, 2, 3, 4, 5, 0.25};
  plan.accept_exit = {0, 3, 255};
  model::Metric json;
  json.name = "top1";
  json.unit = "fraction";
  json.direction = model::Metric::Direction::higher;
  json.from = model::JsonMetric{"result.json", "/a~1b/0"};
  json.role = "accuracy";
  json.required = false;
  json.absolute_tolerance = 0.1;
  json.relative_tolerance = 1e-300;
  model::Metric pattern;
  pattern.name = "time";
  pattern.direction = model::Metric::Direction::lower;
  pattern.from = model::PatternMetric{"([0-9]+) ms"};
  model::Metric whole;
  whole.name = "whole";
  whole.from = model::JsonMetric{"number.json", ""};
  plan.metrics = {json, pattern, whole};
  using Compare = model::Output::Compare;
  for (const auto compare : {Compare::exact, Compare::numeric, Compare::none, Compare::ulp,
                             Compare::statistical, Compare::text, Compare::image}) {
    model::Output output;
    output.name = "output" + std::to_string(plan.outputs.size());
    output.path = output.name + ".txt";
    output.compare = compare;
    plan.outputs.push_back(output);
  }
  plan.outputs[1].absolute_tolerance = 0.5;
  plan.outputs[1].relative_tolerance = 1e-6;
  plan.outputs[3].ulps = 4;
  plan.outputs[3].single_precision = true;
  plan.outputs[4].margin = 0.05;
  plan.outputs[6].pixel_difference = 2;
  plan.outputs[6].psnr_db = 30.5;
  plan.outputs[6].ssim = 0.9;
  plan.iterations = Iterations{"ROUNDS", {"time"}, 1000};
  plan.placements = {{"${home}/envs/id1", "", true}, {"${home}/envs/id1/tmp", "tmp", false}};
  plan.directory = "tmp";
  plan.surroundings = R"({"schema": "other/1"})";
  return plan;
}

/// Everything a plan says, for comparisons; independent of its JSON.
std::string text_of(const RunPlan& plan) {
  std::string text;
  const auto add = [&](const std::string& part) { text += part + "\x1f"; };
  const auto number = [&](const auto& value) {
    add(value ? testing::PrintToString(*value) : "none");
  };
  for (const auto* part : {&plan.subject, &plan.command, &plan.profile}) add(*part);
  for (const auto& argument : plan.argv) add(argument);
  for (const auto& [name, value] : plan.variables) add(name + "=" + value);
  for (const auto& id : plan.environments) add(id);
  for (const auto& [name, value] : plan.parameters) add(name + "=" + value);
  number(plan.limits.memory_bytes);
  number(plan.limits.cpu_seconds);
  number(plan.limits.file_bytes);
  number(plan.limits.processes);
  number(plan.limits.output_bytes);
  number(plan.limits.timeout_seconds);
  for (const int code : plan.accept_exit) add(std::to_string(code));
  for (const auto& metric : plan.metrics) {
    add(metric.name + metric.unit + metric.role + std::to_string(int(metric.direction)));
    const auto* json = std::get_if<model::JsonMetric>(&metric.from);
    add(json != nullptr ? "json " + json->file + " " + json->pointer
                        : "stdout " + std::get<model::PatternMetric>(metric.from).pattern);
    add(metric.required ? "required" : "optional");
    number(metric.absolute_tolerance);
    number(metric.relative_tolerance);
  }
  for (const auto& output : plan.outputs) {
    add(output.name + " " + output.path + std::to_string(int(output.compare)));
    number(std::optional(output.absolute_tolerance));
    number(std::optional(output.relative_tolerance));
    number(std::optional(output.margin));
    for (const auto& bound : {output.pixel_difference, output.psnr_db, output.ssim}) number(bound);
    add(std::to_string(output.ulps) + (output.single_precision ? " single" : " double"));
  }
  if (plan.iterations) {
    add(plan.iterations->variable + " " + std::to_string(plan.iterations->count));
    for (const auto& total : plan.iterations->totals) add(total);
  }
  for (const auto& placement : plan.placements)
    add(placement.from + " > " + placement.to + (placement.link ? " link" : " copy"));
  add(plan.directory);
  add(plan.surroundings);
  return text;
}

Result<RunPlan> through_json(const RunPlan& plan) {
  CK_TRY(json, parse_json(to_text(to_json(plan)), "plan"));
  return run_plan_from_json(json, "plan");
}

TEST(RunPlanJson, RoundTripsAMaximalPlan) {
  const RunPlan plan = maximal_plan();
  const auto read = through_json(plan);
  ASSERT_OK(read);
  EXPECT_EQ(text_of(*read), text_of(plan));
  EXPECT_EQ(to_json(*read), to_json(plan));
}

TEST(RunPlanJson, RoundTripsAMinimalPlan) {
  RunPlan plan;
  plan.subject = "program:x";
  plan.command = "c";
  plan.argv = {"x"};
  const auto read = through_json(plan);
  ASSERT_OK(read);
  EXPECT_EQ(text_of(*read), text_of(plan));
}

std::string any_text() {
  return *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '\x7f')));
}

std::optional<std::uint64_t> any_limit() {
  const auto value = *rc::gen::maybe(rc::gen::inRange<std::uint64_t>(0, INT64_MAX));
  return value ? std::optional(*value) : std::nullopt;
}

TEST(RunPlanJson, RoundTripsAnyPlan) {
  EXPECT_TRUE(rc::check([] {
    RunPlan plan = maximal_plan();
    plan.subject = any_text();
    plan.command = any_text();
    plan.argv = {any_text(), any_text()};
    plan.variables = {{any_text(), any_text()}};
    plan.environments = {any_text()};
    plan.parameters = {{any_text(), any_text()}};
    plan.limits.memory_bytes = any_limit();
    plan.limits.cpu_seconds = any_limit();
    plan.limits.file_bytes = any_limit();
    plan.limits.processes = any_limit();
    plan.limits.output_bytes = any_limit();
    plan.limits.timeout_seconds = *rc::gen::positive<int>() / 7.0;
    plan.accept_exit = {*rc::gen::inRange(0, 256)};
    plan.metrics[0].absolute_tolerance = *rc::gen::positive<int>() / 3.0;
    plan.metrics[0].from = model::JsonMetric{any_text(), any_text()};
    plan.metrics[1].from = model::PatternMetric{any_text()};
    plan.outputs[0].path = any_text();
    plan.placements[0] = {any_text(), any_text(), *rc::gen::arbitrary<bool>()};
    plan.surroundings = any_text();
    plan.outputs[1].relative_tolerance = *rc::gen::positive<int>() / 9.0;
    const auto read = through_json(plan);
    RC_ASSERT(read.has_value());
    RC_ASSERT(text_of(*read) == text_of(plan));
  }));
}

TEST(RunPlanJson, ListsEverythingWrongWithADocument) {
  Json json = to_json(maximal_plan());
  json["argv"] = Json::array();
  json["accept_exit"] = {"0", 1.0, -1, 256};
  json["limits"]["processes"] = -1;
  json["metrics"][0]["direction"] = "up";
  json["metrics"][1].erase("stdout");
  json["outputs"][0].erase("path");
  json["outputs"][1]["compare"] = "fuzzy";
  json["enviroments"] = Json::array();
  const auto read = run_plan_from_json(json, "plan of point x");
  EXPECT_ERROR(read, invalid, "plan of point x");
  for (const auto* place :
       {"/argv", "/accept_exit/0", "/accept_exit/1", "/accept_exit/2", "/accept_exit/3",
        "/limits/processes", "/metrics/0/direction", "/metrics/1/json", "/outputs/0/path",
        "/outputs/1/compare", "/enviroments"})
    EXPECT_ERROR(read, invalid, place);
}

TEST(RunPlanJson, RefusesAnotherSchemaAndWhatIsNoObject) {
  Json json = to_json(maximal_plan());
  json["schema"] = "ck.run-plan/2";
  EXPECT_ERROR(run_plan_from_json(json, "plan"), invalid, "ck.run-plan/1");
  EXPECT_ERROR(run_plan_from_json(Json("text"), "plan"), invalid, "object");
}

}  // namespace
}  // namespace ck::run
