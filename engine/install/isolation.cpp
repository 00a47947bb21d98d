#include "install/isolation.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "install/environment.hpp"

namespace ck::install {
namespace {

constexpr std::array<std::string_view, 7> kInnerFolders{"bin",     "sbin",    "lib",  "lib64",
                                                        "libexec", "include", "share"};

bool is_within(const fs::path& path, const fs::path& folder) {
  const auto [end, rest] = std::ranges::mismatch(folder, path);
  return end == folder.end();
}

fs::path plain(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

/// What belongs to a file that somebody installed somewhere.
fs::path surroundings_of(const fs::path& file) {
  const fs::path folder = plain(file).parent_path();
  const bool inner =
      std::ranges::find(kInnerFolders, folder.filename().native()) != kInnerFolders.end();
  return inner ? folder.parent_path() : folder;
}

class Places {
 public:
  Places(const model::Isolation& isolation, const Context& context) : context_(context) {
    for (const auto& text : isolation.hidden) {
      const fs::path path = text == "${home}" ? home_of_user() : fs::path(text);
      // The whole machine cannot be hidden; some containers have such a home.
      if (path.is_absolute() && path != path.root_path()) sandbox_.hidden.push_back(plain(path));
    }
    sandbox_.hidden.push_back(plain(context.home.root));
    std::ranges::sort(sandbox_.hidden);
    for (const auto& text : isolation.scratch) sandbox_.scratch.push_back(plain(text));
    sandbox_.network =
        isolation.network ? sys::Sandbox::Network::host : sys::Sandbox::Network::none;
    sandbox_.demanded = isolation.level == model::Isolation::Level::demanded;
    sandbox_.scratch_bytes = isolation.scratch_bytes;
    sandbox_.tree_memory_bytes = isolation.tree_memory_bytes;
    sandbox_.tree_processes = isolation.tree_processes;
    sandbox_.disk_bytes = isolation.disk_bytes;
  }

  void add_readable(const fs::path& path) {
    const fs::path place = plain(path);
    if (!place.is_absolute() || !is_covered(place) || uncovers(place)) return;
    sandbox_.readable.push_back(place);
  }
  void add_file(const fs::path& file) {
    const fs::path around = surroundings_of(file);
    add_readable(uncovers(around) ? file : around);
  }
  void add_writable(const fs::path& path) { sandbox_.writable.push_back(plain(path)); }

  void add_common() {
    add_readable(context_.home.environments());
    // Where names of hosts are looked up; systemd keeps it in /run.
    std::error_code missing;
    const fs::path resolver = fs::canonical("/etc/resolv.conf", missing);
    if (!missing && sandbox_.network == sys::Sandbox::Network::host) add_readable(resolver);
  }
  void add_repositories(const StepPlaces& places) {
    using Format = model::RepositoryDescriptor::Format;
    for (const auto& repository : context_.repositories) {
      const bool general = repository.format == Format::ck || repository.name == "core";
      const bool named =
          std::ranges::find(places.repositories, repository.name) != places.repositories.end();
      if (named || (places.collective && general)) add_readable(repository.path);
    }
  }
  /// The history of a repository holds what was deleted, and addresses with tokens. Where a step
  /// works in a repository, as in a user's shell, it is that one's own.
  void cover_histories() {
    for (const auto& repository : context_.repositories) {
      const fs::path history = plain(repository.path) / ".git";
      const auto holds = [&](const fs::path& place) { return is_within(history, place); };
      std::error_code missing;
      if (fs::exists(fs::symlink_status(history, missing)) &&
          std::ranges::none_of(sandbox_.writable, holds))
        sandbox_.covered.push_back(history);
    }
  }
  Status add_detected() {
    CK_TRY(records, context_.store.environments());
    for (const auto& record : records) {
      if (record.origin != store::EnvironmentRecord::Origin::detected) continue;
      if (!record.path.empty()) add_readable(record.path);
      if (!record.file.empty() && fs::path(record.file).is_absolute()) add_file(record.file);
    }
    return {};
  }
  void set_aside(const std::vector<sys::Sandbox::SetAside>& folders) {
    sandbox_.set_aside = folders;
  }
  void add_devices(const std::vector<std::string>& patterns) {
    std::error_code unreadable;
    if (patterns.empty()) return;
    for (const auto& entry : fs::directory_iterator("/dev", unreadable)) {
      const auto matches = [&](const auto& pattern) {
        return wildcard_match(pattern, entry.path().native());
      };
      if (std::ranges::any_of(patterns, matches)) sandbox_.devices.push_back(entry.path());
    }
  }

  sys::Sandbox take() { return std::move(sandbox_); }

 private:
  fs::path home_of_user() const {
    const auto home = std::ranges::find(context_.host_variables, "HOME",
                                        &std::pair<std::string, std::string>::first);
    return home == context_.host_variables.end() ? fs::path() : fs::path(home->second);
  }

  /// Whether it would not be seen unless it is named.
  bool is_covered(const fs::path& place) const {
    const auto covers = [&](const fs::path& folder) { return is_within(place, folder); };
    return std::ranges::any_of(sandbox_.hidden, covers) ||
           std::ranges::any_of(sandbox_.scratch, covers);
  }
  bool uncovers(const fs::path& place) const {
    const auto inside = [&](const fs::path& folder) { return is_within(folder, place); };
    return std::ranges::any_of(sandbox_.hidden, inside) ||
           std::ranges::any_of(sandbox_.scratch, inside);
  }

  const Context& context_;
  sys::Sandbox sandbox_;
};

}  // namespace

Result<std::vector<std::string>> repositories_of(const std::vector<std::string>& environments,
                                                 const Context& context) {
  CK_TRY(records, context.store.environments());
  std::vector<std::string> names;
  for (const auto& id : environments) {
    const auto known = std::ranges::find(records, id, &store::EnvironmentRecord::id);
    if (known != records.end()) {
      names.push_back(known->component.repo);
      continue;
    }
    // Of a store that is chained to this one.
    const auto manifest = read_manifest(context.home.environment(id));
    if (manifest) names.push_back(manifest->record.component.repo);
  }
  return names;
}

Result<std::optional<sys::Sandbox>> sandbox_of(const model::Isolation& isolation,
                                               const StepPlaces& places, const Context& context) {
  if (isolation.level == model::Isolation::Level::none) return std::optional<sys::Sandbox>();
  Places all(isolation, context);
  all.add_common();
  all.add_repositories(places);
  CK_CHECK(all.add_detected());
  for (const auto& path : places.readable) all.add_readable(path);
  for (const auto& file : places.files) all.add_file(file);
  for (const auto& path : places.writable) all.add_writable(path);
  all.cover_histories();
  all.add_devices(isolation.devices);
  // Nobody counts what is set aside.
  if (!isolation.disk_bytes) all.set_aside(places.set_aside);
  return std::optional(all.take());
}

Json isolation_json(const sys::Isolation& isolation) {
  Json missing = Json::array();
  for (const auto& one : isolation.missing)
    missing.push_back({{"what", one.what}, {"why", one.why}});
  return {{"enforced", isolation.enforced}, {"missing", std::move(missing)}};
}

std::vector<fs::path> named_paths(const std::vector<std::string>& texts) {
  std::vector<fs::path> paths;
  for (const auto& text : texts) {
    // "--input=/data/x" as well as "/data/x".
    const auto start = text.find('/');
    const bool begins = start == 0 || (start != std::string::npos && text[start - 1] == '=');
    std::error_code missing;
    if (begins && fs::exists(text.substr(start), missing)) paths.emplace_back(text.substr(start));
  }
  return paths;
}

}  // namespace ck::install
