#include "app/locks.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "app/collective.hpp"
#include "app/preparations.hpp"
#include "base/strings.hpp"
#include "experiment/replay.hpp"
#include "install/universe.hpp"
#include "sys/files.hpp"

namespace ck::app {
namespace {

using Prepare = std::function<Result<Prepared>(const PrepareRequest&)>;
using Origin = store::EnvironmentRecord::Origin;

std::vector<std::string> local_repositories(const install::Lock& lock,
                                            const install::Context& context) {
  std::vector<std::string> names;
  for (const auto& repository : context.repositories) {
    const auto locked =
        std::ranges::find(lock.repositories, repository.name, &install::LockedRepository::name);
    if (locked != lock.repositories.end() && locked->url.empty() &&
        repository.origin == catalog::Repository::Origin::imported)
      names.push_back(repository.name);
  }
  return names;
}

Result<LockReport> completed(install::Lock lock, const std::string& profile,
                             std::optional<install::LockedRequest> typed, install::Context& context,
                             const std::optional<install::HostFacts>& other = std::nullopt) {
  CK_CHECK(install::complete_lock(lock, context, other));
  const bool found_here = std::ranges::any_of(lock.environments, [](const auto& environment) {
    return environment.record.origin == Origin::detected;
  });
  if (other && found_here) {
    context.events.on(
        Warning{"what software the other machine has is not known: the lock names "
                "that of this one, and --locked tells there what differs"});
  }
  lock.profile = profile;
  lock.request = std::move(typed);
  auto local = local_repositories(lock, context);
  return LockReport{std::move(lock), {}, std::move(local)};
}

/// CK's programs take the dataset that was chosen, whatever others another machine has; and the
/// device that was taken without a tool, if nobody has said it.
void name_choices(const CollectiveLock& made, install::LockedRequest& typed) {
  for (const auto& content : made.lock.contents) {
    if (content.component.kind == "dataset")
      typed.options.emplace("dataset_uoa", content.component.name);
  }
  const auto name = [&](const std::string& option, const char* variable, const std::string& value) {
    if (!value.empty() && !typed.options.contains("env." + std::string(variable)))
      typed.options.emplace(option, value);
  };
  name("compute_platform_id", collective::kPlatformVariable, made.device.platform);
  name("compute_device_id", collective::kDeviceVariable, made.device.device);
}

/// What only the program's declarations tell to be secret has to be given again with --locked.
void forget_secrets(const model::Descriptor& descriptor, install::LockedRequest& typed) {
  const auto* program = std::get_if<model::Program>(&descriptor);
  if (program == nullptr) return;
  for (const auto& parameter : program->recipe.parameters) {
    if (parameter.secret) typed.options.erase(parameter.name);
  }
  for (const auto& name : program->secrets) typed.options.erase("env." + name);
}

// Updating.

/// All choices of a lock: key -> ids of the environments that answer it somewhere.
std::map<std::string, std::set<std::string>> choices_of(const install::Lock& lock) {
  std::map<std::string, std::set<std::string>> choices;
  for (const auto& [key, id] : lock.roots) choices[key].insert(id);
  for (const auto& environment : lock.environments) {
    for (const auto& [key, id] : environment.record.dependencies) choices[key].insert(id);
  }
  return choices;
}

Status check_key(const install::Lock& lock, const std::string& key) {
  const auto choices = choices_of(lock);
  if (choices.contains(key)) return {};
  std::vector<std::string> keys;
  for (const auto& [known, ids] : choices) keys.push_back(known);
  Error error(ErrorCode::usage, "the lock has no key '" + printable(key) + "'");
  if (const auto hint = did_you_mean(near_misses(key, keys))) error.hint(*hint);
  error.hint("keys: " + join(keys, ", "));
  return fail(std::move(error));
}

/// Ids of the environments that answer `key`, and of everything below them.
std::set<std::string> closure_of(const install::Lock& lock, const std::string& key) {
  std::set<std::string> ids;
  const std::function<void(const std::string&)> add = [&](const std::string& id) {
    if (!ids.insert(id).second) return;
    if (const auto* environment = lock.find(id)) {
      for (const auto& [below, other] : environment->record.dependencies) add(other);
    }
  };
  const auto choices = choices_of(lock);
  if (const auto found = choices.find(key); found != choices.end()) {
    for (const auto& id : found->second) add(id);
  }
  return ids;
}

solve::Pin pin_of(const std::string& key, const store::EnvironmentRecord& record) {
  solve::Pin pin;
  pin.source = solve::Pin::Source::lock;
  pin.key = key;
  if (record.origin == Origin::detected) {
    pin.candidate = install::candidate_id(record);
    return pin;
  }
  pin.kind = record.component.kind;
  pin.component = record.component.uid.empty() ? record.component.name : record.component.uid;
  if (auto range = model::VersionRange::parse("==" + record.version)) pin.version = *range;
  return pin;
}

/// Pins for every key but `key`, and but those below `loose`. A key that is answered in several
/// ways (private dependencies) cannot be pinned.
std::vector<solve::Pin> pins_of(const install::Lock& lock, const std::string& key,
                                const std::set<std::string>& loose) {
  std::vector<solve::Pin> pins;
  for (const auto& [other, ids] : choices_of(lock)) {
    if (other == key || ids.size() != 1 || loose.contains(*ids.begin())) continue;
    if (const auto* environment = lock.find(*ids.begin()))
      pins.push_back(pin_of(other, environment->record));
  }
  return pins;
}

/// The lock without what is to be chosen anew: its recipes may be others than they were.
install::Lock without_key(install::Lock lock, const std::string& key) {
  const auto choices = choices_of(lock);
  for (auto& environment : lock.environments) {
    if (choices.at(key).contains(environment.record.id)) environment.record.recipe_hash.clear();
  }
  return lock;
}

/// What was chosen before and is still chosen keeps its reason: "pinned by the lock" is none.
void keep_reasons(const install::Lock& before, install::Lock& now) {
  for (auto& environment : now.environments) {
    if (const auto* old = before.find(environment.record.id)) environment.reason = old->reason;
  }
}

std::vector<LockChange> changes_between(const install::Lock& before, const install::Lock& now) {
  const auto named = [](const install::Lock& lock) {
    std::map<std::string, std::string> names;
    for (const auto& [key, ids] : choices_of(lock)) {
      std::vector<std::string> shown;
      for (const auto& id : ids) {
        const auto* environment = lock.find(id);
        shown.push_back(environment == nullptr ? id : install::candidate_id(environment->record));
      }
      names[key] = join(shown, ", ");
    }
    return names;
  };
  const auto old_names = named(before);
  auto new_names = named(now);
  std::vector<LockChange> changes;
  for (const auto& [key, name] : old_names) {
    const std::string other = new_names[key];
    if (other != name) changes.push_back({key, name, other});
    new_names.erase(key);
  }
  for (const auto& [key, name] : new_names) changes.push_back({key, {}, name});
  return changes;
}

Result<Prepared> prepare_update(install::Context& context, const catalog::Component& component,
                                PrepareRequest request, const install::Lock& lock,
                                const std::string& key) {
  request.locked_pins = pins_of(lock, key, {});
  auto prepared = prepare(context, component, request);
  if (prepared || prepared.error().code != ErrorCode::conflict) return prepared;
  // What the key's choice was built with may have to follow it.
  request.locked_pins = pins_of(lock, key, closure_of(lock, key));
  return prepare(context, component, request);
}

Result<LockReport> update_native(Session& session, const PrepareRequest& request,
                                 const install::Lock& lock, const std::string& key,
                                 install::LockedRequest typed) {
  CK_CHECK(check_key(lock, key));
  CK_TRY(id, locked_component(lock, request.pattern));
  CK_TRY(outer, session.context());
  using install::RecordedRepositories;
  const auto rest = without_key(lock, key);
  CK_TRY(recorded,
         RecordedRepositories::open(rest, RecordedRepositories::Rule::same_content, *outer));
  if (!recorded->missing().empty()) return fail(install::differences_error(recorded->missing()));
  auto& context = recorded->context();
  CK_TRY(component, context.catalog.find({.repo = id.repo, .kind = id.kind, .name = id.uid}));
  CK_TRY(prepared, prepare_update(context, component, request, lock, key));
  typed.component = id.text();
  forget_secrets(*prepared.subject.descriptor, typed);
  CK_TRY(report, completed(prepared.lock(), request.profile, std::move(typed), context));
  keep_reasons(lock, report.lock);
  report.changes = changes_between(lock, report.lock);
  return std::move(report);
}

/// The lock without the environments that answer the key and those that were made with them.
install::Lock loosened(install::Lock lock, const std::string& key) {
  const auto choices = choices_of(lock);
  std::set<std::string> gone = choices.at(key);
  const auto uses_gone = [&](const install::LockedEnvironment& environment) {
    return std::ranges::any_of(environment.record.dependencies,
                               [&](const auto& below) { return gone.contains(below.second); });
  };
  for (bool more = true; more;) {
    more = false;
    for (const auto& environment : lock.environments) {
      if (environment.record.id != lock.subject && uses_gone(environment))
        more = gone.insert(environment.record.id).second || more;
    }
  }
  std::erase_if(lock.environments,
                [&](const auto& environment) { return gone.contains(environment.record.id); });
  std::erase_if(lock.roots, [&](const auto& root) { return gone.contains(root.second); });
  for (auto& environment : lock.environments) {
    std::erase_if(environment.record.dependencies,
                  [&](const auto& below) { return gone.contains(below.second); });
  }
  return lock;
}

}  // namespace

std::string lock_text(const install::Lock& lock) { return to_pretty_text(install::to_json(lock)); }

Status write_lock(const install::Lock& lock, const fs::path& file) {
  return sys::write_file(file, lock_text(lock));
}

Result<LockReport> lock_program(Session& session, const RunRequest& request,
                                install::LockedRequest typed) {
  CK_TRY(collective, collective_program(session, request));
  CK_TRY(context, session.context());
  if (collective) {
    CK_CHECK(refuse_another_machine(request.host, "lock"));
    CK_TRY(made, lock_collective(session, *collective, request));
    typed.component = collective->id.text();
    name_choices(made, typed);
    return completed(std::move(made.lock), request.profile, std::move(typed), *context);
  }
  CK_TRY(prepared, prepare_program(session, request));
  typed.component = prepared.subject.component.id.text();
  forget_secrets(*prepared.subject.descriptor, typed);
  return completed(prepared.lock(), request.profile, std::move(typed), *prepared.context,
                   prepared.resolved.host);
}

Result<LockReport> lock_package(Session& session, const InstallRequest& request,
                                install::LockedRequest typed) {
  CK_TRY(collective, means_collective(session, request));
  CK_TRY(context, session.context());
  if (collective) {
    CK_CHECK(refuse_another_machine(request.host, "lock"));
    CK_TRY(lock, lock_collective(session, request));
    typed.component = lock.find(lock.subject)->record.component.text();
    return completed(std::move(lock), request.profile, std::move(typed), *context);
  }
  CK_TRY(prepared, prepare_installation(session, request));
  typed.component = prepared.subject.component.id.text();
  return completed(prepared.lock(), request.profile, std::move(typed), *prepared.context,
                   prepared.resolved.host);
}

Result<LockReport> lock_experiment(Session& session, const std::string& experiment,
                                   const std::string& point) {
  CK_TRY(context, session.context());
  CK_TRY(recorded, experiment::recorded_point(experiment, point, context->store));
  CK_TRY(lock, experiment::recorded_lock(recorded));
  CK_TRY(plan, experiment::plan_of(recorded));
  install::LockedRequest typed;
  typed.component = plan.subject;
  for (const auto& [name, value] : plan.parameters) {
    if (value != run::place_of_secret(name)) typed.options[name] = value;
  }
  if (!plan.command.empty()) typed.options["cmd_key"] = plan.command;
  using install::RecordedRepositories;
  CK_TRY(repositories,
         RecordedRepositories::open(lock, RecordedRepositories::Rule::same_content, *context));
  return completed(std::move(lock), plan.profile, std::move(typed), repositories->context());
}

Result<LockReport> update_lock(Session& session, const RunRequest& request, const std::string& key,
                               install::LockedRequest typed) {
  const auto& lock = request.locked->lock;
  if (!is_collective(lock)) {
    PrepareRequest wanted;
    wanted.pattern = request.pattern;
    wanted.values = request.values;
    wanted.pins = request.pins;
    wanted.profile = request.profile;
    return update_native(session, wanted, lock, key, std::move(typed));
  }
  CK_CHECK(check_key(lock, key));
  CK_TRY(id, locked_component(lock, request.pattern));
  RunRequest loose = request;
  loose.locked = LockedUse{loosened(lock, key), true, true};
  catalog::Component component;
  component.id = id;
  CK_TRY(made, lock_collective(session, component, loose));
  made.lock.differences.clear();
  CK_TRY(context, session.context());
  typed.component = id.text();
  name_choices(made, typed);
  CK_TRY(report, completed(std::move(made.lock), request.profile, std::move(typed), *context));
  keep_reasons(lock, report.lock);
  report.changes = changes_between(lock, report.lock);
  return std::move(report);
}

Result<LockReport> update_lock(Session& session, const InstallRequest& request,
                               const std::string& key, install::LockedRequest typed) {
  const auto& lock = request.locked->lock;
  if (is_collective(lock)) {
    return fail(Error(ErrorCode::unsupported,
                      "a lock of one package of Collective Knowledge cannot be updated in part")
                    .hint("make a new one: ck lock " +
                          (lock.request ? lock.request->component : std::string("package:X"))));
  }
  PrepareRequest wanted;
  wanted.pattern = request.pattern;
  wanted.values = request.values;
  wanted.variations = request.variations;
  wanted.version = request.version;
  wanted.pins = request.pins;
  wanted.profile = request.profile;
  return update_native(session, wanted, lock, key, std::move(typed));
}

}  // namespace ck::app
