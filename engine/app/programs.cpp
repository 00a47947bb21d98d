#include "app/programs.hpp"

#include <algorithm>

#include "app/collective.hpp"
#include "app/prepare.hpp"
#include "install/installer.hpp"

namespace ck::app {
namespace {

Result<Prepared> prepare_program(Session& session, const RunRequest& request) {
  PrepareRequest wanted;
  wanted.pattern = request.pattern;
  wanted.tags = request.tags;
  wanted.kinds = {"program"};
  wanted.values = request.values;
  wanted.pins = request.pins;
  wanted.profile = request.profile;
  wanted.rebuild = request.rebuild;
  return prepare(session, wanted);
}

Result<catalog::Component> chosen_program(Session& session, const RunRequest& request) {
  return choose_component(session, request.pattern, request.tags, {"program"});
}

bool is_collective(const catalog::Component& component) {
  return component.format == model::RepositoryDescriptor::Format::ck;
}

/// The closure as it will be: ids, places and exports are known before anything is built.
install::Closure planned_closure(const install::InstallPlan& plan) {
  install::Closure closure;
  for (const auto& step : plan.steps) closure.emplace(step.environment.record.id, step.environment);
  return closure;
}

}  // namespace

Result<RunReport> run(Session& session, const RunRequest& request, const run::PassThrough& output) {
  CK_TRY(component, chosen_program(session, request));
  if (is_collective(component)) return run_collective(session, component, request, output);
  CK_TRY(prepared, prepare_program(session, request));
  CK_TRY(context, session.context());
  const auto& program = std::get<model::Program>(*prepared.subject.descriptor);
  const run::RunRequest wanted{request.command, request.variables, request.arguments,
                               request.timeout_seconds};
  // Planned before anything is built, so that a wrong command or variable is told at once.
  CK_TRY(run_plan, run::plan_run(program, prepared.plan, planned_closure(prepared.plan),
                                 prepared.subject.values, prepared.profile, wanted,
                                 context->host_variables, context->home.root));
  RunReport report;
  report.run_plan = std::move(run_plan);
  if (!request.dry_run) {
    CK_CHECK(install::execute(prepared.plan, prepared.profile, *context));
    experiment::PointRequest point;
    point.experiment = request.experiment.empty() ? program.common.name : request.experiment;
    point.tags = request.tags_of_record;
    point.repetitions = request.repetitions;
    point.request = request.command_line;
    CK_TRY(outcome, experiment::execute_point(point, report.run_plan,
                                              install::make_lock(prepared.plan, *context), output,
                                              *context));
    report.metrics = experiment::summarize(outcome.point);
    report.failure = std::move(outcome.failure);
    report.point = std::move(outcome.point);
  }
  report.plan = std::move(prepared.plan);
  return report;
}

Result<CompileReport> compile(Session& session, const RunRequest& request) {
  CK_TRY(component, chosen_program(session, request));
  if (is_collective(component)) return compile_collective(session, component, request);
  CK_TRY(prepared, prepare_program(session, request));
  if (!prepared.plan.subject) {
    return fail(ErrorCode::unsupported, component.id.text() + " has nothing to be compiled");
  }
  CK_TRY(context, session.context());
  CK_TRY(closure, install::execute(prepared.plan, prepared.profile, *context));
  const bool built = std::ranges::any_of(prepared.plan.steps, [&](const auto& step) {
    return step.environment.record.id == *prepared.plan.subject &&
           step.action == install::PlannedEnvironment::Action::build;
  });
  return CompileReport{closure.at(*prepared.plan.subject), built};
}

Result<ExplainReport> explain(Session& session, const RunRequest& request) {
  PrepareRequest wanted;
  wanted.pattern = request.pattern;
  wanted.tags = request.tags;
  wanted.kinds = {"program", "package", "dataset", "model"};
  wanted.values = request.values;
  wanted.pins = request.pins;
  wanted.profile = request.profile;
  CK_TRY(prepared, prepare(session, wanted));
  return ExplainReport{prepared.subject.component.id.text(), std::move(prepared.plan),
                       std::move(prepared.resolved.resolution)};
}

}  // namespace ck::app
