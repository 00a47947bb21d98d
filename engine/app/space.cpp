#include "app/space.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "base/strings.hpp"
#include "install/download_cache.hpp"
#include "install/roots.hpp"
#include "install/use.hpp"
#include "sys/disk_use.hpp"

namespace ck::app {
namespace {

using install::Garbage;

std::uint64_t total(const std::vector<Garbage>& garbage) {
  std::uint64_t bytes = 0;
  for (const auto& one : garbage) bytes += one.size_bytes;
  return bytes;
}

std::size_t entries_in(const fs::path& folder) {
  std::error_code unreadable;
  std::size_t count = 0;
  for (auto entry = fs::directory_iterator(folder, unreadable);
       !unreadable && entry != fs::directory_iterator(); entry.increment(unreadable))
    ++count;
  return count;
}

/// Files in folders by the first digits of their names.
std::size_t files_in(const fs::path& folder) {
  std::error_code unreadable;
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder, unreadable))
    count += entries_in(entry.path());
  return count;
}

std::uint64_t database_size(const fs::path& file) {
  std::uint64_t bytes = 0;
  for (const char* end : {"", "-wal", "-shm", "-journal"})
    bytes += sys::disk_use(file.native() + end);
  return bytes;
}

std::vector<DuReport::Kind> kinds_of(const catalog::Home& home) {
  const auto kind = [](const char* name, const fs::path& path, std::size_t count) {
    return DuReport::Kind{name, sys::disk_use(path), count, 0};
  };
  return {kind("environments", home.environments(), entries_in(home.environments())),
          kind("downloads", home.downloads().parent_path(),
               files_in(home.downloads()) + entries_in(install::integrity_downloads(home)) +
                   entries_in(home.downloads().parent_path() / "git")),
          kind("blobs", home.blobs().parent_path(), files_in(home.blobs())),
          kind("repositories", home.repositories(), entries_in(home.repositories())),
          {"store", database_size(home.store()), 1, 0},
          {"index", database_size(home.index()) + sys::disk_use(home.root / "index.flat"), 1, 0},
          kind("logs", home.logs(), entries_in(home.logs())),
          {"work in progress", sys::disk_use(home.staging()) + sys::disk_use(home.work()),
           entries_in(home.staging()) + entries_in(home.work()), 0},
          kind("locks", home.locks(), entries_in(home.locks()))};
}

std::string kind_of(Garbage::Kind kind) {
  return std::string(name_of(kind)) + "s";  // as in `kinds_of`
}

}  // namespace

std::uint64_t GcPlan::size_bytes() const { return total(garbage); }

std::uint64_t DuReport::size_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& kind : kinds) bytes += kind.size_bytes;
  return bytes;
}

std::uint64_t DuReport::collectable_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& kind : kinds) bytes += kind.collectable_bytes;
  return bytes;
}

Result<GcPlan> plan_gc(Session& session, const GcRequest& request) {
  CK_TRY(context, session.context());
  GcPlan plan;
  install::GarbageRequest wanted;
  wanted.older_than_ns = request.older_than_ns;
  wanted.refetchable_only = request.refetchable_only;
  CK_TRY(keepers, experiment::keepers(context->store, context->home));
  for (const auto& keeper : keepers) {
    wanted.kept.insert(keeper.environments.begin(), keeper.environments.end());
    if (keeper.kind == experiment::Keeper::Kind::lock_file) {
      plan.lock_files.push_back(keeper.name);
    } else {
      ++plan.points;
    }
  }
  CK_TRY(blobs, context->store.referenced_blobs());
  wanted.kept_blobs = std::move(blobs);
  CK_TRY(garbage, install::find_garbage(wanted, *context));
  plan.garbage = std::move(garbage);
  return plan;
}

Result<GcReport> collect_garbage(Session& session, const GcPlan& plan) {
  CK_TRY(context, session.context());
  GcReport report;
  for (const auto& garbage : plan.garbage) {
    CK_CHECK(context->cancel.check());
    CK_TRY(gone, install::remove_garbage(garbage, *context));
    (gone ? report.removed : report.in_use).push_back(garbage);
  }
  report.size_bytes = total(report.removed);
  return report;
}

Status keep_lock(Session& session, const fs::path& lock_file) {
  CK_TRY(home, session.home());
  return install::add_root(lock_file, *home);
}

Status forget_lock(Session& session, const fs::path& lock_file) {
  CK_TRY(home, session.home());
  return install::remove_root(lock_file, *home);
}

Result<std::int64_t> parse_duration_ns(const std::string& text) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::map<char, std::int64_t> units{{'s', kSecond},
                                           {'m', 60 * kSecond},
                                           {'h', 3600 * kSecond},
                                           {'d', 24 * 3600 * kSecond},
                                           {'w', 7 * 24 * 3600 * kSecond}};
  const auto unit = text.empty() ? units.end() : units.find(text.back());
  const auto number = parse_integer(unit == units.end() ? text : text.substr(0, text.size() - 1));
  const bool understood = number && *number >= 0 && (unit != units.end() || *number == 0);
  const std::int64_t factor = unit == units.end() ? 1 : unit->second;
  if (understood && *number <= std::numeric_limits<std::int64_t>::max() / factor)
    return *number * factor;
  return fail(Error(ErrorCode::usage, "'" + printable(text) + "' is no duration")
                  .hint("a whole number with s, m, h, d or w, for example 30d"));
}

Result<DuReport> disk_use(Session& session, const GcRequest& request) {
  CK_TRY(plan, plan_gc(session, request));
  CK_TRY(home, session.home());
  CK_TRY(all, known_environments(session));
  DuReport report;
  report.kinds = kinds_of(*home);
  std::map<std::string, std::uint64_t> collectable;
  for (const auto& garbage : plan.garbage) {
    if (garbage.kind == Garbage::Kind::environment) collectable[garbage.name] = garbage.size_bytes;
    for (auto& kind : report.kinds) {
      if (kind.name == kind_of(garbage.kind)) kind.collectable_bytes += garbage.size_bytes;
    }
  }
  for (auto& environment : all) {
    const std::string id = environment.record.id;
    const fs::path folder = home->environment(id);
    std::error_code missing;
    if (!fs::exists(folder, missing)) continue;
    DuReport::One one;
    one.size_bytes = sys::disk_use(folder);
    one.last_use_ns = std::max(environment.record.created_ns, install::last_use_ns(id, *home));
    one.collectable = collectable.contains(id);
    one.shared = folder != home->environments() / id;
    one.environment = std::move(environment);
    report.environments.push_back(std::move(one));
  }
  std::ranges::stable_sort(report.environments, std::ranges::greater(), &DuReport::One::size_bytes);
  return report;
}

}  // namespace ck::app
