#include "install/roots.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "base/strings.hpp"

namespace ck::install {
namespace {

/// A small file that holds the path: one registration is one rename.
fs::path registration(const fs::path& lock_file, const catalog::Home& home) {
  return home.roots() / sha256_hex(lock_file.native()).substr(0, 16);
}

fs::path absolute_of(const fs::path& file) {
  std::error_code unknown;
  const fs::path real = fs::weakly_canonical(fs::absolute(file, unknown), unknown);
  return unknown ? file : real;
}

}  // namespace

Status add_root(const fs::path& lock_file, const catalog::Home& home) {
  CK_CHECK(read_lock(lock_file));
  const fs::path file = absolute_of(lock_file);
  CK_CHECK(sys::make_directories(home.roots()));
  return sys::write_file(registration(file, home), file.native() + "\n");
}

Status remove_root(const fs::path& lock_file, const catalog::Home& home) {
  const fs::path file = absolute_of(lock_file);
  std::error_code missing;
  if (!fs::exists(registration(file, home), missing)) {
    return fail(Error(ErrorCode::not_found, printable(file.string()) + " is not registered")
                    .hint("'ck gc --dry_run' lists what keeps environments"));
  }
  return sys::remove_tree(registration(file, home));
}

Result<std::vector<LockRoot>> lock_roots(const catalog::Home& home) {
  std::vector<LockRoot> roots;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(home.roots(), unreadable)) {
    CK_TRY(text, sys::read_file(entry.path(), 64u << 10));
    const fs::path file = std::string(trim(text));
    std::error_code missing;
    if (!fs::exists(file, missing)) continue;
    auto lock = read_lock(file);
    if (!lock) {
      return fail(std::move(lock.error())
                      .in("registered as a root")
                      .hint("mend it, or forget it: ck gc --forget=" + file.string()));
    }
    roots.push_back({file, std::move(*lock)});
  }
  std::ranges::sort(roots, {}, &LockRoot::file);
  return roots;
}

}  // namespace ck::install
