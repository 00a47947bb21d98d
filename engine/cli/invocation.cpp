#include "cli/invocation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/strings.hpp"

namespace ck::cli {
namespace {

constexpr const char* kYes = "yes";
constexpr const char* kNo = "no";

std::string with_underscores(std::string_view name) { return replace_all(name, "-", "_"); }

/// For messages: values may be secrets.
std::string without_value(const std::string& argument) {
  return argument.substr(0, argument.find('='));
}

class Parser {
 public:
  Parser(const Grammar& grammar, const std::vector<std::string>& arguments)
      : grammar_(grammar), arguments_(arguments) {}

  Result<Invocation> parse() {
    while (next_ < arguments_.size()) {
      const std::string& argument = arguments_[next_++];
      if (argument == "--") {
        result_.arguments.assign(arguments_.begin() + static_cast<std::ptrdiff_t>(next_),
                                 arguments_.end());
        break;
      }
      const bool is_option = argument.size() > 1 && argument.front() == '-';
      if (grammar_.own_options && (is_option || argument.find('=') != std::string::npos)) {
        own_option(argument);
      } else if (is_option) {
        CK_CHECK(option(argument));
      } else {
        result_.words.push_back(argument);
      }
    }
    if (!again_.empty() && !result_.has(grammar_.repeatable_with)) return fail(twice(again_));
    return std::move(result_);
  }

 private:
  Status option(const std::string& argument) {
    std::string_view text = argument;
    text.remove_prefix(text.starts_with("--") ? 2 : 1);
    const auto equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const std::optional<std::string> value =
        equals == std::string_view::npos ? std::nullopt
                                         : std::optional(std::string(text.substr(equals + 1)));
    if (const auto dot = name.find('.'); dot != std::string_view::npos) {
      return prefixed(argument, with_underscores(name.substr(0, dot)),
                      std::string(name.substr(dot + 1)), value);
    }
    return plain(argument, with_underscores(name), value);
  }

  /// A flag of the command is one, and may mean something to the component as well.
  void own_option(const std::string& argument) {
    const auto name =
        with_underscores(argument.substr(std::min(argument.find_first_not_of('-'), 2UL)));
    const auto option = std::ranges::find(grammar_.options, name, &Option::name);
    if (option != grammar_.options.end() && option->value.empty()) result_.options[name] = kYes;
    result_.own.push_back(argument);
  }

  Status prefixed(const std::string& argument, const std::string& prefix, const std::string& name,
                  const std::optional<std::string>& value) {
    if (std::ranges::find(grammar_.prefixes, prefix) == grammar_.prefixes.end())
      return unknown(argument, prefix);
    if (!value || name.empty()) {
      return fail(ErrorCode::usage,
                  "'" + without_value(argument) + "' must look like --" + prefix + ".NAME=value");
    }
    auto& known = result_.prefixed[prefix];
    const auto before = std::ranges::find(known, name, &std::pair<std::string, std::string>::first);
    if (before != known.end()) return again(argument, prefix, name, before->second, *value);
    known.emplace_back(name, *value);
    return {};
  }

  Status plain(const std::string& argument, const std::string& name,
               std::optional<std::string> value) {
    const auto option = std::ranges::find(grammar_.options, name, &Option::name);
    if (option == grammar_.options.end()) return free_value(argument, name, value);
    const bool first = seen_.insert(name).second;
    if (option->value.empty() && grammar_.free_values && value && *value != kYes && *value != kNo)
      return free_value(argument, name, value);  // a parameter of that name
    if (option->value.empty() && !first) return fail(twice(argument));
    if (option->value.empty()) return flag(name, value.value_or(kYes));
    if (!value) {
      CK_TRY(next, next_value(*option));
      value = next;
    }
    const bool collected = std::ranges::find(grammar_.collected, name) != grammar_.collected.end();
    if (!first && collected) {
      result_.options[name] += ";" + *value;
      return {};
    }
    if (!first) return again(argument, "", name, result_.options[name], *value);
    result_.options[name] = *value;
    return {};
  }

  Status flag(const std::string& name, const std::string& value) {
    if (value == kYes) {
      result_.options[name] = value;
    } else if (value != kNo) {
      return fail(
          ErrorCode::usage,
          "--" + name + " is a flag; it takes no value but yes or no, found '" + value + "'");
    }
    return {};
  }

  /// The argument after an option. Another option is none: the value was forgotten.
  Result<std::string> next_value(const Option& option) {
    const bool there = next_ < arguments_.size();
    if (there && !arguments_[next_].starts_with("--")) return arguments_[next_++];
    Error error(ErrorCode::usage, "--" + option.name + " needs a value: " + option.value);
    if (there) error.hint("if that is the value, write --" + option.name + "=" + arguments_[next_]);
    return fail(std::move(error));
  }

  /// A parameter of the component: which ones there are is known only when it has been read.
  Status free_value(const std::string& argument, const std::string& name,
                    const std::optional<std::string>& value) {
    const bool alone = std::ranges::find(grammar_.flags, name) != grammar_.flags.end();
    if (!grammar_.free_values || name.empty() || (!value && !alone)) return unknown(argument, name);
    const std::string text = value.value_or(kYes);
    const auto [before, added] = result_.values.emplace(name, text);
    return added ? Status() : again(argument, "", name, before->second, text);
  }

  /// One more value: of another variant, if the grammar has them.
  Status again(const std::string& argument, const std::string& prefix, const std::string& name,
               const std::string& first, const std::string& value) {
    if (grammar_.repeatable_with.empty()) return fail(twice(argument));
    if (again_.empty()) again_ = argument;
    auto option = std::ranges::find_if(result_.repeated, [&](const RepeatedOption& one) {
      return one.prefix == prefix && one.name == name;
    });
    if (option == result_.repeated.end())
      option = result_.repeated.insert(option, {prefix, name, {first}});
    option->values.push_back(value);
    return {};
  }

  Error twice(const std::string& argument) const {
    Error error(ErrorCode::usage, "'" + without_value(argument) + "': this option is given twice");
    if (!grammar_.repeatable_with.empty())
      error.hint("with --" + grammar_.repeatable_with + " each value is a variant of its own");
    return error;
  }

  Status unknown(const std::string& argument, const std::string& name) const {
    std::vector<std::string> known = grammar_.prefixes;
    for (const auto& option : grammar_.options) known.push_back(option.name);
    known.insert(known.end(), grammar_.flags.begin(), grammar_.flags.end());
    Error error(ErrorCode::usage, "there is no option '" + without_value(argument) + "'");
    auto near = near_misses(name, known);
    for (auto& one : near) one = "--" + one;
    if (const auto hint = did_you_mean(near)) error.hint(*hint);
    return fail(std::move(error));
  }

  const Grammar& grammar_;
  const std::vector<std::string>& arguments_;
  std::size_t next_ = 0;
  std::string again_;           ///< the first argument that repeats an option
  std::set<std::string> seen_;  ///< named options, those that were switched off too
  Invocation result_;
};

}  // namespace

std::string Invocation::get(const std::string& name) const { return given(name).value_or(""); }

std::optional<std::string> Invocation::given(const std::string& name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<Invocation>> Invocation::variants() const {
  if (repeated.empty()) return std::vector{*this};
  const std::size_t count = repeated.front().values.size();
  for (const auto& option : repeated) {
    if (option.values.size() == count) continue;
    return fail(Error(ErrorCode::usage,
                      fmt::format("--{} is given {} times, --{} {} times", repeated.front().name,
                                  count, option.name, option.values.size()))
                    .hint("the first values make the first variant, the second the second"));
  }
  std::vector<Invocation> lines(count, *this);
  for (std::size_t i = 0; i < count; ++i) {
    for (const auto& option : repeated) {
      if (option.prefix.empty()) {
        auto& place = lines[i].options.contains(option.name) ? lines[i].options : lines[i].values;
        place[option.name] = option.values[i];
        continue;
      }
      for (auto& [name, value] : lines[i].prefixed[option.prefix]) {
        if (name == option.name) value = option.values[i];
      }
    }
  }
  return lines;
}

std::string Invocation::variant_label(std::size_t index) const {
  std::vector<std::string> parts;
  for (const auto& option : repeated)
    parts.push_back("--" + (option.prefix.empty() ? "" : option.prefix + ".") + option.name + "=" +
                    option.values[index]);
  return join(parts, " ");
}

Result<std::optional<double>> Invocation::number(const std::string& name, double minimum) const {
  const auto text = given(name);
  if (!text) return std::optional<double>();
  const auto value = parse_number(*text);
  if (value && std::isfinite(*value) && *value >= minimum) return value;
  return fail(ErrorCode::usage,
              fmt::format("--{}={} must be a number, at least {}", name, *text, minimum));
}

Result<std::optional<double>> Invocation::share(const std::string& name) const {
  const auto text = given(name);
  if (!text) return std::optional<double>();
  const bool percent = text->ends_with('%');
  const auto value =
      parse_number(trim(std::string_view(*text).substr(0, text->size() - (percent ? 1 : 0))));
  if (value && std::isfinite(*value) && *value > 0) return *value / (percent ? 100 : 1);
  return fail(ErrorCode::usage,
              "--" + name + "=" + *text + " must be a share above 0, such as 0.01 or 1%");
}

Result<std::optional<int>> Invocation::integer(const std::string& name, int minimum,
                                               int maximum) const {
  const auto text = given(name);
  if (!text) return std::optional<int>();
  const auto value = parse_integer(*text);
  if (value && *value >= minimum && *value <= maximum)
    return std::optional(static_cast<int>(*value));
  return fail(ErrorCode::usage, "--" + name + "=" + *text + " must be a whole number from " +
                                    std::to_string(minimum) + " to " + std::to_string(maximum));
}

bool awaits_value(const Grammar& grammar, const std::string& argument) {
  if (!argument.starts_with('-') || argument.find('=') != std::string::npos) return false;
  const auto name = with_underscores(argument.substr(argument.starts_with("--") ? 2 : 1));
  const auto option = std::ranges::find(grammar.options, name, &Option::name);
  return !grammar.own_options && option != grammar.options.end() && !option->value.empty();
}

Result<Invocation> parse_invocation(const Grammar& grammar,
                                    const std::vector<std::string>& arguments) {
  return Parser(grammar, arguments).parse();
}

}  // namespace ck::cli
