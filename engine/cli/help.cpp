/// Help texts, made from the table.

#include <algorithm>

#include "base/strings.hpp"
#include "cli/command.hpp"

namespace ck::cli {
namespace {

void add_pairs(std::string& text, const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t width = 0;
  for (const auto& [left, right] : pairs) width = std::max(width, left.size());
  for (const auto& [left, right] : pairs) {
    text += "  " + left + std::string(width - left.size() + 2, ' ') + right + "\n";
  }
}

std::pair<std::string, std::string> described(const Option& option) {
  return {"--" + option.name + (option.value.empty() ? "" : "=" + option.value), option.help};
}

/// "--a --b …" in lines of at most 100 characters.
std::string wrapped(const std::vector<std::string>& names) {
  constexpr std::size_t kColumns = 100;
  std::string text;
  std::string line = " ";
  for (const auto& name : names) {
    if (line.size() + name.size() + 3 > kColumns) {
      text += line + "\n";
      line = " ";
    }
    line += " --" + name;
  }
  return text + line + "\n";
}

}  // namespace

std::vector<Option> common_options() {
  return {{"json", "", "print one JSON document (also for errors) on stdout"},
          {"quiet", "", "print no progress and ask nothing"},
          {"yes", "", "answer every question with yes"},
          {"verbose", "", "print details"},
          {"offline", "", "fetch nothing from anywhere"},
          {"mirror", "DIR", "take sources from this mirror (see ck mirror)"},
          {"help", "", "print help of this command"}};
}

std::string general_help(const std::vector<Command>& commands) {
  std::string text =
      "ck runs other people's experiments: it fetches components by name or tags, resolves what "
      "they\n"
      "need, builds, runs, records, and says whether a result reproduces.\n\n"
      "usage: ck COMMAND [KIND:NAME] [--option=value …]\n\ncommands:\n";
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& command : commands) pairs.emplace_back(command.name, command.summary);
  add_pairs(text, pairs);
  text +=
      "\n'ck COMMAND --help' tells more. '-' and '_' are the same in option names.\n"
      "State lies in $CK_HOME (default ~/.local/share/ck).\n\n"
      "exit codes: 0 ok, 1 cannot be done, 2 wrong command line, 3 the program failed, 4 a replay "
      "differs,\n"
      "5 busy, 70 a bug of ck, 130 interrupted\n";
  return text;
}

std::string command_help(const Command& command) {
  std::string text = command.summary + "\n\n";
  for (std::size_t i = 0; i < command.usage.size(); ++i) {
    text += (i == 0 ? "usage: ck " : "       ck ") + command.usage[i] + "\n";
  }
  if (!command.description.empty()) text += "\n" + command.description + "\n";
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& option : command.grammar.options) pairs.push_back(described(option));
  if (!pairs.empty()) {
    text += "\noptions:\n";
    add_pairs(text, pairs);
  }
  if (!command.grammar.flags.empty())
    text += "\naccepted for CK's sake, without effect:\n" + wrapped(command.grammar.flags);
  pairs.clear();
  for (const auto& option : common_options()) pairs.push_back(described(option));
  text += "\noptions of every command:\n";
  add_pairs(text, pairs);
  text += "\nexamples:\n";
  for (const auto& example : command.examples) text += "  " + example + "\n";
  return text;
}

Result<model::ComponentPattern> pattern_of(const Call& call,
                                           const std::vector<std::string>& kinds) {
  const auto& words = call.line.words;
  if (words.empty())
    return model::ComponentPattern{
        .repo = {}, .kind = kinds.size() == 1 ? kinds.front() : "", .name = {}};
  if (words.size() > 1) {
    return fail(Error(ErrorCode::usage, "one KIND:NAME is expected, found also '" + words[1] + "'")
                    .hint("options begin with --"));
  }
  CK_TRY(pattern, model::ComponentPattern::parse(words.front()));
  if (std::ranges::find(kinds, pattern.kind) == kinds.end()) {
    Error error(ErrorCode::usage,
                "'" + words.front() + "': this command works with " + join(kinds, ", "));
    if (const auto hint = did_you_mean(near_misses(pattern.kind, kinds))) error.hint(*hint);
    error.hint("for example " + kinds.front() + ":NAME");
    return fail(std::move(error));
  }
  return pattern;
}

Result<std::string> name_of_kind(const Call& call, const std::string& kind) {
  CK_TRY(pattern, pattern_of(call, {kind}));
  return pattern.name;
}

}  // namespace ck::cli
