#include <algorithm>
#include <set>

#include "install/detector.hpp"
#include "install/lock.hpp"
#include "install/planner.hpp"

namespace ck::install {
namespace {

class LockedPlanner {
 public:
  LockedPlanner(const Lock& lock, const model::Profile& profile, const LockedOptions& options,
                Context& context)
      : lock_(lock), options_(options), context_(context), planner_(profile, context) {}

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
      const auto* below = lock_.find(id);
      if (below == nullptr) {
        return fail(ErrorCode::invalid, "the lock has no environment " + id + " that " +
                                            locked.record.component.text() + " was built with");
      }
      CK_CHECK(add(*below));
    }
    if (locked.record.origin == store::EnvironmentRecord::Origin::detected)
      return add_detected(locked);
    return add_built(locked);
  }

  bool is_subject(const LockedEnvironment& locked) const {
    return options_.subject_values && locked.record.id == lock_.subject;
  }

  Status add_built(const LockedEnvironment& locked) {
    const Environment environment = make_environment(locked.record, context_.home);
    std::error_code ignored;
    if (!is_subject(locked) && fs::exists(manifest_file(environment.path), ignored)) {
      result_.ids[locked.record.id] = locked.record.id;
      // The manifest's record, not the lock's: a lock leaves out what is of one machine.
      CK_TRY(manifest, read_manifest(environment.path));
      return planner_.add_existing(make_environment(manifest.record, context_.home), "recorded");
    }
    auto component = component_as_recorded(locked);
    if (!component) return note_missing(locked, component.error());
    auto loaded = context_.catalog.load(*component);
    if (!loaded) return fail(std::move(loaded.error()));
    BuildRequest request;
    request.component = *component;
    request.descriptor = std::make_shared<const model::Descriptor>(std::move(*loaded));
    const auto* recipe = recipe_of(*request.descriptor);
    if (recipe == nullptr) {
      return fail(ErrorCode::unsupported, component->id.text() + " can no longer be built");
    }
    model::Values chosen = locked.record.parameters;
    if (is_subject(locked)) {
      for (const auto& [name, value] : *options_.subject_values) chosen[name] = value;
    }
    CK_TRY(values, complete_values(*recipe, chosen, component->id.text()));
    request.values = std::move(values);
    for (const auto& [key, id] : locked.record.dependencies) {
      const auto now = result_.ids.find(id);
      if (now == result_.ids.end()) return {};  // told already, and nothing can be built on it
      request.dependencies[key] = now->second;
    }
    request.reason = "recorded";
    request.rebuild = options_.rebuild && is_subject(locked);
    return add_build(locked, request);
  }

  Status add_build(const LockedEnvironment& locked, const BuildRequest& request) {
    CK_TRY(id, planner_.add_build(request));
    result_.ids[locked.record.id] = id;
    if (is_subject(locked))
      result_.subject = Subject{request.component, request.descriptor, request.values};
    if (id == locked.record.id) return {};
    const auto& steps = planner_.plan().steps;
    const auto step =
        std::ranges::find(steps, id, [](const auto& one) { return one.environment.record.id; });
    if (step == steps.end()) return {};
    auto differences = input_differences(locked, step->inputs, lock_);
    std::ranges::move(differences, std::back_inserter(result_.differences));
    return {};
  }

  Status note_missing(const LockedEnvironment& locked, const Error& error) {
    if (error.code != ErrorCode::not_found) return fail(error);
    const auto& record = locked.record;
    result_.differences.push_back({record.component.text(), record.version, error.message,
                                   pull_advice(record.component.repo, lock_), true});
    return {};
  }

  /// That of the recorded repository; else the one with that name or UID, wherever it is now.
  Result<catalog::Component> component_as_recorded(const LockedEnvironment& locked) {
    const auto& id = locked.record.component;
    const std::string name = id.uid.empty() ? id.name : id.uid;
    auto there = context_.catalog.find({.repo = id.repo, .kind = id.kind, .name = name});
    if (there) return there;
    return context_.catalog.find({.repo = {}, .kind = id.kind, .name = name});
  }

  Status add_detected(const LockedEnvironment& locked) {
    const auto& id = locked.record.component;
    auto component = component_as_recorded(locked);
    if (!component) return note_missing(locked, component.error());
    CK_TRY(descriptor, context_.catalog.load(*component));
    const auto* software = std::get_if<model::Software>(&descriptor);
    if (software == nullptr)
      return fail(ErrorCode::invalid, id.text() + " is no software any more");
    CK_TRY(detection, detect(*software, *component, {}, context_));
    if (detection.found.empty()) {
      result_.differences.push_back(missing_software(locked.record));
      return {};
    }
    const auto& nearest = nearest_to(locked.record, detection.found);
    if (auto difference = software_difference(locked.record, nearest.record))
      result_.differences.push_back(std::move(*difference));
    result_.ids[locked.record.id] = nearest.record.id;
    return planner_.add_existing(nearest, "recorded");
  }

  /// The very file; else the same content somewhere else; else the same version; else the best.
  static const Environment& nearest_to(const store::EnvironmentRecord& recorded,
                                       const std::vector<Environment>& found) {
    const auto distance = [&](const Environment& one) {
      if (one.record.id == recorded.id) return 0;
      if (!software_difference(recorded, one.record)) return 1;
      return one.record.version == recorded.version ? 2 : 3;
    };
    return *std::ranges::min_element(found, {}, distance);
  }

  const Lock& lock_;
  const LockedOptions& options_;
  Context& context_;
  Planner planner_;
  LockedPlan result_;
  std::set<std::string> visited_;
};

}  // namespace

Result<LockedPlan> plan_locked(const Lock& lock, const model::Profile& profile,
                               const LockedOptions& options, Context& context) {
  return LockedPlanner(lock, profile, options, context).make();
}

}  // namespace ck::install
