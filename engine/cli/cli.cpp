#include "cli/cli.hpp"

#include <algorithm>
#include <exception>
#include <optional>

#include "app/collective_services.hpp"
#include "app/forward.hpp"
#include "app/here.hpp"
#include "base/strings.hpp"
#include "cli/command_table.hpp"
#include "cli/inside_sandbox.hpp"
#include "cli/loading.hpp"
#include "cli/merged_input.hpp"

namespace ck::cli {
namespace {

constexpr int kMostJobs = 10'000;

bool asks_for_help(const std::string& word) {
  return word == "--help" || word == "-h" || word == "help";
}

bool is_flag(const std::string& argument, std::string_view name) {
  return argument == "--" + std::string(name) || argument == "-" + std::string(name) ||
         argument == "--" + std::string(name) + "=yes";
}

/// Looked for before parsing, since an error of parsing already depends on them. Nothing after "--"
/// counts.
OutputOptions output_options(const std::vector<std::string>& arguments) {
  OutputOptions options;
  for (const auto& argument : arguments) {
    if (argument == "--") break;
    options.json = options.json || is_flag(argument, "json");
    options.quiet = options.quiet || is_flag(argument, "quiet");
    options.verbose = options.verbose || is_flag(argument, "verbose");
  }
  return options;
}

/// The command line for records and errors, without the values of secrets.
std::string typed_line(const std::vector<std::string>& arguments) {
  std::string line = "ck";
  for (const auto& argument : arguments) {
    const bool secret = app::holds_secret(argument);
    line += " " + (secret ? argument.substr(0, argument.find('=')) + "=…" : shell_quoted(argument));
  }
  return line;
}

/// Words that leave something to the current folder ("#NAME") are put in full; "^" alone is one.
Status complete_references(Call& call, const Command& command) {
  const auto count = std::min(command.references, call.line.words.size());
  for (std::size_t at = 0; at < count; ++at) {
    std::string& word = call.line.words[at];
    if (!app::leaves_to_here(word)) continue;
    CK_TRY(full, app::complete_reference(call.session, word, command.of_kind));
    word = std::move(full);
  }
  return {};
}

/// The module that an action is called of: what is typed, else what the current folder is in, as in
/// CK. Empty if nothing tells.
std::string module_word(app::Session& session, const std::vector<std::string>& arguments) {
  const bool typed = arguments.size() > 1 && !arguments[1].starts_with("-");
  if (typed && !app::leaves_to_here(arguments[1])) return arguments[1];
  if (typed) return app::complete_reference(session, arguments[1], true).value_or("");
  const auto place = app::here(session);
  return place ? place->kind : "";
}

/// What is no verb may be an action that a module of a repository brings, as in CK:
/// "ACTION MODULE:ENTRY" is short for "perform ACTION MODULE:ENTRY".
std::optional<std::vector<std::string>> as_action(const std::vector<std::string>& arguments,
                                                  Output& output) {
  const auto settings = app::default_settings();
  if (!settings) return std::nullopt;
  ProgressSink events(output);
  const sys::Cancel cancel = sys::cancel_on_signals();
  app::Session session(*settings, events, cancel);
  const std::string word = module_word(session, arguments);
  if (word.empty()) return std::nullopt;
  const auto module = app::module_with_action(session, arguments[0], word);
  if (!module || !*module) return std::nullopt;
  auto words = arguments;
  const bool typed = words.size() > 1 && !words[1].starts_with("-");
  if (typed) words.erase(words.begin() + 1);
  words.insert(words.begin() + 1, word);
  words.insert(words.begin(), "perform");
  return words;
}

Error unknown_command(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& rows : command_rows())
    names.insert(names.end(), rows.names.begin(), rows.names.end());
  Error error(ErrorCode::usage, "there is no command '" + name + "'");
  if (const auto hint = did_you_mean(near_misses(name, names))) {
    error.hint(*hint);
  }
  error.hint("'ck --help' lists them");
  return error;
}

Result<int> help(const std::vector<std::string>& arguments, Output& output) {
  if (arguments.size() < 2) {
    output.data(general_help(commands()));
    return 0;
  }
  const auto command = find_command(arguments[1]);
  if (!command) return fail(unknown_command(arguments[1]));
  output.data(command_help(*command));
  return 0;
}

/// A value for no parameter of the component may be a mistyped option of the command; which of the
/// two is known only when the component has been read.
void suggest_options(const Invocation& line, const Grammar& grammar, Error& error) {
  std::vector<std::string> names;
  for (const auto& option : grammar.options) names.push_back("--" + option.name);
  for (const auto& [name, value] : line.values) {
    if (error.message.find("no parameter '" + name + "'") == std::string::npos) continue;
    if (const auto hint = did_you_mean(near_misses("--" + name, names))) error.hint(*hint);
  }
}

Result<int> execute(const Command& command, const std::vector<std::string>& arguments,
                    Output& output) {
  const std::vector<std::string> words(arguments.begin() + 1, arguments.end());
  CK_TRY(rest, with_merged_input(words, command.grammar.prefixes, command.grammar.documents));
  const auto end = std::ranges::find(rest, "--");
  if (std::any_of(rest.begin(), end,
                  [](const auto& word) { return word == "--help" || word == "-h"; })) {
    output.data(command_help(command));
    return 0;
  }
  Grammar grammar = command.grammar;
  for (const auto& option : common_options()) grammar.options.push_back(option);
  auto line = parse_invocation(grammar, rest);
  if (!line) {
    return fail(
        std::move(line.error()).hint("'ck " + command.name + " --help' tells what it takes"));
  }
  CK_TRY(settings, app::default_settings());
  settings.secrets = app::secrets_in(rest);
  output.hide(settings.secrets);
  line->typed = output.without_secrets(typed_line(arguments));
  settings.offline = line->has("offline");
  settings.request = line->typed;
  CK_TRY(jobs, line->integer("jobs", 1, kMostJobs));
  settings.jobs = jobs.value_or(0);
  settings.mirror = line->get("mirror");
  settings.trace = line->has("trace");
  const sys::Cancel cancel = sys::cancel_on_signals();
  ProgressSink events(output);
  app::Session session(settings, events, cancel);
  Call call{std::move(*line), session, output};
  CK_CHECK(complete_references(call, command));
  auto code = command.run(call);
  if (!code) suggest_options(call.line, grammar, code.error());
  return code;
}

std::vector<std::string> with_verb(const std::string& verb, std::vector<std::string> arguments) {
  arguments.front() = verb;
  return arguments;
}

/// CK's other names of our verbs. Generated commands have parameters of whatever names, so `run` of
/// them is a form of `gen`.
std::vector<std::string> in_full(const std::vector<std::string>& arguments) {
  if (arguments.front() == "list") return with_dashes(with_verb("ls", arguments));
  const auto name = std::ranges::find_if(arguments.begin() + 1, arguments.end(),
                                         [](const auto& word) { return !word.starts_with("-"); });
  if (arguments.front() != "run" || name == arguments.end() ||
      name->find("cmdgen:") == std::string::npos)
    return with_dashes(arguments);
  auto words = with_verb("gen", arguments);
  words.insert(words.begin() + 1, "--execute");
  return words;
}

Result<int> dispatch(const std::vector<std::string>& typed, Output& output) {
  if (typed.size() == 1 && (typed[0] == "--version" || typed[0] == "version")) {
    output.data("ck " CK_VERSION "\n");
    return 0;
  }
  if (!typed.empty() && app::is_in_sandbox()) return ask_outside(typed, output);
  if (typed.empty() || asks_for_help(typed.front())) {
    CK_TRY(code, help(typed, output));
    return typed.empty() ? exit_code(ErrorCode::usage) : code;
  }
  auto arguments = in_full(typed);
  auto command = find_command(arguments.front());
  const bool of_another_kind = works_with_environments_only(arguments.front()) &&
                               !names_environments(arguments) &&
                               !(arguments.size() > 1 && asks_for_help(arguments[1]));
  if (!command || of_another_kind) {
    auto action = as_action(arguments, output);
    if (!action && !command) return fail(unknown_command(arguments.front()));
    arguments = std::move(action).value_or(arguments);
    command = find_command(arguments.front());
  }
  return execute(*command, arguments, output);
}

}  // namespace

int run(const std::vector<std::string>& arguments) {
  Output output(output_options(arguments));
  try {
    auto code = dispatch(arguments, output);
    if (code) {
      const auto delivered = output.delivered();
      if (delivered) return *code;
      code = fail(delivered.error());
    }
    output.error(code.error());
    return exit_code(code.error().code);
  } catch (const std::exception& exception) {
    // Nothing of ours throws: this is a bug, and is said to be one.
    output.error(Error(ErrorCode::internal, std::string("unexpected: ") + exception.what())
                     .in(typed_line(arguments))
                     .hint("this is a bug of ck; please report it with the command line"));
    return exit_code(ErrorCode::internal);
  }
}

}  // namespace ck::cli
