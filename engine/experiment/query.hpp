#pragma once
/// The language of `--where`:
///
///     top1 >= 0.95 and latency_p90 < 1ms and not (host.cpu_model like '*Xeon*' or state = failed)
///
/// A comparison is NAME OP VALUE, NAME [not] in (VALUE, …) or NAME [not] like 'PATTERN'; OP is one
/// of = == != <> < <= > >=. Values are numbers with or without a unit, 'texts', "texts" and bare
/// words; a pattern has the wildcards * and ?. `and` binds closer than `or`.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace ck::experiment {

struct Value {
  std::variant<double, std::string> value;
  std::string unit;  ///< of a number, as typed; or empty
};

enum class Comparator { equal, unequal, less, less_or_equal, greater, greater_or_equal, like };
std::string_view name_of(Comparator comparator);

/// A condition as a tree. A comparison has a name and values, all others have parts.
struct Condition {
  enum class Kind { comparison, all, any, negation };
  Kind kind = Kind::all;
  std::vector<Condition> parts;
  std::string name;
  Comparator comparator = Comparator::equal;
  std::vector<Value> values;  ///< one of them must compare so
};

/// `usage` errors show the text and the place. An empty text is a condition that always holds.
Result<Condition> parse_condition(std::string_view text);

/// The names in it, each once, in order.
std::vector<std::string> names_in(const Condition& condition);

/// Written again so that `parse_condition` reads the same; for tests and messages.
std::string text_of(const Condition& condition);

}  // namespace ck::experiment
