#pragma once
/// Private to this layer: looking at files by their folder's handle, which spares the kernel the
/// way.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/scan.hpp"

namespace ck::catalog {

/// An open folder, by which others are reached.
class FolderHandle {
 public:
  explicit FolderHandle(const fs::path& folder);
  FolderHandle(const FolderHandle&) = delete;
  FolderHandle& operator=(const FolderHandle&) = delete;
  ~FolderHandle();
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

/// What a look at one path shows.
struct Look {
  Stamp stamp;
  bool link = false;  ///< the last part of the path is a symbolic link; it is not followed
};

/// Looks at the files of entries of one kind folder, reusing one buffer for their paths.
class EntryLooker {
 public:
  EntryLooker(int folder, Layout layout) : folder_(folder), layout_(layout) {}

  Look descriptor(std::string_view name);
  /// Whether the entry has its UID from an alias file.
  bool has_alias(std::string_view name, const Look& descriptor) const;
  Look alias(std::string_view name);

 private:
  Look look_at_file(std::string_view name, std::string_view file);

  int folder_;
  Layout layout_;
  std::string path_;
};

/// A folder in a folder, or a symbolic link, whatever it leads to.
struct SubFolder {
  std::string name;
  bool link = false;
};

/// Sorted by name. Names that begin with a dot are left out.
Result<std::vector<SubFolder>> sub_folders(const fs::path& folder);

/// The folder itself as it is now, not yet judged settled. Nothing, and `errno`, if it cannot be
/// looked at.
std::optional<FolderStamps> look_at_folder(const FolderHandle& folder, Layout layout);

}  // namespace ck::catalog
