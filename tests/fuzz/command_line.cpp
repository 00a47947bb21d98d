// Command lines: each line of the input is one word. Whatever is typed is understood or is a
// `usage` error; what is understood, and quoted for a shell, means the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.hpp"
#include "cli/command.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ck;
  static const std::vector<cli::Command> table = cli::commands();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> words = split(text, '\n');
  const std::string verb = words.front();
  words.erase(words.begin());
  for (const auto& command : table) {
    if (command.name != verb && !verb.empty()) continue;
    cli::Grammar grammar = command.grammar;
    for (const auto& option : cli::common_options()) grammar.options.push_back(option);
    const auto line = cli::parse_invocation(grammar, words);
    if (!line) {
      if (line.error().code != ErrorCode::usage || line.error().message.empty()) std::abort();
      continue;
    }
    if (line->words.size() + line->arguments.size() > words.size()) std::abort();
    for (const auto& [name, value] : line->options) {
      static_cast<void>(line->number(name, 0));
      static_cast<void>(line->integer(name, 1, 100));
    }
    if (!line->words.empty())
      static_cast<void>(model::ComponentPattern::parse(line->words.front()));
    static_cast<void>(model::TagQuery::parse(line->get("tags"), line->get("no_tags")));
    static_cast<void>(model::VersionRange::parse(line->get("version")));
  }
  return 0;
}
