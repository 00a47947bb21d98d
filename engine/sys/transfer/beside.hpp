#pragma once
/// Building a folder out of sight and putting it in place in one step. The work happens in a hidden
/// sibling, so the final name shows either the old content or the new one, whatever kills us. A
/// sibling whose owner died is removed when the next one is made, or by `clean_beside`.

#include <string>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::sys {

class Beside {
 public:
  /// A hidden sibling of `folder` (whose parents are made when missing).
  static Result<Beside> create(const fs::path& folder);
  Beside(Beside&& other) noexcept;
  Beside& operator=(Beside&&) = delete;
  ~Beside();

  /// Where the new content is to be built; does not exist at first.
  fs::path content() const { return staging_ / "new"; }

  /// Renames the content to the final name. `conflict` if something has that name by now.
  Status publish();

  /// Swaps the content with what has the final name now; afterwards `content()` is the old one, and
  /// a second call undoes the first. Atomic where the file system can exchange two names; else the
  /// name is missing for an instant, and the next `create` repairs an interruption at that point.
  Status exchange();

 private:
  Beside(fs::path folder, fs::path staging, int lock)
      : folder_(std::move(folder)), staging_(std::move(staging)), lock_(lock) {}

  fs::path folder_;
  fs::path staging_;
  int lock_;
};

/// Removes siblings of `folder` whose owners died, and puts back what these had moved away.
void clean_beside(const fs::path& folder);

/// Copies a clone: files of a git object store and of the work tree become hard links where
/// possible (they are replaced, never written into), everything else below `.git` is copied.
Status link_clone(const fs::path& from, const fs::path& to);

}  // namespace ck::sys
