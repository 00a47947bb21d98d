#pragma once
/// Private to this layer: what lies in a repository, told by names, times and sizes alone.

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "catalog/catalog.hpp"

namespace ck::catalog {

using Format = model::RepositoryDescriptor::Format;

/// What tells one version of a file or folder from another without reading it.
struct Stamp {
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::int64_t size = 0;  ///< negative: errno of a file that is there but cannot be looked at
  std::uint64_t inode = 0;

  bool exists() const { return inode != 0; }
  bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const struct stat& status);

/// Whether a change after `now_ns` must show in the stamp: its times are not those of the clock
/// tick in which `now_ns` lies.
bool is_settled(const Stamp& stamp, std::int64_t now_ns);

/// A folder that holds components of one kind.
struct KindFolder {
  std::string kind;
  /// Relative to the repository. Where a CK repository spreads the entries of a module over folders
  /// ("MODULE/ab" holds those that begin with "ab") each of these is one, and so is "MODULE/", in
  /// which these folders come and go.
  std::string path;
};

/// Where the files of entries lie in relation to their kind folder.
enum class Layout {
  native,
  ck,        ///< alias files in the kind folder's `.cm`
  ck_split,  ///< in that of the folder above
};

Layout layout_of(Format format, std::string_view kind_folder);

/// Whether these are the folders of a module over which its entries are spread.
bool holds_split_folders(Format format, std::string_view kind_folder);

/// A folder in a kind folder: a component if it has a descriptor.
template <typename Text>
struct BasicEntry {
  Text name;
  Stamp descriptor;
  Stamp alias;           ///< CK only: the file that holds the UID
  bool link = false;     ///< the folder itself is a symbolic link
  bool linked = false;   ///< some symbolic link is involved: read anew each time
  bool settled = false;  ///< see `is_settled`
  bool broken = false;   ///< it could not be read
};
using Entry = BasicEntry<std::string>;
using EntryView = BasicEntry<std::string_view>;  ///< of an entry in packed bytes

/// The folders behind the entries of a kind.
struct FolderStamps {
  Stamp folder;
  Stamp aliases;         ///< CK only: the folder of the alias files
  bool linked = false;   ///< that is a symbolic link: read anew each time
  bool settled = false;  ///< see `is_settled`
};

/// A kind folder as it was found.
struct FolderState {
  FolderStamps stamps;
  std::vector<Entry> entries;  ///< sorted by name
};

std::string pack(const FolderState& state);
/// Nothing if the bytes are damaged.
std::optional<FolderState> unpack_folder(std::string_view bytes);

/// A kind folder as it is now, compared with what was known.
struct FolderScan {
  FolderState state;
  std::vector<std::size_t> changed;  ///< entries that must be read (again)
  std::vector<std::string> removed;  ///< names that are gone
  bool differs = true;               ///< from what was known; then it must be stored
};

/// The kind folders of a repository. Those that are none but look as if they should be, or that
/// leave the repository, are added to `broken`.
std::vector<KindFolder> list_kind_folders(const fs::path& repository, Format format,
                                          std::vector<BrokenComponent>& broken);

/// Compares a kind folder with what is known of it and tells what to read. Reads no file itself,
/// only names and stamps.
Result<FolderScan> scan_folder(const fs::path& folder, Layout layout, FolderState known,
                               std::int64_t now_ns);

/// Path of an entry's descriptor, relative to its kind folder.
std::string descriptor_path(const Entry& entry, Format format);

/// Content of a file of a repository, wherever symbolic links lead inside it; `denied` if outside.
Result<std::string> read_inside(const fs::path& repository, const std::string& relative,
                                std::uint64_t max_bytes);

}  // namespace ck::catalog
