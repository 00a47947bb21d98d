#include "catalog/repositories.hpp"

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/counted.hpp"
#include "base/json.hpp"
#include "base/strings.hpp"
#include "catalog/puller.hpp"
#include "catalog/registrations.hpp"
#include "catalog/remote_url.hpp"
#include "sys/files.hpp"
#include "sys/identity.hpp"

namespace ck::catalog {
namespace {

/// Commit and URL of a folder that may be a git work tree. Its components can be used whatever git
/// says of it, so failures only leave these facts empty.
void note_git_state(const fs::path& folder, sys::Transfer& transfer, Repository& repository) {
  std::error_code ignored;
  if (!fs::exists(folder / ".git", ignored)) return;
  const auto git = transfer.git();
  if (!git) return;
  const auto state = (*git)->state(folder);
  if (!state) return;
  repository.commit = state->commit;
  repository.url = without_credentials(state->url);
}

Result<fs::path> existing_folder(const fs::path& folder) {
  std::error_code error;
  fs::path real = fs::canonical(folder, error);
  if (!error && !fs::is_directory(real, error) && !error) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (error)
    return fail(system_error("use the folder " + printable(folder.string()), error.value()));
  return real;
}

Status check_name(const std::string& name) {
  if (model::is_valid_name(name)) return {};
  return fail(Error(ErrorCode::usage, "'" + printable(name) + "' is no name of a repository")
                  .hint("use letters, digits and \"._-+@\", not '.' or '-' first"));
}

Status write_descriptor(const fs::path& folder, const std::string& name, const std::string& uid) {
  Json document;
  document["schema"] = "ck.repo/1";
  document["name"] = name;
  document["uid"] = uid;
  document["description"] = "";
  document["needs"] = Json::array();
  return sys::write_file(folder / "ck-repo.json", to_pretty_text(document));
}

Error local_changes(const Repository& repository, const std::vector<std::string>& changes) {
  constexpr std::size_t kShown = 10;
  Error error(ErrorCode::conflict, "the clone of '" + repository.name + "' has " +
                                       counted(changes.size(), "local change"));
  for (std::size_t at = 0; at < changes.size() && at < kShown; ++at) {
    error.in("changed: " + printable(changes[at]));
  }
  return error.in("folder " + printable(repository.path.string()))
      .hint("commit and push them, or lose them with: ck rm repo:" + repository.name + " --force");
}

/// `conflict` if deleting the clone would lose work.
Status check_nothing_lost(const Repository& repository, sys::Transfer& transfer) {
  std::error_code ignored;
  if (!fs::exists(repository.path, ignored)) return {};
  CK_TRY(git, transfer.git());
  CK_TRY(state, git->state(repository.path));
  if (!state.local_changes.empty()) return fail(local_changes(repository, state.local_changes));
  if (state.commit == repository.commit) return {};
  return fail(
      Error(ErrorCode::conflict, "the clone of '" + repository.name + "' is at commit " +
                                     state.commit + ", not at the pulled one, " + repository.commit)
          .in("folder " + printable(repository.path.string()))
          .hint("push what is new, or lose it with: ck rm repo:" + repository.name + " --force"));
}

}  // namespace

Result<Repositories> Repositories::open(const Home& home, const fs::path& shipped) {
  Repositories repositories(home, shipped);
  CK_CHECK(repositories.reload());
  return repositories;
}

Status Repositories::reload() {
  CK_TRY(all, load_registrations(home_, shipped_));
  all_ = std::move(all);
  return {};
}

Result<Repository> Repositories::find(std::string_view name) const {
  std::vector<std::string> names;
  for (const Repository& repository : all_) {
    if (repository.name == name) return repository;
    names.push_back(repository.name);
  }
  for (const Repository& repository : all_) {
    if (model::is_uid(name) && repository.uid == name) return repository;
  }
  Error error(ErrorCode::not_found, "no repository '" + printable(name) + "' is registered");
  const auto advice = did_you_mean(near_misses(name, names));
  if (advice) return fail(error.hint(*advice));
  return fail(error.hint("registered are: " + join(names, ", ")));
}

Result<std::vector<PulledRepository>> Repositories::pull(const PullRequest& request,
                                                         sys::Transfer& transfer,
                                                         const sys::Clock& clock, EventSink& events,
                                                         const sys::Cancel& cancel) {
  const auto lock = lock_registrations(home_, events, cancel);
  if (!lock) return fail(lock.error());
  CK_CHECK(reload());
  CK_TRY(known, read_known(shipped_));
  CK_TRY(git, transfer.git());
  Puller puller({home_, *git, clock, events, cancel}, std::move(known), all_);
  auto pulled = puller.pull(request);
  arrange(all_);
  return pulled;
}

Result<Repository> Repositories::add(Repository repository) {
  all_.push_back(repository);
  arrange(all_);
  CK_CHECK(save_registrations(home_, all_));
  return find(repository.name);
}

Result<Repository> Repositories::import(const fs::path& folder, sys::Transfer& transfer,
                                        const sys::Clock& clock) {
  CK_TRY(path, existing_folder(folder));
  CK_TRY(descriptor, read_repository_folder(path));
  NoEvents nobody;
  const auto lock = lock_registrations(home_, nobody, {});
  if (!lock) return fail(lock.error());
  CK_CHECK(reload());
  Repository repository;
  repository.name = descriptor.name;
  repository.uid = descriptor.uid;
  repository.format = descriptor.format;
  repository.path = path;
  repository.pulled_ns = clock.unix_ns();
  note_git_state(path, transfer, repository);

  const auto same = std::find_if(all_.begin(), all_.end(), [&](const Repository& other) {
    return other.path == path && other.origin != Repository::Origin::shipped;
  });
  if (same != all_.end()) {
    if (same->origin == Repository::Origin::cloned) return *same;
    all_.erase(same);  // its descriptor may have changed
  }
  CK_CHECK(check_no_clash(all_, descriptor, path.string()));
  return add(std::move(repository));
}

Result<Repository> Repositories::create(const std::string& name, const fs::path& folder,
                                        const sys::Clock& clock) {
  CK_CHECK(check_name(name));
  NoEvents nobody;
  const auto lock = lock_registrations(home_, nobody, {});
  if (!lock) return fail(lock.error());
  CK_CHECK(reload());
  model::RepositoryDescriptor descriptor;
  descriptor.name = name;
  descriptor.uid = sys::random_uid();
  const fs::path wanted = folder.empty() ? home_.repositories() / name : folder;
  CK_CHECK(check_no_clash(all_, descriptor, wanted.string()));
  std::error_code ignored;
  if (fs::exists(wanted / "ck-repo.json", ignored) || fs::exists(wanted / ".ckr.json", ignored)) {
    return fail(
        Error(ErrorCode::conflict,
              "the folder " + printable(wanted.string()) + " is a repository already")
            .hint("register it with: cd " + shell_quoted(wanted.string()) + " && ck import repo"));
  }
  CK_CHECK(sys::make_directories(wanted));
  CK_CHECK(write_descriptor(wanted, descriptor.name, descriptor.uid));
  CK_TRY(path, existing_folder(wanted));
  Repository repository;
  repository.name = descriptor.name;
  repository.uid = descriptor.uid;
  repository.path = path;
  repository.pulled_ns = clock.unix_ns();
  return add(std::move(repository));
}

Result<Repository> Repositories::remove(const std::string& name, bool force,
                                        sys::Transfer& transfer) {
  NoEvents nobody;
  const auto lock = lock_registrations(home_, nobody, {});
  if (!lock) return fail(lock.error());
  CK_CHECK(reload());
  CK_TRY(repository, find(name));
  if (repository.origin == Repository::Origin::shipped) {
    return fail(Error(ErrorCode::denied, "the repository '" + repository.name +
                                             "' is part of ck and cannot be removed")
                    .hint("a repository of yours with the same name takes its place"));
  }
  const bool ours = repository.origin == Repository::Origin::cloned;
  if (ours && !force) CK_CHECK(check_nothing_lost(repository, transfer));
  std::erase_if(all_, [&](const Repository& other) { return other.name == repository.name; });
  CK_CHECK(save_registrations(home_, all_));
  if (ours) CK_CHECK(sys::remove_tree(repository.path));
  CK_CHECK(reload());  // the shipped one may be back in its place
  return std::move(repository);
}

}  // namespace ck::catalog
