#pragma once
/// The command line as typed, taken apart by the one grammar of all commands:
///
///     ck VERB WORD… --key=value --key value --flag --prefix.NAME=value -- ARGUMENT…
///
/// In option names '-' and '_' are the same, and one leading '-' is as good as two.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace ck::cli {

/// One option of a command, as data: parsing, help and completion read it.
struct Option {
  std::string name;   ///< with '_'
  std::string value;  ///< what it takes, for help ("TAGS"); empty for a flag
  std::string help;
};

/// What a command line may hold.
struct Grammar {
  std::vector<Option> options;
  std::vector<std::string> prefixes;  ///< "env" for --env.NAME=value
  bool free_values = false;           ///< --NAME=value with a name of the component's own
  /// Options are the component's own, whatever they look like: kept as typed in `Invocation::own`,
  /// those of the command too.
  bool own_options = false;
  /// Names of free values that may stand alone, for "yes"; others need a value.
  std::vector<std::string> flags = {};
  /// With this flag an option given again is one more variant.
  std::string repeatable_with = {};
  /// Options that may be given again anyway: their values are joined by ';'.
  std::vector<std::string> collected = {};
  /// Options whose values are JSON objects, which CK's @FILE.json may hold as they are.
  std::vector<std::string> documents = {};
};

/// An option that was given several times, each time for another variant.
struct RepeatedOption {
  std::string prefix;  ///< of "--prefix.NAME=value", else empty
  std::string name;
  std::vector<std::string> values;  ///< two or more, as typed
};

struct Invocation {
  std::vector<std::string> words;              ///< without the verb
  std::map<std::string, std::string> options;  ///< flags have the value "yes"
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> prefixed;  ///< by prefix
  std::map<std::string, std::string> values;                                         ///< free ones
  std::vector<std::string> arguments;                                                ///< after "--"
  std::vector<std::string> own;  ///< options as typed, and words with '=', for `own_options`
  std::vector<RepeatedOption> repeated;  ///< elsewhere with their first value
  std::string typed;                     ///< the whole line, quoted for a shell

  bool has(const std::string& name) const { return options.contains(name); }
  std::string get(const std::string& name) const;  ///< empty when not given
  std::optional<std::string> given(const std::string& name) const;
  /// One line for each value of the repeated options, the first values together, then the second.
  /// `usage` error when one is given more often than another.
  Result<std::vector<Invocation>> variants() const;
  /// What distinguishes the `index`-th of them: "--flags=-O3".
  std::string variant_label(std::size_t index) const;
  /// `usage` errors that name the option for text that is no number of the range.
  Result<std::optional<double>> number(const std::string& name, double minimum) const;
  /// A share above 0: "0.01" or "1%".
  Result<std::optional<double>> share(const std::string& name) const;
  Result<std::optional<int>> integer(const std::string& name, int minimum, int maximum) const;
};

/// Whether the word behind this one is its value: an option that takes one, without '='.
bool awaits_value(const Grammar& grammar, const std::string& argument);

/// `arguments` begins after the verb. Errors about an option tell its name, not its value. Unknown
/// options are `usage` errors with near names; an option given twice (but see
/// `Grammar::repeatable_with` and `collected`), a flag with a value other than yes or no, or a
/// missing value likewise.
Result<Invocation> parse_invocation(const Grammar& grammar,
                                    const std::vector<std::string>& arguments);

}  // namespace ck::cli
