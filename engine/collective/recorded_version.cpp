#include "collective/recorded_version.hpp"

#include "install/commit.hpp"

namespace ck::collective {
namespace {

constexpr std::size_t kShownId = 12;

std::string shown(const std::string& version) { return version.empty() ? "none" : version; }

std::string advice(const store::EnvironmentRecord& now, bool made) {
  if (made) return "what it is made from has changed since: lock anew to use it as it is now";
  return "'ck rm env:" + now.id.substr(0, kShownId) +
         " --force', then the same again: it is made anew from the sources that were recorded";
}

}  // namespace

std::optional<install::LockDifference> version_difference(const store::EnvironmentRecord& recorded,
                                                          const store::EnvironmentRecord& now,
                                                          bool made) {
  if (recorded.version == now.version) return std::nullopt;
  return install::LockDifference{recorded.component.text() + ", version", shown(recorded.version),
                                 shown(now.version), advice(now, made), false};
}

Result<std::vector<install::LockDifference>> version_differences(const install::Lock& lock,
                                                                 const catalog::Home& home) {
  std::vector<install::LockDifference> differences;
  for (const auto& locked : lock.environments) {
    const fs::path folder = home.environment(locked.record.id);
    if (!install::is_complete(folder)) continue;
    CK_TRY(manifest, install::read_manifest(folder));
    if (auto difference = version_difference(locked.record, manifest.record, false))
      differences.push_back(std::move(*difference));
  }
  return differences;
}

}  // namespace ck::collective
