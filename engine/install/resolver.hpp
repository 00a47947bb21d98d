#pragma once
/// From a component that somebody wants to the environments it needs: collects what the catalog,
/// the store and the host offer, and lets the solver choose.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "install/context.hpp"
#include "install/environment.hpp"
#include "install/host_facts.hpp"
#include "model/descriptor.hpp"
#include "solve/solver.hpp"
#include "solve/why_not.hpp"

namespace ck::install {

/// What stands behind a solver candidate.
struct BuildableCandidate {
  catalog::Component component;
  std::shared_ptr<const model::Descriptor> descriptor;
  model::Values values;  ///< parameters and variation choices, defaults filled in
};
/// A fact about the machine; nothing has to be done for it.
struct FactCandidate {
  std::string name;
};
struct Offer {
  /// Environment: installed or detected.
  std::variant<BuildableCandidate, Environment, FactCandidate> what;
};

/// A dependency choice typed as `--dep.KEY=…`: "tags:a,b", "KIND:NAME", "KIND:NAME@RANGE",
/// "env:ID" or a bare version range.
Result<solve::Pin> parse_pin(const std::string& key, const std::string& text);

struct ResolveRequest {
  std::string subject;
  std::vector<model::Dependency> dependencies;  ///< expanded, conditions decided
  std::vector<solve::Pin> pins;
  bool reuse = true;
  std::vector<model::Exclusion> conflicts;  ///< expanded, conditions decided
  std::optional<HostFacts> host;            ///< of another machine; absent: of this one
  std::optional<model::Wish> why_not;       ///< tell why these were not chosen
};

struct Resolved {
  solve::Resolution resolution;
  std::map<std::string, Offer> offers;       ///< by candidate id; at least the chosen ones
  std::vector<solve::Objection> objections;  ///< answer to `why_not`
  std::optional<HostFacts> host{};           ///< the other machine that was asked for
};

/// The choice, or `conflict` / `not_found` with the explanation.
Result<Resolved> resolve(const ResolveRequest& request, Context& context);

/// The recipe of a component that can be built (package, dataset, model, program), else nullptr.
const model::Recipe* recipe_of(const model::Descriptor& descriptor);
const model::Common* common_of(const model::Descriptor& descriptor);

/// Values of all parameters and variation groups: `chosen` over defaults. `usage` error for names
/// the component does not have or values it does not accept; an error for parameters without any
/// value.
Result<model::Values> complete_values(const model::Recipe& recipe, const model::Values& chosen,
                                      const std::string& subject);

/// What the component is found by when built with these values: its tags, its kind, and names and
/// tags of the chosen variations.
model::Tags offered_tags(const catalog::Component& component, const model::Recipe& recipe,
                         const model::Values& values);

/// The values that can change what a build makes: all variations, and the parameters that the
/// recipe's build, exports or checks name. What only a program's commands use does not build it
/// again.
model::Values build_values(const model::Recipe& recipe, const model::Values& values);

/// The dependencies that hold for these values (recipe's and chosen variations'), expanded.
Result<std::vector<model::Dependency>> active_dependencies(const model::Recipe& recipe,
                                                           const model::Values& values);

/// Two chosen variations of which one says that it cannot hold with the other.
std::optional<std::pair<std::string, std::string>> excluded_pair(const model::Recipe& recipe,
                                                                 const model::Values& values);

/// What cannot be used together with the component for these values (recipe's and chosen
/// variations'), expanded.
Result<std::vector<model::Exclusion>> active_conflicts(const model::Recipe& recipe,
                                                       const model::Values& values);

}  // namespace ck::install
