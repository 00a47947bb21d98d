#pragma once
/// Which combinations of a component's variations are worth considering. Internal to install; pure.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/descriptor.hpp"

namespace ck::install {

/// The options of each variation group of one component that make a difference to somebody.
class Variants {
 public:
  /// Adds the defaults, the options that the query asks for, and, where it excludes the default,
  /// all. Whether there is more than before.
  bool speak_of(const model::Recipe& recipe, const model::TagQuery& query);

  /// All combinations of the options, the defaults first, without those whose options exclude each
  /// other: values of the groups that are not left open. `unsupported` naming the component when
  /// there are too many.
  Result<std::vector<model::Values>> combinations(const model::Recipe& recipe,
                                                  const std::string& component) const;

 private:
  std::map<std::string, std::set<std::string>> options_;  ///< by group; "": none
};

/// The options of complete values that are not the defaults, in the order of the groups.
std::vector<std::string> departures(const model::Recipe& recipe, const model::Values& values);

}  // namespace ck::install
