#include <algorithm>

#include "base/strings.hpp"
#include "sys/files.hpp"
#include "sys/transfer/beside.hpp"
#include "sys/transfer/git_checkout.hpp"
#include "sys/transfer/git_state.hpp"
#include "sys/transfer/module.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

Status refuse_existing(const fs::path& folder) {
  std::error_code ignored;
  if (fs::symlink_status(folder, ignored).type() == fs::file_type::not_found) return {};
  return fail(ErrorCode::conflict, folder.string() + " exists already");
}

Error local_changes(const fs::path& folder, const std::vector<std::string>& paths) {
  constexpr std::size_t shown = 20;
  Error error(ErrorCode::conflict,
              folder.string() + " has local changes in " + std::to_string(paths.size()) + " paths");
  for (std::size_t i = 0; i < paths.size() && i < shown; ++i) error.in(printable(paths[i]));
  if (paths.size() > shown) error.in("and " + std::to_string(paths.size() - shown) + " more");
  error.hint("commit and push them, or put them aside: git -C " + shell_quoted(folder.string()) +
             " stash --include-untracked");
  return error;
}

/// "0123456789 subject" of the commits of HEAD that neither the remote nor `target` has.
Result<std::vector<std::string>> commits_only_here(git_repository* repository,
                                                   const git_oid& target) {
  RevisionWalk walk;
  int code = acquire(walk, [&](git_revwalk** out) { return git_revwalk_new(out, repository); });
  if (code == 0) code = git_revwalk_push_head(walk.get());
  for (const char* known : {"refs/remotes/origin/*", "refs/tags/*", "refs/ck/pinned/*"}) {
    if (code == 0) code = git_revwalk_hide_glob(walk.get(), known);
  }
  if (code == 0) code = git_revwalk_hide(walk.get(), &target);
  if (code != 0) return fail(git_failure(code, "compare with the remote", ErrorCode::invalid));
  std::vector<std::string> found;
  git_oid id;
  while (git_revwalk_next(&id, walk.get()) == 0) {
    CK_TRY(commit, commit_at(repository, id));
    const char* subject = git_commit_summary(commit.get());
    found.push_back(hex(id).substr(0, 10) + " " + printable(subject == nullptr ? "" : subject));
  }
  return found;
}

Error local_commits(const fs::path& folder, const std::vector<std::string>& commits) {
  constexpr std::size_t shown = 20;
  Error error(ErrorCode::conflict, folder.string() + " has " + std::to_string(commits.size()) +
                                       " commits that the remote does not have (made here, or the "
                                       "remote has rewritten its history)");
  for (std::size_t i = 0; i < commits.size() && i < shown; ++i) error.in("commit " + commits[i]);
  error.hint("push them; or, if they are not needed, remove the repository and pull it again");
  return error;
}

/// Refuses a move of the clone that would leave commits behind.
Status check_fast_forward(git_repository* repository, const fs::path& folder,
                          const FetchedRevision& to) {
  CK_TRY(commits, commits_only_here(repository, to.commit));
  if (!commits.empty()) return fail(local_commits(folder, commits));
  if (!to.branch) return {};
  git_oid here;
  const std::string name = "refs/heads/" + *to.branch;
  if (git_reference_name_to_id(&here, repository, name.c_str()) != 0) return {};
  if (git_oid_equal(&here, &to.commit) != 0 ||
      git_graph_descendant_of(repository, &to.commit, &here) == 1) {
    return {};
  }
  return fail(Error(ErrorCode::conflict, "branch " + *to.branch + " of " + folder.string() +
                                             " is at " + hex(here).substr(0, 10) +
                                             ", which the remote's branch does not lead on from")
                  .hint("remove the repository and pull it again, or move the branch with git"));
}

Status check_idle(git_repository* repository, const fs::path& folder) {
  if (git_repository_state(repository) == GIT_REPOSITORY_STATE_NONE) return {};
  return fail(
      Error(ErrorCode::conflict, "a merge, rebase or the like is under way in " + folder.string())
          .hint("finish or abort it with git"));
}

/// Work trees of submodules have a `.git` of their own; no commit can hold a file of that name.
Status remove_git_folders(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code failed;
  fs::recursive_directory_iterator walk(folder, failed);
  for (; !failed && walk != fs::recursive_directory_iterator(); walk.increment(failed)) {
    if (walk->path().filename() != ".git") continue;
    found.push_back(walk->path());
    walk.disable_recursion_pending();
  }
  if (failed) return fail(system_error("read " + folder.string(), failed.value()));
  for (const fs::path& path : found) CK_CHECK(remove_tree(path));
  return {};
}

class LibGit final : public Git {
 public:
  explicit LibGit(std::vector<UrlRewrite> rewrites) : rewrites_(std::move(rewrites)) {}
  Result<GitState> clone(const std::string& url, const GitRevision& revision,
                         const fs::path& folder, EventSink& events, const Cancel& cancel) override;
  Result<GitState> update(const fs::path& folder, const GitRevision& revision, EventSink& events,
                          const Cancel& cancel) override;
  Result<GitState> state(const fs::path& folder) override;
  Result<GitHead> head(const fs::path& folder) override;
  Status export_commit(const std::string& url, const std::string& commit, const fs::path& folder,
                       EventSink& events, const Cancel& cancel) override;
  Result<std::optional<std::string>> tree_of(const fs::path& folder,
                                             const std::string& path) override;

 private:
  GitLibrary library_;
  std::vector<UrlRewrite> rewrites_;
};

Result<GitState> LibGit::clone(const std::string& url, const GitRevision& revision,
                               const fs::path& folder, EventSink& events, const Cancel& cancel) {
  CK_CHECK(refuse_existing(folder));
  CK_TRY(beside, Beside::create(folder));
  GitOperation operation{events, cancel, rewrites_, {}};
  CK_CHECK(clone_into(url, revision, beside.content(), operation));
  CK_CHECK(cancel.check());
  CK_CHECK(beside.publish());
  return state(folder);
}

/// Whether the clone is as it was read before; else somebody worked in it meanwhile.
Status check_unchanged(const fs::path& content, const fs::path& folder, const GitState& before) {
  CK_TRY(repository, open_clone(content));
  CK_TRY(now, read_state(repository.get(), content));
  if (!now.local_changes.empty()) return fail(local_changes(folder, now.local_changes));
  if (now.commit == before.commit && now.branch == before.branch) return {};
  return fail(ErrorCode::busy, "somebody else updated " + folder.string() + " at the same time");
}

Result<GitState> LibGit::update(const fs::path& given, const GitRevision& revision,
                                EventSink& events, const Cancel& cancel) {
  clean_beside(given);  // a killed update may have moved the clone away, or left the old one
  std::error_code missing;
  const fs::path folder = fs::canonical(given, missing);  // a link stays, its target is replaced
  if (missing) return fail(system_error("find " + given.string(), missing.value()));
  CK_TRY(repository, open_clone(folder));
  CK_CHECK(check_self_contained(repository.get(), folder));
  CK_CHECK(check_idle(repository.get(), folder));
  CK_TRY(before, read_state(repository.get(), folder));
  if (!before.local_changes.empty()) return fail(local_changes(folder, before.local_changes));

  GitOperation operation{events, cancel, rewrites_, {}};
  CK_TRY(to, fetch_origin(repository.get(), revision, before.branch, operation));
  CK_CHECK(check_fast_forward(repository.get(), folder, to));
  if (hex(to.commit) == before.commit && to.branch == before.branch) return before;

  CK_TRY(from, head_commit(repository.get()));
  CK_TRY(beside, Beside::create(folder));
  CK_CHECK(link_clone(folder, beside.content()));
  CK_CHECK(move_clone(beside.content(), from, to, operation));
  CK_CHECK(cancel.check());
  CK_CHECK(beside.exchange());
  if (auto unchanged = check_unchanged(beside.content(), folder, before); !unchanged) {
    CK_CHECK(beside.exchange());
    return fail(std::move(unchanged.error()));
  }
  return state(folder);
}

Result<GitState> LibGit::state(const fs::path& folder) {
  CK_TRY(repository, open_clone(folder));
  auto state = read_state(repository.get(), folder);
  if (!state) return fail(std::move(state.error().in("clone " + folder.string())));
  return state;
}

Result<GitHead> LibGit::head(const fs::path& folder) {
  CK_TRY(repository, open_clone(folder));
  CK_CHECK(check_self_contained(repository.get(), folder));
  CK_TRY(id, head_commit(repository.get()));
  CK_TRY(commit, commit_at(repository.get(), id));
  return GitHead{hex(id), git_commit_time(commit.get()), git_commit_time_offset(commit.get())};
}

Status LibGit::export_commit(const std::string& url, const std::string& commit,
                             const fs::path& folder, EventSink& events, const Cancel& cancel) {
  CK_CHECK(refuse_existing(folder));
  CK_TRY(beside, Beside::create(folder));
  GitOperation operation{events, cancel, rewrites_, {}};
  GitRevision revision;
  revision.commit = commit;
  CK_CHECK(clone_into(url, revision, beside.content(), operation));
  CK_CHECK(remove_git_folders(beside.content()));
  CK_CHECK(cancel.check());
  return beside.publish();
}

Result<std::optional<std::string>> LibGit::tree_of(const fs::path& folder,
                                                   const std::string& path) {
  CK_TRY(repository, open_clone(folder));
  CK_TRY(head, head_commit(repository.get()));
  CK_TRY(tree, tree_at(repository.get(), head));
  if (path.empty()) return hex(*git_tree_id(tree.get()));
  TreeEntryHandle entry;
  const int code = acquire(entry, [&](git_tree_entry** out) {
    return git_tree_entry_bypath(out, tree.get(), path.c_str());
  });
  if (code == GIT_ENOTFOUND) return std::optional<std::string>();
  if (code != 0) return fail(git_failure(code, "find " + printable(path), ErrorCode::invalid));
  return hex(*git_tree_entry_id(entry.get()));
}

}  // namespace

std::unique_ptr<Git> make_git(std::vector<UrlRewrite> rewrites) {
  return std::make_unique<LibGit>(std::move(rewrites));
}

}  // namespace ck::sys
