#pragma once
/// What a component needs.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/component.hpp"
#include "model/tags.hpp"
#include "model/version.hpp"

namespace ck::model {

/// Values of parameters and variation groups by name.
using Values = std::map<std::string, std::string>;

/// Holds when every named parameter or variation group has one of its values; empty: always.
struct Condition {
  std::map<std::string, std::vector<std::string>> any_of;
  bool holds(const Values& values) const;
  bool operator==(const Condition&) const = default;
};

/// One need. In one closure a key means one choice, wherever it is written, unless `is_private`.
struct Dependency {
  std::string key;
  TagQuery tags;     ///< may hold ${parameter}; see `expanded`
  std::string kind;  ///< restricts to a component kind; empty: any
  std::string name;  ///< restricts to a component name or UID; empty: any
  VersionRange version;
  Condition when;
  bool is_private = false;  ///< a choice of its own, not shared under the key
  bool run_only = false;    ///< of a program: its commands need it, its build does not
  std::string description;

  /// The same with ${parameter} replaced. `invalid` naming the parameter if one is unknown.
  Result<Dependency> expanded(const Values& values) const;
  /// "compiler,cpp version >=12" for messages.
  std::string text() const;
};

}  // namespace ck::model
