#include "install/collect.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "install/commit.hpp"
#include "install/download_cache.hpp"
#include "install/staging.hpp"
#include "install/use.hpp"
#include "store/unused_blobs.hpp"
#include "sys/disk_use.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

constexpr std::int64_t kHourNs = 3'600'000'000'000;
constexpr std::int64_t kDayNs = 24 * kHourNs;
constexpr std::string_view kLockEnd = ".lock";

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable))
    entries.push_back(entry.path());
  std::ranges::sort(entries);
  return entries;
}

std::int64_t last_use_of(const store::EnvironmentRecord& record, const catalog::Home& home) {
  return std::max(record.created_ns, last_use_ns(record.id, home));
}

class Finder {
 public:
  Finder(const GarbageRequest& request, Context& context)
      : request_(request),
        context_(context),
        home_(context.home),
        oldest_ns_(context.clock.unix_ns() - request.older_than_ns) {}

  Result<std::vector<Garbage>> find() {
    if (!request_.refetchable_only) CK_CHECK(environments());
    downloads();
    if (!request_.refetchable_only) {
      blobs();
      logs();
      locks();
    }
    return std::move(found_);
  }

 private:
  bool used_recently(std::int64_t last_use_ns) const { return last_use_ns > oldest_ns_; }

  void add(Garbage::Kind kind, std::string name, const fs::path& path, std::string what,
           std::int64_t last_use_ns) {
    found_.push_back(
        {kind, std::move(name), path, std::move(what), sys::disk_use(path), last_use_ns});
  }

  Status environments() {
    CK_CHECK(refresh_environments(context_.store, home_));
    CK_TRY(records, context_.store.environments());
    Closure all;
    std::vector<std::string> ids, kept;
    for (auto& record : records) {
      ids.push_back(record.id);
      if (request_.kept.contains(record.id) || used_recently(last_use_of(record, home_)))
        kept.push_back(record.id);
      all.emplace(ids.back(), make_environment(std::move(record), home_));
    }
    const auto needed = closure_order(all, kept);
    const std::set<std::string> stays(needed.begin(), needed.end());
    auto order = closure_order(all, ids);
    std::ranges::reverse(order);
    for (const auto& id : order) {
      const fs::path folder = home_.environments() / id;
      std::error_code ignored;
      if (stays.contains(id) || !fs::exists(folder, ignored)) continue;
      const auto& record = all.at(id).record;
      add(Garbage::Kind::environment, id, folder, record.component.text() + " " + record.version,
          last_use_of(record, home_));
    }
    return {};
  }

  void downloads() {
    const auto look = [&](const fs::path& path) {
      const auto changed = sys::changed_ns(path);
      if (!used_recently(changed))
        add(Garbage::Kind::download, path.filename().string(), path, {}, changed);
    };
    for (const auto& folder : entries_of(home_.downloads())) {
      for (const auto& file : entries_of(folder)) look(file);
    }
    for (const auto& file : entries_of(integrity_downloads(home_))) look(file);
    for (const auto& folder : entries_of(home_.downloads().parent_path() / "git")) look(folder);
  }

  void blobs() {
    const std::int64_t young = context_.clock.unix_ns() - kHourNs;
    for (const auto& blob : store::blob_files(home_.blobs())) {
      // What has just been stored may be referred to in a moment.
      if (request_.kept_blobs.contains(blob.sha256) || blob.stored_ns > young) continue;
      add(Garbage::Kind::blob, blob.sha256, blob.file, {}, blob.stored_ns);
    }
  }

  void logs() {
    for (const auto& file : entries_of(home_.logs())) {
      const auto changed = sys::changed_ns(file);
      if (!used_recently(changed))
        add(Garbage::Kind::log, file.filename().string(), file, {}, changed);
    }
  }

  /// Of environments and downloads that are not there; the others say when those were used.
  void locks() {
    const std::int64_t young = context_.clock.unix_ns() - kDayNs;
    for (const auto& file : entries_of(home_.locks())) {
      const std::string name = file.filename().string();
      const bool own = name.starts_with("env-") || name.starts_with("use-");
      const bool download = name.starts_with("download-");
      const auto changed = sys::changed_ns(file);
      if (!(own || download) || !name.ends_with(kLockEnd)) continue;
      if (changed == 0 || changed > young) continue;
      const auto start = name.find('-') + 1;
      const auto id = name.substr(start, name.size() - start - kLockEnd.size());
      std::error_code ignored;
      if (own && fs::exists(home_.environment(id), ignored)) continue;
      add(Garbage::Kind::lock, name, file, {}, changed);
    }
  }

  const GarbageRequest& request_;
  Context& context_;
  const catalog::Home& home_;
  std::int64_t oldest_ns_;
  std::vector<Garbage> found_;
};

/// In one step out of everybody's sight; the content goes at leisure, and should this process be
/// killed, with the next call.
Result<bool> remove_by_rename(const fs::path& path, Context& context) {
  CK_TRY(trash, make_staging(context.home.staging()));
  auto moved = sys::rename_into_place(path, trash.path() / "removed");
  if (!moved && moved.error().code == ErrorCode::not_found) return false;
  CK_CHECK(std::move(moved));
  CK_CHECK(sys::remove_tree(trash.path() / "removed"));
  return true;
}

/// Out of everybody's sight, in `trash`, while its locks are held.
Result<bool> put_away(const Garbage& garbage, const fs::path& trash, Context& context) {
  using Mode = sys::FileLock::Mode;
  CK_TRY(made,
         sys::FileLock::try_acquire(environment_lock(garbage.name, context), Mode::exclusive));
  if (!made) return false;
  const fs::path use = use_file(garbage.name, context.home);
  // Looking for the lock makes the file where there is none, with a time of its own.
  const bool was_used = sys::changed_ns(use) != 0;
  CK_TRY(unused, sys::FileLock::try_acquire(use, Mode::exclusive));
  if (!unused) return false;
  if (was_used && last_use_ns(garbage.name, context.home) > garbage.last_use_ns) return false;
  auto moved = sys::rename_into_place(garbage.path, trash / "removed");
  if (!moved && moved.error().code == ErrorCode::not_found) return false;
  CK_CHECK(std::move(moved));
  CK_CHECK(context.store.remove_environment(garbage.name));
  CK_CHECK(sys::remove_tree(use));
  return true;
}

Result<bool> remove_environment_garbage(const Garbage& garbage, Context& context) {
  CK_TRY(trash, make_staging(context.home.staging()));
  CK_TRY(gone, put_away(garbage, trash.path(), context));
  // Nobody waits for this.
  CK_CHECK(sys::remove_tree(trash.path() / "removed"));
  return gone;
}

Result<bool> remove_download(const Garbage& garbage, Context& context) {
  using Mode = sys::FileLock::Mode;
  CK_TRY(unused, sys::FileLock::try_acquire(downloads_use_file(context.home), Mode::exclusive));
  if (!unused || sys::changed_ns(garbage.path) != garbage.last_use_ns) return false;
  return remove_by_rename(garbage.path, context);
}

Result<bool> remove_blob(const Garbage& garbage, Context& context) {
  CK_TRY(trash, make_staging(context.home.staging()));
  return store::remove_unless_stored_again({garbage.name, garbage.path, garbage.last_use_ns},
                                           trash.path());
}

Result<bool> remove_lock(const Garbage& garbage) {
  CK_TRY(lock, sys::FileLock::try_acquire(garbage.path, sys::FileLock::Mode::exclusive));
  if (!lock) return false;
  CK_CHECK(sys::remove_tree(garbage.path));
  return true;
}

}  // namespace

std::string_view name_of(Garbage::Kind kind) {
  constexpr std::string_view kNames[] = {"environment", "download", "blob", "log", "lock"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<std::vector<Garbage>> find_garbage(const GarbageRequest& request, Context& context) {
  return Finder(request, context).find();
}

Result<bool> remove_garbage(const Garbage& garbage, Context& context) {
  switch (garbage.kind) {
    case Garbage::Kind::environment:
      return remove_environment_garbage(garbage, context);
    case Garbage::Kind::download:
      return remove_download(garbage, context);
    case Garbage::Kind::blob:
      return remove_blob(garbage, context);
    case Garbage::Kind::log:
      return remove_by_rename(garbage.path, context);
    case Garbage::Kind::lock:
      return remove_lock(garbage);
  }
  return false;
}

}  // namespace ck::install
