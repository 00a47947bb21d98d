#include "sys/transfer/git_checkout.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "sys/files.hpp"
#include "sys/transfer/git_lfs.hpp"
#include "sys/transfer/git_state.hpp"
#include "sys/transfer/git_submodule.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

constexpr unsigned kMaxDepth = 8;

int collect_path(git_checkout_notify_t, const char* path, const git_diff_file*,
                 const git_diff_file*, const git_diff_file*, void* payload) {
  if (path != nullptr) static_cast<std::vector<std::string>*>(payload)->emplace_back(path);
  return 0;
}

Status checkout(git_repository* repository, const git_oid& id, unsigned strategy,
                const Cancel& cancel) {
  CK_TRY(tree, tree_at(repository, id));
  std::vector<std::string> in_the_way;
  git_checkout_options options;
  git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
  options.checkout_strategy = strategy;
  options.disable_filters = 1;
  options.notify_flags = GIT_CHECKOUT_NOTIFY_CONFLICT;
  options.notify_cb = collect_path;
  options.notify_payload = &in_the_way;
  // libgit2 takes a tree as a git_object; the handles are the same thing.
  const auto* object = reinterpret_cast<const git_object*>(tree.get());
  const int code = git_checkout_tree(repository, object, &options);
  if (cancel.requested()) return cancel.check();
  if (code == GIT_ECONFLICT) {
    return fail(Error(ErrorCode::conflict, "files that git does not track are in the way: " +
                                               printable(join(in_the_way, ", ")))
                    .hint("move them away and try again"));
  }
  if (code != 0) return fail(git_failure(code, "check out " + hex(id), ErrorCode::io, cancel));
  return {};
}

Status set_branch(git_repository* repository, const git_oid& commit, const std::string& branch) {
  const std::string name = "refs/heads/" + branch;
  Reference reference;
  int code = acquire(reference, [&](git_reference** out) {
    return git_reference_create(out, repository, name.c_str(), &commit, 1, "ck");
  });
  if (code == 0) code = git_repository_set_head(repository, name.c_str());
  if (code == 0) code = git_branch_set_upstream(reference.get(), ("origin/" + branch).c_str());
  if (code != 0)
    return fail(git_failure(code, "put branch " + branch + " in place", ErrorCode::io));
  return {};
}

Status set_head(git_repository* repository, const FetchedRevision& revision) {
  if (revision.branch) return set_branch(repository, revision.commit, *revision.branch);
  const int code = git_repository_set_head_detached(repository, &revision.commit);
  if (code != 0) return fail(git_failure(code, "set HEAD", ErrorCode::io));
  return {};
}

/// libgit2 writes into a changed file; the clone may share it with another one. Without the file
/// it makes a new one.
Status unshare_changed_files(git_repository* repository, const fs::path& folder,
                             const git_oid& from, const git_oid& to) {
  CK_TRY(old_tree, tree_at(repository, from));
  CK_TRY(new_tree, tree_at(repository, to));
  Diff diff;
  const int code = acquire(diff, [&](git_diff** out) {
    return git_diff_tree_to_tree(out, repository, old_tree.get(), new_tree.get(), nullptr);
  });
  if (code != 0) return fail(git_failure(code, "compare two commits", ErrorCode::invalid));
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
    if (delta->status != GIT_DELTA_MODIFIED || delta->old_file.mode == GIT_FILEMODE_COMMIT)
      continue;
    std::error_code failed;
    fs::remove(folder / delta->old_file.path, failed);
    if (failed) {
      return fail(
          system_error("replace " + (folder / delta->old_file.path).string(), failed.value()));
    }
  }
  return {};
}

/// A submodule that the new commit no longer has would stay behind as untracked files.
Status remove_dropped_submodules(git_repository* repository, const fs::path& folder,
                                 const git_oid& from, const git_oid& to) {
  CK_TRY(before, gitlinks_of(repository, from));
  CK_TRY(after, gitlinks_of(repository, to));
  for (const Gitlink& link : before) {
    const bool kept = std::any_of(after.begin(), after.end(),
                                  [&](const Gitlink& other) { return other.path == link.path; });
    if (kept) continue;
    CK_TRY(inside, contained_path(folder, link.path));
    CK_CHECK(remove_tree(inside));
  }
  return {};
}

/// Brings one submodule to its recorded commit.
Status place_submodule(const Submodule& submodule, const fs::path& folder, GitOperation& operation,
                       unsigned depth) {
  CK_TRY(inside, contained_path(folder, submodule.link.path));
  if (const auto present = open_clone(inside)) {
    const auto commit = head_commit(present->get());
    if (commit && git_oid_equal(&*commit, &submodule.link.commit) != 0) return {};
  }
  CK_CHECK(remove_tree(inside));
  GitRevision recorded;
  recorded.commit = hex(submodule.link.commit);
  auto cloned = clone_into(submodule.url, recorded, inside, operation, depth + 1);
  if (!cloned) return fail(std::move(cloned.error().in("submodule " + submodule.link.path)));
  return {};
}

Status place_submodules(git_repository* repository, const git_oid& commit, const fs::path& folder,
                        GitOperation& operation, unsigned depth) {
  CK_TRY(submodules, submodules_of(repository, commit, folder));
  if (!submodules.empty() && depth >= kMaxDepth) {
    return fail(ErrorCode::invalid,
                "submodules are nested more than " + std::to_string(kMaxDepth) + " deep");
  }
  for (const Submodule& submodule : submodules) {
    CK_CHECK(operation.cancel.check());
    CK_CHECK(place_submodule(submodule, folder, operation, depth));
  }
  return {};
}

}  // namespace

Status clone_into(const std::string& url, const GitRevision& revision, const fs::path& folder,
                  GitOperation& operation, unsigned depth) {
  Repository repository;
  const int code = acquire(repository, [&](git_repository** out) {
    return git_repository_init(out, folder.c_str(), 0);
  });
  if (code != 0)
    return fail(git_failure(code, "make a clone in " + folder.string(), ErrorCode::io));
  CK_CHECK(add_origin(repository.get(), keep_credentials(url, operation)));
  CK_TRY(fetched, fetch_origin(repository.get(), revision, std::nullopt, operation));
  CK_CHECK(checkout(repository.get(), fetched.commit, GIT_CHECKOUT_FORCE, operation.cancel));
  CK_CHECK(set_head(repository.get(), fetched));
  CK_CHECK(refuse_lfs(repository.get(), fetched.commit));
  return place_submodules(repository.get(), fetched.commit, folder, operation, depth);
}

Status move_clone(const fs::path& folder, const git_oid& from, const FetchedRevision& to,
                  GitOperation& operation) {
  CK_TRY(repository, open_clone(folder));
  CK_CHECK(check_self_contained(repository.get(), folder));
  CK_CHECK(remove_dropped_submodules(repository.get(), folder, from, to.commit));
  CK_CHECK(unshare_changed_files(repository.get(), folder, from, to.commit));
  constexpr unsigned strategy =
      GIT_CHECKOUT_SAFE | GIT_CHECKOUT_RECREATE_MISSING | GIT_CHECKOUT_DONT_OVERWRITE_IGNORED;
  CK_CHECK(checkout(repository.get(), to.commit, strategy, operation.cancel));
  CK_CHECK(set_head(repository.get(), to));
  CK_CHECK(refuse_lfs(repository.get(), to.commit));
  return place_submodules(repository.get(), to.commit, folder, operation, 0);
}

}  // namespace ck::sys
