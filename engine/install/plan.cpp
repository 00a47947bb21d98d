#include "install/plan.hpp"

#include <nlohmann/json.hpp>

#include "install/planner.hpp"

namespace ck::install {
namespace {

std::string_view name_of(PlannedEnvironment::Action action) {
  switch (action) {
    case PlannedEnvironment::Action::use:
      return "use";
    case PlannedEnvironment::Action::adopt:
      return "adopt";
    case PlannedEnvironment::Action::build:
      return "build";
  }
  return "use";
}

/// Follows the choices of a resolution; `ids` maps the candidates met so far to environments.
Status add_choice(const solve::Choice& choice, const Resolved& resolved,
                  std::map<std::string, std::string>& ids, Planner& planner) {
  const Offer& offer = resolved.offers.at(choice.candidate);
  if (std::holds_alternative<FactCandidate>(offer.what)) return {};
  if (const auto* environment = std::get_if<Environment>(&offer.what)) {
    ids[choice.candidate] = environment->record.id;
    return planner.add_existing(*environment, choice.reason);
  }
  const auto& buildable = std::get<BuildableCandidate>(offer.what);
  BuildRequest request{
      buildable.component, buildable.descriptor, buildable.values, {}, choice.reason, false};
  const auto edges = resolved.resolution.edges.find(choice.candidate);
  if (edges != resolved.resolution.edges.end()) {
    for (const auto& [key, candidate] : edges->second) {
      // Facts about the machine are no environments.
      if (const auto id = ids.find(candidate); id != ids.end())
        request.dependencies[key] = id->second;
    }
  }
  CK_TRY(id, planner.add_build(request));
  ids[choice.candidate] = id;
  return {};
}

/// The environments that the subject's own build sees: all but what only its runs need.
Result<std::map<std::string, std::string>> build_dependencies(
    const Subject& subject, std::map<std::string, std::string> roots) {
  CK_TRY(dependencies, active_dependencies(*recipe_of(*subject.descriptor), subject.values));
  for (const auto& dependency : dependencies) {
    if (dependency.run_only) roots.erase(dependency.key);
  }
  return roots;
}

}  // namespace

Result<InstallPlan> make_plan(const Resolved& resolved, const std::optional<Subject>& subject,
                              const model::Profile& profile, bool rebuild, Context& context) {
  Planner planner(profile, context, resolved.host);
  std::map<std::string, std::string> ids;
  for (const auto& choice : resolved.resolution.choices) {
    if (!ids.contains(choice.candidate)) CK_CHECK(add_choice(choice, resolved, ids, planner));
  }
  InstallPlan& plan = planner.plan();
  for (const auto& [key, candidate] : resolved.resolution.roots) {
    if (const auto id = ids.find(candidate); id != ids.end()) plan.roots[key] = id->second;
  }
  if (subject) {
    CK_TRY(dependencies, build_dependencies(*subject, plan.roots));
    CK_TRY(id, planner.add_build({subject->component, subject->descriptor, subject->values,
                                  dependencies, "asked for", rebuild}));
    plan.subject = id;
  }
  return std::move(plan);
}

Json to_json(const InstallPlan& plan) {
  Json json = Json::object();
  json["schema"] = "ck.plan/1";
  Json& steps = json["steps"] = Json::array();
  for (const auto& step : plan.steps) {
    steps.push_back({{"action", name_of(step.action)},
                     {"environment", store::to_json(step.environment.record)},
                     {"inputs", step.inputs},
                     {"reason", step.reason}});
  }
  Json& roots = json["roots"] = Json::object();
  for (const auto& [key, id] : plan.roots) roots[key] = id;
  if (plan.subject) json["subject"] = *plan.subject;
  return json;
}

}  // namespace ck::install
