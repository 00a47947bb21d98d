#include "app/collective_substitution.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/recorded_choice.hpp"
#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/surroundings.hpp"

namespace ck::app {
namespace {

constexpr std::string_view kCompilerVariable = "compiler_vars.";
constexpr std::string_view kEnvironment = "env:";

Result<collective::Surroundings> around(const run::RunPlan& plan) {
  CK_TRY(json, parse_json(plan.surroundings, "the plan of " + plan.subject));
  return collective::surroundings_from_json(json, "the plan of " + plan.subject);
}

Status check_arguments(const store::Point& recorded) {
  CK_TRY(document, experiment::document_of(recorded));
  const auto typed = document.find("request");
  if (typed == document.end() || !typed->is_string() ||
      typed->get_ref<const std::string&>().find(" -- ") == std::string::npos)
    return {};
  return fail(Error(ErrorCode::unsupported,
                    "the recorded run had arguments after --, which --with cannot give again")
                  .hint("recorded is: " + printable(typed->get<std::string>())));
}

/// The recorded run with the environments of now, but without variables of the user's.
Result<RunRequest> recorded_request(const experiment::RestoredPoint& restored,
                                    const experiment::ReplayRequest& asked) {
  CK_TRY(request, request_as_planned(restored.plan, asked.profile));
  request.secrets = asked.secrets;
  for (const auto& [name, value] : restored.plan.parameters) {
    if (!name.starts_with(kCompilerVariable)) continue;
    request.collective.compiler_variables.emplace_back(name.substr(kCompilerVariable.size()),
                                                       value);
    request.values.erase(name);
  }
  // Not calibrated again: a replay repeats as often.
  request.values.emplace("repeat", "1");
  for (const auto& [key, id] : restored.lock.roots)
    request.collective.presets.emplace_back(key, id);
  CK_TRY(surroundings, around(restored.plan));
  for (const auto& [name, value] : surroundings.params.items()) {
    if (value.is_string()) request.collective.params.emplace_back(name, value.get<std::string>());
  }
  return request;
}

/// What the recorded run had in its environment, and the same without the user's would not have.
Result<install::Variables> variables_set(Session& session, const RunRequest& request,
                                         const run::RunPlan& recorded) {
  CK_TRY(without, prepare_run(session, request));
  CK_TRY(had, around(recorded));
  CK_TRY(has, around(without.run_plan));
  const std::string home = without.context->home.root.string();
  install::Variables set;
  for (const auto& [name, value] : had.environment.items()) {
    const bool secret =
        std::ranges::find(recorded.secrets, name, &install::Secret::name) != recorded.secrets.end();
    if (secret || !value.is_string()) continue;
    const auto now = has.environment.find(name);
    if (now == has.environment.end() || *now != value)
      set.emplace_back(name, replace_all(value.get<std::string>(), "${home}", home));
  }
  return set;
}

void replace(const Substitution& one, const install::Lock& lock, RunRequest& request) {
  if (!lock.roots.contains(one.what)) {
    // Flags and the ready-made sets of them exclude each other.
    if (one.what == "flags" || one.what == "size") request.values.erase("speed");
    request.values[one.what] = one.choice;
    return;
  }
  auto& presets = request.collective.presets;
  std::erase_if(presets, [&](const auto& preset) { return preset.first == one.what; });
  if (one.choice.starts_with(kEnvironment)) {
    presets.emplace_back(one.what, one.choice.substr(kEnvironment.size()));
  } else {
    request.collective.added_tags.emplace_back(one.what, one.choice);
  }
}

}  // namespace

Result<RunRequest> collective_request_with(Session& session, const experiment::ReplayRequest& asked,
                                           const std::vector<Substitution>& substitutions) {
  CK_TRY(context, session.context());
  CK_TRY(restored,
         experiment::restore_point(asked.experiment, asked.point, *context, asked.profile));
  CK_CHECK(check_arguments(restored.recorded));
  CK_TRY(request, recorded_request(restored, asked));
  CK_TRY(variables, variables_set(session, request, restored.plan));
  request.variables = std::move(variables);
  for (const auto& one : substitutions) replace(one, restored.lock, request);
  return std::move(request);
}

}  // namespace ck::app
