#include "app/environment_refresh.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "sys/files.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kShownId = 12;

bool is_detected(const install::Environment& environment) {
  return environment.record.origin == store::EnvironmentRecord::Origin::detected &&
         !environment.record.file.empty();
}

Error was_built(const install::Environment& environment) {
  const auto& record = environment.record;
  const std::string name = "env:" + record.id.substr(0, kShownId);
  const std::string component = record.component.text();
  Error error(
      ErrorCode::unsupported,
      name + " (" + component + ") was built: its content follows from what it was built of");
  error.hint("ck repair " + name + " --force builds it again");
  const bool program = record.component.kind == "program";
  return error.hint(
      (program ? "ck compile " + component + " --rebuild" : "ck install " + component) +
      " makes what the component says now");
}

/// What software was detected with: tags and variations.
struct Choices {
  std::vector<std::string> tags, variations;
  bool operator==(const Choices&) const = default;
};

/// Those of Collective Knowledge keep it; software of ours has neither.
Result<Choices> choices_of(const install::Environment& environment, const catalog::Home& home) {
  const fs::path file = install::inputs_file(home.environment(environment.record.id));
  std::error_code missing;
  if (!fs::exists(file, missing)) return Choices{};
  CK_TRY(text, sys::read_file(file));
  CK_TRY(inputs, parse_json(text, file.string()));
  return Choices{collective::texts_at(inputs, "tags"), collective::texts_at(inputs, "variations")};
}

/// Whether the file by which it was recognised has the content it had then.
bool is_as_recorded(const install::Environment& environment) {
  const auto& record = environment.record;
  const auto now = sys::hash_file(record.file);
  return record.file_sha256.empty() || (now && *now == record.file_sha256);
}

class Refresh {
 public:
  Refresh(Session& session, install::Context& context) : session_(session), context_(context) {}

  /// Without those that have been described anew before, and stayed.
  Result<std::vector<install::Environment>> without_predecessors(
      const std::vector<install::Environment>& found) const {
    std::vector<install::Environment> left;
    for (const auto& one : found) {
      CK_TRY(followed, has_successor(one, found));
      if (!followed) left.push_back(one);
    }
    return left;
  }

  Result<RefreshedEnvironment> refreshed(install::Environment before) {
    const auto& record = before.record;
    CK_TRY(choices, choices_of(before, context_.home));
    DetectRequest request;
    request.pattern = {.repo = record.component.repo,
                       .kind = record.component.kind,
                       .name = record.component.name};
    request.full_path = record.file;
    request.collective.extra_tags = join(choices.tags, ",");
    request.variations = std::move(choices.variations);
    CK_TRY(report, detect(session_, request));
    auto now = report.software.front().detection.found.front();
    std::string stays;
    if (now.record.id != record.id) stays = reason_to_stay(record.id);
    return RefreshedEnvironment{std::move(before), std::move(now), std::move(stays)};
  }

 private:
  Result<bool> has_successor(const install::Environment& one,
                             const std::vector<install::Environment>& found) const {
    for (const auto& other : found) {
      const auto& record = other.record;
      const bool same_software = record.id != one.record.id && record.file == one.record.file &&
                                 record.component.uid == one.record.component.uid;
      if (!same_software || !is_as_recorded(other)) continue;
      CK_TRY(choices, choices_of(one, context_.home));
      CK_TRY(others, choices_of(other, context_.home));
      const bool outdated = record.created_ns > one.record.created_ns || !is_as_recorded(one);
      if (choices == others && outdated) return true;
    }
    return false;
  }

  /// Removes it; empty when it is gone.
  std::string reason_to_stay(const std::string& id) {
    const auto removed = install::remove_environment(id, false, context_);
    // Software of ours that changed in place has been replaced when it was detected.
    if (removed || removed.error().code == ErrorCode::not_found) return {};
    return removed.error().message;
  }

  Session& session_;
  install::Context& context_;
};

Result<std::vector<install::Environment>> meant_by(Session& session,
                                                   const EnvironmentQuery& query) {
  if (query.id.empty() && query.tags.empty()) {
    CK_TRY(all, show_environments(session, query));
    std::erase_if(all.environments, [](const auto& one) { return !is_detected(one); });
    return std::move(all.environments);
  }
  CK_TRY(found, locate_environments(session, query));
  const auto built = std::ranges::find_if_not(found.environments, is_detected);
  if (built != found.environments.end()) return fail(was_built(*built));
  return std::move(found.environments);
}

}  // namespace

Result<RefreshReport> refresh_environments(Session& session, const EnvironmentQuery& query) {
  CK_TRY(meant, meant_by(session, query));
  CK_TRY(context, session.context());
  Refresh refresh(session, *context);
  if (query.id.empty()) {
    CK_TRY(latest, refresh.without_predecessors(meant));
    meant = std::move(latest);
  }
  RefreshReport report;
  for (const auto& environment : meant) {
    auto one = refresh.refreshed(environment);
    if (one) {
      report.refreshed.push_back(std::move(*one));
    } else if (one.error().code == ErrorCode::interrupted) {
      return fail(std::move(one.error()));
    } else {
      report.failed.push_back({environment, std::move(one.error())});
    }
  }
  return report;
}

}  // namespace ck::app
