#include "collective/command_generator.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "model/pattern.hpp"

namespace ck::collective {
namespace {

constexpr std::size_t kMostCombinations = 100'000;
constexpr std::size_t kMostReplacements = 10'000;
constexpr std::size_t kLongestCommand = 1u << 20;
constexpr std::string_view kAnyValue = "###";

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_';
  });
}

std::string text_of(const Json& value) { return text_at({{"value", value}}, "value"); }

/// A list, or one text in its place; blanks stay.
std::vector<std::string> raw_texts(const Json& value) {
  std::vector<std::string> texts;
  const auto add = [&](const Json& one) {
    texts.push_back(one.is_string() ? one.get<std::string>() : text_of(one));
  };
  if (value.is_array()) {
    for (const auto& one : value) add(one);
  } else {
    add(value);
  }
  return texts;
}

// Words of the command line.

/// What one word contributes: alternatives, of which each combination has one.
using Alternatives = std::vector<Combination>;

Error not_understood(const std::string& word) {
  return Error(ErrorCode::usage, "'" + printable(word) + "' is no parameter of commands")
      .hint(
          "--NAME=value, --NAME,=a,b --NAME:=a:b, --NAME:FROM:TO:STEP, --A:B,=1:2,3:4 or "
          "--group.NAME");
}

/// "b,", "x:y," and "x,y:" with their values.
std::optional<Alternatives> listed(const std::string& name, const std::string& value) {
  const char between = name.back();
  if (between != ',' && between != ':') return std::nullopt;
  const char within = between == ',' ? ':' : ',';
  const auto names = split(std::string_view(name).substr(0, name.size() - 1), within);
  if (!std::ranges::all_of(names, [](const auto& one) { return is_word(one); }))
    return std::nullopt;
  Alternatives all;
  for (const auto& tuple : split(value, between)) {
    const auto values = names.size() == 1 ? std::vector{tuple} : split(tuple, within);
    Combination one;
    for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i)
      one.emplace_back(names[i], values[i]);
    all.push_back(std::move(one));
  }
  return all;
}

/// "c:1:9:2".
Result<Alternatives> numbered(const std::string& word, const std::string& name) {
  const auto parts = split(name, ':');
  if (parts.size() < 3 || parts.size() > 4 || !is_word(parts[0])) return fail(not_understood(word));
  const auto from = parse_integer(parts[1]);
  const auto to = parse_integer(parts[2]);
  const auto step = parts.size() > 3 ? parse_integer(parts[3]) : std::optional(1LL);
  if (!from || !to || !step) return fail(not_understood(word));
  if (*step < 1 || *from > *to)
    return fail(ErrorCode::usage, "'" + printable(word) + "' counts up: FROM <= TO, STEP >= 1");
  Alternatives all;
  for (long long number = *from;; number += *step) {
    if (all.size() == kMostCombinations)
      return fail(ErrorCode::usage, "'" + printable(word) + "' stands for too many values");
    all.push_back({{parts[0], std::to_string(number)}});
    if (number > *to - *step) return all;
  }
}

Result<Alternatives> group(const std::string& name, const Json& groups) {
  const auto found = groups.find(name);
  if (found == groups.end() || !found->is_array()) {
    std::vector<std::string> known;
    for (const auto& [key, value] : groups.items()) known.push_back(key);
    Error error(ErrorCode::not_found, "there is no group '" + printable(name) + "'");
    if (!known.empty()) error.hint("there are: " + join(known, ", "));
    return fail(std::move(error));
  }
  Alternatives all;
  for (const auto& member : *found) {
    if (!member.is_object()) continue;
    Combination one;
    for (const auto& [key, value] : member.items()) one.emplace_back(key, text_of(value));
    all.push_back(std::move(one));
  }
  return all;
}

Result<Alternatives> alternatives(const std::string& word, const Json& groups) {
  constexpr std::string_view kGroup = "group.";
  std::string text = word;
  text.erase(0, std::min(text.find_first_not_of('-'), text.size()));
  const auto equals = text.find('=');
  const std::string name = text.substr(0, equals);
  if (equals == std::string::npos) {
    if (name.starts_with(kGroup)) return group(name.substr(kGroup.size()), groups);
    if (is_word(name)) return Alternatives{{{name, "yes"}}};
    return numbered(word, name);
  }
  const std::string value = text.substr(equals + 1);
  if (is_word(name)) return Alternatives{{{name, value}}};
  if (!name.empty()) {
    if (auto list = listed(name, value)) return std::move(*list);
  }
  return fail(not_understood(word));
}

/// Later ones win over earlier ones of the same name.
Combination joined(Combination first, const Combination& second) {
  for (const auto& [name, value] : second) {
    const auto known = std::ranges::find(first, name, &std::pair<std::string, std::string>::first);
    if (known == first.end()) {
      first.emplace_back(name, value);
    } else {
      known->second = value;
    }
  }
  return first;
}

// Commands.

/// An anchor as it stands in a text: <<<?NAME,>>>.
struct Anchor {
  std::string text;
  std::string name;
  std::string separator;
  bool optional = false;
};

bool opens(std::string_view text) { return text.starts_with("<<<") || text.starts_with("{{{"); }
bool closes(std::string_view text) { return text.starts_with(">>>") || text.starts_with("}}}"); }

std::optional<Anchor> anchor_at(std::string_view text) {
  if (!opens(text)) return std::nullopt;
  std::size_t end = 3;
  Anchor anchor;
  anchor.optional = end < text.size() && text[end] == '?';
  if (anchor.optional) ++end;
  const std::size_t start = end;
  while (end < text.size() && is_word(text.substr(end, 1))) ++end;
  anchor.name = text.substr(start, end - start);
  if (anchor.name.empty()) return std::nullopt;
  if (end < text.size() && closes(text.substr(end + 1))) {
    anchor.separator = text.substr(end, 1);
    ++end;
  }
  if (!closes(text.substr(end))) return std::nullopt;
  anchor.text = text.substr(0, end + 3);
  return anchor;
}

std::optional<Anchor> first_anchor(const std::string& text) {
  for (std::size_t i = text.find_first_of("<{"); i != std::string::npos;
       i = text.find_first_of("<{", i + 1)) {
    if (auto anchor = anchor_at(std::string_view(text).substr(i))) return anchor;
  }
  return std::nullopt;
}

class Filling {
 public:
  Filling(const Json& entry, const Combination& parameters, const std::string& source)
      : entry_(entry), parameters_(parameters), source_(source) {}

  Result<std::string> run(std::string command) {
    CK_CHECK(collect());
    for (std::size_t i = 0; const auto anchor = first_anchor(command); ++i) {
      CK_TRY(value, value_of(*anchor));
      command = replace_all(command, anchor->text, value);
      if (i > kMostReplacements || command.size() > kLongestCommand) {
        return fail(Error(ErrorCode::invalid, "the anchor " + printable(anchor->text) +
                                                  " never comes to an end: it leads to itself")
                        .in(source_));
      }
    }
    return command;
  }

 private:
  /// What `accu_init` and then each parameter's value in `build_map` add, by name.
  Status collect() {
    for (const auto& [name, texts] : object_at(entry_, "accu_init").items())
      collected_[name] = raw_texts(texts);
    const Json& map = object_at(entry_, "build_map");
    for (const auto& [name, value] : parameters_) {
      if (!map.contains(name)) continue;
      const Json* chosen = meaning(map[name], value);
      if (chosen == nullptr) {
        std::vector<std::string> known;
        for (const auto& [key, texts] : map[name].items()) known.push_back(printable(key));
        return fail(Error(ErrorCode::usage, "--" + name + "=" + printable(value) +
                                                " is no value that " + source_ + " knows")
                        .hint("--" + name + " takes one of: " + join(known, ", ")));
      }
      for (const auto& [collected, texts] : chosen->items()) add(collected, texts, value);
    }
    return {};
  }

  void add(const std::string& name, const Json& texts, const std::string& value) {
    for (const auto& text : raw_texts(texts))
      collected_[name].push_back(replace_all(text, kAnyValue, value));
  }

  /// The value itself, else the last pattern that fits it, else what holds for any.
  static const Json* meaning(const Json& values, const std::string& value) {
    if (!values.is_object()) return nullptr;
    if (const auto exact = values.find(value); exact != values.end()) return &*exact;
    const Json* found = nullptr;
    for (const auto& [key, texts] : values.items()) {
      if (key == kAnyValue) continue;
      const auto pattern = model::Pattern::parse("^(" + key + ")$");
      if (pattern && pattern->find(value)) found = &texts;  // others are plain names
    }
    if (found != nullptr) return found;
    const auto any = values.find(std::string(kAnyValue));
    return any == values.end() ? nullptr : &*any;
  }

  Result<std::string> value_of(const Anchor& anchor) const {
    const auto parameter =
        std::ranges::find(parameters_, anchor.name, &std::pair<std::string, std::string>::first);
    if (const auto found = collected_.find(anchor.name); found != collected_.end()) {
      if (parameter == parameters_.end()) return join(found->second, anchor.separator);
      return fail(ErrorCode::usage, "--" + anchor.name + " cannot be given: other parameters of " +
                                        source_ + " decide it");
    }
    if (parameter != parameters_.end()) return parameter->second;
    const Json& defaults = object_at(entry_, "defaults");
    if (const auto value = defaults.find(anchor.name); value != defaults.end())
      return join(raw_texts(*value), anchor.separator);
    if (anchor.optional) return std::string();
    return fail(Error(ErrorCode::usage, source_ + " needs a value for " + anchor.name)
                    .hint("--" + anchor.name + "=…"));
  }

  const Json& entry_;
  const Combination& parameters_;
  const std::string& source_;
  std::map<std::string, std::vector<std::string>> collected_;
};

}  // namespace

Result<std::vector<Combination>> combinations(const std::vector<std::string>& words,
                                              const Json& groups) {
  std::vector<Combination> all{{}};
  for (const auto& word : words) {
    CK_TRY(choices, alternatives(word, groups));
    if (all.size() * choices.size() > kMostCombinations)
      return fail(ErrorCode::usage, "these are more than " + std::to_string(kMostCombinations) +
                                        " combinations of parameters");
    std::vector<Combination> more;
    for (const auto& one : all) {
      for (const auto& choice : choices) more.push_back(joined(one, choice));
    }
    all = std::move(more);
  }
  return all;
}

Result<std::vector<std::string>> generate_commands(const Json& entry,
                                                   const std::vector<Combination>& combinations,
                                                   const std::string& source) {
  const auto shape = entry.find("cmd_template");
  if (shape == entry.end() || !shape->is_string())
    return fail(ErrorCode::invalid, source + " has no text cmd_template: it generates nothing");
  std::vector<std::string> commands;
  std::set<std::string> known;
  for (const auto& combination : combinations) {
    CK_TRY(command, Filling(entry, combination, source).run(shape->get<std::string>()));
    if (known.insert(command).second) commands.push_back(command);
  }
  return commands;
}

}  // namespace ck::collective
