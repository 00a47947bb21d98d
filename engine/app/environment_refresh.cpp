#include "app/environment_refresh.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kShownId = 12;

Status check_detected(const std::vector<install::Environment>& environments) {
  for (const auto& environment : environments) {
    const auto& record = environment.record;
    if (record.origin == store::EnvironmentRecord::Origin::detected && !record.file.empty())
      continue;
    const std::string name = "env:" + record.id.substr(0, kShownId);
    return fail(
        Error(ErrorCode::unsupported,
              name + " (" + record.component.text() +
                  ") was built: its content follows from what it was built of")
            .hint("ck repair " + name + " --force builds it again")
            .hint("ck install " + record.component.text() + " makes what the component says now"));
  }
  return {};
}

Result<RefreshedEnvironment> detected_again(Session& session, install::Environment before) {
  const auto& component = before.record.component;
  DetectRequest request;
  request.pattern = {.repo = component.repo, .kind = component.kind, .name = component.name};
  request.full_path = before.record.file;
  CK_TRY(report, detect(session, request));
  auto now = report.software.front().detection.found.front();
  return RefreshedEnvironment{std::move(before), std::move(now)};
}

}  // namespace

Result<std::vector<RefreshedEnvironment>> refresh_environments(Session& session,
                                                               const EnvironmentQuery& query) {
  CK_TRY(found, query.id.empty() && query.tags.empty() ? show_environments(session, query)
                                                       : locate_environments(session, query));
  CK_CHECK(check_detected(found.environments));
  std::vector<RefreshedEnvironment> refreshed;
  for (auto& environment : found.environments) {
    CK_TRY(one, detected_again(session, std::move(environment)));
    refreshed.push_back(std::move(one));
  }
  return refreshed;
}

}  // namespace ck::app
