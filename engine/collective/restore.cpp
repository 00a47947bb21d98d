#include "collective/restore.hpp"

#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/package.hpp"
#include "collective/program.hpp"
#include "collective/recorded_version.hpp"
#include "collective/registry.hpp"
#include "collective/software.hpp"
#include "install/commit.hpp"
#include "install/secrets.hpp"

namespace ck::collective {
namespace {

Result<Json> inputs_of(const install::LockedEnvironment& locked) {
  return parse_json(locked.inputs, "inputs of " + locked.record.component.text());
}

/// What a package was installed with. Values of secrets are not in the lock: the command has them.
Result<Json> environment_of(const Json& inputs, const std::string& package,
                            const install::Context& context) {
  Json environment = object_at(inputs, "environment");
  for (const auto& [name, hash] : object_at(inputs, kSecretInputs).items()) {
    const auto value = context.secrets ? context.secrets->value(name) : std::nullopt;
    if (!value) {
      return fail(Error(ErrorCode::usage, package + " was installed with the secret " +
                                              printable(name) + ", which is not recorded")
                      .hint("give it again: --secret." + printable(name) + "=VALUE"));
    }
    environment[name] = *value;
  }
  return environment;
}

/// Software that was locked, looked for again: where it was, if something is there.
Result<std::optional<store::EnvironmentRecord>> detected(const install::LockedEnvironment& locked,
                                                         Workbench& bench) {
  const auto& record = locked.record;
  CK_TRY(inputs, inputs_of(locked));
  CK_TRY(soft, bench.find("soft", record.component.uid));
  DetectOptions options;
  options.variations = texts_at(inputs, "variations");
  options.extra_tags = texts_at(inputs, "tags");
  std::error_code missing;
  if (fs::exists(record.file, missing)) options.full_path = record.file;
  CK_TRY(detection, detect_software(soft, options, bench));
  if (!detection.registered) return std::optional<store::EnvironmentRecord>();
  return std::optional(detection.registered->environment.record);
}

// Checking.

class Checking {
 public:
  Checking(const install::Lock& lock, Workbench& bench) : lock_(lock), bench_(bench) {}

  Result<std::vector<install::LockDifference>> run() {
    CK_TRY(versions, version_differences(lock_, bench_.context().home));
    differences_ = std::move(versions);
    for (const auto& locked : lock_.environments) {
      if (locked.record.component.kind == "soft") {
        CK_CHECK(check_software(locked));
      } else {
        CK_CHECK(check_recipe(locked));
      }
    }
    for (const auto& content : lock_.contents) {
      CK_TRY(difference, install::content_difference(content, lock_, bench_.context()));
      if (difference) differences_.push_back(std::move(*difference));
    }
    return std::move(differences_);
  }

 private:
  Status check_software(const install::LockedEnvironment& locked) {
    CK_TRY(recipe_is_here, check_recipe(locked));
    if (!recipe_is_here) return {};
    CK_TRY(found, detected(locked, bench_));
    if (!found) {
      differences_.push_back(install::missing_software(locked.record));
    } else if (auto difference = install::software_difference(locked.record, *found)) {
      differences_.push_back(std::move(*difference));
    }
    return {};
  }

  /// Whether there is an entry of that name at all.
  Result<bool> check_recipe(const install::LockedEnvironment& locked) {
    const auto& id = locked.record.component;
    const auto component = bench_.find(id.kind, id.uid);
    if (!component) {
      if (component.error().code != ErrorCode::not_found) return fail(component.error());
      differences_.push_back({id.text(), locked.record.version, component.error().message,
                              install::pull_advice(id.repo, lock_), true});
      return false;
    }
    CK_TRY(content, bench_.context().catalog.content_hash(*component, bench_.context().cancel));
    CK_TRY(inputs, inputs_of(locked));
    Json now = inputs;
    now["recipe"] = content;
    if (now.contains("platform")) now["platform"] = bench_.platform().name;
    if (now.contains("profile")) now["profile"] = bench_.profile().common.name;
    auto found = install::input_differences(locked, to_pretty_text(now), lock_);
    std::ranges::move(found, std::back_inserter(differences_));
    return true;
  }

  const install::Lock& lock_;
  Workbench& bench_;
  std::vector<install::LockDifference> differences_;
};

// Making.

class Restoring {
 public:
  Restoring(const install::Lock& lock, const RestoreRequest& request, Workbench& bench)
      : lock_(lock), request_(request), bench_(bench), context_(bench.context()) {}

  /// Only the subject, whether it is there or not.
  Result<std::string> again() {
    rebuild_ = true;
    CK_TRY(made, make(*lock_.find(lock_.subject)));
    return made.id;
  }

  Result<Restored> run() {
    CK_CHECK(install::refresh_environments(context_.store, context_.home));
    for (const auto& locked : lock_.environments) {
      if (request_.subject || locked.record.id != lock_.subject) CK_CHECK(take(locked.record.id));
    }
    for (const auto& [key, id] : lock_.roots) restored_.plan.roots.emplace(key, now(id));
    if (request_.subject) restored_.plan.subject = now(lock_.subject);
    CK_CHECK(collect_choices());
    for (const auto& content : lock_.contents) {
      CK_TRY(difference, install::content_difference(content, lock_, context_));
      if (difference) restored_.differences.push_back(std::move(*difference));
    }
    return std::move(restored_);
  }

 private:
  std::string now(const std::string& recorded) const {
    const auto found = restored_.ids.find(recorded);
    return found == restored_.ids.end() ? recorded : found->second;
  }

  Status take(const std::string& id) {
    if (restored_.ids.contains(id)) return {};
    const auto* locked = lock_.find(id);
    if (locked == nullptr)
      return fail(ErrorCode::invalid, "the lock names an environment " + id + " and has none");
    restored_.ids.emplace(id, id);  // also ends cycles that a forged record may have
    for (const auto& [key, below] : locked->record.dependencies) CK_CHECK(take(below));
    auto record = locked->record;
    const fs::path folder = context_.home.environment(id);
    const bool here = install::is_complete(folder);
    const auto told_before = static_cast<std::ptrdiff_t>(restored_.differences.size());
    if (here) {
      // The manifest's record, not the lock's: a lock leaves out what is of one machine.
      CK_TRY(manifest, install::read_manifest(folder));
      record = std::move(manifest.record);
    } else {
      CK_TRY(made, make(*locked));
      record = made;
      restored_.ids[id] = made.id;
      if (made.id != id) add_differences(*locked, made);
    }
    add_version(*locked, record, !here, told_before);
    install::PlannedEnvironment step;
    step.environment = install::make_environment(record, context_.home);
    step.inputs = inputs_now(record.id);
    step.component.id = record.component;
    step.reason = "recorded";
    restored_.plan.steps.push_back(std::move(step));
    return {};
  }

  std::string inputs_now(const std::string& id) const {
    return sys::read_file(install::inputs_file(context_.home.environment(id))).value_or("");
  }

  void add_differences(const install::LockedEnvironment& locked,
                       const store::EnvironmentRecord& made) {
    if (locked.record.component.kind == "soft") {
      if (auto difference = install::software_difference(locked.record, made))
        restored_.differences.push_back(std::move(*difference));
    }
    auto found = install::input_differences(locked, inputs_now(made.id), lock_);
    // Of software, its file is told by the difference above, or is the same in another place.
    if (locked.record.component.kind == "soft") {
      std::erase_if(found, [](const install::LockDifference& one) {
        return !one.what.ends_with(", recipe");
      });
    }
    std::ranges::move(found, std::back_inserter(restored_.differences));
  }

  /// Of software, and where the inputs say another version, it has been told.
  void add_version(const install::LockedEnvironment& locked, const store::EnvironmentRecord& now,
                   bool made, std::ptrdiff_t told_before) {
    if (locked.record.component.kind == "soft") return;
    auto difference = version_difference(locked.record, now, made);
    auto& all = restored_.differences;
    const bool told = difference && std::any_of(all.begin() + told_before, all.end(),
                                                [&](const install::LockDifference& one) {
                                                  return one.what == difference->what;
                                                });
    if (difference && !told) all.push_back(std::move(*difference));
  }

  Result<store::EnvironmentRecord> make(const install::LockedEnvironment& locked) {
    if (locked.record.component.kind == "soft") return detect(locked);
    if (locked.record.component.kind == "package") return install(locked);
    return compile(locked);
  }

  Result<store::EnvironmentRecord> detect(const install::LockedEnvironment& locked) {
    CK_TRY(found, detected(locked, bench_));
    if (found) return std::move(*found);
    return fail(install::differences_error({install::missing_software(locked.record)}));
  }

  Status add_choice(const std::string& key, const std::string& id, Resolution& resolution) const {
    if (resolution.find(key) != nullptr) return {};
    CK_TRY(registry, Registry::open(context_));
    CK_TRY(found, registry.by_id(now(id)));
    if (!found) return {};
    Need need;
    need.key = key;
    resolution.needs.push_back({need, std::move(*found), "recorded"});
    return {};
  }

  /// The recorded choices, by key, as they are now.
  Result<Resolution> choices(const store::EnvironmentRecord& record) const {
    Resolution resolution;
    for (const auto& [key, id] : record.dependencies) CK_CHECK(add_choice(key, id, resolution));
    return resolution;
  }

  Status collect_choices() {
    const auto* subject = lock_.find(lock_.subject);
    if (subject != nullptr) {
      CK_TRY(direct, choices(subject->record));
      restored_.choices = std::move(direct);
    }
    for (const auto& [key, id] : lock_.roots) CK_CHECK(add_choice(key, id, restored_.choices));
    return {};
  }

  static Result<std::vector<PackageSource>> required_sources(
      const install::LockedEnvironment& locked) {
    std::vector<PackageSource> sources;
    for (const auto& source : locked.sources) {
      if (!source.urls.empty())
        sources.push_back({source.urls.front(), source.sha256, source.commit});
    }
    for (const auto& [name, text] : locked.record.exports.values) {
      if (name != "sources" || !sources.empty()) continue;
      CK_TRY(json, parse_json(text, "sources of " + locked.record.component.text()));
      sources = sources_from_json(json);
    }
    return sources;
  }

  Result<store::EnvironmentRecord> install(const install::LockedEnvironment& locked) {
    const auto& record = locked.record;
    CK_TRY(inputs, inputs_of(locked));
    PackageRequest request;
    request.query.name = record.component.uid;
    request.query.tags = texts_at(inputs, "variations");
    CK_TRY(environment, environment_of(inputs, record.component.text(), context_));
    request.environment = std::move(environment);
    request.extra_tags = texts_at(inputs, "tags");
    request.version = text_at(inputs, "forced_version");
    request.rebuild = rebuild_;
    CK_TRY(given, choices(record));
    request.given = std::move(given);
    CK_TRY(required, required_sources(locked));
    request.required = std::move(required);
    CK_TRY(installed, install_package(request, bench_));
    return installed.environment.environment.record;
  }

  Result<store::EnvironmentRecord> compile(const install::LockedEnvironment& locked) {
    ProgramRequest request;
    CK_TRY(component, bench_.find("program", locked.record.component.uid));
    request.component = component;
    request.compile = rebuild_ ? compile_request(locked.record.parameters) : request_.compile;
    for (const auto& [name, value] : locked.record.parameters) {
      if (rebuild_ && name.starts_with(kVariableParameter))
        request.environment[name.substr(kVariableParameter.size())] = value;
    }
    request.rebuild = rebuild_;
    CK_TRY(given, choices(locked.record));
    request.given = std::move(given);
    CK_TRY(built, build_program(request, bench_));
    return built.environment.record;
  }

  const install::Lock& lock_;
  const RestoreRequest& request_;
  Workbench& bench_;
  install::Context& context_;
  bool rebuild_ = false;
  Restored restored_;
};

}  // namespace

Result<std::vector<install::LockDifference>> check_lock(const install::Lock& lock,
                                                        Workbench& bench) {
  return Checking(lock, bench).run();
}

bool installs_with_secret(const install::Lock& lock, const std::string& name) {
  return std::ranges::any_of(lock.environments, [&](const auto& locked) {
    const Json inputs = Json::parse(locked.inputs, nullptr, false);
    return inputs.is_object() && object_at(inputs, kSecretInputs).contains(name);
  });
}

Result<std::string> rebuild(const install::Lock& lock, Workbench& bench) {
  return Restoring(lock, {}, bench).again();
}

Result<Restored> restore(const install::Lock& lock, const RestoreRequest& request,
                         Workbench& bench) {
  return Restoring(lock, request, bench).run();
}

}  // namespace ck::collective
