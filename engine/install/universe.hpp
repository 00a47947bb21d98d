#pragma once
/// Everything that could satisfy a request: what the catalog can build, what is installed, what the
/// host has. Internal to install.

#include <map>
#include <string>
#include <vector>

#include "install/resolver.hpp"

namespace ck::install {

/// What the solver and its explanations call an environment: "package:x@1.0 (env:1c6222c90972)",
/// "software:gcc@12.2.0 (/usr/bin/gcc)".
std::string candidate_id(const store::EnvironmentRecord& record);

/// What of an environment dependencies look at: its component, version and tags.
solve::Candidate as_candidate(const store::EnvironmentRecord& record);

struct Offered {
  solve::Universe universe;
  std::map<std::string, Offer> offers;  ///< by candidate id
  std::vector<std::string> hints;       ///< on demands that nothing provides
};

/// What there is to choose from besides the catalog.
struct Surroundings {
  const std::vector<store::EnvironmentRecord>& records;
  const HostFacts& host;
  const std::optional<model::Wish>& also;  ///< components to offer although nothing needs them
};

/// Follows the request's dependencies and those of every candidate found on the way. An installed
/// environment counts only if it was made from the recipe as it is now, with values that would be
/// used now: nothing old is taken for something new. A component is offered with its default
/// variations, and with all combinations of those that some need speaks of.
Result<Offered> collect_offers(const solve::Request& request, const Surroundings& surroundings,
                               Context& context);

}  // namespace ck::install
