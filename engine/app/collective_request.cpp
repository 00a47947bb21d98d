#include "app/collective_request.hpp"

#include <algorithm>
#include <limits>

#include "base/strings.hpp"

namespace ck::app {
namespace {

/// A number that things are counted by from 0, as it was typed; empty if it is not given.
Result<std::string> number_of(const model::Values& values, const std::string& name) {
  const auto text = value_of(values, name);
  const auto number = parse_integer(text);
  if (text.empty() || (number && *number >= 0)) return text;
  return fail(ErrorCode::usage,
              "--" + name + "=" + printable(text) + " is no whole number from 0 on");
}

}  // namespace

Json object_of(const NamedTexts& texts) {
  Json object = Json::object();
  for (const auto& [name, value] : texts) object[name] = value;
  return object;
}

Status check_options(const model::Values& values, const std::vector<CollectiveOption>& options,
                     const std::string& of, EventSink& events) {
  for (const auto& [name, value] : values) {
    const auto option = std::ranges::find(options, name, &CollectiveOption::name);
    if (option != options.end() && option->has_effect()) continue;
    if (option != options.end()) {
      // Of programs' the help says so; a package's may have been meant to change what is installed.
      const std::string message = "--" + name + " has no effect here";
      events.on(of == "package" ? Event(Warning{message}) : Event(Note{message}));
      continue;
    }
    std::vector<std::string> names;
    for (const auto& known : options) names.push_back(known.name);
    Error error(ErrorCode::usage, "there is no option --" + printable(name));
    if (const auto near = did_you_mean(near_misses(name, names))) error.hint(*near);
    error.hint("a variable of the " + of + " is set with --env." + printable(name) + "=…");
    return fail(std::move(error));
  }
  return {};
}

std::string value_of(const model::Values& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

bool yes(const model::Values& values, const std::string& name) {
  return value_of(values, name) == "yes";
}

CollectiveOptions options_of(const RunRequest& request) {
  CollectiveOptions options = request.collective;
  if (const auto tags = value_of(request.values, "compiler_tags"); !tags.empty())
    options.added_tags.emplace_back("compiler", tags);
  return options;
}

Result<std::optional<int>> count_of(const model::Values& values, const std::string& name) {
  const auto text = value_of(values, name);
  if (text.empty()) return std::optional<int>();
  const auto number = parse_integer(text);
  if (!number || *number < 1 || *number > std::numeric_limits<int>::max()) {
    return fail(ErrorCode::usage,
                "--" + name + "=" + printable(text) + " is no whole number above 0");
  }
  return std::optional(static_cast<int>(*number));
}

Result<collective::ProgramRequest> program_request(Session& session,
                                                   const catalog::Component& component,
                                                   const RunRequest& request) {
  // A parameter of a program of ours; here it says in place of which download a file is taken.
  auto values = request.values;
  values.erase("source");
  CK_CHECK(check_options(values, collective_program_options(), "program", session.events()));
  collective::ProgramRequest program;
  program.component = component;
  for (const auto* flag : {"speed", "size", "static", "skip_calibration"}) {
    const auto text = value_of(request.values, flag);
    if (!text.empty() && text != "yes" && text != "no")
      return fail(ErrorCode::usage,
                  "--" + std::string(flag) + "=" + printable(text) + ": it is a flag, yes or no");
  }
  program.compile.speed = yes(request.values, "speed");
  program.compile.size = yes(request.values, "size");
  program.compile.static_link = yes(request.values, "static");
  program.compile.flags = value_of(request.values, "flags");
  program.compile.link_flags = value_of(request.values, "lflags");
  // CK compiled without any optimisation unless told otherwise, and benchmarked that.
  if (!program.compile.size && program.compile.flags.empty()) program.compile.speed = true;
  program.compile.variables = object_of(request.collective.compiler_variables);
  program.environment = object_of(request.variables);
  program.secrets = request.secrets;
  program.params = object_of(request.collective.params);
  program.arguments = request.arguments;
  program.command = request.command;
  CK_TRY(platform, number_of(request.values, "compute_platform_id"));
  CK_TRY(device, number_of(request.values, "compute_device_id"));
  program.device = {platform, device, {}};
  program.dataset = value_of(request.values, "dataset_uoa");
  program.dataset_file = value_of(request.values, "dataset_file");
  program.timeout_seconds = request.timeout_seconds;
  program.rebuild = request.rebuild;
  program.first_command = request.first_command;
  CK_TRY(repeat, count_of(request.values, "repeat"));
  if (repeat) program.repeat = std::to_string(*repeat);
  return program;
}

}  // namespace ck::app
