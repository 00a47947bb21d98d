#pragma once
/// As much of JSON Schema (draft 2020-12) as the published schemas use.

#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/path.hpp"

namespace ck::model::test {

/// An object of a document for which a schema lists all keys.
struct ClosedObject {
  std::string pointer;
  std::set<std::string> keys;
  std::set<std::string> required;
};

struct SchemaReport {
  std::vector<std::string> problems;
  std::vector<ClosedObject> objects;
  std::set<std::string> used;  ///< places of the properties that the document has: "file#/pointer"
};

class SchemaSet {
 public:
  /// All `*.json` of a folder, by file name.
  explicit SchemaSet(const fs::path& folder);

  SchemaReport check(const Json& document, const std::string& schema_file) const;

  /// Places of all properties that documents of this schema may have.
  std::set<std::string> properties(const std::string& schema_file) const;
  /// Names of all properties of all schemas.
  std::set<std::string> property_names() const;
  const std::map<std::string, Json>& files() const { return files_; }

 private:
  struct Place {
    std::string file;
    std::string pointer;
    std::string text() const { return file + "#" + pointer; }
  };
  const Json& at(const Place& place) const;
  Place target_of(const Place& from, const std::string& reference) const;

  void check(const Json& value, const std::string& path, const Place& place,
             SchemaReport& report) const;
  void check_scalar(const Json& value, const std::string& path, const Json& schema,
                    SchemaReport& report) const;
  void check_array(const Json& value, const std::string& path, const Place& place,
                   SchemaReport& report) const;
  void check_object(const Json& value, const std::string& path, const Place& place,
                    SchemaReport& report) const;
  void check_combined(const Json& value, const std::string& path, const Place& place,
                      SchemaReport& report) const;
  void collect(const Place& place, std::set<std::string>& seen, std::set<std::string>& found) const;

  void compile_patterns(const Json& schema);

  std::map<std::string, Json> files_;
  std::map<std::string, std::regex> patterns_;
};

}  // namespace ck::model::test
