#include "collective/folder_listings.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <memory>
#include <optional>

namespace ck::collective {
namespace {

constexpr std::size_t kMostEntries = 1u << 20;  // some 60 MB
/// A folder may change again within the tick of the clock that its time was taken from.
constexpr std::int64_t kYoungNanoseconds = 50'000'000;

struct Close {
  void operator()(DIR* stream) const { ::closedir(stream); }
};

bool is_folder(DIR* stream, const dirent& entry) {
  if (entry.d_type == DT_DIR || entry.d_type == DT_REG) return entry.d_type == DT_DIR;
  struct stat status {};
  return ::fstatat(::dirfd(stream), entry.d_name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

std::optional<FolderListings::Listing> read(const std::string& folder) {
  const std::unique_ptr<DIR, Close> stream(::opendir(folder.c_str()));
  struct stat status {};
  if (!stream || ::fstat(::dirfd(stream.get()), &status) != 0) return std::nullopt;
  FolderListings::Listing listing{{status.st_dev, status.st_ino}, status.st_mtim, {}};
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..")
      listing.entries.push_back({std::string(name), is_folder(stream.get(), *entry)});
  }
  return listing;
}

bool is_current(const FolderListings::Listing& listing, const struct stat& status) {
  return listing.identity == std::pair(status.st_dev, status.st_ino) &&
         listing.changed.tv_sec == status.st_mtim.tv_sec &&
         listing.changed.tv_nsec == status.st_mtim.tv_nsec;
}

}  // namespace

bool FolderListings::is_young(const timespec& changed) const {
  const std::int64_t changed_ns = std::int64_t{changed.tv_sec} * 1'000'000'000 + changed.tv_nsec;
  return clock_->unix_ns() - changed_ns < kYoungNanoseconds;
}

const FolderListings::Listing* FolderListings::of(const fs::path& folder) {
  const auto known = known_.find(folder.native());
  if (known != known_.end()) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) == 0 && is_current(known->second, status))
      return &known->second;
    kept_ -= known->second.entries.size();
    known_.erase(known);
  }
  auto listing = read(folder.native());
  if (!listing) return nullptr;
  if (is_young(listing->changed) || kept_ + listing->entries.size() > kMostEntries) {
    passing_ = std::move(*listing);
    return &passing_;
  }
  kept_ += listing->entries.size();
  return &known_.emplace(folder.native(), std::move(*listing)).first->second;
}

}  // namespace ck::collective
