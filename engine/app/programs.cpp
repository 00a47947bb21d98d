#include "app/programs.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "app/calibration.hpp"
#include "app/collective.hpp"
#include "app/machine.hpp"
#include "app/preparations.hpp"
#include "install/installer.hpp"
#include "install/resolver.hpp"

namespace ck::app {
namespace {

/// The closure as it will be: ids, places and exports are known before anything is built.
install::Closure planned_closure(const install::InstallPlan& plan) {
  install::Closure closure;
  for (const auto& step : plan.steps) closure.emplace(step.environment.record.id, step.environment);
  return closure;
}

experiment::PointRequest point_request(const RunRequest& request, const std::string& program) {
  experiment::PointRequest point;
  point.experiment = request.experiment.empty() ? program : request.experiment;
  point.tags = request.tags_of_record;
  point.sampling = request.sampling;
  point.sweep = request.sweep;
  point.request = request.command_line;
  return point;
}

/// What only the program's declarations tell to be secret.
void learn_secrets(const model::Program& program, const model::Values& values,
                   const RunRequest& request, const install::Context& context) {
  if (!context.secrets) return;
  for (const auto& parameter : program.recipe.parameters) {
    if (parameter.secret) context.secrets->add(parameter.name, values.at(parameter.name));
  }
  for (const auto& [name, value] : request.variables) {
    if (std::ranges::find(program.secrets, name) != program.secrets.end())
      context.secrets->add(name, value);
  }
}

}  // namespace

Result<Prepared> prepare_program(Session& session, const RunRequest& request) {
  PrepareRequest wanted;
  wanted.pattern = request.pattern;
  wanted.tags = request.tags;
  wanted.kinds = {"program"};
  wanted.values = request.values;
  wanted.pins = request.pins;
  wanted.profile = request.profile;
  wanted.rebuild = request.rebuild;
  wanted.host = request.host;
  wanted.at_commits = request.at_commits;
  return prepare(session, wanted, request.locked);
}

Result<std::optional<catalog::Component>> collective_program(Session& session,
                                                             const RunRequest& request) {
  if (request.locked) {
    if (!is_collective(request.locked->lock)) return std::optional<catalog::Component>();
    CK_TRY(id, locked_component(request.locked->lock, request.pattern));
    catalog::Component component;
    component.id = id;
    return std::optional(std::move(component));
  }
  if (!request.at_commits.empty()) return std::optional<catalog::Component>();
  CK_TRY(component, choose_component(session, request.pattern, request.tags, {"program"}));
  if (component.format != model::RepositoryDescriptor::Format::ck)
    return std::optional<catalog::Component>();
  return std::optional(std::move(component));
}

namespace {

/// Names of a program's own parameters and variation groups.
Result<std::vector<std::string>> parameters_of(Session& session, const RunRequest& request) {
  std::vector<std::string> names;
  if (request.locked) return names;
  if (!request.at_commits.empty()) {  // values are as they were recorded, parameters all of them
    for (const auto& [name, value] : request.values) names.push_back(name);
    return names;
  }
  CK_TRY(component, choose_component(session, request.pattern, request.tags, {"program"}));
  CK_TRY(context, session.context());
  CK_TRY(descriptor, context->catalog.load(component));
  const auto* recipe = install::recipe_of(descriptor);
  if (recipe == nullptr) return names;
  for (const auto& parameter : recipe->parameters) names.push_back(parameter.name);
  for (const auto& group : recipe->variations) names.push_back(group.name);
  return names;
}

Result<RepeatWish> taken_repeat_wish(Session& session, RunRequest& request) {
  if (!has_repeat_wish(request.values)) return RepeatWish();
  CK_TRY(parameters, parameters_of(session, request));
  return take_repeat_wish(request.values, parameters);
}

/// Has the program repeat its work as often as was said; or leaves it to be calibrated.
Status apply(const RepeatWish& wish, const model::Program& program, const RunRequest& request,
             PreparedRun& prepared) {
  if (!program.repetition) {
    if (!wish.count) return {};
    return fail(Error(ErrorCode::usage, "program:" + program.common.name +
                                            " does not say how it repeats its work inside one run")
                    .hint("its ck.json would have \"repeat\": {\"variable\": \"NAME\"}"));
  }
  if (wish.count) {
    run::set_iterations(prepared.run_plan, *wish.count);
    return {};
  }
  const bool said = std::ranges::any_of(request.variables, [&](const auto& variable) {
    return variable.first == program.repetition->variable;
  });
  if (!request.calibrate || request.dry_run || wish.skip || said) return {};
  if (request.iterations) {
    run::set_iterations(prepared.run_plan, *request.iterations);
  } else {
    prepared.calibrate_seconds = wish.seconds.value_or(program.repetition->seconds);
  }
  return {};
}

/// The first that needs it finds the number for all: with another one, the start of the process
/// would weigh more in one than in the other.
Status calibrate(std::span<PreparedRun* const> runs) {
  std::optional<std::uint64_t> count;
  for (auto* one : runs) {
    if (!one->calibrate_seconds) continue;
    if (!count) {
      CK_TRY(found, calibrated_iterations(one->run_plan, *one->calibrate_seconds, *one->context));
      count = found;
    }
    run::set_iterations(one->run_plan, *count);
  }
  return {};
}

}  // namespace

Result<PreparedRun> prepare_run(Session& session, const RunRequest& asked) {
  if (!asked.dry_run) CK_CHECK(refuse_another_machine(asked.host, "run"));
  CK_TRY(collective, collective_program(session, asked));
  if (collective) return prepare_collective(session, *collective, asked);
  auto request = asked;
  CK_TRY(wish, taken_repeat_wish(session, request));
  CK_TRY(prepared, prepare_program(session, request));
  auto* const context = prepared.context;
  const auto& program = std::get<model::Program>(*prepared.subject.descriptor);
  learn_secrets(program, prepared.subject.values, request, *context);
  const run::RunRequest wanted{request.command, request.variables, request.secrets,
                               request.arguments, request.timeout_seconds};
  // Planned before anything is built, so that a wrong command or variable is told at once.
  PreparedRun result;
  CK_TRY(run_plan, run::plan_run(program, prepared.plan, planned_closure(prepared.plan),
                                 prepared.subject.values, prepared.profile, wanted,
                                 context->host_variables, context->home.root));
  result.run_plan = std::move(run_plan);
  CK_CHECK(apply(wish, program, request, result));
  if (!request.dry_run) CK_CHECK(install::execute(prepared.plan, prepared.profile, *context));
  result.name = program.common.name;
  result.lock = prepared.lock();
  result.context = context;
  result.plan = std::move(prepared.plan);
  result.owner = std::move(prepared.recorded);
  return result;
}

Result<RunReport> run(Session& session, const RunRequest& request, const run::PassThrough& output) {
  CK_TRY(prepared, prepare_run(session, request));
  CK_CHECK(calibrate(std::array{&prepared}));
  RunReport report;
  report.plan = std::move(prepared.plan);
  report.run_plan = std::move(prepared.run_plan);
  if (request.dry_run) return report;
  auto point = point_request(request, prepared.name);
  point.hooks = std::move(prepared.hooks);
  QuietMachine machine;
  machine.prepare(session, request, point.sampling);
  CK_TRY(outcome, experiment::execute_point(point, report.run_plan, prepared.lock, output,
                                            *prepared.context));
  report.metrics = experiment::summarize(outcome.point);
  report.failure = std::move(outcome.failure);
  report.point = std::move(outcome.point);
  return report;
}

namespace {

/// Programs of Collective Knowledge as well repeat their work equally often in all variants.
Result<std::vector<PreparedRun>> prepare_variants(Session& session,
                                                  std::vector<RunRequest> variants) {
  std::vector<PreparedRun> runs;
  std::optional<std::uint64_t> count;
  for (auto& variant : variants) {
    if (!variant.iterations) variant.iterations = count;
    CK_TRY(prepared, prepare_run(session, variant));
    if (!count) count = prepared.calibrated_iterations;
    runs.push_back(std::move(prepared));
  }
  return runs;
}

}  // namespace

Result<CompareReport> compare_variants(Session& session, const CompareRequest& request,
                                       const run::PassThrough& output) {
  experiment::VersusRequest versus;
  versus.rule.margin = request.margin;
  versus.metric = request.metric;
  const RunRequest& first = request.variants.front();
  CK_TRY(runs, prepare_variants(session, request.variants));
  std::vector<PreparedRun*> to_calibrate;
  for (auto& one : runs) to_calibrate.push_back(&one);
  CK_CHECK(calibrate(to_calibrate));
  versus.point = point_request(first, runs.front().name);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto& prepared = runs[i];
    versus.variants.push_back({request.labels[i],
                               std::move(prepared.run_plan),
                               std::move(prepared.lock),
                               std::move(prepared.hooks),
                               prepared.context,
                               {},
                               {},
                               request.variants[i].sweep});
  }
  CK_TRY(context, session.context());
  QuietMachine machine;
  machine.prepare(session, first, versus.point.sampling);
  CK_TRY(outcome, experiment::execute_versus(versus, output, *context));
  return CompareReport{versus.point.experiment, std::move(outcome)};
}

Result<CompileReport> compile(Session& session, const RunRequest& request) {
  if (!request.dry_run) CK_CHECK(refuse_another_machine(request.host, "compile"));
  CK_TRY(collective, collective_program(session, request));
  if (collective) return compile_collective(session, *collective, request);
  CK_TRY(prepared, prepare_program(session, request));
  if (!prepared.plan.subject) {
    return fail(ErrorCode::unsupported,
                prepared.subject.component.id.text() + " has nothing to be compiled");
  }
  CompileReport report;
  if (request.dry_run) {
    report.plan = std::move(prepared.plan);
    return report;
  }
  auto* const context = prepared.context;
  CK_TRY(closure, install::execute(prepared.plan, prepared.profile, *context));
  report.built = std::ranges::any_of(prepared.plan.steps, [&](const auto& step) {
    return step.environment.record.id == *prepared.plan.subject &&
           step.action == install::PlannedEnvironment::Action::build;
  });
  report.environment = closure.at(*prepared.plan.subject);
  return report;
}

Result<ExplainReport> explain(Session& session, const RunRequest& request) {
  const std::vector<std::string> kinds{"program", "package", "dataset", "model"};
  PrepareRequest wanted;
  wanted.pattern = request.pattern;
  wanted.tags = request.tags;
  wanted.kinds = kinds;
  wanted.values = request.values;
  wanted.pins = request.pins;
  wanted.profile = request.profile;
  if (request.locked) {
    CK_TRY(id, locked_component(request.locked->lock, request.pattern));
    CK_TRY(locked, prepare_locked(session, wanted, *request.locked));
    return ExplainReport{id.text(),
                         std::move(locked.plan),
                         std::move(locked.resolved.resolution),
                         std::move(locked.differences),
                         {}};
  }
  CK_TRY(component, choose_component(session, request.pattern, request.tags, kinds));
  if (component.format == model::RepositoryDescriptor::Format::ck)
    return explain_collective(session, component, request);
  wanted.host = request.host;
  wanted.why_not = request.why_not;
  CK_TRY(prepared, prepare(session, wanted));
  return ExplainReport{prepared.subject.component.id.text(),
                       std::move(prepared.plan),
                       std::move(prepared.resolved.resolution),
                       {},
                       std::move(prepared.resolved.objections)};
}

}  // namespace ck::app
