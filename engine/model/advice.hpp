#pragma once
/// What is allowed in a component, and hardly meant: for those who write one.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "model/descriptor.hpp"

namespace ck::model {

struct Advice {
  std::string path;     ///< JSON pointer
  std::string message;  ///< predicate of a sentence about it
  std::string hint;     ///< may be empty
  std::string rule;     ///< stable name: "plain-http"
};

/// Rules that need nothing but the component:
/// no-description, no-license; plain-http (a download that others on the way can change, though
/// its hash is checked; git is not encrypted either); shell-text (a command written as for a
/// shell); absolute-path (a folder of one machine); same-option (an option that --variation never
/// reaches, since another group has one of that name); idle-variation (several options of a group
/// that change nothing); idle-parameter (one that nothing reads); no-comparison (outputs);
/// no-python-path, no-node-path (wheels and npm packages that dependants do not find).
std::vector<Advice> advice_on(const Descriptor& descriptor, const Json& document);

}  // namespace ck::model
