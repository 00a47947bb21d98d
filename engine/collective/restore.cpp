#include "collective/restore.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/package.hpp"
#include "collective/program.hpp"
#include "collective/registry.hpp"
#include "collective/software.hpp"
#include "collective/surroundings.hpp"
#include "install/commit.hpp"

namespace ck::collective {
namespace {

class Restoring {
 public:
  Restoring(const install::Lock& lock, const run::RunPlan& plan, Workbench& bench)
      : lock_(lock), plan_(plan), bench_(bench), context_(bench.context()) {}

  Result<Restored> run() {
    CK_CHECK(install::refresh_environments(context_.store, context_.home));
    for (const auto& locked : lock_.environments) CK_CHECK(take(locked.record.id));
    for (const auto& [key, id] : lock_.roots) restored_.plan.roots.emplace(key, now(id));
    restored_.plan.subject = now(lock_.subject);
    CK_CHECK(check_dataset());
    return std::move(restored_);
  }

 private:
  std::string now(const std::string& recorded) const {
    const auto found = restored_.ids.find(recorded);
    return found == restored_.ids.end() ? recorded : found->second;
  }

  Status take(const std::string& id) {
    if (restored_.ids.contains(id)) return {};
    const auto locked = std::ranges::find_if(lock_.environments,
                                             [&](const auto& one) { return one.record.id == id; });
    if (locked == lock_.environments.end())
      return fail(ErrorCode::invalid, "the lock names an environment " + id + " and has none");
    restored_.ids.emplace(id, id);  // also ends cycles that a forged record may have
    for (const auto& [key, below] : locked->record.dependencies) CK_CHECK(take(below));
    auto record = locked->record;
    if (!install::is_complete(context_.home.environments() / id)) {
      CK_TRY(made, make(*locked));
      record = made;
      restored_.ids[id] = made.id;
      if (made.id != id) add_difference(locked->record, made);
    }
    install::PlannedEnvironment step;
    step.environment = install::make_environment(record, context_.home);
    step.inputs =
        sys::read_file(install::inputs_file(context_.home.environments() / record.id)).value_or("");
    step.component.id = record.component;
    step.reason = "recorded";
    restored_.plan.steps.push_back(std::move(step));
    return {};
  }

  void add_difference(const store::EnvironmentRecord& recorded,
                      const store::EnvironmentRecord& made) {
    const auto shown = [](const store::EnvironmentRecord& record) {
      return record.version + " (" + record.id.substr(0, 12) + ")" +
             (record.file.empty() ? "" : " " + record.file);
    };
    restored_.differences.push_back({recorded.component.text(), shown(recorded), shown(made)});
  }

  Result<store::EnvironmentRecord> make(const install::LockedEnvironment& locked) {
    CK_TRY(inputs, parse_json(locked.inputs, "inputs of " + locked.record.component.text()));
    if (locked.record.component.kind == "soft") return detect(locked, inputs);
    if (locked.record.component.kind == "package") return install(locked, inputs);
    return compile(locked);
  }

  Result<store::EnvironmentRecord> detect(const install::LockedEnvironment& locked,
                                          const Json& inputs) {
    const auto& record = locked.record;
    CK_TRY(soft, bench_.find("soft", record.component.uid));
    DetectOptions options;
    options.variations = texts_at(inputs, "variations");
    options.extra_tags = texts_at(inputs, "tags");
    std::error_code missing;
    if (fs::exists(record.file, missing)) options.full_path = record.file;
    CK_TRY(detection, detect_software(soft, options, bench_));
    if (detection.registered) return detection.registered->environment.record;
    return fail(
        Error(ErrorCode::not_found,
              record.component.text() + " " + record.version + " is not on this machine")
            .hint("it was " + record.file + (record.owner.empty() ? "" : " of " + record.owner)));
  }

  /// The recorded choices, by key, as they are now.
  Result<Resolution> choices(const store::EnvironmentRecord& record) {
    Resolution resolution;
    CK_TRY(registry, Registry::open(context_));
    for (const auto& [key, id] : record.dependencies) {
      CK_TRY(found, registry.by_id(now(id)));
      if (!found) continue;
      Need need;
      need.key = key;
      resolution.needs.push_back({need, std::move(*found), "recorded"});
    }
    return resolution;
  }

  Result<store::EnvironmentRecord> install(const install::LockedEnvironment& locked,
                                           const Json& inputs) {
    const auto& record = locked.record;
    PackageRequest request;
    request.query.name = record.component.uid;
    request.query.tags = texts_at(inputs, "variations");
    request.environment = object_at(inputs, "environment");
    request.extra_tags = texts_at(inputs, "tags");
    request.version = text_at(inputs, "forced_version");
    CK_TRY(given, choices(record));
    request.given = std::move(given);
    for (const auto& [name, text] : record.exports.values) {
      if (name != "sources") continue;
      CK_TRY(sources, parse_json(text, "sources of " + record.component.text()));
      request.required = sources_from_json(sources);
    }
    CK_TRY(installed, install_package(request, bench_));
    return installed.environment.environment.record;
  }

  Result<store::EnvironmentRecord> compile(const install::LockedEnvironment& locked) {
    ProgramRequest request;
    CK_TRY(component, bench_.find("program", locked.record.component.uid));
    request.component = component;
    request.compile = compile_request(plan_.parameters);
    CK_TRY(given, choices(locked.record));
    request.given = std::move(given);
    CK_TRY(built, build_program(request, bench_));
    return built.environment.record;
  }

  /// The run reads its dataset where the repository has it: another content is a difference.
  Status check_dataset() {
    CK_TRY(json, parse_json(plan_.surroundings, "the recorded plan"));
    CK_TRY(around, surroundings_from_json(json, "the recorded plan"));
    const auto name = text_at(around.dataset, "name");
    if (name.empty()) return {};
    CK_TRY(dataset, bench_.find("dataset", text_at(around.dataset, "uid")));
    CK_TRY(content, context_.catalog.content_hash(dataset, context_.cancel));
    const auto recorded = text_at(around.dataset, "content");
    if (content != recorded)
      restored_.differences.push_back(
          {"dataset:" + name, recorded.substr(0, 12), content.substr(0, 12)});
    return {};
  }

  const install::Lock& lock_;
  const run::RunPlan& plan_;
  Workbench& bench_;
  install::Context& context_;
  Restored restored_;
};

}  // namespace

Result<Restored> restore(const install::Lock& lock, const run::RunPlan& plan, Workbench& bench) {
  return Restoring(lock, plan, bench).run();
}

}  // namespace ck::collective
