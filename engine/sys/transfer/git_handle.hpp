#pragma once
/// libgit2's objects as owning values, and its errors as ours.

#include <git2.h>

#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"

namespace ck::sys {

template <auto Free>
struct GitFree {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using Repository = std::unique_ptr<git_repository, GitFree<git_repository_free>>;
using Remote = std::unique_ptr<git_remote, GitFree<git_remote_free>>;
using Config = std::unique_ptr<git_config, GitFree<git_config_free>>;
using Reference = std::unique_ptr<git_reference, GitFree<git_reference_free>>;
using Commit = std::unique_ptr<git_commit, GitFree<git_commit_free>>;
using Tree = std::unique_ptr<git_tree, GitFree<git_tree_free>>;
using TreeEntryHandle = std::unique_ptr<git_tree_entry, GitFree<git_tree_entry_free>>;
using Object = std::unique_ptr<git_object, GitFree<git_object_free>>;
using Odb = std::unique_ptr<git_odb, GitFree<git_odb_free>>;
using OdbObject = std::unique_ptr<git_odb_object, GitFree<git_odb_object_free>>;
using Diff = std::unique_ptr<git_diff, GitFree<git_diff_free>>;
using StatusList = std::unique_ptr<git_status_list, GitFree<git_status_list_free>>;
using RevisionWalk = std::unique_ptr<git_revwalk, GitFree<git_revwalk_free>>;
using ReferenceIterator =
    std::unique_ptr<git_reference_iterator, GitFree<git_reference_iterator_free>>;
using ConfigIterator = std::unique_ptr<git_config_iterator, GitFree<git_config_iterator_free>>;

/// Runs `call(&pointer)` and keeps the object it made; returns libgit2's code.
template <typename Handle, typename Call>
int acquire(Handle& handle, Call&& call) {
  typename Handle::pointer made = nullptr;
  const int code = call(&made);
  handle.reset(made);
  return code;
}

/// The last failure of libgit2 in this thread: "cannot WHAT: its message". `otherwise` is the code
/// where libgit2's own does not tell more; `interrupted` whenever cancellation was requested.
Error git_failure(int code, const std::string& what, ErrorCode otherwise,
                  const Cancel& cancel = {});

/// `denied` when `folder` or its `.git` belongs to another user, which libgit2 1.5 reports as "not
/// found" when the configuration has no safe.directory at all. Nothing when it is ours or missing.
std::optional<Error> foreign_owner(const fs::path& folder);

std::string hex(const git_oid& id);

/// libgit2 is initialised as long as one of these lives.
class GitLibrary {
 public:
  GitLibrary();
  GitLibrary(const GitLibrary&) = delete;
  GitLibrary& operator=(const GitLibrary&) = delete;
  ~GitLibrary();
};

}  // namespace ck::sys
