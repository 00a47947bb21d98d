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

/// What a component must be like to count: of a dependency, a condition or an exclusion.
struct Wish {
  TagQuery tags;
  std::string kind;  ///< empty: any
  std::string name;  ///< of the component, or its UID; empty: any
  VersionRange version;

  /// "gcc version >=12", "package:mkl"; "anything" without any wish.
  std::string text() const;
};

/// A condition on another choice: holds when the key, as its writer sees it (its own choice if it
/// makes a private one), is in use and its choice is like that.
struct ChoiceCondition {
  std::string key;
  Wish wish;
};

/// Holds when every named parameter or variation group has one of its values and all choices are as
/// they are said to be; empty: always.
struct Condition {
  std::map<std::string, std::vector<std::string>> any_of;
  std::vector<ChoiceCondition> choices = {};

  /// Whether the part about values holds; `choices` are the solver's.
  bool holds(const Values& values) const;
  bool always() const { return any_of.empty() && choices.empty(); }
  /// "'compiler' is gcc and 'python' is software:python" of the choices; empty without any.
  std::string choices_text() const;
};

/// What must not be in the same closure, whoever needs it and under whatever key.
struct Exclusion {
  Wish wish;
  Condition when;           ///< on values only
  std::string description;  ///< why

  /// The same with ${parameter} replaced. `invalid` naming the parameter if one is unknown.
  Result<Exclusion> expanded(const Values& values) const;
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

  /// The same with ${parameter} replaced, and of the condition only what it says of other choices.
  /// `invalid` naming the parameter if one is unknown.
  Result<Dependency> expanded(const Values& values) const;
  /// "compiler,cpp version >=12" for messages.
  std::string text() const;
};

}  // namespace ck::model
