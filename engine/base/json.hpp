#pragma once
/// Strict and helpful reading of JSON: every error of a document at once, each with its JSON path
/// and, where a name is nearly right, a suggestion. Values are nlohmann::ordered_json underneath
/// (order of keys in a file is kept: CK's formats depend on it).

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace ck {

using Json = nlohmann::ordered_json;

/// What a document may be. The defaults hold for anything that comes from a repository.
struct JsonLimits {
  std::size_t max_bytes = 16u << 20;  ///< larger input is refused before parsing
  std::size_t max_depth = 64;         ///< nesting of arrays and objects
  bool comments = true;               ///< accept // and /* */
  bool duplicate_keys = false;        ///< accept an object that names a key twice (last wins)
};

/// Parses one JSON document (UTF-8, nothing after it). Errors are `invalid` with line and column
/// (from 1, in characters) in the message. `source` is the name shown in errors, usually a file.
/// Uses no recursion, and time in proportion to the text whatever stands in it.
Result<Json> parse_json(std::string_view text, std::string_view source,
                        const JsonLimits& limits = {});

/// Compact text; and indented by two spaces with a final newline, for files people read. Strings
/// that are no UTF-8 get replacement characters. Recurses as deep as the value is nested.
std::string to_text(const Json& value);
std::string to_pretty_text(const Json& value);

/// What one list has and `other` lacks, in its order; anything but two lists stays as it is.
Json without_common(const Json& list, const Json& other);

/// One thing wrong with a document.
struct JsonProblem {
  std::string path;     ///< JSON pointer, "" for the whole document: "/build/options/0"
  std::string message;  ///< predicate of a sentence about it: "is 3, but must be a string"
  std::string hint;     ///< "did you mean 'dependencies'?", or empty
};

/// Collects problems while a document is read; one per document, shared by its readers. Keeps the
/// first 1000 and counts the others, so that a hostile document cannot fill the memory.
class JsonProblems {
 public:
  explicit JsonProblems(std::string source) : source_(std::move(source)) {}

  void add(std::string path, std::string message, std::string hint = {});
  bool empty() const { return problems_.empty(); }
  const std::vector<JsonProblem>& all() const { return problems_; }

  /// One `invalid` error that lists all problems (at most 20, then "and N more"), each on a line of
  /// its own when there are several. What comes from the document is made `printable`.
  Error to_error() const;

 private:
  std::string source_;
  std::vector<JsonProblem> problems_;
  std::size_t count_ = 0;
};

/// Reads one object of a document field by field. Each accessor marks its key as known, reports a
/// wrong type or missing key as a problem and then returns a default, so that reading goes on.
/// When done, call `finish()`: keys nobody asked for become problems with a suggestion (keys that
/// start with "x-" are free).
class ObjectReader {
 public:
  /// `value` need not be an object: that is reported, and every accessor then finds nothing.
  ObjectReader(const Json& value, std::string path, JsonProblems& problems);

  bool has(std::string_view key);
  const Json* optional(std::string_view key);  ///< any type; nullptr when absent
  const Json* required(std::string_view key);

  std::string string(std::string_view key);  ///< required, not empty
  std::optional<std::string> optional_string(std::string_view key);
  std::optional<bool> optional_bool(std::string_view key);
  std::optional<double> optional_number(std::string_view key);  ///< finite
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t min = INT64_MIN,
                                               std::int64_t max = INT64_MAX);
  std::vector<std::string> strings(std::string_view key);  ///< optional array of strings
  std::vector<std::pair<std::string, std::string>> string_map(
      std::string_view key);  ///< optional object

  /// One of `choices` (required, or with a default); a near miss is suggested. After a problem the
  /// fallback, else the first choice.
  std::string choice(std::string_view key, std::span<const std::string> choices,
                     std::optional<std::string> fallback = std::nullopt);

  /// Calls `read(element, path)` for each element of an optional array.
  void each(std::string_view key, const std::function<void(const Json&, const std::string&)>& read);
  /// Calls `read(name, value, path)` for each member of an optional object.
  void each_member(
      std::string_view key,
      const std::function<void(const std::string&, const Json&, const std::string&)>& read);

  /// Reports a problem with the member `key`; see `JsonProblem` for the wording.
  void problem(std::string_view key, std::string message, std::string hint = {});
  std::string path_of(std::string_view key) const;  ///< JSON pointer of a member, escaped
  const std::string& path() const { return path_; }
  JsonProblems& problems() { return problems_; }

  void finish();

 private:
  const Json* member(std::string_view key) const;
  const Json* expect(std::string_view key, bool (*right)(const Json&), std::string_view wanted);

  const Json* value_;
  std::string path_;
  JsonProblems& problems_;
  std::vector<std::string> known_;
};

}  // namespace ck
