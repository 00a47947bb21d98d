#include "app/shell.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "cli/collective_options.hpp"
#include "cli/requests.hpp"
#include "cli/shell_output.hpp"

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
  request.variables = prefixed(call.line, "env");
  app::ShellSubject subject;
  auto command = std::move(call.line.arguments);
  call.line.arguments.clear();
  CK_CHECK(check_locked(call));
  CK_TRY(locked, locked_use(call));
  const auto kind = kind_of_word(call);
  if (kind == "env") {
    CK_CHECK(refuse_parameters(call));
    const auto& word = call.line.words.front();
    subject.of = app::ShellSubject::Of::environment;
    subject.environment.id = word.substr(word.rfind(':') + 1);
  } else if (kind == "program") {
    subject.of = app::ShellSubject::Of::program;
    CK_TRY(wanted, program_request(call, {"program"}));
    wanted.locked = std::move(locked);
    subject.program = std::move(wanted);
  } else {
    if (call.line.words.empty()) call.line.words.emplace_back("package");
    CK_TRY(wanted, installation_request(call));
    if (wanted.pattern.name.empty() && wanted.tags.empty()) {
      return fail(Error(ErrorCode::usage, "nothing says whose environment is meant")
                      .hint("ck shell program:NAME, ck shell env:ID or ck shell --tags=A,B"));
    }
    if (wanted.pattern.name.empty()) CK_CHECK(refuse_parameters(call));
    wanted.locked = std::move(locked);
    subject.installation = std::move(wanted);
  }
  call.line.arguments = std::move(command);
  request.subjects.push_back(std::move(subject));
  return request;
}

Result<int> shell(Call& call) {
  CK_TRY(request, request_of(call));
  return enter(call, request, call.line.arguments);
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
                                print_option()};
  grammar.options.insert(grammar.options.begin(), own.begin(), own.end());
  return {
      {"shell",
       "execute a command, or your shell, inside a resolved environment",
       {"shell program:NAME [-- COMMAND …]", "shell --tags=A,B [-- COMMAND …]",
        "shell env:ID [-- COMMAND …]", "shell --locked=FILE [-- COMMAND …]"},
       "What is missing is installed. The command takes the place of ck: its streams are yours, "
       "its exit\n"
       "code is the exit code. CK_SHELL names the environment; --env.NAME=value sets a variable "
       "over it.\n"
       "With --profile=untrusted the command writes only in the folder that you are in, and has no "
       "network\n"
       "and no home.",
       grammar,
       {"ck shell program:hello -- env", "ck shell program:hello --profile=untrusted -- env",
        "ck shell program:hello --print=sh"},
       shell}};
}

}  // namespace ck::cli
