#include "cli/inside_sandbox.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>

#include "app/environment_script.hpp"
#include "app/here.hpp"
#include "base/strings.hpp"
#include "cli/collective_options.hpp"
#include "cli/command_table.hpp"
#include "cli/loading.hpp"

namespace ck::cli {
namespace {

bool is_among(const std::string& name, const std::vector<Option>& options) {
  return std::ranges::find(options, name, &Option::name) != options.end();
}

/// What is decided in here, or makes no difference.
bool is_decided_inside(const std::string& name) {
  constexpr std::string_view kNames[] = {"shell_cmd", "bat_file", "bat_new", "print", "local",
                                         "existing",  "verbose",  "quiet",   "yes"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

Error not_in_here(const std::string& option) {
  return Error(ErrorCode::usage, "--" + printable(option) + " is not for scripts in a sandbox")
      .hint("they may choose environments with --tags, --or_tags, --no_tags and --tag_groups");
}

/// The question which environments the line means.
Result<app::ForwardedCall> question_of(const Invocation& line) {
  app::ForwardedCall call{{"virtual"}, {}};
  for (const auto& word : line.words) {
    // All environments are of one place, whatever repository is typed before them.
    const auto colon = word.rfind(':');
    call.arguments.push_back(colon == std::string::npos ? word : "env" + word.substr(colon));
  }
  for (const auto& [name, value] : line.options) {
    const bool given_on = is_among(name, choosing_options());
    if (given_on) call.arguments.push_back("--" + name + "=" + value);
    if (!given_on && !is_decided_inside(name)) return fail(not_in_here(name));
  }
  for (const auto& [prefix, values] : line.prefixed) {
    if (prefix != "env") return fail(not_in_here(prefix + "." + values.front().first));
  }
  return call;
}

Result<int> execute_loaded(const Invocation& line, const std::string& lines, Output& output) {
  CK_TRY(command, loaded_command(line));
  if (command.empty()) {
    return fail(Error(ErrorCode::usage, "a script has no terminal for a shell of its own")
                    .hint("ck virtual env --tags=A,B --shell_cmd='COMMAND'"));
  }
  if (output.verbose()) output.say("loaded is:\n" + printable_lines(lines));
  std::vector<std::string> quoted;
  for (const auto& word : command) quoted.push_back(shell_quoted(word));
  return fail(app::become_bash(lines, "exec " + join(quoted, " ")));
}

Result<int> load_inside(const std::vector<std::string>& arguments, Output& output) {
  CK_TRY(line, parse_invocation(full_grammar(arguments.front()),
                                {arguments.begin() + 1, arguments.end()}));
  CK_TRY(own, app::export_lines(prefixed(line, "env")));
  CK_TRY(question, question_of(line));
  CK_TRY(answer, app::forward(question));
  output.pass_through(answer.err, true);
  if (answer.exit_code != 0) return answer.exit_code;
  std::string lines = answer.out;
  for (const auto& export_line : own) lines += export_line + "\n";
  if (arguments.front() == "virtual") return execute_loaded(line, lines, output);
  CK_CHECK(write_loading(line, lines, output));
  return 0;
}

/// What answers is in another folder than the script.
Status refuse_this_folder(const std::vector<std::string>& arguments) {
  constexpr std::size_t kOfActions = 2;  // a module and its entry, as `perform` takes them
  const auto command = find_command(arguments.front());
  std::size_t left = command ? command->references : kOfActions;
  const Grammar grammar = full_grammar(arguments.front());
  bool is_value = false;  // of the option before it
  for (auto word = arguments.begin() + 1; word != arguments.end() && *word != "--"; ++word) {
    const bool names = !is_value && !word->starts_with('-') && left > 0;
    is_value = !is_value && awaits_value(grammar, *word);
    if (!names) continue;
    --left;
    if (!app::leaves_to_here(*word)) continue;
    return fail(Error(ErrorCode::usage, "'" + printable(*word) +
                                            "' leaves something to the current folder, which is "
                                            "not known outside the sandbox")
                    .hint("write KIND:NAME"));
  }
  return {};
}

}  // namespace

Result<int> ask_outside(const std::vector<std::string>& typed, Output& output) {
  const auto arguments = with_dashes(typed);
  const bool loads = arguments.front() == "virtual" || arguments.front() == "set";
  if (loads && names_environments(arguments)) return load_inside(arguments, output);
  CK_CHECK(refuse_this_folder(arguments));
  app::ForwardedCall call{arguments, {}};
  if (arguments.front() == "access")
    call.input.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  CK_TRY(answer, app::forward(call));
  output.pass_through(answer.out, false);
  output.pass_through(answer.err, true);
  return answer.exit_code;
}

}  // namespace ck::cli
