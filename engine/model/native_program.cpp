#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "model/native_parts.hpp"

namespace ck::model::native {
namespace {

const std::array<std::string, 4> kRoles = {"accuracy", "performance", "memory", "size"};
const std::array<std::string, 3> kDirections = {"lower", "higher", "none"};

constexpr std::size_t kMostCommands = 1000;

constexpr std::string_view kLabel =
    "a name of letters, digits and '._-' that starts with a letter or digit";

bool is_pointer(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != '/' || has_control_character(text)) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) {
      return false;
    }
  }
  return true;
}

std::vector<int> exit_codes(Document& document, ObjectReader& object) {
  if (!object.has("accept_exit")) return {0};
  std::vector<int> codes;
  object.each("accept_exit", [&](const Json& value, const std::string& path) {
    // Negative numbers and those above 2^63 have other types than small ones: compare as doubles.
    const double number = value.is_number_integer() ? value.get<double>() : -1;
    if (number < 0 || number > 255) {
      document.add(path, "must be an exit code from 0 to 255");
    } else {
      codes.push_back(static_cast<int>(number));
    }
  });
  if (codes.empty()) object.problem("accept_exit", "must hold at least one exit code");
  return codes;
}

Command read_command(Document& document, const std::string& name, const Json& value,
                     const std::string& path) {
  ObjectReader object(value, path, document.problems());
  Command command;
  command.name = name;
  if (!is_label(name)) document.add(path, "must be " + std::string(kLabel));
  command.description = text_field(document, object, "description");
  command.run = command_field(document, object, "run", Scope::texts);
  command.timeout_seconds = number_field(object, "timeout_seconds", Bound::positive);
  command.accept_exit = exit_codes(document, object);
  object.finish();
  return command;
}

std::string read_default_command(ObjectReader& object, const std::vector<Command>& commands) {
  std::vector<std::string> names;
  for (const Command& command : commands) names.push_back(command.name);
  if (names.empty() || names.size() > kMostCommands) {
    object.problem("commands",
                   "must hold from 1 to " + std::to_string(kMostCommands) + " commands");
    object.optional_string("default_command");
    return {};
  }
  if (names.size() == 1) return object.choice("default_command", names, names.front());
  return object.choice("default_command", names);
}

JsonMetric read_json_metric(Document& document, ObjectReader& object) {
  JsonMetric metric;
  metric.file = path_field(document, object, "json");
  object.required("pointer");
  metric.pointer = object.optional_string("pointer").value_or("");
  must_be(document, object.path_of("pointer"), metric.pointer, is_pointer,
          "a JSON pointer such as '/latency/mean'");
  return metric;
}

void read_metric_origin(Document& document, ObjectReader& parent, Metric& metric) {
  const Json* value = parent.required("from");
  if (value == nullptr) return;
  ObjectReader object(*value, parent.path_of("from"), document.problems());
  const bool json = object.has("json");
  const bool text = object.has("stdout");
  if (value->is_object() && json == text) {
    parent.problem("from", "must have either 'json' and 'pointer' or 'stdout'");
    object.has("pointer");
  } else if (json) {
    metric.from = read_json_metric(document, object);
  } else if (text) {
    metric.from = PatternMetric{pattern_field(document, object, "stdout")};
  }
  object.finish();
}

Metric read_metric(Document& document, const std::string& name, const Json& value,
                   const std::string& path) {
  ObjectReader object(value, path, document.problems());
  Metric metric;
  metric.name = name;
  if (!is_label(name)) document.add(path, "must be " + std::string(kLabel));
  metric.unit = object.string("unit");
  if (has_control_character(metric.unit))
    object.problem("unit", "must not hold control characters");
  if (const auto direction = choice_field(object, "direction", kDirections)) {
    metric.direction = static_cast<Metric::Direction>(*direction);
  }
  read_metric_origin(document, object, metric);
  if (object.has("role")) metric.role = object.choice("role", kRoles);
  metric.required = object.optional_bool("required").value_or(true);
  if (const Json* tolerance = object.optional("tolerance")) {
    const Tolerances allowed = tolerances(document, *tolerance, object.path_of("tolerance"));
    metric.absolute_tolerance = allowed.absolute;
    metric.relative_tolerance = allowed.relative;
  }
  object.finish();
  return metric;
}

constexpr std::int64_t kMostUlps = 1'000'000'000;
const std::array<std::string, 2> kPrecisions{"double", "single"};

void read_ulp_comparison(ObjectReader& object, Output& output) {
  output.compare = Output::Compare::ulp;
  output.ulps =
      static_cast<std::uint32_t>(object.optional_integer("ulp", 0, kMostUlps).value_or(0));
  output.single_precision = object.choice("precision", kPrecisions, "double") == "single";
}

void read_statistical_comparison(Document& document, const Json& value, const std::string& path,
                                 Output& output) {
  ObjectReader object(value, path, document.problems());
  output.compare = Output::Compare::statistical;
  object.required("margin");
  const auto margin = object.optional_number("margin");
  if (margin && !(*margin > 0)) object.problem("margin", "must be above 0, such as 0.05 for 5 %");
  output.margin = margin.value_or(0);
  object.finish();
}

constexpr double kRange = 255;

/// A number from 0 to `most`; nothing when it is not there.
std::optional<double> bounded(ObjectReader& object, const char* key, double most) {
  const auto number = object.optional_number(key);
  if (number && !(*number >= 0 && *number <= most))
    object.problem(key, "must be from 0 to " + std::to_string(std::lround(most)));
  return number;
}

void read_image_comparison(Document& document, const Json& value, const std::string& path,
                           Output& output) {
  constexpr double kMostDecibels = 200;
  ObjectReader object(value, path, document.problems());
  output.compare = Output::Compare::image;
  output.pixel_difference = bounded(object, "pixel", kRange);
  output.psnr_db = bounded(object, "psnr", kMostDecibels);
  output.ssim = bounded(object, "ssim", 1);
  if (value.is_object() && !output.pixel_difference && !output.psnr_db && !output.ssim)
    document.add(path, "must hold 'pixel', 'psnr' or 'ssim', such as {\"pixel\": 2}");
  object.finish();
}

void read_tolerant_comparison(Document& document, const Json& value, const std::string& path,
                              Output& output) {
  ObjectReader object(value, path, document.problems());
  if (object.has("ulp")) {
    read_ulp_comparison(object, output);
  } else if (const Json* statistical = object.optional("statistical")) {
    read_statistical_comparison(document, *statistical, object.path_of("statistical"), output);
  } else if (const Json* image = object.optional("image")) {
    read_image_comparison(document, *image, object.path_of("image"), output);
  } else if (const Json* numeric = object.required("numeric")) {
    const Tolerances allowed = tolerances(document, *numeric, object.path_of("numeric"));
    output.compare = Output::Compare::numeric;
    output.absolute_tolerance = allowed.absolute.value_or(0);
    output.relative_tolerance = allowed.relative.value_or(0);
  }
  object.finish();
}

void read_comparison(Document& document, ObjectReader& object, Output& output) {
  const Json* value = object.optional("compare");
  if (value == nullptr || *value == "exact") return;
  if (*value == "none") {
    output.compare = Output::Compare::none;
  } else if (*value == "text") {
    output.compare = Output::Compare::text;
  } else if (value->is_object()) {
    read_tolerant_comparison(document, *value, object.path_of("compare"), output);
  } else {
    object.problem(
        "compare",
        "must be 'exact', 'text', 'none' or such as {\"numeric\": {\"relative\": 1e-6}}");
  }
}

Output read_output(Document& document, const std::string& name, const Json& value,
                   const std::string& path) {
  ObjectReader object(value, path, document.problems());
  Output output;
  output.name = name;
  if (!is_label(name)) document.add(path, "must be " + std::string(kLabel));
  object.required("path");
  output.path = path_field(document, object, "path");
  read_comparison(document, object, output);
  object.finish();
  return output;
}

bool is_count(std::string_view text) {
  return !text.empty() && text.size() < 19 && text.front() != '0' &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// After variables and metrics, which it names.
InnerRepetition read_repetition(Document& document, const Json& value, const std::string& path,
                                const Program& program) {
  ObjectReader object(value, path, document.problems());
  InnerRepetition repetition;
  repetition.variable = object.string("variable");
  const auto declared = std::ranges::find(program.variables, repetition.variable,
                                          &std::pair<std::string, std::string>::first);
  if (value.is_object() && declared == program.variables.end()) {
    object.problem("variable", "must be one of the program's 'variables'");
  } else if (value.is_object() && !is_count(declared->second)) {
    object.problem("variable", "must have a number from 1 up as its default in 'variables'");
  }
  if (object.has("totals")) repetition.totals = object.strings("totals");
  for (const auto& name : repetition.totals) {
    if (std::ranges::find(program.metrics, name, &Metric::name) == program.metrics.end())
      object.problem("totals", "names " + shown(name) + ", which is none of the 'metrics'");
  }
  if (const auto seconds = number_field(object, "seconds", Bound::positive))
    repetition.seconds = *seconds;
  object.finish();
  return repetition;
}

}  // namespace

std::vector<Metric> read_metrics(Document& document, ObjectReader& object) {
  std::vector<Metric> metrics;
  object.each_member("metrics",
                     [&](const std::string& name, const Json& value, const std::string& path) {
                       metrics.push_back(read_metric(document, name, value, path));
                     });
  return metrics;
}

std::vector<Output> read_outputs(Document& document, ObjectReader& object) {
  std::vector<Output> outputs;
  object.each_member("outputs",
                     [&](const std::string& name, const Json& value, const std::string& path) {
                       outputs.push_back(read_output(document, name, value, path));
                     });
  return outputs;
}

/// Names of variables whose values are secret.
std::vector<std::string> read_secrets(ObjectReader& object) {
  if (!object.has("secrets")) return {};
  auto names = object.strings("secrets");
  for (const auto& name : names) {
    if (!is_identifier(name))
      object.problem("secrets", "'" + printable(name) + "' is no name of a variable");
  }
  return names;
}

Program read_program(Document& document, ObjectReader& object, Common common) {
  Program program;
  program.common = std::move(common);
  program.recipe = read_recipe(document, object);
  if (!object.has("sources")) program.recipe.sources = {FilesSource{".", ""}};
  program.variables =
      variables_field(document, object, "variables", Audience::itself, Scope::texts);
  program.secrets = read_secrets(object);
  object.each_member("commands",
                     [&](const std::string& name, const Json& value, const std::string& path) {
                       program.commands.push_back(read_command(document, name, value, path));
                     });
  program.default_command = read_default_command(object, program.commands);
  program.metrics = read_metrics(document, object);
  program.outputs = read_outputs(document, object);
  if (const Json* value = object.optional("repeat"))
    program.repetition = read_repetition(document, *value, object.path_of("repeat"), program);
  program.limits = limits_field(document, object);
  return program;
}

}  // namespace ck::model::native
