#pragma once
/// What lies in folders, kept while a search goes on: one run looks for many tools in the same
/// places, and reading /usr once costs as much as all the rest of the resolution.

#include <sys/types.h>

#include <ctime>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/path.hpp"
#include "sys/clock.hpp"

namespace ck::collective {

class FolderListings {
 public:
  struct Entry {
    std::string name;
    bool folder = false;  ///< or a link to one
  };
  struct Listing {
    std::pair<dev_t, ino_t> identity;
    timespec changed{};
    std::vector<Entry> entries;  ///< in no order, without "." and ".."
  };

  explicit FolderListings(const sys::Clock& clock) : clock_(&clock) {}

  /// What lies in the folder now: a listing is used again while the folder's own time stands still.
  /// Null for what is no folder or cannot be read. Valid until the next call.
  const Listing* of(const fs::path& folder);

 private:
  bool is_young(const timespec& changed) const;

  const sys::Clock* clock_;
  std::map<std::string, Listing> known_;
  std::size_t kept_ = 0;  ///< entries in `known_`
  Listing passing_;       ///< one that is not kept
};

}  // namespace ck::collective
