#include "cli/completion.hpp"

#include <algorithm>
#include <cctype>

namespace ck::cli {
namespace {

constexpr const char* kBash = R"(# bash completion of ck; made by 'ck completion bash'
_ck() {
  # Bash takes words apart at ':' and '='; ck does not.
  local line=${COMP_LINE:0:COMP_POINT} words answers current
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  mapfile -t answers < <(ck completion --words -- "${words[@]:1}" 2>/dev/null)
  current=${words[-1]}
  COMPREPLY=("${answers[@]#"${current%"${current##*[:=]}"}"}")
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:=.] ]] && compopt -o nospace
  return 0
}
complete -o default -F _ck ck
)";

constexpr const char* kZsh = R"(#compdef ck
# zsh completion of ck; made by 'ck completion zsh'
_ck() {
  local -a answers open closed
  answers=("${(@f)$(ck completion --words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  open=(${(M)answers:#*[:=.]})
  closed=(${answers:#*[:=.]})
  (( $#open )) && compadd -S '' -- $open
  (( $#closed )) && compadd -- $closed
  (( $#open + $#closed )) || _files
}
if [ "$funcstack[1]" = "_ck" ]; then _ck "$@"; else compdef _ck ck; fi
)";

constexpr const char* kFish = R"(# fish completion of ck; made by 'ck completion fish'
complete -c ck -a '(ck completion --words -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
)";

struct Shell {
  const char* name;
  const char* script;
};
constexpr Shell kShells[] = {{"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}};

/// The first words of a command's usage lines: "repo:" of "pull repo:NAME", "env:" of
/// "show env[:ID]", "experiments" of "import experiments FOLDER"; "KIND" where any kind may stand.
std::vector<std::string> first_words(const Command& command) {
  std::vector<std::string> words;
  for (const auto& usage : command.usage) {
    const auto begin = usage.find(' ');
    if (begin == std::string::npos) continue;
    const std::string rest = usage.substr(begin + 1);
    const auto end = std::ranges::find_if_not(
        rest, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
    std::string word(rest.begin(), end);
    if (word.empty()) continue;
    const std::string after(end, rest.end());
    const bool named = after.starts_with(":") || after.starts_with("[:");
    if (std::isupper(static_cast<unsigned char>(word.front())) != 0) word = "KIND";
    if (named && word != "KIND") word += ":";
    if (std::ranges::find(words, word) == words.end()) words.push_back(word);
  }
  return words;
}

std::vector<std::string> component_words(const Command& command, const std::string& typed,
                                         const NameSource& source) {
  std::vector<std::string> found;
  if (const auto colon = typed.find(':'); colon != std::string::npos) {
    const std::string kind = typed.substr(0, colon);
    for (const auto& name : source.names(kind)) found.push_back(kind + ":" + name);
    return found;
  }
  for (const auto& word : first_words(command)) {
    if (word != "KIND") {
      found.push_back(word);
      continue;
    }
    for (const auto& kind : source.kinds()) found.push_back(kind + ":");
  }
  return found;
}

std::vector<std::string> option_words(const Command& command,
                                      const std::vector<std::string>& words) {
  auto options = command.grammar.options;
  for (const auto& option : common_options()) options.push_back(option);
  std::vector<std::string> found;
  for (const auto& option : options) {
    std::string word = "--" + option.name;
    const bool given = std::any_of(words.begin(), words.end() - 1, [&](const auto& other) {
      return other == word || other.starts_with(word + "=");
    });
    if (given) continue;
    if (!option.value.empty()) word += "=";
    found.push_back(std::move(word));
  }
  for (const auto& prefix : command.grammar.prefixes) found.push_back("--" + prefix + ".");
  return found;
}

std::vector<std::string> all_words(const std::vector<Command>& table,
                                   const std::vector<std::string>& words,
                                   const NameSource& source) {
  std::vector<std::string> found;
  if (words.size() == 1 || (words.size() == 2 && words.front() == "help")) {
    for (const auto& command : table) found.push_back(command.name);
    return found;
  }
  const auto command = std::ranges::find(table, words.front(), &Command::name);
  const bool after_dashes = std::find(words.begin(), words.end() - 1, "--") != words.end() - 1;
  if (command == table.end() || after_dashes) return found;
  const std::string& typed = words.back();
  if (typed.starts_with("-")) return option_words(*command, words);
  return component_words(*command, typed, source);
}

}  // namespace

std::vector<std::string> completions(const std::vector<Command>& table,
                                     const std::vector<std::string>& words,
                                     const NameSource& source) {
  if (words.empty()) return {};
  auto found = all_words(table, words, source);
  std::erase_if(found, [&](const auto& word) { return !word.starts_with(words.back()); });
  return found;
}

const char* completion_script(const std::string& shell) {
  const auto* found =
      std::ranges::find_if(kShells, [&](const Shell& known) { return shell == known.name; });
  return found == std::end(kShells) ? nullptr : found->script;
}

std::vector<std::string> completed_shells() {
  std::vector<std::string> names;
  for (const auto& shell : kShells) names.emplace_back(shell.name);
  return names;
}

}  // namespace ck::cli
