#include "install/download_cache.hpp"

#include "base/integrity.hpp"
#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "install/staging.hpp"
#include "install/use.hpp"
#include "sys/disk_use.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

/// Nobody waits longer for somebody else's download; the lock of a dead process is free at once.
constexpr std::chrono::hours kPatience(24);
constexpr std::uint64_t kMaxInMemory = 1ull << 30;

Result<sys::FileLock> lock_download(const std::string& name, Context& context) {
  if (context.use) context.use->hold_downloads(context.home);
  const fs::path file = context.home.lock("download-" + name);
  CK_TRY(free, sys::FileLock::try_acquire(file, sys::FileLock::Mode::exclusive));
  if (free) return std::move(*free);
  context.events.on(Warning{"waiting for " + sys::lock_holder(file).value_or("another ck") +
                            ", which fetches the same download"});
  return sys::FileLock::acquire(file, sys::FileLock::Mode::exclusive, kPatience, context.cancel);
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Error not_a_hash(const std::string& found, const std::string& wanted) {
  return Error(ErrorCode::invalid, "a download is known by its hash, " + wanted + ", and not by '" +
                                       printable(found) + "'")
      .hint(
          "name the content of the source; if that stands in a lock, make it anew with 'ck lock'");
}

/// The same file in a shared store, if it is what its name says.
std::optional<fs::path> shared_file(const std::string& sha256, Context& context) {
  for (const auto& store : context.home.stores) {
    const fs::path file = catalog::Home{store}.downloads() / sha256.substr(0, 2) / sha256;
    if (!is_there(file)) continue;
    const auto found = sys::hash_file(file, context.cancel);
    if (found && *found == sha256) return file;
    context.events.on(Warning{file.string() + " is damaged; it is not used"});
  }
  return std::nullopt;
}

/// The same of those that are known by their integrity.
std::optional<fs::path> shared_by_integrity(const std::string& integrity, Context& context) {
  for (const auto& store : context.home.stores) {
    const fs::path file = integrity_download(catalog::Home{store}, integrity);
    if (!is_there(file)) continue;
    const auto found = file_integrity(file);
    if (found && *found == integrity) return file;
    context.events.on(Warning{file.string() + " is damaged; it is not used"});
  }
  return std::nullopt;
}

}  // namespace

fs::path integrity_downloads(const catalog::Home& home) {
  return home.downloads().parent_path() / "sha512";
}

fs::path integrity_download(const catalog::Home& home, const std::string& integrity) {
  return integrity_downloads(home) / sha256_hex(integrity);
}

Result<std::string> file_integrity(const fs::path& file) {
  CK_TRY(bytes, sys::read_file(file, kMaxInMemory));
  return sha512_integrity(bytes);
}

Result<fs::path> cached_file(const std::string& sha256, Context& context,
                             const std::function<Status(const fs::path&)>& fetch) {
  if (!is_sha256(sha256)) return fail(not_a_hash(sha256, "64 lower-case hex digits of SHA-256"));
  const fs::path folder = context.home.downloads() / sha256.substr(0, 2);
  const fs::path file = folder / sha256;
  auto lock = lock_download(sha256, context);
  if (!lock) return fail(std::move(lock.error()));
  if (is_there(file)) {
    CK_TRY(found, sys::hash_file(file, context.cancel));
    if (found == sha256) {
      sys::touch(file);
      return file;
    }
    context.events.on(Warning{file.string() + " was damaged; it is fetched again"});
    CK_CHECK(sys::remove_tree(file));
  }
  if (const auto shared = shared_file(sha256, context)) return *shared;
  CK_CHECK(sys::make_directories(folder));
  CK_CHECK(fetch(file));
  return file;
}

Result<fs::path> cached_by_integrity(const std::string& integrity, Context& context,
                                     const std::function<Status(const fs::path&)>& fetch) {
  if (!is_integrity(integrity))
    return fail(not_a_hash(integrity, "'sha512-' and 88 digits of base64"));
  const fs::path file = integrity_download(context.home, integrity);
  auto lock = lock_download(file.filename().string(), context);
  if (!lock) return fail(std::move(lock.error()));
  if (is_there(file)) {
    CK_TRY(kept, file_integrity(file));
    if (kept == integrity) {
      sys::touch(file);
      return file;
    }
    context.events.on(Warning{file.string() + " was damaged; it is fetched again"});
    CK_CHECK(sys::remove_tree(file));
  }
  if (const auto shared = shared_by_integrity(integrity, context)) return *shared;
  CK_TRY(staging, make_staging(context.home.staging()));
  const fs::path fetched = staging.path() / "content";
  CK_CHECK(fetch(fetched));
  CK_TRY(sent, file_integrity(fetched));
  if (sent != integrity) {
    return fail(ErrorCode::verification,
                "the content has the integrity " + sent + ", expected " + integrity);
  }
  CK_CHECK(sys::make_directories(file.parent_path()));
  CK_CHECK(sys::rename_into_place(fetched, file));
  return file;
}

fs::path cached_folder_place(const catalog::Home& home, const std::string& name) {
  return home.downloads().parent_path() / "git" / name;
}

Result<fs::path> cached_folder(const std::string& name, Context& context,
                               const std::function<Status(const fs::path&)>& fetch) {
  const fs::path folder = cached_folder_place(context.home, name);
  auto lock = lock_download(name, context);
  if (!lock) return fail(std::move(lock.error()));
  if (is_there(folder)) {
    sys::touch(folder);
    return folder;
  }
  for (const auto& store : context.home.stores) {
    const fs::path shared = cached_folder_place(catalog::Home{store}, name);
    if (is_there(shared)) return shared;
  }
  CK_TRY(staging, make_staging(context.home.staging()));
  CK_CHECK(fetch(staging.path() / "content"));
  CK_CHECK(sys::make_directories(folder.parent_path()));
  CK_CHECK(sys::rename_into_place(staging.path() / "content", folder));
  return folder;
}

}  // namespace ck::install
