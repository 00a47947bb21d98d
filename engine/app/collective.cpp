#include "app/collective.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "app/calibration.hpp"
#include "app/collective_choices.hpp"
#include "app/collective_plan.hpp"
#include "app/collective_request.hpp"
#include "app/collective_work.hpp"
#include "base/strings.hpp"
#include "collective/compilation.hpp"
#include "collective/explain.hpp"
#include "collective/meta.hpp"
#include "collective/package.hpp"
#include "collective/program.hpp"
#include "collective/software.hpp"
#include "collective/surroundings.hpp"
#include "install/profile.hpp"
#include "run/runner.hpp"

namespace ck::app {
namespace {

// Calibration.

double total_time(const run::RunOutcome& outcome) {
  for (std::size_t i = 0; i < outcome.keys.size(); ++i) {
    if (outcome.keys[i].name == "total_execution_time") return outcome.repetition.metrics[i];
  }
  return 0;
}

/// Whether the program can be told how often to repeat its work, and nobody said how often.
bool calibrates(const collective::BuiltProgram& built, const RunRequest& request) {
  return collective::object_at(built.document, "run_vars").contains("CT_REPEAT_MAIN") &&
         value_of(request.values, "repeat").empty() && !yes(request.values, "skip_calibration") &&
         std::ranges::none_of(request.variables,
                              [](const auto& one) { return one.first == "CT_REPEAT_MAIN"; });
}

/// Repeats until a run takes about `--calibration_time` (4 s): time per repetition is then measured
/// well. A program that ignores the count is left at one.
Result<std::uint64_t> calibrated_repeat(collective::ProgramRequest program,
                                        const collective::BuiltProgram& built,
                                        const RunRequest& request, collective::Workbench& bench) {
  constexpr double kSeconds = 4;
  CK_TRY(target, calibration_seconds(request.values));
  const auto seconds = [&](std::uint64_t count) -> Result<double> {
    program.repeat = std::to_string(count);
    CK_TRY(planned, collective::plan_program(program, built, bench));
    program.device = planned.device;  // asked for once
    CK_TRY(phases, collective::phases_of(planned.plan, {}, bench.context()));
    bench.context().events.on(Note{"calibrating: " + program.repeat + " repetitions"});
    CK_TRY(outcome, run::run_once(planned.plan, 1, {}, bench.context(), phases));
    if (outcome.failure) return fail(std::move(*outcome.failure));
    return total_time(outcome);
  };
  CK_TRY(found, measure::calibrate(seconds, target.value_or(kSeconds)));
  tell_unresponsive(found, "CT_REPEAT_MAIN", bench.context());
  return found.count;
}

/// A program built, and its run planned.
struct PlannedCollective {
  std::unique_ptr<CollectiveWork> work;
  collective::ProgramRequest program;
  collective::BuiltProgram built;
  collective::PlannedProgram planned;
  install::InstallPlan used;
  std::optional<std::uint64_t> calibrated;  ///< how often it repeats its work, where that was found
};

/// The program as locked must be built by the same commands from the same sources.
Status judge_build(const collective::BuiltProgram& built, const LockedUse& locked,
                   CollectiveWork& work, EventSink& events) {
  const auto* subject = locked.lock.find(locked.lock.subject);
  const auto& record = built.environment.record;
  if (subject == nullptr || record.id == subject->record.id || !work.differences.empty()) return {};
  CK_TRY(inputs, sys::read_file(install::inputs_file(built.environment.path)));
  auto differences = install::input_differences(*subject, inputs, locked.lock);
  CK_CHECK(judge_differences(differences, locked, events));
  std::ranges::move(differences, std::back_inserter(work.differences));
  return {};
}

/// Tells what is wrong with --dep. before anything is installed.
Status check_pins(const RunRequest& request, const collective::ProgramRequest& program, Depth depth,
                  collective::Workbench& bench) {
  if (request.pins.empty()) return {};
  CK_TRY(document, bench.document(program.component));
  auto written = written_keys(document);
  std::set<std::string> met;
  if (request.locked) {
    written.merge(keys_of(request.locked->lock));
    met = written;
  } else {
    collective::Explainer explainer(bench);
    CK_CHECK(explain_program(document, program, depth, explainer, bench));
    met = explainer.keys();
  }
  return check_keys(request.pins, program.component.id.text(), met, written,
                    bench.context().events);
}

/// Opens, and builds what has to be there before a run can be planned.
Result<PlannedCollective> build_collective(Session& session, catalog::Component component,
                                           const RunRequest& request, Depth depth) {
  PlannedCollective result;
  CK_TRY(program, program_request(session, component, request));
  result.program = std::move(program);
  CK_TRY(wishes, wishes_of(session, options_of(request), request.pins));
  CK_TRY(work, CollectiveWork::open(session, request.profile, std::move(wishes), request.locked,
                                    {result.program.compile, false}));
  result.work = std::move(work);
  auto& bench = *result.work->bench;
  if (request.locked) {
    CK_TRY(found, bench.find(component.id.kind, component.id.uid));
    result.program.component = std::move(found);
    result.program.given = result.work->restored.choices;
    result.program.locked = !request.locked->in_part;
  }
  CK_CHECK(check_pins(request, result.program, depth, bench));
  CK_TRY(built, collective::build_program(result.program, bench));
  result.built = std::move(built);
  if (request.locked)
    CK_CHECK(judge_build(result.built, *request.locked, *result.work, session.events()));
  return result;
}

/// What is built, with its run.
Status plan_run(PlannedCollective& result) {
  auto& bench = *result.work->bench;
  CK_TRY(planned, collective::plan_program(result.program, result.built, bench));
  result.planned = std::move(planned);
  CK_TRY(used, collective::used_environments(result.built, result.planned.choices(), bench));
  result.used = std::move(used);
  tell_different_answers(result.used, result.program.component.id.text(), bench.context().events);
  return {};
}

Result<PlannedCollective> plan_collective(Session& session, const catalog::Component& component,
                                          const RunRequest& request) {
  CK_TRY(result, build_collective(session, component, request, Depth::run));
  auto& bench = *result.work->bench;
  if (!request.dry_run && calibrates(result.built, request)) {
    result.calibrated = request.iterations;
    if (!result.calibrated) {
      CK_TRY(found, calibrated_repeat(result.program, result.built, request, bench));
      result.calibrated = found;
    }
    result.program.repeat = std::to_string(*result.calibrated);
  }
  CK_CHECK(plan_run(result));
  return std::move(result);
}

void add_repository(const std::string& name, const install::Context& context, install::Lock& lock) {
  const bool there = std::ranges::find(lock.repositories, name, &install::LockedRepository::name) !=
                     lock.repositories.end();
  const auto here = std::ranges::find(context.repositories, name, &catalog::Repository::name);
  if (there || here == context.repositories.end()) return;
  lock.repositories.push_back({here->name, here->url, here->commit, here->uid, {}});
  std::ranges::sort(lock.repositories, {}, &install::LockedRepository::name);
}

/// With all repositories that entries came from, and the dataset that the run reads.
Result<install::Lock> lock_of(const PlannedCollective& planned) {
  auto& bench = *planned.work->bench;
  auto lock = install::make_lock(planned.used, bench.context());
  for (const auto& name : bench.used_repositories()) add_repository(name, bench.context(), lock);
  CK_TRY(json, parse_json(planned.planned.plan.surroundings, "the plan"));
  CK_TRY(around, collective::surroundings_from_json(json, "the plan"));
  const auto repository = collective::text_at(around.dataset, "repo");
  if (!repository.empty()) {
    add_repository(repository, bench.context(), lock);
    lock.contents.push_back({{repository, "dataset", collective::text_at(around.dataset, "name"),
                              collective::text_at(around.dataset, "uid")},
                             collective::text_at(around.dataset, "content")});
  }
  lock.differences = planned.work->differences;
  return lock;
}

/// What would be done first, where not all is there that the run needs.
PreparedRun prepared_in_part(PlannedCollective dry, std::vector<collective::ExplainedNeed> needs,
                             const Json& document, const std::string& command) {
  tell_different_answers(needs, dry.work->context().events);
  PreparedRun prepared;
  prepared.name = dry.program.component.id.name;
  prepared.plan = plan_of(needs);
  prepared.plan.steps.push_back(program_step(dry.program.component, document));
  prepared.run_plan = written_run(dry.program, document, command, dry.work->profile);
  prepared.context = &dry.work->context();
  prepared.owner = std::move(dry.work);
  return prepared;
}

Result<PreparedRun> prepared_of(PlannedCollective planned) {
  PreparedRun prepared;
  prepared.name = planned.program.component.id.name;
  prepared.run_plan = planned.planned.plan;
  prepared.calibrated_iterations = planned.calibrated;
  prepared.hooks = to_text(collective::to_json(planned.work->bench->hook_uses()));
  CK_TRY(lock, lock_of(planned));
  prepared.lock = std::move(lock);
  prepared.plan = std::move(planned.used);
  prepared.context = &planned.work->context();
  prepared.owner = std::move(planned.work);
  return prepared;
}

/// What a program needs, looked for without making anything.
struct LookedFor {
  PlannedCollective dry;
  Json document;
  std::string command;  ///< empty where only the compilation was asked for
  std::vector<collective::ExplainedNeed> needs;
  bool compiled = false;  ///< with all it needs, and `dry` tells as what
};

/// Nothing is detected for good, installed or compiled.
Result<LookedFor> look_for(Session& session, const catalog::Component& component,
                           const RunRequest& request, Depth depth) {
  LookedFor found;
  auto& dry = found.dry;
  CK_TRY(program, program_request(session, component, request));
  dry.program = std::move(program);
  CK_TRY(wishes, wishes_of(session, options_of(request), request.pins));
  CK_TRY(work, CollectiveWork::open(session, request.profile, std::move(wishes), {}, {}));
  dry.work = std::move(work);
  auto& bench = *dry.work->bench;
  CK_TRY(document, bench.document(component));
  found.document = std::move(document);
  collective::Explainer explainer(bench, collective::Detectors::only_looking);
  CK_TRY(command, explain_program(found.document, dry.program, depth, explainer, bench));
  found.command = std::move(command);
  CK_CHECK(check_keys(request.pins, component.id.text(), explainer.keys(),
                      written_keys(found.document), session.events()));
  found.needs = explainer.take();
  const bool all_there = std::ranges::all_of(found.needs, [](const collective::ExplainedNeed& one) {
    return one.answer == collective::ExplainedNeed::Answer::registered;
  });
  if (!all_there) return found;
  CK_TRY(existing, collective::existing_program(dry.program, bench));
  found.compiled = existing.has_value();
  if (existing) dry.built = std::move(*existing);
  return found;
}

/// Where all is there, the run is planned as it would be.
Result<PreparedRun> dry_run_of(Session& session, const catalog::Component& component,
                               const RunRequest& request) {
  CK_TRY(found, look_for(session, component, request, Depth::run));
  if (!found.compiled) {
    return prepared_in_part(std::move(found.dry), std::move(found.needs), found.document,
                            found.command);
  }
  CK_CHECK(plan_run(found.dry));
  return prepared_of(std::move(found.dry));
}

/// Of a lock: its environments, and which of them are here.
Result<PreparedRun> dry_run_as_locked(Session& session, const catalog::Component& component,
                                      const RunRequest& request) {
  CK_TRY(context, session.context());
  CK_TRY(profile, install::load_profile(request.profile, *context));
  CK_TRY(program, program_request(session, component, request));
  PreparedRun prepared;
  prepared.name = component.id.name;
  prepared.plan = plan_of(request.locked->lock, context->home);
  prepared.run_plan = written_run(program, Json::object(), program.command, profile);
  prepared.lock = request.locked->lock;
  prepared.context = context;
  return prepared;
}

}  // namespace

Result<PreparedRun> prepare_collective(Session& session, const catalog::Component& component,
                                       const RunRequest& request) {
  CK_CHECK(refuse_host(request.host, component.id.text()));
  if (request.dry_run)
    return request.locked ? dry_run_as_locked(session, component, request)
                          : dry_run_of(session, component, request);
  CK_TRY(planned, plan_collective(session, component, request));
  return prepared_of(std::move(planned));
}

namespace {

/// Explains what a program, package or data set needs.
Status explain_component(Session& session, const catalog::Component& component,
                         const RunRequest& request, collective::Workbench& bench,
                         collective::Explainer& explainer) {
  CK_TRY(document, bench.document(component));
  if (component.id.kind == "program") {
    CK_TRY(program, program_request(session, component, request));
    CK_CHECK(explain_program(document, program, Depth::run_if_any, explainer, bench));
  } else if (component.id.kind == "package") {
    collective::PackageQuery query;
    query.name = component.id.uid;
    CK_TRY(package, collective::choose_package(query, bench));
    CK_CHECK(explainer.explain(package, Json::object()));
  } else {
    CK_CHECK(explainer.explain(component.id.text(), collective::object_at(document, "deps"),
                               Json::object()));
  }
  return check_keys(request.pins, component.id.text(), explainer.keys(), written_keys(document),
                    session.events());
}

}  // namespace

Result<ExplainReport> explain_collective(Session& session, const catalog::Component& component,
                                         const RunRequest& request) {
  CK_CHECK(refuse_host(request.host, component.id.text()));
  CK_TRY(context, session.context());
  CK_TRY(profile, install::load_profile(request.profile, *context));
  CK_TRY(wishes, wishes_of(session, options_of(request), request.pins));
  CK_TRY(bench, collective::Workbench::open(*context, profile, std::move(wishes)));
  collective::Explainer explainer(bench);
  CK_CHECK(explain_component(session, component, request, bench, explainer));
  const auto needs = explainer.take();
  tell_different_answers(needs, session.events());
  ExplainReport report;
  report.subject = component.id.text();
  report.resolution = resolution_of(needs);
  if (!request.why_not.empty())
    report.objections = objections_against(request.why_not, report.resolution);
  return report;
}

namespace {

/// The steps of a compilation, and nothing done.
Result<CompileReport> dry_compilation(Session& session, const catalog::Component& component,
                                      const RunRequest& request) {
  CompileReport report;
  if (request.locked) {
    CK_TRY(home, session.home());
    report.plan = plan_of(request.locked->lock, *home);
    return report;
  }
  CK_TRY(found, look_for(session, component, request, Depth::compile));
  tell_different_answers(found.needs, session.events());
  if (!found.compiled) {
    report.plan = plan_of(found.needs);
    report.plan->steps.push_back(program_step(component, found.document));
    return report;
  }
  const auto& built = found.dry.built;
  CK_TRY(used, collective::used_environments(built, built.dependencies, *found.dry.work->bench));
  report.environment = built.environment;
  report.plan = std::move(used);
  return report;
}

}  // namespace

Result<CompileReport> compile_collective(Session& session, const catalog::Component& component,
                                         const RunRequest& request) {
  CK_CHECK(refuse_host(request.host, component.id.text()));
  if (request.dry_run) return dry_compilation(session, component, request);
  CK_TRY(built, build_collective(session, component, request, Depth::compile));
  CK_TRY(used,
         collective::used_environments(built.built, built.built.dependencies, *built.work->bench));
  tell_different_answers(used, component.id.text(), session.events());
  CompileReport report;
  report.environment = built.built.environment;
  report.built = built.built.built;
  // As it is kept: of one that was there the build knows only what was planned.
  for (const auto& step : used.steps) {
    if (step.environment.record.id == report.environment.record.id)
      report.environment = step.environment;
  }
  const auto known = collective::kept_characteristics(report.environment.record);
  if (!known.empty()) report.characteristics = to_text(known);
  return report;
}

Result<CollectiveNeeds> needs_of_collective(Session& session, const catalog::Component& component,
                                            const RunRequest& request) {
  RunRequest planned_only = request;
  planned_only.dry_run = true;
  CK_TRY(planned, plan_collective(session, component, planned_only));
  return CollectiveNeeds{std::move(planned.work), std::move(planned.planned.dependencies)};
}

Result<CollectiveLock> lock_collective(Session& session, const catalog::Component& component,
                                       const RunRequest& request) {
  RunRequest planned_only = request;
  planned_only.dry_run = true;
  CK_TRY(planned, plan_collective(session, component, planned_only));
  CK_TRY(lock, lock_of(planned));
  CollectiveLock made{std::move(lock), {}};
  // The tool of the lock tells the devices of the machine that it is used on.
  if (planned.planned.device_tool.needs.empty()) made.device = planned.planned.device;
  return made;
}

namespace {

/// A package installed (or chosen only), with what it was installed with.
struct InstalledCollective {
  std::unique_ptr<CollectiveWork> work;
  install::Environment environment;
  bool built = false;
};

collective::PackageRequest package_request(const InstallRequest& request) {
  collective::PackageRequest package;
  package.query.name = request.pattern.name;
  package.query.tags = request.tags.all;
  package.query.no_tags = request.tags.none;
  package.query.or_tags = value_of(request.values, "or_tags");
  package.query.tags.insert(package.query.tags.end(), request.variations.begin(),
                            request.variations.end());
  package.environment = object_of(request.collective.variables);
  for (const auto& [name, value] : request.secrets) package.environment[name] = value;
  package.extra_tags = collective::comma_list(request.collective.extra_tags);
  package.version = request.collective.force_version;
  package.rebuild = request.rebuild;
  return package;
}

/// What a lock says decides everything about a package; all of it has been restored.
Result<InstalledCollective> installed_as_locked(InstalledCollective result, const LockedUse& locked,
                                                const catalog::Home& home) {
  auto& restored = result.work->restored;
  const std::string id = restored.ids.at(locked.lock.subject);
  result.built = id != locked.lock.subject;
  for (const auto& step : restored.plan.steps) {
    if (step.environment.record.id == id)
      result.environment = install::make_environment(step.environment.record, home);
  }
  return result;
}

/// A package with all that it was installed with.
Result<install::InstallPlan> used_by(const InstalledCollective& installed) {
  collective::BuiltProgram subject;
  subject.environment = installed.environment;
  CK_TRY(used, collective::used_environments(subject, {}, *installed.work->bench));
  for (const auto& [key, id] : installed.environment.record.dependencies) used.roots[key] = id;
  return std::move(used);
}

Status check_installation(Session& session, const InstallRequest& request) {
  CK_CHECK(
      check_options(request.values, collective_package_options(), "package", session.events()));
  if (!request.locked && request.pattern.name.empty() && request.tags.all.empty()) {
    return fail(Error(ErrorCode::usage, "nothing says which package to install")
                    .hint("ck install package:NAME or ck install package --tags=A,B"));
  }
  const auto text = request.pattern.text();
  return refuse_host(request.host, request.pattern.name.empty() ? "what is to be installed" : text);
}

/// Explains what a package needs, and tells what is wrong with --dep. before it is installed.
Status explain_package(const collective::PackageRequest& package, const InstallRequest& request,
                       const collective::ChosenPackage& chosen, collective::Explainer& explainer,
                       EventSink& events) {
  CK_CHECK(explainer.explain(chosen, package.environment));
  return check_keys(request.pins, chosen.component.id.text(), explainer.keys(),
                    written_keys(chosen.varied.meta), events);
}

Result<InstalledCollective> install_one(Session& session, const InstallRequest& request) {
  CK_CHECK(check_installation(session, request));
  if (request.locked) CK_CHECK(locked_component(request.locked->lock, request.pattern));
  CK_TRY(wishes, wishes_of(session, request.collective, request.pins));
  CK_TRY(jobs, count_of(request.values, "j"));
  wishes.jobs = jobs.value_or(0);
  // What the named package needs downloads files of its own.
  std::string source;
  if (!request.locked) source = std::exchange(wishes.sources.any, {});
  InstalledCollective result;
  CK_TRY(work,
         CollectiveWork::open(session, request.profile, std::move(wishes), request.locked, {}));
  result.work = std::move(work);
  CK_TRY(home, session.home());
  if (request.locked) return installed_as_locked(std::move(result), *request.locked, *home);
  auto package = package_request(request);
  package.source = std::move(source);
  auto& bench = *result.work->bench;
  if (!request.pins.empty()) {
    CK_TRY(chosen, collective::choose_package(package.query, bench));
    collective::Explainer explainer(bench);
    CK_CHECK(explain_package(package, request, chosen, explainer, session.events()));
  }
  CK_TRY(installed, collective::install_package(package, bench));
  result.environment = std::move(installed.environment.environment);
  result.built = installed.built;
  CK_TRY(used, used_by(result));
  tell_different_answers(used, result.environment.record.component.text(), session.events());
  return result;
}

/// The steps of an installation, and nothing done.
Result<InstallReport> dry_installation(Session& session, const InstallRequest& request) {
  CK_CHECK(check_installation(session, request));
  InstallReport report;
  if (request.locked) {
    CK_CHECK(locked_component(request.locked->lock, request.pattern));
    CK_TRY(home, session.home());
    report.plan = plan_of(request.locked->lock, *home);
    return report;
  }
  CK_TRY(wishes, wishes_of(session, request.collective, request.pins));
  CK_TRY(work, CollectiveWork::open(session, request.profile, std::move(wishes), {}, {}));
  const auto package = package_request(request);
  CK_TRY(chosen, collective::choose_package(package.query, *work->bench));
  collective::Explainer explainer(*work->bench, collective::Detectors::only_looking);
  CK_CHECK(explain_package(package, request, chosen, explainer, session.events()));
  const auto needs = explainer.take();
  tell_different_answers(needs, session.events());
  report.plan = plan_of(needs);
  CK_TRY(step, package_step(chosen, package.version, *work->bench));
  report.plan.steps.push_back(std::move(step));
  return report;
}

}  // namespace

Result<InstallReport> install_collective(Session& session, const InstallRequest& request) {
  if (request.dry_run) return dry_installation(session, request);
  CK_TRY(installed, install_one(session, request));
  InstallReport report;
  report.installed = installed.environment.record.id;
  report.path = installed.environment.path;
  install::PlannedEnvironment step;
  step.environment = installed.environment;
  step.action = installed.built ? install::PlannedEnvironment::Action::build
                                : install::PlannedEnvironment::Action::use;
  report.plan.steps.push_back(std::move(step));
  report.plan.subject = installed.environment.record.id;
  return report;
}

Result<install::Lock> lock_collective(Session& session, const InstallRequest& request) {
  CK_TRY(installed, install_one(session, request));
  auto& bench = *installed.work->bench;
  CK_TRY(used, used_by(installed));
  auto lock = install::make_lock(used, bench.context());
  for (const auto& name : bench.used_repositories()) add_repository(name, bench.context(), lock);
  return lock;
}

}  // namespace ck::app
