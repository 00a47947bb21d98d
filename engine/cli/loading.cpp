#include "cli/loading.hpp"

#include <algorithm>
#include <array>
#include <fstream>

#include "base/strings.hpp"
#include "cli/collective_options.hpp"
#include "cli/command_table.hpp"
#include "cli/requests.hpp"

namespace ck::cli {
namespace {

constexpr const char* kBash = "/bin/bash";
constexpr std::array<std::string_view, 6> kOnlyTheirs{"virtual", "cat",     "set",
                                                      "clean",   "refresh", "resolve"};
/// Other verbs that CK has for environments too.
constexpr std::array<std::string_view, 5> kTheirsToo{"show", "locate", "rm", "ls", "search"};

/// Kind and id of "env", "env:ID" and "REPO:env:ID".
std::pair<std::string, std::string> parts_of(const std::string& word) {
  const auto parts = split(word, ':');
  if (parts.size() == 1) return {parts.front(), ""};
  return {parts[parts.size() - 2], parts.back()};
}

/// "tags" of "tags=a,b".
bool is_option_without_dashes(const std::string& word) {
  const auto equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '.'; });
}

Result<std::vector<std::string>> ids_in(const std::vector<std::string>& words) {
  std::vector<std::string> ids;
  for (const auto& word : words) {
    const auto [kind, id] = parts_of(word);
    if (kind != "env") {
      return fail(
          Error(ErrorCode::usage, "'" + printable(word) + "': this command works with environments")
              .hint("env:ID, or env with --tags=A,B; 'ck show env' lists them"));
    }
    for (const auto& one : split(id, ',')) {
      if (!one.empty()) ids.push_back(one);
    }
  }
  return ids;
}

/// By tags: as in CK what exists of CK's, else what `ck shell --tags` would take.
Result<app::ShellSubject> chosen_by_tags(Call& call) {
  const auto words = std::exchange(call.line.words, {"package"});
  auto wanted = installation_request(call);
  call.line.words = words;
  if (!wanted) return fail(std::move(wanted.error()));
  app::ShellSubject subject;
  subject.installation = std::move(*wanted);
  using Among = app::ShellSubject::Among;
  subject.among = call.line.has("existing") ? Among::existing : Among::theirs_first;
  return subject;
}

Error nothing_meant() {
  return Error(ErrorCode::usage, "nothing says which environment is meant")
      .hint("give env:ID, --tags=A,B or --tag_groups='A,B C,D'; 'ck show env' lists them");
}

bool may_be_installed(const app::ShellSubject& subject) {
  return subject.of == app::ShellSubject::Of::installation &&
         subject.among != app::ShellSubject::Among::existing &&
         subject.or_tags.find(';') == std::string::npos;
}

/// Options that would choose nothing here.
Status check_effects(const Invocation& line, const std::vector<app::ShellSubject>& subjects) {
  const bool by_tags = std::ranges::any_of(
      subjects, [](const auto& one) { return one.of == app::ShellSubject::Of::installation; });
  if (!by_tags && line.has("version")) {
    return fail(Error(ErrorCode::usage,
                      "--version chooses among environments by tags, an id means one already")
                    .hint("give --tags=A,B instead of env:ID, or leave --version out"));
  }
  if (const auto pins = prefixed(line, "dep"); !pins.empty()) {
    return fail(Error(ErrorCode::usage, "--dep." + printable(pins.front().first) +
                                            ": tags and ids name no component whose dependencies "
                                            "could be chosen")
                    .hint("ck shell package:NAME --dep." + printable(pins.front().first) + "=…"));
  }
  if (std::ranges::any_of(subjects, may_be_installed)) return {};
  for (const auto* prefix : {"deps", "dep_add_tags"}) {
    const auto given = prefixed(line, prefix);
    if (given.empty()) continue;
    return fail(
        Error(ErrorCode::usage, std::string("--") + prefix + "." + printable(given.front().first) +
                                    " is for what is installed, here only what exists is taken")
            .hint("it may be given with --tags=A,B without --existing"));
  }
  return {};
}

}  // namespace

std::vector<Option> choosing_options() {
  return {{"tags", "A,B", "the environment with these tags, made if need be"},
          {"or_tags", "A;B,C", "with these tags or those; '~D' is without D"},
          {"no_tags", "C,D", "none of these tags"},
          {"tag_groups", "'A,B C,D'", "one environment for each group, which are as --or_tags"}};
}

Result<app::ShellRequest> loading_request(Call& call) {
  CK_TRY(ids, ids_in(call.line.words));
  CK_TRY(by_tags, chosen_by_tags(call));
  app::ShellRequest request;
  request.profile = call.line.get("profile");
  request.variables = prefixed(call.line, "env");
  for (const auto& id : ids) {
    app::ShellSubject subject;
    subject.of = app::ShellSubject::Of::environment;
    subject.environment = {id, by_tags.installation.tags};
    request.subjects.push_back(std::move(subject));
  }
  for (const auto& group : split(call.line.get("tag_groups"), ' ')) {
    if (trim(group).empty()) continue;
    request.subjects.push_back(by_tags);
    request.subjects.back().or_tags = trim(group);
  }
  by_tags.or_tags = call.line.get("or_tags");
  const bool tagged = !by_tags.installation.tags.all.empty() || !by_tags.or_tags.empty();
  if (ids.empty() && tagged) request.subjects.push_back(std::move(by_tags));
  if (request.subjects.empty()) return fail(nothing_meant());
  CK_CHECK(check_effects(call.line, request.subjects));
  return request;
}

Result<std::vector<std::string>> loaded_command(const Invocation& line) {
  const std::string text = line.get("shell_cmd");
  if (text.empty()) return line.arguments;
  if (line.arguments.empty()) return std::vector<std::string>{kBash, "-c", text};
  return fail(ErrorCode::usage, "--shell_cmd and -- both say which command is to be executed");
}

Status write_loading(const Invocation& line, const std::string& text, Output& output) {
  const std::string name = line.get("bat_file");
  if (name.empty()) {
    output.data(text);
    return {};
  }
  const auto mode = line.has("bat_new") ? std::ios::trunc : std::ios::app;
  std::ofstream file(name, std::ios::binary | std::ios::out | mode);
  file << text;
  file.close();
  if (file) return {};
  return fail(Error(ErrorCode::io, "cannot write " + printable(name) + ", which --bat_file names"));
}

bool names_environments(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return false;
  const auto word = std::find_if(arguments.begin() + 1, arguments.end(),
                                 [](const auto& one) { return !one.starts_with("-"); });
  return word != arguments.end() && parts_of(*word).first == "env";
}

bool works_with_environments_only(const std::string& verb) {
  return std::ranges::find(kOnlyTheirs, verb) != kOnlyTheirs.end();
}

std::vector<std::string> with_dashes(std::vector<std::string> arguments) {
  const bool theirs = names_environments(arguments) &&
                      (works_with_environments_only(arguments.front()) ||
                       std::ranges::find(kTheirsToo, arguments.front()) != kTheirsToo.end());
  if (!theirs) return arguments;
  const Grammar grammar = full_grammar(arguments.front());
  bool is_value = false;  // of the option before it
  for (auto word = arguments.begin() + 1; word != arguments.end() && *word != "--"; ++word) {
    if (!is_value && is_option_without_dashes(*word)) word->insert(0, "--");
    is_value = !is_value && awaits_value(grammar, *word);
  }
  return arguments;
}

}  // namespace ck::cli
