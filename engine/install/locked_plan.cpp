#include <algorithm>
#include <set>

#include "install/detector.hpp"
#include "install/planner.hpp"

namespace ck::install {
namespace {

class LockedPlanner {
 public:
  LockedPlanner(const Lock& lock, const model::Profile& profile, fs::path work, Context& context)
      : lock_(lock), work_(std::move(work)), context_(context), planner_(profile, context) {}

  Result<LockedPlan> make() {
    for (const auto& environment : lock_.environments) CK_CHECK(add(environment));
    result_.plan = std::move(planner_.plan());
    for (const auto& [key, id] : lock_.roots) {
      if (const auto now = result_.ids.find(id); now != result_.ids.end())
        result_.plan.roots[key] = now->second;
    }
    if (const auto subject = result_.ids.find(lock_.subject); subject != result_.ids.end()) {
      result_.plan.subject = subject->second;
    }
    return std::move(result_);
  }

 private:
  /// Dependencies first; each once. A circle cannot stand in a lock of ours: ids are hashes.
  Status add(const LockedEnvironment& locked) {
    if (!visited_.insert(locked.record.id).second) return {};
    for (const auto& [key, id] : locked.record.dependencies) {
      const auto below =
          std::ranges::find(lock_.environments, id, [](const auto& one) { return one.record.id; });
      if (below == lock_.environments.end()) {
        return fail(ErrorCode::invalid, "the lock has no environment " + id + " that " +
                                            locked.record.component.text() + " was built with");
      }
      CK_CHECK(add(*below));
    }
    if (locked.record.origin == store::EnvironmentRecord::Origin::detected)
      return add_detected(locked);
    return add_built(locked);
  }

  bool below_unchanged(const LockedEnvironment& locked) const {
    return std::ranges::all_of(locked.record.dependencies, [&](const auto& dependency) {
      return result_.ids.at(dependency.second) == dependency.second;
    });
  }

  Status add_built(const LockedEnvironment& locked) {
    const Environment environment = make_environment(locked.record, context_.home);
    std::error_code ignored;
    if (fs::exists(manifest_file(environment.path), ignored)) {
      result_.ids[locked.record.id] = locked.record.id;
      return planner_.add_existing(environment, "recorded");
    }
    CK_TRY(component, component_as_recorded(locked));
    auto loaded = context_.catalog.load(component);
    if (!loaded) return fail(std::move(loaded.error()));
    BuildRequest request;
    request.component = component;
    request.descriptor = std::make_shared<const model::Descriptor>(std::move(*loaded));
    const auto* recipe = recipe_of(*request.descriptor);
    if (recipe == nullptr) {
      return fail(ErrorCode::unsupported, component.id.text() + " can no longer be built");
    }
    CK_TRY(values, complete_values(*recipe, locked.record.parameters, component.id.text()));
    request.values = std::move(values);
    for (const auto& [key, id] : locked.record.dependencies)
      request.dependencies[key] = result_.ids.at(id);
    request.reason = "recorded";
    CK_TRY(id, planner_.add_build(request));
    result_.ids[locked.record.id] = id;
    if (id != locked.record.id && below_unchanged(locked)) {
      differs(locked,
              component.id.full_text() + " " + describe(locked.record.version, locked.record.id),
              describe(locked.record.version, id));
    }
    return {};
  }

  static std::string describe(const std::string& version, const std::string& id) {
    constexpr std::size_t kShown = 12;
    return version + " (" + id.substr(0, kShown) + ")";
  }

  void differs(const LockedEnvironment& locked, const std::string& recorded,
               const std::string& now) {
    result_.differences.push_back({locked.record.component.text(), recorded, now});
  }

  /// The component whose content is the recorded one, wherever it still is; else as it is now.
  Result<catalog::Component> component_as_recorded(const LockedEnvironment& locked) {
    const auto& id = locked.record.component;
    const std::string name = id.uid.empty() ? id.name : id.uid;
    auto now = context_.catalog.find({.repo = {}, .kind = id.kind, .name = name});
    if (now) {
      CK_TRY(content, context_.catalog.content_hash(*now, context_.cancel));
      if (content == locked.record.recipe_hash) return std::move(*now);
    }
    CK_TRY(then, component_at_commit(locked, now ? &*now : nullptr));
    if (then) return std::move(*then);
    if (!now) {
      return fail(std::move(now.error()).hint("pull the repository '" + id.repo + "' that had it"));
    }
    return std::move(*now);
  }

  /// From an export of the repository at its recorded commit, if the clone still has that commit.
  Result<std::optional<catalog::Component>> component_at_commit(const LockedEnvironment& locked,
                                                                const catalog::Component* now) {
    const auto& id = locked.record.component;
    const auto recorded = std::ranges::find(lock_.repositories, id.repo, &LockedRepository::name);
    const auto clone =
        std::ranges::find(context_.repositories, id.repo, &catalog::Repository::name);
    if (now == nullptr || recorded == lock_.repositories.end() || recorded->commit.empty() ||
        clone == context_.repositories.end()) {
      return std::optional<catalog::Component>();
    }
    CK_TRY(tree, exported(*clone, recorded->commit));
    if (!tree) return std::optional<catalog::Component>();
    catalog::Component then = *now;
    then.path = *tree / fs::relative(now->path, clone->path);
    std::error_code ignored;
    if (!fs::is_directory(then.path, ignored)) return std::optional<catalog::Component>();
    CK_TRY(content, context_.catalog.content_hash(then, context_.cancel));
    if (content != locked.record.recipe_hash) return std::optional<catalog::Component>();
    return std::optional(std::move(then));
  }

  Result<std::optional<fs::path>> exported(const catalog::Repository& clone,
                                           const std::string& commit) {
    const fs::path folder = work_ / (clone.name + "-" + commit);
    std::error_code ignored;
    if (fs::exists(folder, ignored)) return std::optional(folder);
    CK_TRY(git, context_.transfer.git());
    auto written = git->export_commit("file://" + clone.path.string(), commit, folder,
                                      context_.events, context_.cancel);
    if (written) return std::optional(folder);
    if (written.error().code == ErrorCode::interrupted) return fail(std::move(written.error()));
    context_.events.on(
        Note{"repository " + clone.name + " at " + commit + ": " + written.error().message});
    return std::optional<fs::path>();
  }

  Status add_detected(const LockedEnvironment& locked) {
    const auto& id = locked.record.component;
    const std::string name = id.uid.empty() ? id.name : id.uid;
    CK_TRY(component, context_.catalog.find({.repo = {}, .kind = id.kind, .name = name}));
    CK_TRY(descriptor, context_.catalog.load(component));
    const auto* software = std::get_if<model::Software>(&descriptor);
    if (software == nullptr)
      return fail(ErrorCode::invalid, id.text() + " is no software any more");
    CK_TRY(detection, detect(*software, component, {}, context_));
    if (detection.found.empty()) {
      return fail(
          Error(ErrorCode::not_found,
                id.text() + " " + locked.record.version + " is not on this machine")
              .in("recorded at " + locked.record.file)
              .hint("install " + (locked.record.owner.empty() ? id.name : locked.record.owner)));
    }
    auto found = std::ranges::find(detection.found, locked.record.id,
                                   [](const auto& one) { return one.record.id; });
    if (found == detection.found.end()) {
      found = std::ranges::find(detection.found, locked.record.version,
                                [](const auto& one) { return one.record.version; });
      if (found == detection.found.end()) found = detection.found.begin();
      differs(locked, locked.record.version + " " + locked.record.file,
              found->record.version + " " + found->record.file);
    }
    result_.ids[locked.record.id] = found->record.id;
    return planner_.add_existing(*found, "recorded");
  }

  const Lock& lock_;
  fs::path work_;
  Context& context_;
  Planner planner_;
  LockedPlan result_;
  std::set<std::string> visited_;
};

}  // namespace

Result<LockedPlan> plan_locked(const Lock& lock, const model::Profile& profile,
                               const fs::path& work, Context& context) {
  return LockedPlanner(lock, profile, work, context).make();
}

}  // namespace ck::install
