#include "app/shell.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "cli/collective_options.hpp"
#include "cli/requests.hpp"

namespace ck::cli {
namespace {

/// "kind" of the one word, which may lead with a repository.
std::string kind_of_word(const Call& call) {
  if (call.line.words.empty()) return {};
  const auto parts = split(call.line.words.front(), ':');
  return parts.size() > 1 ? parts[parts.size() - 2] : std::string();
}

/// A lock is of one component, by its name.
Status check_locked(const Call& call) {
  if (!call.line.has("locked")) return {};
  const bool environment = kind_of_word(call) == "env";
  if (!environment && !call.line.has("tags")) return {};
  return fail(Error(ErrorCode::usage, std::string(environment ? "env:ID" : "--tags") +
                                          " and --locked both say which environment is meant")
                  .hint("ck shell --locked=FILE gives what the lock is of"));
}

Result<app::ShellRequest> request_of(Call& call) {
  app::ShellRequest request;
  // The options choose what is installed; the variables are the caller's unless a profile is named.
  request.profile = call.line.get("profile");
  auto command = std::move(call.line.arguments);
  call.line.arguments.clear();
  CK_CHECK(check_locked(call));
  CK_TRY(locked, locked_use(call));
  const auto kind = kind_of_word(call);
  if (kind == "env") {
    const auto& word = call.line.words.front();
    request.of = app::ShellRequest::Of::environment;
    request.environment.id = word.substr(word.find(':') + 1);
  } else if (kind == "program") {
    request.of = app::ShellRequest::Of::program;
    CK_TRY(wanted, program_request(call, {"program"}));
    wanted.locked = std::move(locked);
    request.program = std::move(wanted);
  } else {
    if (call.line.words.empty()) call.line.words.emplace_back("package");
    CK_TRY(wanted, installation_request(call));
    if (wanted.pattern.name.empty() && wanted.tags.empty()) {
      return fail(Error(ErrorCode::usage, "nothing says whose environment is meant")
                      .hint("ck shell program:NAME, ck shell env:ID or ck shell --tags=A,B"));
    }
    wanted.locked = std::move(locked);
    request.installation = std::move(wanted);
  }
  call.line.arguments = std::move(command);
  return request;
}

std::string as_shell_text(const app::ShellReport& report) {
  std::string text;
  for (const auto& [name, value] : report.changed) {
    const bool plain =
        std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    if (plain) text += "export " + name + "=" + shell_quoted(value) + "\n";
  }
  return text;
}

std::string as_json(const app::ShellReport& report) {
  Json variables = Json::object();
  for (const auto& [name, value] : report.changed) variables[name] = value;
  return to_pretty_text(
      {{"schema", "ck.variables/1"}, {"of", report.subject}, {"variables", variables}});
}

Result<int> shell(Call& call) {
  const auto print = call.line.given("print");
  if (print && *print != "sh" && *print != "json")
    return fail(ErrorCode::usage, "--print=" + printable(*print) + ": it is sh or json");
  CK_TRY(request, request_of(call));
  CK_TRY(report, app::shell(call.session, request));
  if (print || call.output.json()) {
    call.output.data(print == "sh" ? as_shell_text(report) : as_json(report));
    return 0;
  }
  if (call.line.arguments.empty() && call.output.terminal())
    call.output.say("a shell with the variables of " + report.subject + "; 'exit' ends it");
  if (report.isolation) return app::enter_sandbox(call.session, report, call.line.arguments);
  return fail(app::enter_shell(report, call.line.arguments));
}

}  // namespace

std::vector<Command> shell_commands() {
  Grammar grammar = with_locked_options(program_grammar());
  for (const auto& option : installation_grammar().options) {
    if (std::ranges::find(grammar.options, option.name, &Option::name) == grammar.options.end())
      grammar.options.push_back(option);
  }
  for (const auto* needless : {"cmd_key", "record", "record_uoa", "timeout", "dry_run", "tags"})
    std::erase_if(grammar.options, [&](const Option& one) { return one.name == needless; });
  const auto profile = std::ranges::find(grammar.options, "profile", &Option::name);
  if (profile != grammar.options.end())
    profile->help = "the variables of this profile, and its sandbox (default: yours, none)";
  const std::vector<Option> own{{"tags", "A,B", "the environment with these tags, made if need be"},
                                {"print", "FORMAT", "print the variables (sh or json) instead"}};
  grammar.options.insert(grammar.options.begin(), own.begin(), own.end());
  return {
      {"shell",
       "execute a command, or your shell, inside a resolved environment",
       {"shell program:NAME [-- COMMAND …]", "shell --tags=A,B [-- COMMAND …]",
        "shell env:ID [-- COMMAND …]", "shell --locked=FILE [-- COMMAND …]"},
       "What is missing is installed. The command takes the place of ck: its streams are yours, "
       "its exit\n"
       "code is the exit code. CK_SHELL names the environment. With --profile=untrusted the "
       "command "
       "writes\nonly in the folder that you are in, and has no network and no home.",
       grammar,
       {"ck shell program:hello -- env", "ck shell program:hello --profile=untrusted -- env",
        "ck shell program:hello --print=sh"},
       shell}};
}

}  // namespace ck::cli
