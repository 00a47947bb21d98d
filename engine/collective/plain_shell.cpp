#include "collective/plain_shell.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/strings.hpp"
#include "collective/shell.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

constexpr int kDeepest = 32;
constexpr std::size_t kIdLength = 32;

/// Variables that bash gives a value or a meaning of its own.
bool of_bash(std::string_view name) {
  constexpr std::array kNames = std::to_array<std::string_view>(
      {"_",        "DIRSTACK",   "EPOCHREALTIME",   "EPOCHSECONDS", "EUID",
       "FUNCNAME", "GROUPS",     "HISTCMD",         "HOSTNAME",     "HOSTTYPE",
       "IFS",      "LINENO",     "MACHTYPE",        "OLDPWD",       "OPTARG",
       "OPTERR",   "OPTIND",     "OSTYPE",          "PPID",         "PS4",
       "PWD",      "PIPESTATUS", "POSIXLY_CORRECT", "RANDOM",       "SECONDS",
       "SHELL",    "SHELLOPTS",  "SHLVL",           "SRANDOM",      "TERM",
       "UID"});
  return name.starts_with("BASH") || std::ranges::find(kNames, name) != kNames.end();
}

/// Those of them that it hands on as they were.
bool handed_on(std::string_view name) {
  return name == "TERM" || name == "SHELL" || name == "HOSTNAME";
}

/// Those that it counts or sets anew, which `variables_after` leaves out.
bool left_out(std::string_view name) {
  return name == "_" || name == "SHLVL" || name == "PWD" || name == "OLDPWD";
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// One script, statement by statement. Every function is false or nothing where the text goes
/// beyond what is understood; the reader then gives up as a whole.
class Script {
 public:
  using Values = std::map<std::string, std::string, std::less<>>;

  Script(std::string_view text, Values& values, const fs::path& environments,
         std::string_view argument, int depth)
      : rest_(text),
        values_(values),
        environments_(environments),
        argument_(argument),
        depth_(depth) {}

  bool run() {
    while (!rest_.empty() && !returned_) {
      if (!statement()) return false;
    }
    return true;
  }

 private:
  bool skip(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
  }

  /// The rest of the line holds nothing, or a comment.
  bool end_of_line() {
    const bool apart = rest_.empty() || is_blank(rest_.front()) || rest_.front() == '\n';
    skip_blanks();
    if (apart && rest_.starts_with('#'))
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    return rest_.empty() || skip("\n");
  }

  bool statement() {
    skip_blanks();
    if (rest_.empty() || rest_.front() == '\n') return end_of_line();
    if (rest_.front() == '#') {
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      return end_of_line();
    }
    if (skip("export ")) return assignment();
    if (skip(". ")) return load();
    return skip("if ") && guard();
  }

  std::optional<std::string> name() {
    std::size_t length = 0;
    while (length < rest_.size() && is_variable_name(rest_.substr(0, length + 1))) ++length;
    if (length == 0 || of_bash(rest_.substr(0, length))) return std::nullopt;
    std::string found(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return found;
  }

  bool assignment() {
    skip_blanks();
    const auto variable = name();
    if (!variable || !skip("=")) return false;
    auto value = word();
    if (!value || !end_of_line()) return false;
    values_.insert_or_assign(*variable, std::move(*value));
    return true;
  }

  /// The line that env_script begins with: loaded once unless the argument is 1.
  bool guard() {
    if (!skip("[ \"$1\" != 1 ] && [ \"$")) return false;
    const auto variable = name();
    if (!variable || !skip("\" = 1 ]; then return 0; fi") || !end_of_line()) return false;
    returned_ = argument_ != "1" && value_of(*variable) == "1";
    return true;
  }

  bool load() {
    skip_blanks();
    const auto file = word();
    if (!file) return false;
    const bool again = skip(" 1");
    if (!end_of_line() || !of_an_environment(*file) || depth_ == kDeepest) return false;
    const auto text = sys::read_file(*file);
    if (!text || text->find('\0') != std::string::npos) return false;
    return Script(*text, values_, environments_, again ? "1" : argument_, depth_ + 1).run();
  }

  bool of_an_environment(const fs::path& file) const {
    const std::string id = file.parent_path().filename().string();
    return file.filename() == "env.sh" && file.parent_path().parent_path() == environments_ &&
           id.size() == kIdLength && id.find_first_not_of("0123456789abcdef") == std::string::npos;
  }

  std::string value_of(std::string_view variable) const {
    const auto found = values_.find(variable);
    return found == values_.end() ? std::string() : found->second;
  }

  /// A word up to a blank, the line's end, or the "}" that ends it inside `${NAME:+WORD}`.
  std::optional<std::string> word(bool in_braces = false) {
    std::string value;
    while (!rest_.empty() && rest_.front() != '\n' && !is_blank(rest_.front()) &&
           !(in_braces && rest_.front() == '}')) {
      if (!piece(value)) return std::nullopt;
    }
    return value;
  }

  bool piece(std::string& value) {
    const char c = rest_.front();
    if (c == '$') return reference(value, true);
    if (c == '\'') return single_quotes(value);
    if (skip("\"")) return double_quotes(value);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
    if (!plain) return false;
    value += c;
    rest_.remove_prefix(1);
    return true;
  }

  bool single_quotes(std::string& value) {
    const auto end = rest_.find('\'', 1);
    if (end == std::string_view::npos) return false;
    value += rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool double_quotes(std::string& value) {
    while (!rest_.empty()) {
      if (skip("\"")) return true;
      if (rest_.front() == '`') return false;
      if (rest_.front() == '$') {
        if (!reference(value, false)) return false;
        continue;
      }
      if (rest_.front() == '\\' && !escape()) return false;
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    return false;
  }

  /// Drops the backslash of an escaped character; false for the other uses of a backslash.
  bool escape() {
    if (rest_.size() < 2 || std::string_view("\"\\`$").find(rest_[1]) == std::string_view::npos)
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool reference(std::string& value, bool with_alternative) {
    rest_.remove_prefix(1);
    const bool braces = skip("{");
    const auto variable = name();
    if (!variable) return false;
    if (!braces || skip("}")) {
      value += value_of(*variable);
      return true;
    }
    if (!with_alternative || !skip(":+")) return false;
    const auto alternative = word(true);
    if (!alternative || !skip("}")) return false;
    if (!value_of(*variable).empty()) value += *alternative;
    return true;
  }

  std::string_view rest_;
  Values& values_;
  const fs::path& environments_;
  std::string_view argument_;
  int depth_;
  bool returned_ = false;
};

}  // namespace

std::optional<install::Variables> plain_variables_after(const std::vector<std::string>& lines,
                                                        const install::Variables& before,
                                                        const fs::path& environments) {
  Script::Values values;
  for (const auto& [name, value] : before) {
    if (left_out(name)) continue;
    if (!is_variable_name(name) || (of_bash(name) && !handed_on(name))) return std::nullopt;
    values.insert_or_assign(name, value);
  }
  if (!values.contains("PATH")) return std::nullopt;  // bash has one of its own then
  const std::string text = join(lines, "\n");
  if (text.find('\0') != std::string::npos || !Script(text, values, environments, "", 0).run())
    return std::nullopt;
  return install::Variables(values.begin(), values.end());
}

}  // namespace ck::collective
