#include "sys/transfer/git_lfs.hpp"

#include <string_view>

#include "base/strings.hpp"
#include "sys/transfer/git_state.hpp"

namespace ck::sys {
namespace {

constexpr std::string_view kPointerStart = "version https://git-lfs.github.com/spec/v1\n";
constexpr std::size_t kMaxPointerBytes = 1024;  // of the LFS specification

struct Search {
  git_repository* repository;
  git_odb* objects;
  std::size_t found = 0;
  std::string first;
};

bool is_pointer(git_odb* objects, const git_oid& blob) {
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  if (git_odb_read_header(&size, &type, objects, &blob) != 0) return false;
  if (size < kPointerStart.size() || size > kMaxPointerBytes) return false;
  OdbObject object;
  if (acquire(object, [&](git_odb_object** out) { return git_odb_read(out, objects, &blob); }) !=
      0) {
    return false;
  }
  const std::string_view text(static_cast<const char*>(git_odb_object_data(object.get())), size);
  return text.starts_with(kPointerStart);
}

/// Pointer texts that no attribute hands to LFS are ordinary files (its own tests have some).
bool belongs_to_lfs(git_repository* repository, const std::string& path) {
  const char* filter = nullptr;
  return git_attr_get(&filter, repository, GIT_ATTR_CHECK_FILE_THEN_INDEX, path.c_str(),
                      "filter") == 0 &&
         filter != nullptr && std::string_view(filter) == "lfs";
}

int look_at(const char* root, const git_tree_entry* entry, void* payload) {
  auto& search = *static_cast<Search*>(payload);
  if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB) return 0;
  if (!is_pointer(search.objects, *git_tree_entry_id(entry))) return 0;
  const std::string path = std::string(root) + git_tree_entry_name(entry);
  if (!belongs_to_lfs(search.repository, path)) return 0;
  if (search.found++ == 0) search.first = path;
  return 0;
}

}  // namespace

Status refuse_lfs(git_repository* repository, const git_oid& commit) {
  CK_TRY(tree, tree_at(repository, commit));
  Odb objects;
  int code = acquire(objects, [&](git_odb** out) { return git_repository_odb(out, repository); });
  Search search{repository, objects.get(), 0, {}};
  if (code == 0) code = git_tree_walk(tree.get(), GIT_TREEWALK_PRE, look_at, &search);
  if (code != 0)
    return fail(git_failure(code, "read the tree of " + hex(commit), ErrorCode::invalid));
  if (search.found == 0) return {};
  return fail(
      Error(ErrorCode::unsupported, std::to_string(search.found) +
                                        " files of this repository are kept in Git LFS, which is "
                                        "not supported (the first is " +
                                        printable(search.first) + ")")
          .hint("clone it with git and git-lfs (git lfs install; git clone <URL>), go there, and "
                "register the folder: ck import repo")
          .hint("in a repository of your own: git lfs migrate export, or let packages download "
                "large files by URL and sha256"));
}

}  // namespace ck::sys
