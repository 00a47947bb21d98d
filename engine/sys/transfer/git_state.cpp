#include "sys/transfer/git_state.hpp"

#include <iterator>

#include "sys/files.hpp"
#include "sys/transfer/git_fetch.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

constexpr std::size_t kMaxChanges = 1000;

/// Paths equal after links and a final '/'.
bool same_folder(const fs::path& a, const fs::path& b) {
  std::error_code failed;
  return fs::equivalent(a, b, failed) && !failed;
}

/// libgit2 compares what its filters would store. Only bytes count here: a file with the very
/// content of the commit is not changed, whatever its attributes ask for.
bool has_committed_bytes(const git_diff_delta& delta, const fs::path& folder) {
  if (delta.old_file.mode != delta.new_file.mode || delta.new_file.mode == GIT_FILEMODE_LINK) {
    return false;
  }
  git_oid found;
  const fs::path file = folder / delta.new_file.path;
  return git_odb_hashfile(&found, file.c_str(), GIT_OBJECT_BLOB) == 0 &&
         git_oid_equal(&found, &delta.old_file.id) != 0;
}

bool is_change(const git_status_entry& entry, const fs::path& folder) {
  return entry.status != GIT_STATUS_WT_MODIFIED ||
         !has_committed_bytes(*entry.index_to_workdir, folder);
}

std::string path_of(const git_status_entry& entry) {
  const git_diff_delta* delta =
      entry.index_to_workdir != nullptr ? entry.index_to_workdir : entry.head_to_index;
  return delta->new_file.path != nullptr ? delta->new_file.path : delta->old_file.path;
}

Status add_changes(git_repository* repository, const fs::path& folder, const std::string& prefix,
                   std::vector<std::string>& changes) {
  git_status_options options;
  git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  StatusList list;
  const int code = acquire(
      list, [&](git_status_list** out) { return git_status_list_new(out, repository, &options); });
  if (code != 0) {
    return fail(
        git_failure(code, "compare " + folder.string() + " with its commit", ErrorCode::io));
  }
  const std::size_t count = git_status_list_entrycount(list.get());
  for (std::size_t i = 0; i < count && changes.size() < kMaxChanges; ++i) {
    const git_status_entry* entry = git_status_byindex(list.get(), i);
    if (is_change(*entry, folder)) changes.push_back(prefix + path_of(*entry));
  }
  return {};
}

/// The changes of a clone and of the submodules checked out in it.
Status add_all_changes(git_repository* repository, const fs::path& folder,
                       const std::string& prefix, std::vector<std::string>& changes) {
  CK_CHECK(add_changes(repository, folder, prefix, changes));
  CK_TRY(head, head_commit(repository));
  CK_TRY(links, gitlinks_of(repository, head));
  for (const Gitlink& link : links) {
    CK_TRY(inside, contained_path(folder, link.path));
    std::error_code ignored;
    if (!fs::exists(inside / ".git", ignored)) continue;  // not checked out
    CK_TRY(submodule, open_clone(inside));
    const auto commit = head_commit(submodule.get());
    if (!commit || git_oid_equal(&*commit, &link.commit) == 0)
      changes.push_back(prefix + link.path);
    if (commit) {
      CK_CHECK(add_all_changes(submodule.get(), inside, prefix + link.path + "/", changes));
    }
  }
  return {};
}

std::optional<std::string> current_branch(git_repository* repository) {
  Reference head;
  if (acquire(head, [&](git_reference** out) { return git_repository_head(out, repository); }) !=
          0 ||
      git_reference_is_branch(head.get()) == 0) {
    return std::nullopt;
  }
  return git_reference_shorthand(head.get());
}

}  // namespace

Result<Repository> open_clone(const fs::path& folder) {
  Repository repository;
  const int code = acquire(repository, [&](git_repository** out) {
    return git_repository_open_ext(out, folder.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  });
  if (code == GIT_ENOTFOUND) {
    std::error_code ignored;
    const bool is_clone = fs::exists(folder / ".git", ignored);
    if (auto foreign = foreign_owner(folder); is_clone && foreign) return fail(std::move(*foreign));
    return fail(ErrorCode::invalid, folder.string() + " is not the top of a git work tree");
  }
  if (code != 0) {
    return fail(git_failure(code, "open the clone " + folder.string(), ErrorCode::invalid));
  }
  const char* work_tree = git_repository_workdir(repository.get());
  if (work_tree == nullptr || !same_folder(work_tree, folder)) {
    return fail(ErrorCode::invalid, folder.string() + " is not the top of a git work tree");
  }
  return repository;
}

Status check_self_contained(git_repository* repository, const fs::path& folder) {
  std::error_code failed;
  const fs::path own = folder / ".git";
  const bool inside = fs::symlink_status(own, failed).type() == fs::file_type::directory &&
                      same_folder(git_repository_path(repository), own) &&
                      same_folder(git_repository_commondir(repository), own) &&
                      same_folder(git_repository_workdir(repository), folder);
  if (inside) return {};
  return fail(Error(ErrorCode::denied, folder.string() +
                                           " keeps parts of its clone elsewhere (a "
                                           "linked work tree, or core.worktree is set)")
                  .hint("update it with git itself"));
}

Result<git_oid> head_commit(git_repository* repository) {
  git_oid id;
  const int code = git_reference_name_to_id(&id, repository, "HEAD");
  if (code == 0) return id;
  if (code == GIT_ENOTFOUND || code == GIT_EUNBORNBRANCH) {
    return fail(ErrorCode::invalid, "this clone has no commit yet");
  }
  return fail(git_failure(code, "read HEAD", ErrorCode::invalid));
}

Result<Commit> commit_at(git_repository* repository, const git_oid& id) {
  Commit commit;
  const int code =
      acquire(commit, [&](git_commit** out) { return git_commit_lookup(out, repository, &id); });
  if (code != 0) return fail(git_failure(code, "read commit " + hex(id), ErrorCode::invalid));
  return commit;
}

Result<Tree> tree_at(git_repository* repository, const git_oid& id) {
  CK_TRY(commit, commit_at(repository, id));
  Tree tree;
  const int code =
      acquire(tree, [&](git_tree** out) { return git_commit_tree(out, commit.get()); });
  if (code != 0) return fail(git_failure(code, "read the tree of " + hex(id), ErrorCode::invalid));
  return tree;
}

Result<std::vector<Gitlink>> gitlinks_of(git_repository* repository, const git_oid& commit) {
  CK_TRY(tree, tree_at(repository, commit));
  std::vector<Gitlink> links;
  const auto collect = [](const char* root, const git_tree_entry* entry, void* payload) {
    if (git_tree_entry_type(entry) == GIT_OBJECT_COMMIT) {
      static_cast<std::vector<Gitlink>*>(payload)->push_back(
          {std::string(root) + git_tree_entry_name(entry), *git_tree_entry_id(entry)});
    }
    return 0;
  };
  const int code = git_tree_walk(tree.get(), GIT_TREEWALK_PRE, collect, &links);
  if (code != 0) {
    return fail(git_failure(code, "read the tree of " + hex(commit), ErrorCode::invalid));
  }
  return links;
}

Result<GitState> read_state(git_repository* repository, const fs::path& folder) {
  GitState state;
  CK_TRY(head, head_commit(repository));
  CK_TRY(commit, commit_at(repository, head));
  state.commit = hex(head);
  state.tree = hex(*git_commit_tree_id(commit.get()));
  state.branch = current_branch(repository);
  if (const auto url = origin_url(repository)) state.url = without_credentials(*url);
  CK_CHECK(add_all_changes(repository, folder, "", state.local_changes));
  if (state.local_changes.size() > kMaxChanges) state.local_changes.resize(kMaxChanges);
  return state;
}

}  // namespace ck::sys
