/// Run plans as JSON, "ck.run-plan/1", and back.

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>

#include "run/plan.hpp"

namespace ck::run {
namespace {

constexpr std::string_view kSchema = "ck.run-plan/1";
const std::array<std::string, 3> kDirections{"lower", "higher", "none"};
const std::array<std::string, 3> kLevels{"none", "wanted", "demanded"};
const std::array<std::string, 7> kComparisons{"exact", "numeric",     "none", "text",
                                              "ulp",   "statistical", "image"};

template <typename Enum>
const std::string& word(std::span<const std::string> words, Enum value) {
  return words[static_cast<std::size_t>(value)];
}

template <typename Enum>
Enum meaning(std::span<const std::string> words, const std::string& text) {
  std::size_t place = 0;
  while (place + 1 < words.size() && words[place] != text) ++place;
  return static_cast<Enum>(place);
}

template <typename T>
void put(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}

Json to_json(const model::Limits& limits) {
  Json json = Json::object();
  put(json, "memory_bytes", limits.memory_bytes);
  put(json, "cpu_seconds", limits.cpu_seconds);
  put(json, "file_bytes", limits.file_bytes);
  put(json, "processes", limits.processes);
  put(json, "output_bytes", limits.output_bytes);
  put(json, "timeout_seconds", limits.timeout_seconds);
  return json;
}

Json to_json(const model::Isolation& isolation) {
  Json json = {{"level", word(kLevels, isolation.level)}, {"network", isolation.network}};
  json["hidden"] = isolation.hidden;
  json["scratch"] = isolation.scratch;
  json["devices"] = isolation.devices;
  put(json, "scratch_bytes", isolation.scratch_bytes);
  put(json, "tree_memory_bytes", isolation.tree_memory_bytes);
  put(json, "tree_processes", isolation.tree_processes);
  put(json, "disk_bytes", isolation.disk_bytes);
  return json;
}

std::optional<std::uint64_t> unsigned_of(ObjectReader& reader, const char* key) {
  const auto value = reader.optional_integer(key, 0);
  return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

model::Limits limits_from(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  model::Limits limits;
  limits.memory_bytes = unsigned_of(reader, "memory_bytes");
  limits.cpu_seconds = unsigned_of(reader, "cpu_seconds");
  limits.file_bytes = unsigned_of(reader, "file_bytes");
  limits.processes = unsigned_of(reader, "processes");
  limits.output_bytes = unsigned_of(reader, "output_bytes");
  limits.timeout_seconds = reader.optional_number("timeout_seconds");
  reader.finish();
  return limits;
}

model::Isolation isolation_from(const Json& value, const std::string& path,
                                JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  model::Isolation isolation;
  isolation.level = meaning<model::Isolation::Level>(kLevels, reader.choice("level", kLevels));
  isolation.network = reader.optional_bool("network").value_or(true);
  if (reader.has("hidden")) isolation.hidden = reader.strings("hidden");
  if (reader.has("scratch")) isolation.scratch = reader.strings("scratch");
  if (reader.has("devices")) isolation.devices = reader.strings("devices");
  isolation.scratch_bytes = unsigned_of(reader, "scratch_bytes");
  isolation.tree_memory_bytes = unsigned_of(reader, "tree_memory_bytes");
  isolation.tree_processes = unsigned_of(reader, "tree_processes");
  isolation.disk_bytes = unsigned_of(reader, "disk_bytes");
  reader.finish();
  return isolation;
}

Json to_json(const model::Metric& metric) {
  Json json = {{"name", metric.name},
               {"unit", metric.unit},
               {"direction", word(kDirections, metric.direction)}};
  if (const auto* from = std::get_if<model::JsonMetric>(&metric.from)) {
    json["json"] = from->file;
    json["pointer"] = from->pointer;
  } else {
    json["stdout"] = std::get<model::PatternMetric>(metric.from).pattern;
  }
  json["role"] = metric.role;
  json["required"] = metric.required;
  put(json, "absolute_tolerance", metric.absolute_tolerance);
  put(json, "relative_tolerance", metric.relative_tolerance);
  return json;
}

model::Metric metric_from(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  model::Metric metric;
  metric.name = reader.string("name");
  metric.unit = reader.optional_string("unit").value_or("");
  metric.direction =
      meaning<model::Metric::Direction>(kDirections, reader.choice("direction", kDirections));
  if (const auto pattern = reader.optional_string("stdout")) {
    metric.from = model::PatternMetric{*pattern};
  } else {
    metric.from =
        model::JsonMetric{reader.string("json"), reader.optional_string("pointer").value_or("")};
  }
  metric.role = reader.optional_string("role").value_or("");
  metric.required = reader.optional_bool("required").value_or(true);
  metric.absolute_tolerance = reader.optional_number("absolute_tolerance");
  metric.relative_tolerance = reader.optional_number("relative_tolerance");
  reader.finish();
  return metric;
}

Json to_json(const model::Output& output) {
  Json json = {{"name", output.name},
               {"path", output.path},
               {"compare", word(kComparisons, output.compare)},
               {"absolute_tolerance", output.absolute_tolerance},
               {"relative_tolerance", output.relative_tolerance}};
  // Only where they mean something, so that plans stay equal to those of older records.
  if (output.compare == model::Output::Compare::ulp) {
    json["ulps"] = output.ulps;
    json["single_precision"] = output.single_precision;
  }
  if (output.compare == model::Output::Compare::statistical) json["margin"] = output.margin;
  put(json, "pixel_difference", output.pixel_difference);
  put(json, "psnr_db", output.psnr_db);
  put(json, "ssim", output.ssim);
  return json;
}

model::Output output_from(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  model::Output output;
  output.name = reader.string("name");
  output.path = reader.string("path");
  output.compare =
      meaning<model::Output::Compare>(kComparisons, reader.choice("compare", kComparisons));
  output.absolute_tolerance = reader.optional_number("absolute_tolerance").value_or(0);
  output.relative_tolerance = reader.optional_number("relative_tolerance").value_or(0);
  output.ulps = static_cast<std::uint32_t>(
      reader.optional_integer("ulps", 0, std::numeric_limits<std::uint32_t>::max()).value_or(0));
  output.single_precision = reader.optional_bool("single_precision").value_or(false);
  output.margin = reader.optional_number("margin").value_or(0);
  output.pixel_difference = reader.optional_number("pixel_difference");
  output.psnr_db = reader.optional_number("psnr_db");
  output.ssim = reader.optional_number("ssim");
  reader.finish();
  return output;
}

Json to_json(const Iterations& iterations) {
  return {{"variable", iterations.variable},
          {"totals", iterations.totals},
          {"count", iterations.count}};
}

Iterations iterations_from(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  Iterations iterations;
  iterations.variable = reader.string("variable");
  iterations.totals = reader.strings("totals");
  reader.required("count");
  iterations.count = static_cast<std::uint64_t>(reader.optional_integer("count", 1).value_or(1));
  reader.finish();
  return iterations;
}

Json to_json(const Placement& placement) {
  return {{"from", placement.from}, {"to", placement.to}, {"link", placement.link}};
}

Placement placement_from(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  Placement placement;
  placement.from = reader.string("from");
  placement.to = reader.optional_string("to").value_or("");
  placement.link = reader.optional_bool("link").value_or(false);
  reader.finish();
  return placement;
}

template <typename Items>
Json array_of(const Items& items) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(to_json(item));
  return array;
}

template <typename Pairs>
Json object_of(const Pairs& pairs) {
  Json object = Json::object();
  for (const auto& [name, value] : pairs) object[name] = value;
  return object;
}

install::Variables open_variables(const RunPlan& plan, const install::Scrubber& scrubber) {
  install::Variables variables;
  for (const auto& [name, value] : plan.variables) {
    const bool secret =
        std::ranges::find(plan.secrets, name, &install::Secret::name) != plan.secrets.end();
    if (!secret) variables.emplace_back(name, scrubber.scrub(value));
  }
  return variables;
}

Json hashes_of(const std::vector<install::Secret>& secrets) {
  Json json = Json::object();
  for (const auto& secret : secrets) json[secret.name] = secret.hash;
  return json;
}

}  // namespace

Json to_json(const RunPlan& plan) {
  const install::Scrubber scrubber = scrubber_of(plan);
  Json json = Json::object();
  json["schema"] = kSchema;
  json["subject"] = plan.subject;
  json["command"] = plan.command;
  json["argv"] = Json::array();
  for (const auto& argument : plan.argv) json["argv"].push_back(scrubber.scrub(argument));
  json["variables"] = object_of(open_variables(plan, scrubber));
  if (!plan.secrets.empty()) json["secrets"] = hashes_of(plan.secrets);
  json["environments"] = plan.environments;
  json["parameters"] = object_of(plan.parameters);
  json["profile"] = plan.profile;
  if (plan.isolation.level != model::Isolation::Level::none)
    json["isolation"] = to_json(plan.isolation);
  if (!plan.readable.empty()) json["readable"] = plan.readable;
  json["limits"] = to_json(plan.limits);
  json["accept_exit"] = plan.accept_exit;
  json["metrics"] = array_of(plan.metrics);
  json["outputs"] = array_of(plan.outputs);
  if (plan.iterations) json["iterations"] = to_json(*plan.iterations);
  if (!plan.placements.empty()) json["placements"] = array_of(plan.placements);
  if (!plan.binary.empty()) json["binary"] = plan.binary;
  if (!plan.directory.empty()) json["directory"] = plan.directory;
  if (!plan.surroundings.empty()) json["surroundings"] = scrubber.scrub(plan.surroundings);
  return json;
}

Result<RunPlan> run_plan_from_json(const Json& value, const std::string& source) {
  JsonProblems problems(source);
  ObjectReader reader(value, "", problems);
  RunPlan plan;
  const std::string schemas[] = {std::string(kSchema)};
  reader.choice("schema", schemas);
  plan.subject = reader.string("subject");
  plan.command = reader.string("command");
  plan.argv = reader.strings("argv");
  plan.variables = reader.string_map("variables");
  if (reader.has("secrets")) {
    for (auto& [name, hash] : reader.string_map("secrets"))
      plan.secrets.push_back({name, std::move(hash)});
  }
  plan.environments = reader.strings("environments");
  for (auto& [name, text] : reader.string_map("parameters")) plan.parameters[name] = text;
  plan.profile = reader.optional_string("profile").value_or("");
  if (const auto* isolation = reader.optional("isolation")) {
    plan.isolation = isolation_from(*isolation, reader.path_of("isolation"), problems);
  }
  if (reader.has("readable")) plan.readable = reader.strings("readable");
  if (const auto* limits = reader.optional("limits")) {
    plan.limits = limits_from(*limits, reader.path_of("limits"), problems);
  }
  reader.each("accept_exit", [&](const Json& code, const std::string& path) {
    const double number = code.is_number_integer() ? code.get<double>() : -1;
    if (number < 0 || number > 255) {
      problems.add(path, "must be an exit code from 0 to 255");
    } else {
      plan.accept_exit.push_back(static_cast<int>(number));
    }
  });
  reader.each("metrics", [&](const Json& item, const std::string& path) {
    plan.metrics.push_back(metric_from(item, path, problems));
  });
  reader.each("outputs", [&](const Json& item, const std::string& path) {
    plan.outputs.push_back(output_from(item, path, problems));
  });
  reader.each("placements", [&](const Json& item, const std::string& path) {
    plan.placements.push_back(placement_from(item, path, problems));
  });
  if (const auto* iterations = reader.optional("iterations"))
    plan.iterations = iterations_from(*iterations, reader.path_of("iterations"), problems);
  plan.binary = reader.optional_string("binary").value_or("");
  plan.directory = reader.optional_string("directory").value_or("");
  plan.surroundings = reader.optional_string("surroundings").value_or("");
  reader.finish();
  if (plan.argv.empty()) problems.add("/argv", "must hold at least the program");
  if (!problems.empty()) return fail(problems.to_error());
  return plan;
}

}  // namespace ck::run
