#include "install/use.hpp"

#include "sys/disk_use.hpp"

namespace ck::install {
namespace {

/// Who removes something holds its lock for a rename, no longer.
constexpr std::chrono::seconds kPatience(30);

}  // namespace

fs::path use_file(const std::string& id, const catalog::Home& home) {
  return home.lock("use-" + id);
}

fs::path downloads_use_file(const catalog::Home& home) { return home.lock("use-downloads"); }

void EnvironmentUse::hold(const std::string& id, const catalog::Home& home) {
  hold_file(use_file(id, home));
}

void EnvironmentUse::hold_downloads(const catalog::Home& home) {
  hold_file(downloads_use_file(home));
}

void EnvironmentUse::hold_file(const fs::path& file) {
  const std::lock_guard guard(mutex_);
  if (held_.contains(file)) return;
  auto lock = sys::FileLock::acquire(file, sys::FileLock::Mode::shared, kPatience);
  if (!lock) return;
  held_.emplace(file, std::move(*lock));
  sys::touch(file);
}

std::int64_t last_use_ns(const std::string& id, const catalog::Home& home) {
  return sys::changed_ns(use_file(id, home));
}

}  // namespace ck::install
