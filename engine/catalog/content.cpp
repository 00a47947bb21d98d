#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "catalog/packing.hpp"
#include "catalog/state.hpp"
#include "sys/clock.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

/// What a folder's content is, as far as names, times and sizes tell.
struct TreeStamp {
  std::string digest;
  bool settled = true;  ///< a later change must show in it
};

struct StampedPath {
  std::string path;
  std::uint32_t mode = 0;
  Stamp stamp;
};

Result<StampedPath> stamped(const fs::path& root, const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    return fail(system_error("look at " + printable(path.string()), errno));
  }
  return StampedPath{path.lexically_relative(root).string(), status.st_mode, stamp_of(status)};
}

Result<TreeStamp> stamp_tree(const fs::path& root, const sys::Cancel& cancel) {
  const std::int64_t now_ns = sys::SystemClock().unix_ns();
  CK_TRY(top, stamped(root, root));
  std::vector<StampedPath> all{std::move(top)};
  std::error_code error;
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end;
       at.increment(error)) {
    CK_CHECK(cancel.check());
    CK_TRY(one, stamped(root, at->path()));
    all.push_back(std::move(one));
  }
  if (error)
    return fail(system_error("list the folder " + printable(root.string()), error.value()));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  Packer packer;
  TreeStamp result;
  for (const StampedPath& one : all) {
    packer.put_text(one.path);
    packer.put(one.mode);
    packer.put(one.stamp);
    result.settled = result.settled && is_settled(one.stamp, now_ns);
  }
  result.digest = sha256_hex(packer.bytes());
  return result;
}

}  // namespace

Result<std::string> Catalog::content_hash(const Component& component, const sys::Cancel& cancel) {
  std::error_code error;
  const fs::path folder = fs::canonical(component.path, error);
  if (error) {
    return fail(
        system_error("find the folder " + printable(component.path.string()), error.value()));
  }
  CK_TRY(stamp, stamp_tree(folder, cancel));
  CK_CHECK(state_->need_index());
  if (const auto kept = state_->index->content_hash(folder.string(), stamp.digest); kept && *kept) {
    return **kept;
  }
  CK_TRY(entries, sys::list_tree(folder, {}, cancel));
  std::string hash = sys::tree_hash(entries);
  // Where the hash cannot be kept it is computed again next time.
  if (stamp.settled) {
    (void)state_->index->keep_content_hash(folder.string(), stamp.digest, hash);
  }
  return hash;
}

}  // namespace ck::catalog
