#pragma once
/// ck gc and ck du: what takes space, and what of it nobody needs.

#include <string>
#include <vector>

#include "app/environments.hpp"
#include "experiment/keepers.hpp"
#include "install/collect.hpp"

namespace ck::app {

struct GcRequest {
  std::int64_t older_than_ns = std::int64_t{30} * 24 * 3'600'000'000'000;
  bool refetchable_only = false;
};

/// What would go, and why the rest stays.
struct GcPlan {
  std::vector<install::Garbage> garbage;
  std::vector<std::string> lock_files;  ///< that are registered as roots
  std::size_t points = 0;               ///< recorded ones that keep environments
  std::uint64_t size_bytes() const;
};
Result<GcPlan> plan_gc(Session& session, const GcRequest& request);

/// What went, and what turned out to be in use.
struct GcReport {
  std::vector<install::Garbage> removed;
  std::vector<install::Garbage> in_use;
  std::uint64_t size_bytes = 0;
};
Result<GcReport> collect_garbage(Session& session, const GcPlan& plan);

/// Lock files that keep environments: --keep, --forget.
Status keep_lock(Session& session, const fs::path& lock_file);
Status forget_lock(Session& session, const fs::path& lock_file);

/// A duration as typed: "30d", "12h", "2w", "90m", "45s", or "0". `usage` for anything else.
Result<std::int64_t> parse_duration_ns(const std::string& text);

struct DuReport {
  struct Kind {
    std::string name;  ///< "environments", "downloads", …
    std::uint64_t size_bytes = 0;
    std::size_t count = 0;
    std::uint64_t collectable_bytes = 0;  ///< what `ck gc` as asked would free
  };
  std::vector<Kind> kinds;
  struct One {
    install::Environment environment;
    std::uint64_t size_bytes = 0;
    std::int64_t last_use_ns = 0;
    bool collectable = false;
    bool shared = false;  ///< lies in a shared store
  };
  std::vector<One> environments;  ///< built ones, largest first
  std::uint64_t size_bytes() const;
  std::uint64_t collectable_bytes() const;
};
Result<DuReport> disk_use(Session& session, const GcRequest& request);

}  // namespace ck::app
