#include "collective/sourced_files.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/strings.hpp"
#include "collective/file_search.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kBlanks = " \t\r<>";
constexpr std::string_view kEndsOfCommands = "\n;&|()`";

bool is_one_of(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}

/// What may stand before a command's name: words of the grammar, assignments, `command`.
bool leaves_command_to_come(std::string_view word) {
  constexpr std::array<std::string_view, 12> kWords{
      "if", "then", "elif", "else", "while", "do", "{", "!", "builtin", "command", "until", "time"};
  if (std::ranges::find(kWords, word) != kWords.end()) return true;
  const auto name = word.substr(0, std::min(word.find('='), word.size()));
  return !name.empty() && name.size() < word.size() && std::ranges::all_of(name, [](char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  });
}

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  std::vector<std::string> run() {
    while (at_ < text_.size()) step();
    return std::move(files_);
  }

 private:
  enum class Next { command, file, nothing };

  void step() {
    const char c = text_[at_];
    if (is_one_of(c, kBlanks)) {
      ++at_;
    } else if (text_.substr(at_).starts_with("\\\n")) {
      at_ += 2;
    } else if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (is_one_of(c, kEndsOfCommands)) {
      next_ = Next::command;
      ++at_;
    } else {
      take(word());
    }
  }

  void take(std::string word) {
    if (next_ == Next::file) {
      if (word == "--") return;
      files_.push_back(std::move(word));
      next_ = Next::nothing;
    } else if (next_ == Next::command && !leaves_command_to_come(word)) {
      next_ = word == "." || word == "source" ? Next::file : Next::nothing;
    }
  }

  std::string word() {
    std::string word;
    while (at_ < text_.size() && !is_one_of(text_[at_], kBlanks) &&
           !is_one_of(text_[at_], kEndsOfCommands)) {
      const char c = text_[at_++];
      if (c == '\'' || c == '"') {
        quoted(c, word);
      } else if (c != '\\') {
        word += c;
      } else if (at_ < text_.size()) {
        word += text_[at_++];
      }
    }
    return word;
  }

  void quoted(char quote, std::string& word) {
    while (at_ < text_.size() && text_[at_] != quote) {
      const bool escapes = quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size() &&
                           is_one_of(text_[at_ + 1], "\"\\$`");
      if (escapes) ++at_;
      word += text_[at_++];
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Next next_ = Next::command;
  std::vector<std::string> files_;
};

/// The file, or the folder in which somebody could make it.
fs::path nearest_existing(fs::path file) {
  std::error_code missing;
  while (!fs::exists(file, missing) && file.has_relative_path()) file = file.parent_path();
  return file;
}

}  // namespace

std::vector<std::string> sourced_files(std::string_view script) { return Scan(script).run(); }

Status check_sourced_files(std::string_view script, const std::vector<fs::path>& own,
                           const fs::path& known) {
  for (const auto& word : sourced_files(script)) {
    if (std::ranges::find(own, fs::path(word)) != own.end()) continue;
    const bool is_told = word.starts_with('/') && word.find('$') == std::string::npos;
    const fs::path file = is_told ? fs::path(word) : known;
    const auto safe = check_owner(nearest_existing(file));
    if (safe) continue;
    return fail(Error(safe.error().code,
                      "env.sh would load " + printable(file.string()) + ": " + safe.error().message)
                    .hint("see that only you or root can write to the file and its folders "
                          "(chmod o-w), then detect it again"));
  }
  return {};
}

}  // namespace ck::collective
