#include "install/recorded_repositories.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "install/download_cache.hpp"
#include "install/staging.hpp"

namespace ck::install {

namespace {

std::string kept_name(const LockedRepository& recorded, const catalog::Repository& here) {
  const std::string& url = here.url.empty() ? recorded.url : here.url;
  return sha256_hex((url.empty() ? recorded.name : url) + "\n" + recorded.commit);
}

}  // namespace

Result<fs::path> keep_recorded(const LockedRepository& recorded, const catalog::Repository& here,
                               const fs::path& place, Context& context) {
  const auto fetch = [&](const fs::path& target) -> Status {
    std::error_code missing;
    if (fs::exists(place / ".git", missing)) {
      CK_TRY(git, context.transfer.git());
      return git->export_commit("file://" + place.string(), recorded.commit, target, context.events,
                                context.cancel);
    }
    CK_TRY(entries, sys::list_tree(place, {.skip_names = {}, .hash = false}, context.cancel));
    CK_CHECK(sys::make_directories(target));
    return sys::copy_tree(place, target, entries, context.cancel);
  };
  return cached_folder(kept_name(recorded, here), context, fetch);
}

Result<std::optional<std::string>> component_unlike(const std::string& repository, const Lock& lock,
                                                    Context& context) {
  for (const auto& environment : lock.environments) {
    const auto& record = environment.record;
    if (record.component.repo != repository || record.recipe_hash.empty()) continue;
    const auto& id = record.component;
    const auto component = context.catalog.find(
        {.repo = id.repo, .kind = id.kind, .name = id.uid.empty() ? id.name : id.uid});
    if (!component) return std::optional(id.text());
    CK_TRY(content, context.catalog.content_hash(*component, context.cancel));
    if (content != record.recipe_hash) return std::optional(id.text());
  }
  for (const auto& locked : lock.contents) {
    if (locked.component.repo != repository) continue;
    CK_TRY(difference, content_difference(locked, lock, context));
    if (difference) return std::optional(locked.component.text());
  }
  return std::optional<std::string>();
}

Result<std::unique_ptr<RecordedRepositories>> RecordedRepositories::open(const Lock& lock,
                                                                         Rule rule,
                                                                         Context& context) {
  std::unique_ptr<RecordedRepositories> recorded(new RecordedRepositories(rule, context));
  CK_CHECK(recorded->choose(lock));
  if (!recorded->moved_.empty()) CK_CHECK(recorded->open_catalog());
  return recorded;
}

std::vector<LockDifference> RecordedRepositories::and_missing(
    std::vector<LockDifference> differences) const {
  std::erase_if(differences, [&](const LockDifference& one) {
    return one.missing &&
           std::ranges::find(missing_, one.advice, &LockDifference::advice) != missing_.end();
  });
  differences.insert(differences.begin(), missing_.begin(), missing_.end());
  return differences;
}

Status RecordedRepositories::choose(const Lock& lock) {
  repositories_ = outer_.repositories;
  for (const auto& recorded : lock.repositories) CK_CHECK(choose(recorded, lock, repositories_));
  return {};
}

Status RecordedRepositories::choose(const LockedRepository& recorded, const Lock& lock,
                                    std::vector<catalog::Repository>& all) {
  const auto here = std::ranges::find_if(all, [&](const catalog::Repository& one) {
    return one.name == recorded.name && (recorded.uid.empty() || one.uid == recorded.uid);
  });
  if (here == all.end()) {
    missing_.push_back({"repo:" + recorded.name,
                        recorded.commit.empty() ? "a folder" : "commit " + recorded.commit,
                        "not registered here", pull_advice(recorded.name, lock), true});
    return {};
  }
  CK_TRY(right, is_as_recorded(recorded, lock, *here));
  if (right || recorded.commit.empty()) return {};
  CK_TRY(folder, exported(recorded, *here));
  if (!folder) {
    not_at_commit_.push_back({"repo:" + recorded.name, "commit " + recorded.commit,
                              here->commit.empty() ? "a folder" : "commit " + here->commit,
                              "'ck pull repo:" + recorded.name + "' may bring it", false});
    return {};
  }
  moved_.emplace_back(here->path, *folder);
  here->path = *folder;
  here->commit = recorded.commit;
  return {};
}

Result<bool> RecordedRepositories::is_as_recorded(const LockedRepository& recorded,
                                                  const Lock& lock,
                                                  const catalog::Repository& here) const {
  if (rule_ == Rule::exact_commit) return lies_exactly(recorded, here);
  if (rule_ == Rule::same_commit) {
    CK_TRY(same, stands_at_commit(recorded, here));
    if (!same) return false;
  }
  CK_TRY(unlike, component_unlike(recorded.name, lock, outer_));
  return !unlike;
}

/// What has no commit cannot be had in another state than this.
Result<bool> RecordedRepositories::lies_exactly(const LockedRepository& recorded,
                                                const catalog::Repository& here) const {
  if (recorded.commit.empty()) return true;
  CK_TRY(git, outer_.transfer.git());
  const auto state = git->state(here.path);
  return state && state->commit == recorded.commit && state->local_changes.empty();
}

Result<bool> RecordedRepositories::stands_at_commit(const LockedRepository& recorded,
                                                    const catalog::Repository& here) const {
  if (recorded.commit == here.commit) return true;
  if (recorded.commit.empty() || here.commit.empty()) return recorded.commit == here.commit;
  CK_TRY(git, outer_.transfer.git());
  const auto state = git->state(here.path);
  return state && state->commit == recorded.commit;
}

Result<std::optional<fs::path>> RecordedRepositories::exported(
    const LockedRepository& recorded, const catalog::Repository& here) const {
  const std::string url = here.url.empty() ? recorded.url : here.url;
  std::vector<std::string> places{"file://" + here.path.string()};
  if (!url.empty()) places.push_back(url);
  const auto fetch = [&](const fs::path& target) -> Status {
    CK_TRY(git, outer_.transfer.git());
    Status exported;
    for (const auto& place : places) {
      const bool local = place.starts_with("file://");
      if (outer_.offline && !local) continue;
      exported = git->export_commit(place, recorded.commit, target, outer_.events, outer_.cancel);
      if (exported || exported.error().code == ErrorCode::interrupted) return exported;
    }
    return exported;
  };
  auto folder = cached_folder(kept_name(recorded, here), outer_, fetch);
  if (folder) return std::optional(std::move(*folder));
  if (folder.error().code == ErrorCode::interrupted) return fail(std::move(folder.error()));
  outer_.events.on(Note{"repository " + recorded.name + " at " + recorded.commit + ": " +
                        folder.error().message});
  return std::optional<fs::path>();
}

Status RecordedRepositories::open_catalog() {
  CK_TRY(folder, make_staging(outer_.home.staging()));
  folder_ = std::move(folder);
  CK_TRY(home, catalog::Home::open(folder_->path()));
  index_home_ = std::move(home);
  CK_TRY(catalog,
         catalog::Catalog::open(*index_home_, repositories_, outer_.events, outer_.cancel));
  catalog_ = std::move(catalog);
  inner_.emplace(Context{.home = outer_.home,
                         .repositories = repositories_,
                         .catalog = *catalog_,
                         .store = outer_.store,
                         .processes = outer_.processes,
                         .transfer = outer_.transfer,
                         .clock = outer_.clock,
                         .events = outer_.events,
                         .cancel = outer_.cancel,
                         .host_variables = outer_.host_variables,
                         .offline = outer_.offline,
                         .request = outer_.request,
                         .jobs = outer_.jobs,
                         .use = outer_.use,
                         .secrets = outer_.secrets,
                         .shipped = outer_.shipped != nullptr ? outer_.shipped : &outer_.catalog,
                         .demands_isolation = outer_.demands_isolation});
  return {};
}

}  // namespace ck::install
