#include "install/observed_inputs.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>
#include "base/strings.hpp"
#include "install/context.hpp"
#include "install/declaration.hpp"
#include "install/distribution_packages.hpp"
#include "install/environment.hpp"
#include "install/isolation.hpp"
#include "install/observations.hpp"

namespace ck::install {
namespace {

using Origin = ObservedGroup::Origin;

constexpr std::size_t kShownId = 12;
constexpr std::size_t kNamedFiles = 200;

/// Made by the system when packages are installed or the machine is set up; no package lists them.
constexpr std::array<std::string_view, 19> kConfiguration{
    "/etc/ld.so.cache",  "/etc/ld.so.preload", "/etc/localtime",     "/etc/timezone",
    "/etc/passwd",       "/etc/group",         "/etc/nsswitch.conf", "/etc/hosts",
    "/etc/hostname",     "/etc/host.conf",     "/etc/resolv.conf",   "/etc/mtab",
    "/etc/alternatives", "/etc/ssl/certs",     "/etc/default",       "/usr/lib/locale",
    "/usr/lib/ssl",      "/etc/locale.alias",  "/var/cache"};

bool is_within(const fs::path& path, const fs::path& folder) {
  const auto [end, rest] = std::ranges::mismatch(folder, path);
  return end == folder.end();
}

/// Resolves links of many files; folders are looked at once.
class Resolver {
 public:
  fs::path operator()(const fs::path& path) {
    const fs::path plain = path.lexically_normal();
    std::error_code failed;
    if (fs::is_symlink(fs::symlink_status(plain, failed))) {
      fs::path real = fs::canonical(plain, failed);
      return failed ? plain : real;
    }
    const fs::path parent = path.parent_path();
    auto known = folders_.find(parent);
    if (known == folders_.end()) {
      fs::path real = fs::canonical(parent, failed);
      known = folders_.emplace(parent, failed ? parent.lexically_normal() : std::move(real)).first;
    }
    return known->second / path.filename();
  }

 private:
  std::map<fs::path, fs::path> folders_;
};

/// What Python makes beside the modules of a package belongs to them: x/__pycache__/m.V.pyc.
fs::path source_of(const fs::path& file) {
  const fs::path folder = file.parent_path();
  if (file.extension() != ".pyc" || folder.filename() != "__pycache__") return file;
  const std::string name = file.filename().string();
  return folder.parent_path() / (name.substr(0, name.find('.')) + ".py");
}

/// The folder of the component that a file of a repository lies in.
std::optional<fs::path> component_folder(const fs::path& file, const fs::path& repository) {
  std::error_code missing;
  for (fs::path folder = file.parent_path(); folder != repository && is_within(folder, repository);
       folder = folder.parent_path()) {
    if (fs::exists(folder / "ck.json", missing) ||
        fs::exists(folder / ".cm" / "meta.json", missing))
      return folder;
  }
  return std::nullopt;
}

/// "package:zlib" of ".../packages/zlib" and ".../components/package/zlib".
std::string name_of_component(const fs::path& folder) {
  std::string kind = folder.parent_path().filename().string();
  if (kind == "packages" || kind == "programs") kind.pop_back();
  return kind + ":" + folder.filename().string();
}

class Lookup {
 public:
  Lookup(const ObservedStep& step, Context& context, const fs::path& dpkg)
      : step_(step), context_(context), dpkg_(dpkg), named_(named_paths(step.named)) {
    for (const auto& folder : step.own) own_.push_back(resolve_(folder));
    std::error_code unknown;
    engine_ = fs::read_symlink("/proc/self/exe", unknown);
  }

  Result<ObservedInputs> run() {
    CK_CHECK(read_environments());
    std::set<fs::path> left;
    for (const auto* files : {&step_.files.read, &step_.files.executed}) {
      for (const auto& file : *files) {
        const fs::path real = resolve_(file);
        if (!sort_in(real)) left.insert(real);
      }
    }
    sort_by_package(left);
    return take();
  }

 private:
  struct Key {
    bool declared;
    Origin origin;
    std::string source;
    auto operator<=>(const Key&) const = default;
  };

  void add(bool declared, Origin origin, std::string source, const fs::path& file) {
    groups_[{declared, origin, std::move(source)}].insert(file);
  }

  Status read_environments() {
    CK_TRY(records, context_.store.environments());
    for (auto& record : records) records_.insert_or_assign(record.id, std::move(record));
    std::vector<std::string> next = step_.environments;
    for (const auto& text : step_.named) add_environments(text, next);
    while (!next.empty()) {
      std::string id = std::move(next.back());
      next.pop_back();
      if (!declared_.insert(id).second) continue;
      if (const auto* record = find(id)) {
        for (const auto& [key, below] : record->dependencies) next.push_back(below);
      }
    }
    return {};
  }

  /// Those whose folders a command line or a script names: CK's scripts do.
  static void add_environments(const std::string& text, std::vector<std::string>& ids) {
    constexpr std::string_view kFolder = "/envs/";
    constexpr std::size_t kDigits = 32;
    for (auto at = text.find(kFolder); at != std::string::npos; at = text.find(kFolder, at + 1)) {
      const std::string id = text.substr(at + kFolder.size(), kDigits);
      if (id.size() == kDigits && id.find_first_not_of("0123456789abcdef") == std::string::npos)
        ids.push_back(id);
    }
  }

  const store::EnvironmentRecord* find(const std::string& id) {
    const auto known = records_.find(id);
    if (known != records_.end()) return &known->second;
    // Of a store that this home is chained to.
    auto manifest = read_manifest(context_.home.environment(id));
    if (!manifest) return nullptr;
    return &records_.insert_or_assign(id, std::move(manifest->record)).first->second;
  }

  /// Whether it is known without the distribution; then it stands in its group.
  bool sort_in(const fs::path& file) {
    const auto within = [&](const fs::path& folder) { return is_within(file, folder); };
    if (is_environment(file) || is_detected(file)) return true;
    if (std::ranges::any_of(own_, within)) {
      add(true, Origin::own, "", file);
      return true;
    }
    if (is_component(file)) return true;
    if (file == engine_ || within(sys::default_launcher().parent_path()) ||
        std::ranges::any_of(kConfiguration, within)) {
      add(true, Origin::system, "", file);
      return true;
    }
    if (std::ranges::any_of(named_, within)) {
      add(true, Origin::named, "", file);
      return true;
    }
    return false;
  }

  bool is_environment(const fs::path& file) {
    std::vector<fs::path> homes{context_.home.root};
    homes.insert(homes.end(), context_.home.stores.begin(), context_.home.stores.end());
    for (const auto& home : homes) {
      const fs::path all = resolve_(home / "envs" / "x").parent_path();
      if (!is_within(file, all)) continue;
      const auto depth = std::distance(all.begin(), all.end());
      const std::string id = std::next(file.begin(), depth)->string();
      const auto* record = find(id);
      const std::string name = record == nullptr ? std::string("environment")
                                                 : record->component.text() + " " + record->version;
      const bool own =
          std::ranges::any_of(step_.own, [&](const auto& folder) { return folder == all / id; });
      add(own || declared_.contains(id), own ? Origin::own : Origin::environment,
          own ? "" : name + " (env:" + id.substr(0, kShownId) + ")", file);
      return true;
    }
    return false;
  }

  /// Software that has a folder of its own; what lies in /usr belongs to packages.
  bool is_detected(const fs::path& file) {
    for (const auto& [id, record] : records_) {
      if (record.origin != store::EnvironmentRecord::Origin::detected || !declared_.contains(id))
        continue;
      const bool shared = record.path.empty() || record.path == "/" || record.path == "/usr";
      if (file != fs::path(record.file) && (shared || !is_within(file, record.path))) continue;
      add(true, Origin::environment, record.component.text() + " " + record.version, file);
      return true;
    }
    return false;
  }

  bool is_component(const fs::path& file) {
    for (const auto& repository : context_.repositories) {
      if (!is_within(file, repository.path)) continue;
      const auto folder = component_folder(file, repository.path);
      const std::string component = folder ? name_of_component(*folder) : std::string();
      const fs::path place = folder.value_or(file);
      // Its scripts are the engine's own tools.
      const bool tools = repository.origin == catalog::Repository::Origin::shipped &&
                         component.starts_with("script:");
      const bool declared = tools || (folder && component == step_.component) ||
                            is_below(component) || is_mentioned(place.native());
      add(declared, Origin::component,
          component.empty() ? "repository " + repository.name : component, file);
      return true;
    }
    return false;
  }

  bool is_below(const std::string& component) const {
    return std::ranges::any_of(declared_, [&](const auto& id) {
      const auto record = records_.find(id);
      return record != records_.end() && record->second.component.text() == component;
    });
  }
  bool is_mentioned(const std::string& place) const {
    return std::ranges::any_of(
        step_.named, [&](const auto& text) { return text.find(place) != std::string::npos; });
  }

  /// Files that detected software consists of, as far as its records tell.
  std::set<fs::path> software_files() {
    std::set<fs::path> files;
    const auto add_file = [&](const std::string& text) {
      std::error_code missing;
      if (text.starts_with('/') && fs::is_regular_file(text, missing))
        files.insert(resolve_(fs::path(text)));
    };
    for (const auto& [id, record] : records_) {
      if (record.origin != store::EnvironmentRecord::Origin::detected || !declared_.contains(id))
        continue;
      add_file(record.file);
      for (const auto* texts : {&record.exports.values, &record.exports.variables}) {
        for (const auto& [name, value] : *texts) add_file(value);
      }
    }
    return files;
  }

  void sort_by_package(const std::set<fs::path>& left) {
    if (left.empty()) return;
    const DistributionPackages packages(dpkg_);
    std::set<fs::path> wanted = software_files();
    const std::set<fs::path> software = wanted;
    for (const auto& file : left) wanted.insert(source_of(file));
    const auto owners = packages.owners(wanted);
    std::set<std::string> with_software;
    for (const auto& file : software) {
      if (const auto owner = owners.find(file); owner != owners.end())
        with_software.insert(owner->second);
    }
    const auto base = packages.base();
    const auto declared = packages.with_needs(with_software, true);
    for (const auto& file : left) {
      const auto owner = owners.find(source_of(file));
      if (owner == owners.end()) {
        add(false, Origin::file, file.parent_path().native(), file);
      } else if (base.contains(owner->second)) {
        add(true, Origin::system, "", file);
      } else {
        const std::string version = packages.version(owner->second);
        add(declared.contains(owner->second), Origin::package,
            version.empty() ? owner->second : owner->second + " " + version, file);
      }
    }
    for (auto& [key, files] : groups_) {
      if (key.declared || key.origin != Origin::package) continue;
      const std::string name = key.source.substr(0, key.source.find(' '));
      package_files_.emplace(key.source, packages.files_of(name));
    }
  }

  ObservedInputs take() {
    ObservedInputs inputs;
    inputs.what = step_.what;
    inputs.complete = step_.files.complete;
    for (const auto& [key, files] : groups_) {
      ObservedGroup group;
      group.origin = key.origin;
      group.source = key.source;
      group.declared = key.declared;
      group.files.assign(files.begin(), files.end());
      const bool alone = key.origin == Origin::file && files.size() == 1;
      if (alone) group.source = group.files.front().native();
      if (!key.declared) group.advice = advice_for(group);
      inputs.groups.push_back(std::move(group));
    }
    return inputs;
  }

  std::string advice_for(const ObservedGroup& group) {
    const Declaration declaration(step_.collective, context_);
    switch (group.origin) {
      case Origin::environment: {
        const auto at = group.files.front().native().find("/envs/");
        const std::string id = group.files.front().native().substr(at + 6, 32);
        const auto* record = find(id);
        return record == nullptr ? std::string() : declaration.of_environment(*record);
      }
      case Origin::component:
        return declaration.of_component(group.source);
      case Origin::package:
        return declaration.of_package(group.source, package_files_[group.source]);
      case Origin::file:
        return group.files.size() == 1 ? declaration.of_file(group.files.front())
                                       : declaration.of_folder(group.source);
      case Origin::own:
      case Origin::named:
      case Origin::system:
        break;
    }
    return {};
  }

  const ObservedStep& step_;
  Context& context_;
  fs::path dpkg_;
  Resolver resolve_;
  std::vector<fs::path> named_;
  std::vector<fs::path> own_;
  fs::path engine_;
  std::map<std::string, store::EnvironmentRecord> records_;
  std::set<std::string> declared_;  ///< ids of the environments that it depends on
  std::map<Key, std::set<fs::path>> groups_;
  std::map<std::string, std::vector<fs::path>> package_files_;
};

}  // namespace

std::string_view name_of(ObservedGroup::Origin origin) {
  switch (origin) {
    case Origin::own:
      return "own";
    case Origin::environment:
      return "environment";
    case Origin::component:
      return "component";
    case Origin::named:
      return "named";
    case Origin::system:
      return "system";
    case Origin::package:
      return "package";
    case Origin::file:
      return "file";
  }
  return "file";
}

std::vector<ObservedStep> Observations::take_steps() {
  const std::lock_guard guard(mutex_);
  std::vector<ObservedStep> merged;
  for (auto& step : std::exchange(steps_, {})) {
    const auto same = std::ranges::find(merged, step.what, &ObservedStep::what);
    if (same == merged.end()) {
      merged.push_back(std::move(step));
      continue;
    }
    std::ranges::move(step.files.read, std::back_inserter(same->files.read));
    std::ranges::move(step.files.executed, std::back_inserter(same->files.executed));
    std::ranges::move(step.named, std::back_inserter(same->named));
    std::ranges::move(step.own, std::back_inserter(same->own));
    same->files.complete = same->files.complete && step.files.complete;
  }
  return merged;
}

Result<std::vector<ObservedInputs>> Observations::take(Context& context) {
  std::vector<ObservedInputs> all;
  for (const auto& step : take_steps()) {
    CK_TRY(inputs, observed_inputs(step, context));
    all.push_back(std::move(inputs));
  }
  const std::lock_guard guard(mutex_);
  std::ranges::move(std::exchange(inputs_, {}), std::back_inserter(all));
  return all;
}

Result<ObservedInputs> observed_inputs(const ObservedStep& step, Context& context,
                                       const fs::path& dpkg) {
  return Lookup(step, context, dpkg).run();
}

Result<ObservedInputs> observed_inputs(const ObservedStep& step, Context& context) {
  return observed_inputs(step, context, "/var/lib/dpkg");
}

Json to_json(const ObservedInputs& inputs) {
  Json groups = Json::array();
  for (const auto& group : inputs.groups) {
    Json one = {{"origin", name_of(group.origin)},
                {"source", group.source},
                {"declared", group.declared},
                {"count", group.files.size()}};
    if (!group.advice.empty()) one["advice"] = group.advice;
    Json& files = one["files"] = Json::array();
    for (std::size_t i = 0; i < std::min(group.files.size(), kNamedFiles); ++i)
      files.push_back(group.files[i].native());
    groups.push_back(std::move(one));
  }
  return {{"what", inputs.what}, {"complete", inputs.complete}, {"groups", std::move(groups)}};
}

}  // namespace ck::install
