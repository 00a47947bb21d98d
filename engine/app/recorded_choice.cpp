#include "app/recorded_choice.hpp"

#include <algorithm>

#include "install/profile.hpp"

namespace ck::app {
namespace {

const store::EnvironmentRecord* record_of(const install::Lock& lock, const std::string& id) {
  const auto found = std::ranges::find_if(
      lock.environments, [&](const auto& locked) { return locked.record.id == id; });
  return found == lock.environments.end() ? nullptr : &found->record;
}

}  // namespace

Result<RunRequest> request_as_planned(const run::RunPlan& plan, const std::string& profile) {
  RunRequest request;
  CK_TRY(pattern, model::ComponentPattern::parse(plan.subject));
  request.pattern = pattern;
  request.command = plan.command;
  CK_CHECK(install::check_recorded_profile(plan.profile, profile));
  request.profile = plan.profile;
  request.values = plan.parameters;
  return request;
}

std::string recorded_choice(const install::Lock& lock, const std::string& id,
                            const std::set<std::string>& here) {
  const auto* record = here.contains(id) ? nullptr : record_of(lock, id);
  if (record == nullptr) return "env:" + id;
  return record->component.text() + (record->version.empty() ? "" : "@" + record->version);
}

std::string recorded_name(const install::Lock& lock, const std::string& id) {
  const auto* record = record_of(lock, id);
  if (record == nullptr) return "env:" + id;
  return record->component.text() + (record->version.empty() ? "" : " " + record->version);
}

}  // namespace ck::app
