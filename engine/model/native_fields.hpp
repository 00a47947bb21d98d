#pragma once
/// Internal to the native reader: what all parts of a descriptor are read with.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/descriptor.hpp"

namespace ck::model::native {

// Rules for texts, without I/O.

bool is_identifier(std::string_view text);  ///< letters, digits, '_'; not starting with a digit
bool is_key(std::string_view text);         ///< the same with '-' in it
bool is_label(std::string_view text);       ///< letters, digits, "._-", starting with none of "._-"
bool is_tag(std::string_view text);         ///< no blanks, commas or control characters
bool is_commit(std::string_view text);      ///< 40 lower-case hex digits
bool is_reference(std::string_view text);   ///< a branch or tag that git accepts
bool is_download_url(std::string_view text);        ///< http, https or file
bool is_git_url(std::string_view text);             ///< those, ssh:// and user@host:path
bool has_control_character(std::string_view text);  ///< other than line break and tab

/// A relative path without "..", empty parts, backslashes or control characters.
bool is_inside(std::string_view path);

using Rule = bool (*)(std::string_view);

/// "'x y'", cut and made printable, for messages.
std::string shown(std::string_view text);

/// The JSON pointer of a member of the object or array at `path`.
std::string child(const std::string& path, std::string_view name);
std::string child(const std::string& path, std::size_t index);

/// What a `${name}` at some place may name.
enum class Scope {
  values,     ///< parameters and variation groups: decided before anything is resolved
  paths,      ///< those and ${version}: words that cannot be absolute
  texts,      ///< those, the folders, and ${KEY.NAME} of dependencies
  detection,  ///< what is known of a file that detection has found
  profile,    ///< what a profile may use
};

/// One document while it is read. Names may be used before they are declared, so uses are kept and
/// checked at the end.
class Document {
 public:
  Document(JsonProblems& problems, Kind kind) : problems_(problems), kind_(kind) {}

  JsonProblems& problems() { return problems_; }
  Kind kind() const { return kind_; }

  void add(std::string path, std::string message, std::string hint = {}) {
    problems_.add(std::move(path), std::move(message), std::move(hint));
  }
  /// Adds the message and first hint of `error`.
  void add(std::string path, const Error& error);

  /// A text in which `${name}` is replaced.
  void uses(Scope scope, const std::string& path, const std::string& text);
  /// Declares a parameter or variation group; the names of both are one set.
  void declare(const std::string& path, Parameter parameter);
  void declare_group(const std::string& group, std::vector<std::string> options) {
    options_[group] = std::move(options);
  }
  void declare_dependency(const std::string& key) { dependencies_.insert(key); }
  /// A value that a condition compares with.
  void compares(const std::string& path, const std::string& name, const std::string& value);
  /// A key of this component's dependencies that a condition looks at.
  void looks_at(const std::string& path, const std::string& key) { looks_.push_back({path, key}); }
  /// An option of another variation group than `group`.
  void excludes(const std::string& path, const std::string& group, const std::string& option) {
    exclusions_.push_back({path, group, option});
  }

  /// Reports uses of names that nothing declares.
  void finish();

 private:
  struct Use {
    Scope scope;
    std::string path;
    std::string name;
  };
  struct Comparison {
    std::string path;
    std::string name;
    std::string value;
  };
  struct Look {
    std::string path;
    std::string key;
  };
  struct OptionExclusion {
    std::string path;
    std::string group;
    std::string option;
  };
  bool is_known(const Use& use) const;
  std::vector<std::string> known_names(Scope scope) const;
  std::string suggestion(Scope scope, const std::string& name) const;
  void check(const Use& use);
  void check(const Comparison& comparison);
  void check(const Look& look);
  void check(const OptionExclusion& exclusion);

  JsonProblems& problems_;
  Kind kind_;
  std::vector<Use> uses_;
  std::vector<Comparison> comparisons_;
  std::vector<Look> looks_;
  std::vector<OptionExclusion> exclusions_;
  std::map<std::string, Parameter> values_;
  std::map<std::string, std::vector<std::string>> options_;  ///< by variation group
  std::set<std::string> dependencies_;
};

// Fields of one object. All report to the document and return a default when something is wrong.

/// Reports `text` unless it follows the rule: "is 'x', but must be WANTED".
void must_be(Document& document, const std::string& path, std::string_view text, Rule rule,
             std::string_view wanted);

/// A relative path, which may use `Scope::paths`; "" when absent.
std::string path_field(Document& document, ObjectReader& object, std::string_view key);
void check_path(Document& document, const std::string& path, const std::string& text);

/// A free text without control characters; "" when absent.
std::string text_field(Document& document, ObjectReader& object, std::string_view key);

/// A time or tolerance: a finite number, at least 0 or above it.
enum class Bound { not_negative, positive };
std::optional<double> number_field(ObjectReader& object, std::string_view key, Bound bound);

/// A count of at least 1 that fits any program (up to 2^53).
std::optional<std::uint64_t> count_field(ObjectReader& object, std::string_view key);

/// Calls `read(text, path)` for each string of an optional array and reports what is none.
void each_string(Document& document, ObjectReader& object, std::string_view key,
                 const std::function<void(const std::string&, const std::string&)>& read);

/// Strings that follow a rule, reported as in `must_be`.
std::vector<std::string> checked_texts(Document& document, ObjectReader& object,
                                       std::string_view key, Rule rule, std::string_view wanted);

/// Strings that may use names of `scope`.
std::vector<std::string> texts_field(Document& document, ObjectReader& object, std::string_view key,
                                     Scope scope);

/// The words of a command, needed and not empty.
std::vector<std::string> command_field(Document& document, ObjectReader& object,
                                       std::string_view key, Scope scope);

/// An object of names that follow `rule` to texts that may use names of `scope`.
NamedTexts named_texts(Document& document, ObjectReader& object, std::string_view key, Rule rule,
                       std::string_view wanted, Scope scope);

/// Who sees a variable: only the component itself, or also what depends on it.
enum class Audience { itself, dependants };

/// Environment variables. Dependants must not get those that make the loader or the shell run other
/// code, nor a replacement for a search path or a folder of their own.
NamedTexts variables_field(Document& document, ObjectReader& object, std::string_view key,
                           Audience audience, Scope scope);
/// Variables that are prepended to: search paths.
NamedTexts prepends_field(Document& document, ObjectReader& object, std::string_view key,
                          Scope scope);

/// A regular expression (see Pattern), needed.
std::string pattern_field(Document& document, ObjectReader& object, std::string_view key);

/// Component tags, sorted; those of dependencies may use names of `scope`.
std::vector<std::string> tags_field(Document& document, ObjectReader& object, std::string_view key,
                                    std::optional<Scope> scope = std::nullopt);

/// An array of alternatives, each a tag or an array of tags: `["a", ["b", "c"]]` is "a, or b and
/// c". The tags may use names of `scope`.
std::vector<std::vector<std::string>> any_tags(Document& document, const Json& value,
                                               const std::string& path, Scope scope);

/// The place of a needed string among `choices`; nothing (and a problem) if it is none of them.
std::optional<std::size_t> choice_field(ObjectReader& object, std::string_view key,
                                        std::span<const std::string> choices);

/// Tolerances "absolute" and "relative", of which one is needed.
struct Tolerances {
  std::optional<double> absolute, relative;
};
Tolerances tolerances(Document& document, const Json& value, const std::string& path);

Limits limits_field(Document& document, ObjectReader& object);

/// The first key must be "schema"; returns the part before the '/' of its value, without "ck.".
/// Reports other versions than 1.
std::optional<std::string> schema_of(const Json& document, JsonProblems& problems);

}  // namespace ck::model::native
