#pragma once
/// Files and folders. Everything here either happens whole or not at all, never follows a symbolic
/// link out of the folder it works in, and reports the path and the system's reason on failure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"

namespace ck::sys {

/// The whole content of a regular file. `not_found` if missing, `invalid` above `max_bytes`.
Result<std::string> read_file(const fs::path& file, std::uint64_t max_bytes = 64u << 20);

/// Writes a file whole: a temporary one without a name, fsync, its name or a rename over `file`,
/// fsync of the folder. A process that is killed leaves nothing half written.
Status write_file(const fs::path& file, std::string_view bytes, unsigned mode = 0644);

/// Writes a file that must not exist (`conflict`) in a folder that nobody sees yet: not durable
/// until `sync_file_system`, which is much quicker for many files than `write_file` for each.
Status write_new_file(const fs::path& file, std::string_view bytes, unsigned mode = 0644);
/// Makes everything written so far to the file system of `folder` durable.
Status sync_file_system(const fs::path& folder);

Status make_directories(const fs::path& folder);

/// Removes a file, link or whole tree (read-only folders inside it too); missing is success.
Status remove_tree(const fs::path& path);

/// Renames `from` to `to` and syncs both parents: the commit point of anything built in staging.
/// `conflict` if `to` exists already (the loser of a race keeps `from`).
Status rename_into_place(const fs::path& from, const fs::path& to);

/// `root / relative` if that stays inside `root`: no absolute path, no `..` component, no symbolic
/// link on the way that leads out of `root`. `denied` otherwise. The last component may be missing;
/// `not_found` when more is. "." and "" mean `root`.
Result<fs::path> contained_path(const fs::path& root, std::string_view relative);

/// Whether the text is a relative path without `..`, empty parts, backslashes or control
/// characters.
bool is_plain_relative_path(std::string_view path);

/// A folder with a unique name that removes itself unless released.
class TemporaryDirectory {
 public:
  /// Creates `parent/<prefix>XXXXXX` (parents too), mode 0700.
  static Result<TemporaryDirectory> create(const fs::path& parent, std::string_view prefix);
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();

  const fs::path& path() const { return path_; }
  fs::path release();  ///< the caller owns the folder now

 private:
  explicit TemporaryDirectory(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

/// One thing below a folder.
struct TreeEntry {
  enum class Kind { file, directory, symlink };
  std::string path;  ///< relative, '/'-separated
  Kind kind = Kind::file;
  bool executable = false;
  std::uint64_t size_bytes = 0;
  std::string sha256;  ///< of a file's content; of a link's target text
  std::string target;  ///< of a link
};

/// What `list_tree` leaves out: entries whose name (one path component) is in this list.
struct TreeOptions {
  std::vector<std::string> skip_names;  ///< e.g. {".git"}
  bool hash = true;                     ///< fill sha256
};

/// Everything below `root`, sorted by path bytes. `denied` for devices, sockets and FIFOs,
/// `unsupported` for more than 256 folders inside each other.
Result<std::vector<TreeEntry>> list_tree(const fs::path& root, const TreeOptions& options = {},
                                         const Cancel& cancel = {});

/// One hash for a whole listing: sha256 over lines "kind mode sha256 path" in the order of the path
/// bytes, such as "file 755 <sha256> bin/tool", "directory 755 - bin", "symlink 777 <sha256> link";
/// a newline or backslash in a path is written "\n", "\\". Independent of times, owners and the
/// order of the file system.
std::string tree_hash(const std::vector<TreeEntry>& entries);

/// Copies the listed entries from `from` to `to` (which may exist) with the folders above them;
/// keeps the executable bit and the times of files. Links that stay inside `to` are recreated;
/// `denied` for others, `conflict` for a file that exists. Reflinks where the file system can.
Status copy_tree(const fs::path& from, const fs::path& to, const std::vector<TreeEntry>& entries,
                 const Cancel& cancel = {});

/// Lower-case hex sha256 of a file's content.
Result<std::string> hash_file(const fs::path& file, const Cancel& cancel = {});

/// Bytes that a non-root process may still write on the file system that holds `path`.
Result<std::uint64_t> free_bytes(const fs::path& path);

/// Removes write permission from everything below `root`, folders included. `root` itself keeps it:
/// a folder that may not be written cannot be renamed into place.
Status make_read_only(const fs::path& root);

/// `name` looked up in a list of folders separated by ':', as execvp does; nothing if absent.
std::optional<fs::path> find_executable(std::string_view name, std::string_view search_path);

}  // namespace ck::sys
