#include "collective/resolver.hpp"

#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "collective/asked.hpp"
#include "collective/meta.hpp"
#include "collective/package.hpp"
#include "collective/software.hpp"
#include "install/commit.hpp"
#include "install/removed.hpp"
#include "install/use.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kCompiler = "compiler";

double sort_of(const Registered& candidate) {
  return number_at(object_at(candidate.meta, "customize"), "sort", 0);
}

class Resolver {
 public:
  Resolver(const Resolution& given, Resolution resolved, Workbench& bench)
      : given_(given), bench_(bench), resolution_(std::move(resolved)) {}

  Result<Resolution> run(const Json& dependencies, const Json& environment) {
    auto needs = active_needs(dependencies, environment, bench_.platform());
    std::erase_if(needs, [&](const Need& need) { return resolution_.find(need.key) != nullptr; });
    for (std::size_t i = 0; i < needs.size(); ++i) {
      CK_CHECK(bench_.context().cancel.check());
      auto asked = as_asked(needs[i], bench_);
      if (!asked) return fail(about_need(std::move(asked.error()), needs[i], bench_));
      auto resolved = resolve(*asked);
      if (!resolved) return fail(about_need(std::move(resolved.error()), needs[i], bench_));
      CK_CHECK(hold(resolved->environment));
      std::vector<Need> rest(needs.begin() + static_cast<std::ptrdiff_t>(i) + 1, needs.end());
      pass_tags(needs[i], model::Tags(texts_at(resolved->environment.meta, "tags")), rest);
      std::ranges::move(rest, needs.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      resolution_.needs.push_back(std::move(*resolved));
    }
    return std::move(resolution_);
  }

 private:
  /// From now on nobody collects it.
  Status hold(const Registered& chosen) const {
    auto& context = bench_.context();
    if (context.use) context.use->hold(chosen.id(), context.home);
    if (install::is_complete(chosen.folder)) return {};
    return fail(
        install::removed_after_choice("environment " + chosen.id().substr(0, 16), chosen.folder));
  }

  Result<ResolvedNeed> resolve(const Need& need) {
    CK_TRY(registry, Registry::open(bench_.context()));
    CK_TRY(pinned, preset(need, registry));
    if (pinned) return ResolvedNeed{need, std::move(*pinned), "asked for"};
    if (const auto* above = given_.find(need.key);
        above != nullptr && answers(above->environment, need))
      return ResolvedNeed{need, above->environment, "chosen above"};
    CK_TRY(matching, registry.matching(need));
    CK_TRY(registered, built_as_asked(std::move(matching), registry, bench_));
    if (!registered.empty()) return ResolvedNeed{need, choose(need, registered), "registered"};
    if (!need.skip_detection) {
      CK_TRY(found, detect_for(need, bench_));
      if (!found.empty()) return ResolvedNeed{need, choose(need, found), "found on this machine"};
    }
    Resolution inherited = given_;
    for (const auto& one : resolution_.needs) {
      if (one.need.key == kCompiler) inherited.needs.push_back(one);
    }
    CK_TRY(installed, install_for(need, inherited, bench_));
    return ResolvedNeed{need, std::move(installed), "installed now"};
  }

  /// --deps.KEY or `uoa`: this one and no other.
  Result<std::optional<Registered>> preset(const Need& need, const Registry& registry) const {
    const auto wish = bench_.wishes().presets.find(need.key);
    const std::string id = wish != bench_.wishes().presets.end() ? wish->second : need.environment;
    if (id.empty()) return std::optional<Registered>();
    CK_TRY(found, registry.by_id(id));
    if (found) return found;
    // What a repository pins is an environment of somebody else's machine: its tags serve here.
    if (wish == bench_.wishes().presets.end()) return std::optional<Registered>();
    return fail(
        Error(ErrorCode::not_found, "there is no environment " + printable(id))
            .hint("'ck show env --tags=" + join(need.tags, ",") + "' lists those there are"));
  }

  /// The best of the candidates; those built on another choice of a key resolved already are left
  /// out, as long as something is left.
  Registered choose(const Need& need, std::vector<Registered> candidates) const {
    if (!need.skip_pruning && candidates.size() > 1) {
      auto consistent = candidates;
      std::erase_if(consistent, [&](const Registered& one) { return contradicts(one); });
      if (!consistent.empty()) candidates = std::move(consistent);
    }
    std::ranges::sort(candidates, [&](const Registered& a, const Registered& b) {
      return preferred(a, b, bench_.wishes().order);
    });
    return std::move(candidates.front());
  }

  bool contradicts(const Registered& candidate) const {
    return std::ranges::any_of(candidate.environment.record.dependencies, [&](const auto& below) {
      const auto* chosen = resolution_.find(below.first);
      return chosen != nullptr && chosen->environment.id() != below.second;
    });
  }

  const Resolution& given_;
  Workbench& bench_;
  Resolution resolution_;
};

/// A description as hooks expect it: with the descriptions of its dependencies inside.
Result<Json> whole_description(const Registered& registered, Workbench& bench) {
  Json whole = registered.meta;
  CK_TRY(below, kept_resolution(registered.meta, bench));
  CK_TRY(dependencies, dependencies_for_hooks(object_at(registered.meta, "deps"), below, bench));
  whole["deps"] = std::move(dependencies);
  return whole;
}

}  // namespace

bool preferred(const Registered& a, const Registered& b, Order order) {
  if (sort_of(a) != sort_of(b)) return sort_of(a) > sort_of(b);
  const auto names = text_at(a.meta, "data_name") <=> text_at(b.meta, "data_name");
  const auto versions = compare(a.version(), b.version());
  if (order == Order::ck && names != 0) return names > 0;
  if (versions != 0) return versions > 0;
  if (names != 0) return names > 0;
  return a.id() < b.id();
}

const ResolvedNeed* Resolution::find(const std::string& key) const {
  const auto found =
      std::ranges::find_if(needs, [&](const ResolvedNeed& one) { return one.need.key == key; });
  return found == needs.end() ? nullptr : &*found;
}

std::map<std::string, std::string> Resolution::ids() const {
  std::map<std::string, std::string> ids;
  for (const auto& one : needs) ids.emplace(one.need.key, one.environment.id());
  return ids;
}

std::vector<std::string> Resolution::script() const {
  std::vector<std::string> lines;
  const auto load = [&](const ResolvedNeed& one, bool again) {
    lines.push_back(". " + shell_quoted(one.environment.script().string()) + (again ? " 1" : ""));
  };
  for (const auto& one : needs) load(one, one.need.force_init);
  for (const auto& one : needs) {
    if (one.need.repeat_at_end || one.need.key.find(kCompiler) != std::string::npos)
      load(one, true);
  }
  return lines;
}

Result<Resolution> resolve_needs(const Json& dependencies, const Json& environment,
                                 const Resolution& given, Workbench& bench) {
  return Resolver(given, {}, bench).run(dependencies, environment);
}

Result<Resolution> resolve_added(const Json& dependencies, const Json& environment,
                                 const Resolution& given, Resolution resolved, Workbench& bench) {
  return Resolver(given, std::move(resolved), bench).run(dependencies, environment);
}

Result<Json> dependencies_for_hooks(const Json& written, const Resolution& resolution,
                                    Workbench& bench) {
  Json all = written.is_object() ? written : Json::object();
  for (const auto& one : resolution.needs) {
    CK_TRY(whole, whole_description(one.environment, bench));
    const Json& customize = object_at(whole, "customize");
    Json& dependency = all[one.need.key];
    if (!dependency.is_object()) dependency = one.need.raw;
    dependency["uoa"] = one.environment.uid();
    dependency["ver"] = text_at(customize, "version");
    dependency["detected_ver"] = text_at(customize, "version");
    dependency["num_entries"] = 1;
    dependency["choices"] = Json::array({one.environment.uid()});
    dependency["cus"] = customize;
    dependency["bat"] = ". " + one.environment.script().string() + "\n";
    dependency["package_uoa"] = text_at(whole, "package_uoa");
    if (customize.contains("build_dir_name"))
      dependency["build_dir_name"] = text_at(customize, "build_dir_name");
    dependency["dict"] = std::move(whole);
  }
  return all;
}

Json variables_of(const Resolution& resolution) {
  Json variables = Json::object();
  for (const auto& one : resolution.needs) merge(variables, object_at(one.environment.meta, "env"));
  return variables;
}

Json dependencies_to_keep(const Json& written, const Resolution& resolution) {
  Json kept = Json::object();
  for (const auto& one : resolution.needs) {
    const Json& as_written = object_at(written, one.need.key);
    kept[one.need.key] = as_written.empty() ? one.need.raw : as_written;
    for (const auto* copied : {"dict", "cus", "bat", "choices"}) kept[one.need.key].erase(copied);
    kept[one.need.key]["uoa"] = one.environment.uid();
    kept[one.need.key]["ck_id"] = one.environment.id();
  }
  return kept;
}

Result<Resolution> kept_resolution(const Json& meta, Workbench& bench) {
  Resolution resolution;
  CK_TRY(registry, Registry::open(bench.context()));
  for (const auto& need : active_needs(object_at(meta, "deps"), Json::object(), bench.platform())) {
    const std::string id = text_at(need.raw, "ck_id");
    CK_TRY(found, registry.by_id(id));
    if (!found) {
      return fail(Error(ErrorCode::not_found, "environment " + id.substr(0, 16) + " (" +
                                                  printable(need.name) + ") is gone")
                      .hint("remove what was built with it, 'ck rm env:…', and run again"));
    }
    resolution.needs.push_back({need, std::move(*found), "kept"});
  }
  return resolution;
}

}  // namespace ck::collective
