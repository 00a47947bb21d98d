#pragma once
/// Private to this layer: comparing kind folders with what was stored of them. This is what every
/// call does with every entry, so nothing is copied, and all processors share the work.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/scan.hpp"

namespace ck::catalog {

/// The packed state of a kind folder, read where it lies.
class StoredFolder {
 public:
  /// Nothing if the bytes are damaged.
  static std::optional<StoredFolder> from(std::string bytes);
  /// The same of bytes that others keep for as long.
  static std::optional<StoredFolder> view(std::string_view bytes);

  FolderStamps stamps() const;
  std::size_t size() const { return offsets_.size(); }
  EntryView entry(std::size_t position) const;
  std::optional<EntryView> find(std::string_view name) const;

 private:
  std::shared_ptr<const std::string> kept_;  ///< none if others keep the bytes
  std::string_view bytes_;
  std::vector<std::uint32_t> offsets_;  ///< of entries, which are sorted by name
};

/// One kind folder to be compared.
struct Comparison {
  fs::path folder;
  Layout layout = Layout::native;
  const StoredFolder* stored = nullptr;
  bool aliases = false;  ///< with the alias file of every entry, not only of broken ones
  const std::string* only = nullptr;  ///< no entries but the one of this name, if there is one
};

/// Which of the folders are as they were stored. Where `aliases` is not asked for, alias files may
/// have been edited in place (see `aliases_hold`), but none came or went.
std::vector<bool> unchanged(const std::vector<Comparison>& folders);

/// Whether the alias files of the entries `names` of a kind folder are as they were stored.
bool aliases_hold(const fs::path& folder, Layout layout, const StoredFolder& stored,
                  const std::vector<std::string_view>& names);

}  // namespace ck::catalog
