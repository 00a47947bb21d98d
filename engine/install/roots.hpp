#pragma once
/// Lock files that are registered as roots: what they name is kept by `ck gc`.

#include <string>
#include <vector>

#include "catalog/home.hpp"
#include "install/lock.hpp"

namespace ck::install {

/// Registers a lock file by its absolute path. Errors: those of reading it as a lock.
Status add_root(const fs::path& lock_file, const catalog::Home& home);
/// `not_found` when it is not registered.
Status remove_root(const fs::path& lock_file, const catalog::Home& home);

struct LockRoot {
  fs::path file;
  Lock lock;
};
/// All that are registered and still there, by path. `invalid` for one that cannot be understood:
/// then nobody knows what it keeps.
Result<std::vector<LockRoot>> lock_roots(const catalog::Home& home);

}  // namespace ck::install
