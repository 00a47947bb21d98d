#include "app/care.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/collective.hpp"
#include "base/strings.hpp"
#include "collective/restore.hpp"
#include "experiment/archive.hpp"
#include "install/lock.hpp"
#include "install/profile.hpp"
#include "install/recorded_repositories.hpp"
#include "install/roots.hpp"

namespace ck::app {
namespace {

using install::Environment;
using install::RecordedRepositories;
using Repositories = std::vector<install::LockedRepository>;

constexpr std::size_t kShownId = 12;
constexpr std::string_view kNativeInputs = "ck-environment ";

std::string shown(const Environment& environment) {
  const auto& record = environment.record;
  return "env:" + record.id.substr(0, kShownId) + " (" + record.component.text() + " " +
         record.version + ")";
}

bool built(const Environment& environment) {
  return environment.record.origin == store::EnvironmentRecord::Origin::built;
}

/// The ids and all that they were built with, dependencies first.
std::vector<std::string> with_all_below(const std::vector<Environment>& all,
                                        const std::vector<std::string>& ids) {
  install::Closure closure;
  for (const auto& environment : all) closure.emplace(environment.record.id, environment);
  return install::closure_order(closure, ids);
}

/// The name of the profile an environment was built in.
std::string profile_of(const std::string& inputs) {
  constexpr std::string_view kKey = "profile ";
  for (const auto& line : split(inputs, '\n')) {
    if (line.starts_with(kKey)) return split(line.substr(kKey.size()), ' ').front();
  }
  const auto json = parse_json(inputs, "inputs");
  if (json && json->is_object()) {
    const auto profile = json->find("profile");
    if (profile != json->end() && profile->is_string()) return profile->get<std::string>();
  }
  return "clean";
}

/// What the locks of points and those that are kept name for the repositories of an environment,
/// each once: the points' first, newest before older.
class KeptRepositories {
 public:
  explicit KeptRepositories(std::string id) : id_(std::move(id)) {}

  Result<std::vector<Repositories>> find(install::Context& context) {
    CK_CHECK(context.store.each_point([&](const store::Store::PointHead& head) -> Status {
      if (head.document.find(id_) == std::string::npos) return {};
      store::Point point;
      point.uid = head.uid;
      point.document = head.document;
      // A record that cannot be understood is of no help here, and no reason to stop.
      if (const auto lock = experiment::lock_of(point)) add(*lock);
      return {};
    }));
    std::ranges::reverse(found_);
    CK_TRY(roots, install::lock_roots(context.home));
    for (const auto& root : roots) add(root.lock);
    return std::move(found_);
  }

 private:
  void add(const install::Lock& lock) {
    if (lock.find(id_) == nullptr || lock.repositories.empty()) return;
    std::string text;
    for (const auto& one : lock.repositories) text += one.name + " " + one.commit + "\n";
    if (seen_.insert(std::move(text)).second) found_.push_back(lock.repositories);
  }

  std::string id_;
  std::set<std::string> seen_;
  std::vector<Repositories> found_;
};

/// What an environment was made for stays the same when it is repaired.
class KeptRequest {
 public:
  KeptRequest(install::Context& context, const std::string& id)
      : context_(context), typed_(context.request) {
    const auto request = sys::read_file(install::request_file(context.home.environment(id)));
    if (request) context.request = std::string(trim(*request));
  }
  KeptRequest(const KeptRequest&) = delete;
  KeptRequest& operator=(const KeptRequest&) = delete;
  ~KeptRequest() { context_.request = typed_; }

 private:
  install::Context& context_;
  std::string typed_;
};

/// Builds one environment again, by what is recorded of it.
class Repair {
 public:
  Repair(Session& session, install::Context& context, const std::vector<Environment>& all)
      : session_(session), context_(context), all_(all) {}

  Status again(const Environment& environment) {
    const auto& id = environment.record.id;
    const fs::path own = context_.home.environments() / id;
    std::error_code missing;
    // What CK's detection found has a folder that describes it; ours has only a row in a list.
    if (!built(environment) && !fs::exists(own, missing)) return fail(not_ours(environment));
    if (context_.home.environment(id) != own) {
      return fail(ErrorCode::denied,
                  "it lies in the shared store " +
                      context_.home.environment(id).parent_path().parent_path().string() +
                      ", which ck only reads");
    }
    const auto lock = lock_of(environment);
    const std::string inputs = lock.environments.back().inputs;
    CK_TRY(native, is_native(environment, inputs));
    CK_TRY(profile, install::load_profile(profile_of(inputs), context_));
    const KeptRequest kept(context_, id);
    if (!built(environment)) CK_CHECK(install::remove_environment(id, true, context_));
    return native ? build_native(environment, lock, profile)
                  : build_collective(environment, lock, profile);
  }

 private:
  static Error not_ours(const Environment& environment) {
    const auto& owner = environment.record.owner;
    return Error(ErrorCode::unsupported, "it is software of this machine, not of ck")
        .hint("install " + (owner.empty() ? environment.record.component.name : owner) +
              " again, or 'ck detect " + environment.record.component.text() +
              "' to recognise what is there now");
  }

  static Error became_another(const Environment& environment, const std::string& now) {
    const auto& record = environment.record;
    return Error(ErrorCode::conflict,
                 "what is made from its recipe now is another one, env:" + now.substr(0, kShownId))
        .hint("the component, or what it is built with, changed: pull the commit of " +
              record.component.repo +
              " that had it; or 'ck rm env:" + record.id.substr(0, kShownId) + "'");
  }

  /// Of ours, or of Collective Knowledge. Inputs that are damaged themselves do not tell.
  Result<bool> is_native(const Environment& environment, const std::string& inputs) {
    if (install::environment_id(inputs) == environment.record.id)
      return inputs.starts_with(kNativeInputs);
    const auto& id = environment.record.component;
    CK_TRY(component, context_.catalog.find({.repo = {}, .kind = id.kind, .name = id.uid}));
    if (component.format == model::RepositoryDescriptor::Format::native) return true;
    return fail(ErrorCode::verification,
                "nobody knows what it was made from: its .ck/inputs is damaged");
  }

  install::Lock lock_of(const Environment& environment) const {
    install::Lock lock;
    for (const auto& id : with_all_below(all_, {environment.record.id})) {
      const auto one = std::ranges::find(
          all_, id, [](const Environment& candidate) { return candidate.record.id; });
      auto inputs = sys::read_file(install::inputs_file(context_.home.environment(id)));
      lock.environments.push_back({one->record, inputs.value_or(""), "recorded", {}});
    }
    lock.subject = environment.record.id;
    return lock;
  }

  /// A plan that makes this very environment of the components that `context` has.
  static Result<install::InstallPlan> plan_native(const Environment& environment,
                                                  const install::Lock& lock,
                                                  const model::Profile& profile,
                                                  install::Context& context) {
    install::LockedOptions options;
    options.subject_values = model::Values();
    options.rebuild = true;
    CK_TRY(planned, install::plan_locked(lock, profile, options, context));
    for (const auto& difference : planned.differences) {
      if (difference.missing) return fail(install::differences_error(planned.differences));
    }
    const std::string now = planned.ids.at(lock.subject);
    if (now != lock.subject) return fail(became_another(environment, now));
    return std::move(planned.plan);
  }

  static Status made(const install::InstallPlan& plan, const model::Profile& profile,
                     install::Context& context) {
    CK_CHECK(install::execute(plan, profile, context));
    return {};
  }

  /// Of components as they are here; else as they were in the commits that somebody recorded.
  Status build_native(const Environment& environment, install::Lock lock,
                      const model::Profile& profile) {
    auto planned = plan_native(environment, lock, profile, context_);
    if (planned) return made(*planned, profile, context_);
    CK_TRY(kept, KeptRepositories(lock.subject).find(context_));
    for (auto& repositories : kept) {
      CK_CHECK(context_.cancel.check());
      lock.repositories = std::move(repositories);
      CK_TRY(recorded,
             RecordedRepositories::open(lock, RecordedRepositories::Rule::exact_commit, context_));
      if (recorded->moved().empty()) continue;
      const auto again = plan_native(environment, lock, profile, recorded->context());
      if (again) return made(*again, profile, recorded->context());
    }
    return fail(std::move(planned.error()));
  }

  /// CK's tell what they become when they are made, so it is the content that decides whether those
  /// here will do.
  Status build_collective(const Environment& environment, install::Lock lock,
                          const model::Profile& profile) {
    CK_TRY(kept, KeptRepositories(lock.subject).find(context_));
    if (!kept.empty()) lock.repositories = std::move(kept.front());
    CK_TRY(recorded,
           RecordedRepositories::open(lock, RecordedRepositories::Rule::same_content, context_));
    CK_TRY(wishes, wishes_of(session_, {}));
    CK_TRY(bench, collective::Workbench::open(recorded->context(), profile, std::move(wishes)));
    CK_TRY(now, collective::rebuild(lock, bench));
    if (now == lock.subject) return {};
    return fail(became_another(environment, now));
  }

  Session& session_;
  install::Context& context_;
  const std::vector<Environment>& all_;
};

/// The environments of a query among those known, or all.
Result<std::vector<Environment>> selected(Session& session, const EnvironmentQuery& query) {
  if (query.id.empty() && query.tags.empty()) return known_environments(session);
  CK_TRY(report, locate_environments(session, query));
  return std::move(report.environments);
}

}  // namespace

std::vector<const experiment::Keeper*> WhyReport::direct_keepers(const std::string& id) const {
  std::vector<const experiment::Keeper*> direct;
  const auto above = users.find(id);
  for (const auto& keeper : keepers) {
    if (!keeper.environments.contains(id)) continue;
    const bool through_another =
        above != users.end() && std::ranges::any_of(above->second, [&](const User& user) {
          return keeper.environments.contains(user.id);
        });
    if (!through_another) direct.push_back(&keeper);
  }
  return direct;
}

bool VerifyReport::ok() const {
  return std::ranges::all_of(environments, [](const auto& one) { return one.ok(); });
}

bool RepairReport::ok() const {
  return std::ranges::none_of(environments,
                              [](const One& one) { return one.outcome == One::Outcome::failed; });
}

Result<WhyReport> why(Session& session, const EnvironmentQuery& query) {
  CK_TRY(environment, one_environment(session, query));
  CK_TRY(home, session.home());
  CK_TRY(store, session.store());
  CK_TRY(all, known_environments(session));
  WhyReport report;
  report.environment = environment;
  const auto request =
      sys::read_file(install::request_file(home->environment(environment.record.id)));
  if (request) report.request = std::string(trim(*request));
  std::set<std::string> seen{environment.record.id};
  std::vector<std::string> open{environment.record.id};
  while (!open.empty()) {
    const std::string id = std::move(open.back());
    open.pop_back();
    for (const auto& other : all) {
      for (const auto& [key, below] : other.record.dependencies) {
        if (below != id) continue;
        report.users[id].push_back({key, other.record.id});
        report.environments.emplace(other.record.id, other);
        if (seen.insert(other.record.id).second) open.push_back(other.record.id);
      }
    }
  }
  CK_TRY(keepers, experiment::keepers(*store, *home));
  std::erase_if(keepers, [&](const experiment::Keeper& keeper) {
    return std::ranges::none_of(seen,
                                [&](const auto& id) { return keeper.environments.contains(id); });
  });
  report.keepers = std::move(keepers);
  return report;
}

Result<VerifyReport> verify(Session& session, const EnvironmentQuery& query) {
  CK_TRY(wanted, selected(session, query));
  CK_TRY(home, session.home());
  VerifyReport report;
  for (const auto& environment : wanted) {
    session.events().on(StepStarted{"verifying " + shown(environment)});
    CK_TRY(one, install::verify(environment, *home, session.cancel()));
    report.environments.push_back(std::move(one));
  }
  return report;
}

Result<RepairReport> repair(Session& session, const EnvironmentQuery& query, bool force) {
  CK_TRY(wanted, selected(session, query));
  CK_TRY(all, known_environments(session));
  CK_TRY(context, session.context());
  std::vector<std::string> ids;
  for (const auto& environment : wanted) ids.push_back(environment.record.id);
  Repair repair(session, *context, all);
  RepairReport report;
  for (const auto& id : with_all_below(all, ids)) {
    const auto& environment = *std::ranges::find(
        all, id, [](const Environment& candidate) { return candidate.record.id; });
    CK_TRY(found, install::verify(environment, context->home, context->cancel));
    const bool asked_for = std::ranges::find(ids, id) != ids.end();
    if (found.ok() && !asked_for) continue;
    RepairReport::One one{environment, found.damage, RepairReport::One::Outcome::sound, {}};
    // Software of the machine that is sound cannot be made again, and need not be.
    if (!found.ok() || (force && built(environment))) {
      auto done = repair.again(environment);
      if (!done && done.error().code == ErrorCode::interrupted)
        return fail(std::move(done.error()));
      one.outcome =
          done ? RepairReport::One::Outcome::repaired : RepairReport::One::Outcome::failed;
      if (!done) one.failure = std::move(done.error());
    }
    report.environments.push_back(std::move(one));
  }
  return report;
}

}  // namespace ck::app
