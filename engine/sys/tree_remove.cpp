#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/strings.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace ck::sys {
namespace {

/// Folders deeper than this are moved up to the top of the tree and removed from there, so that
/// neither descriptors nor the stack run out however deep somebody has nested them.
constexpr int kMaxOpenFolders = 64;

Error cannot_remove(int parent, const std::string& name, int error_number) {
  return system_error("remove " + shown(path_of(parent) / name), error_number);
}

/// Opens a folder whose content is to go, giving its owner the rights that this needs.
Descriptor open_for_removal(int parent, const std::string& name) {
  Descriptor folder = open_folder_at(parent, name);
  if (!folder && errno == EACCES) {
    // NOFOLLOW: the entry may have become a link to something we must not touch.
    const bool opened = ::fchmodat(parent, name.c_str(), S_IRWXU, AT_SYMLINK_NOFOLLOW) == 0;
    if (opened) folder = open_folder_at(parent, name);
  }
  struct stat status {};
  if (folder && ::fstat(folder.get(), &status) == 0 && (status.st_mode & S_IRWXU) != S_IRWXU) {
    // Should this fail, then so does what needs it, with a better message.
    [[maybe_unused]] const int result = ::fchmod(folder.get(), status.st_mode | S_IRWXU);
  }
  return folder;
}

class Remover {
 public:
  Status remove(int parent, const std::string& name, int depth = 0);

 private:
  Status remove_content(int folder, int depth);
  Status remove_folder(int parent, const std::string& name, int depth);
  Status move_to_top(int parent, const std::string& name);

  int top_ = -1;  ///< the topmost folder that is being removed
  unsigned moved_ = 0;
};

Status Remover::remove(int parent, const std::string& name, int depth) {
  if (::unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR) return fail(cannot_remove(parent, name, errno));
  return remove_folder(parent, name, depth);
}

Status Remover::remove_folder(int parent, const std::string& name, int depth) {
  {
    const Descriptor folder = open_for_removal(parent, name);
    if (!folder) return fail(cannot_remove(parent, name, errno));
    if (depth >= kMaxOpenFolders) return move_to_top(parent, name);
    if (depth == 0) top_ = folder.get();
    CK_CHECK(remove_content(folder.get(), depth));
  }
  if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
  return fail(cannot_remove(parent, name, errno));
}

Status Remover::remove_content(int folder, int depth) {
  unsigned moved_before = 0;
  do {
    moved_before = moved_;
    CK_TRY(names, entry_names(folder));
    for (const auto& name : names) CK_CHECK(remove(folder, name, depth + 1));
    // What came up from below is waiting in the topmost folder.
  } while (depth == 0 && moved_ != moved_before);
  return {};
}

Status Remover::move_to_top(int parent, const std::string& name) {
  for (;;) {
    const std::string free_name = ".ck-deep-" + std::to_string(++moved_);
    if (::renameat2(parent, name.c_str(), top_, free_name.c_str(), RENAME_NOREPLACE) == 0)
      return {};
    if (errno != EEXIST) return fail(cannot_remove(parent, name, errno));
  }
}

}  // namespace

Status remove_tree(const fs::path& path) {
  // "folder/" means the folder; and then the last component is the one that must not be a link.
  const fs::path named = path.has_filename() ? path : path.parent_path();
  const std::string name = named.filename().native();
  if (name.empty() || name == "." || name == "..") {
    return fail(ErrorCode::denied,
                "will not remove " + shown(path) + ": it does not name an entry");
  }
  const Descriptor parent = open_folder(folder_of(named));
  if (!parent && (errno == ENOENT || errno == ENOTDIR)) return {};
  if (!parent) return fail(system_error("open the folder " + shown(folder_of(named)), errno));
  return Remover().remove(parent.get(), name);
}

}  // namespace ck::sys
