#include "app/collective.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "app/calibration.hpp"
#include "app/collective_work.hpp"
#include "app/mirrors.hpp"
#include "base/strings.hpp"
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

Json object_of(const NamedTexts& texts) {
  Json object = Json::object();
  for (const auto& [name, value] : texts) object[name] = value;
  return object;
}

// Options.

/// `of`: whose variables --env. sets.
Status check_options(const model::Values& values, const std::vector<CollectiveOption>& options,
                     const std::string& of, EventSink& events) {
  for (const auto& [name, value] : values) {
    const auto option = std::ranges::find(options, name, &CollectiveOption::name);
    if (option != options.end() && option->has_effect()) continue;
    if (option != options.end()) {
      // Of programs' the help says so; a package's may have been meant to change what is installed.
      const std::string message = "--" + name + " has no effect here";
      events.on(of == "package" ? Event(Warning{message}) : Event(Note{message}));
      continue;
    }
    std::vector<std::string> names;
    for (const auto& known : options) names.push_back(known.name);
    Error error(ErrorCode::usage, "there is no option --" + printable(name));
    if (const auto near = did_you_mean(near_misses(name, names))) error.hint(*near);
    error.hint("a variable of the " + of + " is set with --env." + printable(name) + "=…");
    return fail(std::move(error));
  }
  return {};
}

std::string value_of(const model::Values& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

bool yes(const model::Values& values, const std::string& name) {
  return value_of(values, name) == "yes";
}

/// What is said about choices, with what a program's own options say about them.
CollectiveOptions options_of(const RunRequest& request) {
  CollectiveOptions options = request.collective;
  if (const auto tags = value_of(request.values, "compiler_tags"); !tags.empty())
    options.added_tags.emplace_back("compiler", tags);
  return options;
}

/// A whole number above 0 that an option gives; nothing if it is not given.
Result<std::optional<int>> count_of(const model::Values& values, const std::string& name) {
  const auto text = value_of(values, name);
  if (text.empty()) return std::optional<int>();
  const auto number = parse_integer(text);
  if (!number || *number < 1 || *number > std::numeric_limits<int>::max()) {
    return fail(ErrorCode::usage,
                "--" + name + "=" + printable(text) + " is no whole number above 0");
  }
  return std::optional(static_cast<int>(*number));
}

install::DetectionMiss nowhere(const std::vector<fs::path>& searched) {
  std::vector<std::string> folders;
  for (const auto& folder : searched) folders.push_back(folder.string());
  return {"no file of its name",
          "looked in " + join(folders, ", ") + "; --search_dirs=A,B adds folders"};
}

Result<collective::ProgramRequest> program_request(Session& session,
                                                   const catalog::Component& component,
                                                   const RunRequest& request) {
  CK_CHECK(
      check_options(request.values, collective_program_options(), "program", session.events()));
  collective::ProgramRequest program;
  program.component = component;
  for (const auto* flag : {"speed", "size", "static", "skip_calibration"}) {
    const auto text = value_of(request.values, flag);
    if (!text.empty() && text != "yes" && text != "no")
      return fail(ErrorCode::usage,
                  "--" + std::string(flag) + "=" + printable(text) + ": it is a flag, yes or no");
  }
  program.compile.speed = yes(request.values, "speed");
  program.compile.size = yes(request.values, "size");
  program.compile.static_link = yes(request.values, "static");
  program.compile.flags = value_of(request.values, "flags");
  program.compile.link_flags = value_of(request.values, "lflags");
  // CK compiled without any optimisation unless told otherwise, and benchmarked that.
  if (!program.compile.size && program.compile.flags.empty()) program.compile.speed = true;
  program.compile.variables = object_of(request.collective.compiler_variables);
  program.environment = object_of(request.variables);
  program.secrets = request.secrets;
  program.params = object_of(request.collective.params);
  program.arguments = request.arguments;
  program.command = request.command;
  program.dataset = value_of(request.values, "dataset_uoa");
  program.dataset_file = value_of(request.values, "dataset_file");
  program.timeout_seconds = request.timeout_seconds;
  program.rebuild = request.rebuild;
  CK_TRY(repeat, count_of(request.values, "repeat"));
  if (repeat) program.repeat = std::to_string(*repeat);
  return program;
}

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
Result<std::string> calibrated_repeat(collective::ProgramRequest program,
                                      const collective::BuiltProgram& built,
                                      const RunRequest& request, collective::Workbench& bench) {
  constexpr double kSeconds = 4;
  CK_TRY(target, calibration_seconds(request.values));
  const auto seconds = [&](std::uint64_t count) -> Result<double> {
    program.repeat = std::to_string(count);
    CK_TRY(planned, collective::plan_program(program, built, bench));
    CK_TRY(phases, collective::phases_of(planned.plan, {}, bench.context()));
    bench.context().events.on(Note{"calibrating: " + program.repeat + " repetitions"});
    CK_TRY(outcome, run::run_once(planned.plan, 1, {}, bench.context(), phases));
    if (outcome.failure) return fail(std::move(*outcome.failure));
    return total_time(outcome);
  };
  CK_TRY(found, measure::calibrate(seconds, target.value_or(kSeconds)));
  tell_unresponsive(found, "CT_REPEAT_MAIN", bench.context());
  return std::to_string(found.count);
}

/// What the explanation says of candidates that are called so: "package:x", "soft:y@1.0".
std::vector<solve::Objection> objections_against(const std::string& asked,
                                                 const solve::Resolution& resolution) {
  const auto meant = [&](const std::string& candidate) {
    if (!candidate.starts_with(asked)) return false;
    const auto rest = candidate.substr(asked.size());
    return rest.empty() || rest.front() == '@' || rest.front() == ' ';
  };
  std::vector<solve::Objection> objections;
  const auto add = [&](const std::string& candidate, const std::string& key, bool chosen,
                       const std::string& reason) {
    if (!meant(candidate)) return;
    solve::Objection one;
    one.candidate = candidate;
    one.key = key;
    one.chosen = chosen;
    one.reason = reason;
    objections.push_back(std::move(one));
  };
  for (const auto& choice : resolution.choices) {
    add(choice.candidate, choice.key, true, choice.reason);
    for (const auto& [candidate, reason] : choice.rejected)
      add(candidate, choice.key, false, reason);
  }
  return objections;
}

/// An explained need in the words of our own resolution.
solve::Choice choice_of(const collective::ExplainedNeed& one) {
  solve::Choice choice;
  choice.key = one.need.key;
  choice.candidate = one.choice.empty() ? "nothing" : one.choice;
  choice.reason = one.reason;
  model::Dependency dependency;
  dependency.key = one.need.key;
  dependency.tags.all = one.need.tags;
  dependency.tags.none = one.need.no_tags;
  for (const auto& alternative : split(one.need.or_tags, ';')) {
    if (!alternative.empty()) dependency.tags.any.push_back(split(alternative, ','));
  }
  std::vector<std::string> bounds;
  if (one.need.from) bounds.push_back(">=" + collective::version_text(*one.need.from));
  if (one.need.to) bounds.push_back("<=" + collective::version_text(*one.need.to));
  // Numbers and dots, which every range may hold.
  if (auto range = model::VersionRange::parse(join(bounds, ","))) dependency.version = *range;
  choice.demands.push_back({one.by, std::move(dependency)});
  for (const auto& [candidate, reason] : one.rejected)
    choice.rejected.push_back({candidate, reason});
  return choice;
}

}  // namespace

Result<collective::Wishes> wishes_of(Session& session, const CollectiveOptions& options) {
  CK_TRY(context, session.context());
  collective::Wishes wishes;
  if (!options.order.empty() && options.order != "ck" && options.order != "ours")
    return fail(ErrorCode::usage, "--order=" + printable(options.order) + ": it is ck or ours");
  wishes.order = options.order == "ck" ? collective::Order::ck : collective::Order::ours;
  for (const auto& [key, id] : options.presets) wishes.presets[key] = id;
  for (const auto& [key, tags] : options.added_tags)
    wishes.added_tags[key] = collective::comma_list(tags);
  for (const auto& folder : collective::comma_list(options.search_folders))
    wishes.search_folders.emplace_back(folder);
  for (const auto& [name, value] : context->host_variables) {
    if (name == "CK_TOOLS" && !value.empty()) wishes.search_folders.emplace_back(value);
    if (name != "CK_DIRS") continue;
    for (const auto& folder : split(value, ':')) {
      if (!folder.empty()) wishes.search_folders.emplace_back(folder);
    }
  }
  if (!options.source.empty()) {
    std::error_code missing;
    if (!fs::exists(options.source, missing))
      return fail(ErrorCode::not_found, "--source: there is no " + printable(options.source));
    wishes.sources[""] = fs::absolute(options.source).string();
  }
  CK_TRY(mirrors, source_mirrors(session));
  for (const auto& mirror : mirrors) {
    for (const auto& clone : mirror.clones)
      wishes.sources.emplace(clone.url, mirror.path_of(clone).string());
  }
  std::error_code unknown;
  wishes.executable = fs::read_symlink("/proc/self/exe", unknown);
  return wishes;
}

namespace {

/// A program built, and its run planned.
struct PlannedCollective {
  std::unique_ptr<CollectiveWork> work;
  collective::ProgramRequest program;
  collective::BuiltProgram built;
  collective::PlannedProgram planned;
  install::InstallPlan used;
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

/// Opens, and builds what has to be there before a run can be planned.
Result<PlannedCollective> build_collective(Session& session, catalog::Component component,
                                           const RunRequest& request) {
  PlannedCollective result;
  CK_TRY(program, program_request(session, component, request));
  result.program = std::move(program);
  CK_TRY(wishes, wishes_of(session, options_of(request)));
  CK_TRY(work, CollectiveWork::open(session, request.profile, std::move(wishes), request.locked,
                                    {result.program.compile, false}));
  result.work = std::move(work);
  auto& bench = *result.work->bench;
  if (request.locked) {
    CK_TRY(found, bench.find(component.id.kind, component.id.uid));
    result.program.component = std::move(found);
    result.program.given = result.work->restored.choices;
  }
  CK_TRY(built, collective::build_program(result.program, bench));
  result.built = std::move(built);
  if (request.locked)
    CK_CHECK(judge_build(result.built, *request.locked, *result.work, session.events()));
  return result;
}

Result<PlannedCollective> plan_collective(Session& session, const catalog::Component& component,
                                          const RunRequest& request) {
  CK_TRY(result, build_collective(session, component, request));
  auto& bench = *result.work->bench;
  if (!request.dry_run && calibrates(result.built, request)) {
    CK_TRY(repeat, calibrated_repeat(result.program, result.built, request, bench));
    result.program.repeat = repeat;
  }
  CK_TRY(planned, collective::plan_program(result.program, result.built, bench));
  result.planned = std::move(planned);
  CK_TRY(used, collective::used_environments(result.built, result.planned.dependencies, bench));
  result.used = std::move(used);
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

}  // namespace

Result<PreparedRun> prepare_collective(Session& session, const catalog::Component& component,
                                       const RunRequest& request) {
  CK_TRY(planned, plan_collective(session, component, request));
  PreparedRun prepared;
  prepared.name = component.id.name;
  prepared.run_plan = planned.planned.plan;
  prepared.hooks = to_text(collective::to_json(planned.work->bench->hook_uses()));
  CK_TRY(lock, lock_of(planned));
  prepared.lock = std::move(lock);
  prepared.plan = std::move(planned.used);
  prepared.context = &planned.work->context();
  prepared.owner = std::move(planned.work);
  return prepared;
}

Result<ExplainReport> explain_collective(Session& session, const catalog::Component& component,
                                         const RunRequest& request) {
  Json environment = Json::object();
  if (component.id.kind == "program") {
    CK_TRY(program, program_request(session, component, request));
    environment = std::move(program.environment);
  }
  CK_TRY(context, session.context());
  CK_TRY(profile, install::load_profile(request.profile, *context));
  CK_TRY(wishes, wishes_of(session, options_of(request)));
  CK_TRY(bench, collective::Workbench::open(*context, profile, std::move(wishes)));
  CK_TRY(document, bench.document(component));
  Json needs = collective::object_at(document, "compile_deps");
  if (needs.empty()) needs = collective::object_at(document, "deps");
  for (const auto& [key, need] : collective::object_at(document, "run_deps").items()) {
    if (!needs.contains(key)) needs[key] = need;
  }
  Json seen = Json::object();
  if (collective::yes_at(document, "pass_env_to_resolve")) {
    seen = collective::object_at(document, "run_vars");
    for (const auto& [name, value] : environment.items()) seen[name] = value;
  }
  collective::Explainer explainer(bench);
  CK_CHECK(explainer.explain(component.id.text(), needs, seen));
  ExplainReport report;
  report.subject = component.id.text();
  for (auto& one : explainer.take()) report.resolution.choices.push_back(choice_of(one));
  if (!request.why_not.empty())
    report.objections = objections_against(request.why_not, report.resolution);
  return report;
}

Result<CompileReport> compile_collective(Session& session, const catalog::Component& component,
                                         const RunRequest& request) {
  CK_TRY(built, build_collective(session, component, request));
  return CompileReport{built.built.environment, built.built.built};
}

Result<CollectiveNeeds> needs_of_collective(Session& session, const catalog::Component& component,
                                            const RunRequest& request) {
  RunRequest planned_only = request;
  planned_only.dry_run = true;
  CK_TRY(planned, plan_collective(session, component, planned_only));
  return CollectiveNeeds{std::move(planned.work), std::move(planned.planned.dependencies)};
}

Result<install::Lock> lock_collective(Session& session, const catalog::Component& component,
                                      const RunRequest& request) {
  RunRequest planned_only = request;
  planned_only.dry_run = true;
  CK_TRY(planned, plan_collective(session, component, planned_only));
  return lock_of(planned);
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

Result<InstalledCollective> install_one(Session& session, const InstallRequest& request) {
  CK_CHECK(
      check_options(request.values, collective_package_options(), "package", session.events()));
  if (!request.locked && request.pattern.name.empty() && request.tags.all.empty()) {
    return fail(Error(ErrorCode::usage, "nothing says which package to install")
                    .hint("ck install package:NAME or ck install package --tags=A,B"));
  }
  if (request.locked) CK_CHECK(locked_component(request.locked->lock, request.pattern));
  CK_TRY(wishes, wishes_of(session, request.collective));
  CK_TRY(jobs, count_of(request.values, "j"));
  wishes.jobs = jobs.value_or(0);
  InstalledCollective result;
  CK_TRY(work,
         CollectiveWork::open(session, request.profile, std::move(wishes), request.locked, {}));
  result.work = std::move(work);
  CK_TRY(home, session.home());
  if (request.locked) return installed_as_locked(std::move(result), *request.locked, *home);
  const auto package = package_request(request);
  if (request.dry_run) {
    CK_TRY(chosen, collective::choose_package(package.query, *result.work->bench));
    return fail(ErrorCode::unsupported,
                chosen.component.id.text() + " would be installed; more cannot be said before");
  }
  CK_TRY(installed, collective::install_package(package, *result.work->bench));
  result.environment = std::move(installed.environment.environment);
  result.built = installed.built;
  return result;
}

}  // namespace

Result<InstallReport> install_collective(Session& session, const InstallRequest& request) {
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
  collective::BuiltProgram subject;
  subject.environment = installed.environment;
  CK_TRY(used, collective::used_environments(subject, {}, bench));
  for (const auto& [key, id] : installed.environment.record.dependencies) used.roots[key] = id;
  auto lock = install::make_lock(used, bench.context());
  for (const auto& name : bench.used_repositories()) add_repository(name, bench.context(), lock);
  return lock;
}

Result<DetectedSoftware> detect_collective(Session& session, const catalog::Component& soft,
                                           const DetectRequest& request) {
  CK_TRY(context, session.context());
  CK_TRY(profile, install::load_profile(request.profile, *context));
  CK_TRY(wishes, wishes_of(session, request.collective));
  CK_TRY(bench, collective::Workbench::open(*context, profile, std::move(wishes)));
  collective::DetectOptions options;
  options.full_path = request.full_path;
  options.extra_tags = collective::comma_list(request.collective.extra_tags);
  options.version = request.collective.force_version;
  CK_TRY(detection, collective::detect_software(soft, options, bench));
  DetectedSoftware detected;
  detected.component = soft;
  detected.detection.missed = std::move(detection.missed);
  if (detection.hits.empty() && detected.detection.missed.empty() && !detection.searched.empty())
    detected.detection.missed.push_back(nowhere(detection.searched));
  if (detection.registered)
    detected.detection.found.push_back(std::move(detection.registered->environment));
  for (std::size_t i = 1; i < detection.hits.size(); ++i) {
    const auto& hit = detection.hits[i];
    const bool same = hit.version == detection.hits.front().version;
    detected.others.push_back({hit.file.string(), "version " + hit.version +
                                                      (same ? ", the same" : ", not the highest") +
                                                      "; --full_path= takes it"});
  }
  return detected;
}

}  // namespace ck::app
