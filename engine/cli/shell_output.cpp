#include "cli/shell_output.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/collective_options.hpp"
#include "base/strings.hpp"

namespace ck::cli {
namespace {

bool is_without_effect(const std::string& name) {
  const auto has = [&](const std::vector<app::CollectiveOption>& table) {
    return std::ranges::any_of(table, [&](const app::CollectiveOption& option) {
      return option.name == name && !option.has_effect();
    });
  };
  return has(app::collective_package_options()) || has(app::collective_program_options());
}

std::string printed(const std::string& format, const app::ShellReport& report) {
  if (format == "sh") return exports_text(report);
  return format == "script" ? load_text(report) : variables_json(report);
}

}  // namespace

Option print_option() {
  return {"print", "FORMAT", "print variables (sh, json) or the script that loads them"};
}

std::string exports_text(const app::ShellReport& report) {
  std::string text;
  for (const auto& [name, value] : report.changed) {
    const bool plain =
        std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    if (plain) text += "export " + name + "=" + shell_quoted(value) + "\n";
  }
  return text;
}

std::string load_text(const app::ShellReport& report) {
  std::string text;
  for (const auto& line : report.load) text += line + "\n";
  return text;
}

std::string variables_json(const app::ShellReport& report) {
  Json variables = Json::object();
  for (const auto& [name, value] : report.changed) variables[name] = value;
  return to_pretty_text(
      {{"schema", "ck.variables/1"}, {"of", report.subject}, {"variables", variables}});
}

Result<int> enter(Call& call, const app::ShellRequest& request,
                  const std::vector<std::string>& command) {
  const auto print = call.line.given("print");
  if (print && *print != "sh" && *print != "json" && *print != "script")
    return fail(ErrorCode::usage, "--print=" + printable(*print) + ": it is script, sh or json");
  const bool only_printed = print || call.output.json();
  if (only_printed && !command.empty()) {
    return fail(Error(ErrorCode::usage, std::string(print ? "--print" : "--json") +
                                            " prints the variables, nothing would execute the "
                                            "command")
                    .hint("leave one of them out"));
  }
  CK_TRY(report, app::shell(call.session, request));
  if (only_printed) {
    call.output.data(printed(print.value_or("json"), report));
    return 0;
  }
  if (call.output.verbose()) call.output.say("loaded is:\n" + printable_lines(load_text(report)));
  if (command.empty() && call.output.terminal())
    call.output.say("a shell with the variables of " + report.subject + "; 'exit' ends it");
  if (report.isolation) return app::enter_sandbox(call.session, report, command);
  return fail(app::enter_shell(report, command));
}

Status refuse_parameters(const Call& call) {
  for (const auto& [name, value] : call.line.values) {
    if (is_without_effect(name)) continue;
    return fail(Error(ErrorCode::usage, "there is no parameter '" + printable(name) +
                                            "': tags and ids name no component that has any")
                    .hint("--env." + printable(name) + "=… sets a variable")
                    .hint("ck shell package:NAME --" + printable(name) + "=… sets a parameter"));
  }
  return {};
}

}  // namespace ck::cli
