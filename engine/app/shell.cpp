#include "app/shell.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/collective.hpp"
#include "app/collective_work.hpp"
#include "app/environment_script.hpp"
#include "app/existing_environment.hpp"
#include "app/preparations.hpp"
#include "base/strings.hpp"
#include "collective/steps.hpp"
#include "install/isolation.hpp"
#include "install/profile.hpp"
#include "install/staging.hpp"
#include "sys/replace.hpp"

namespace ck::app {
namespace {

constexpr int kSignalled = 128;  ///< what shells add to a signal's number

std::optional<std::string> value_of(const install::Variables& variables, const std::string& name) {
  const auto found =
      std::ranges::find(variables, name, &std::pair<std::string, std::string>::first);
  return found == variables.end() ? std::nullopt : std::optional(found->second);
}

/// One subject, with what its profile means here.
struct Wanted : ShellSubject {
  std::string profile;
  const ShellIsolation* isolation = nullptr;
  const install::Variables* below = nullptr;  ///< what subjects before it made
};

/// What lies below the environments' own variables.
Result<install::Variables> base_variables(const Wanted& request, install::Context& context) {
  if (request.below != nullptr) return *request.below;
  if (request.profile.empty()) return context.host_variables;
  if (request.isolation) {
    return install::profile_variables(request.isolation->profile, context.host_variables,
                                      request.isolation->work.path());
  }
  CK_TRY(profile, install::load_profile(request.profile, context));
  std::error_code gone;
  const auto here = fs::current_path(gone);
  return install::profile_variables(profile, context.host_variables,
                                    gone ? context.home.work() : here);
}

/// Nothing where the profile has no sandbox.
Result<std::optional<ShellIsolation>> isolation_for(Session& session, const std::string& name) {
  if (name.empty()) return std::optional<ShellIsolation>();
  CK_TRY(context, session.context());
  CK_TRY(profile, install::load_profile(name, *context));
  if (profile.isolation.level == model::Isolation::Level::none)
    return std::optional<ShellIsolation>();
  CK_TRY(work, install::make_staging(context->home.work()));
  for (const auto* folder : {"home", "tmp"}) CK_CHECK(sys::make_directories(work.path() / folder));
  std::error_code gone;
  auto here = fs::current_path(gone);
  if (gone) return fail(system_error("find the current folder", gone.value()));
  return std::optional(ShellIsolation{std::move(profile), std::move(work), std::move(here)});
}

/// Those that the caller does not have so.
install::Variables changed_in(const install::Variables& variables,
                              const install::Context& context) {
  install::Variables changed;
  for (const auto& [name, value] : variables) {
    const bool own_of_shells = name == "_" || name == "SHLVL" || name == "PWD" || name == "OLDPWD";
    if (!own_of_shells && value_of(context.host_variables, name) != value)
      changed.emplace_back(name, value);
  }
  std::ranges::sort(changed);
  return changed;
}

/// Of environments of ours; those of Collective Knowledge see all of theirs.
ShellReport report_of(std::string subject, install::Variables base, const install::Closure& closure,
                      const std::vector<std::string>& roots) {
  ShellReport report;
  report.subject = std::move(subject);
  report.variables = install::with_exports(std::move(base), closure, roots);
  report.load = load_lines(closure, roots);
  for (const auto& [id, environment] : closure)
    report.repositories.push_back(environment.record.component.repo);
  return report;
}

/// The roots of a plan: what was asked for, or what a program needs.
std::vector<std::string> roots_of(const install::InstallPlan& plan, bool with_subject) {
  std::vector<std::string> roots;
  for (const auto& [key, id] : plan.roots) roots.push_back(id);
  if (with_subject && plan.subject) roots.push_back(*plan.subject);
  return roots;
}

Result<ShellReport> of_prepared(const Wanted& request, const Prepared& prepared,
                                bool with_subject) {
  auto& context = *prepared.context;
  CK_TRY(closure, install::execute(prepared.plan, prepared.profile, context));
  CK_TRY(base, base_variables(request, context));
  const auto* subject = prepared.plan.subject ? &closure.at(*prepared.plan.subject) : nullptr;
  return report_of(subject == nullptr ? "?" : subject->record.component.text(), std::move(base),
                   closure, roots_of(prepared.plan, with_subject));
}

/// Of Collective Knowledge's: shell lines are evaluated over the base.
Result<ShellReport> of_lines(const Wanted& request, const std::string& subject,
                             const std::vector<std::string>& lines, collective::Workbench& bench) {
  auto& context = bench.context();
  CK_TRY(work, install::make_staging(context.home.staging()));
  CK_TRY(base, base_variables(request, context));
  CK_TRY(variables, collective::variables_after(lines, base, work.path(), bench));
  ShellReport report;
  report.subject = subject;
  report.variables = std::move(variables);
  report.load = lines;
  return report;
}

Result<ShellReport> of_folder(Session& session, const Wanted& request,
                              const install::Environment& environment) {
  CK_TRY(wishes, wishes_of(session, {}));
  CK_TRY(work, CollectiveWork::open(session, "clean", std::move(wishes), std::nullopt, {}));
  CK_TRY(home, session.home());
  const fs::path script = home->environments() / environment.record.id / "env.sh";
  return of_lines(request, "env:" + environment.record.id.substr(0, 12),
                  {". " + shell_quoted(script.string())}, *work->bench);
}

Result<ShellReport> of_environment(Session& session, const Wanted& request,
                                   const install::Environment& environment) {
  CK_TRY(context, session.context());
  std::error_code missing;
  if (fs::exists(context->home.environments() / environment.record.id / "env.sh", missing))
    return of_folder(session, request, environment);
  CK_TRY(records, context->store.environments());
  const auto closure = closure_of(environment.record.id, records, context->home);
  CK_TRY(base, base_variables(request, *context));
  return report_of("env:" + environment.record.id.substr(0, 12), std::move(base), closure,
                   {environment.record.id});
}

Result<ShellReport> of_program(Session& session, const Wanted& request) {
  CK_TRY(collective, collective_program(session, request.program));
  if (!collective) {
    CK_TRY(prepared, prepare_program(session, request.program));
    return of_prepared(request, prepared, false);
  }
  CK_TRY(needs, needs_of_collective(session, *collective, request.program));
  return of_lines(request, collective->id.text(), needs.choices.script(), *needs.work->bench);
}

/// What is asked for, as a dependency: variations are found by their names, as tags are.
model::Dependency wanted_dependency(const InstallRequest& wanted) {
  model::Dependency dependency;
  dependency.key = "shell";
  dependency.tags = wanted.tags;
  auto& tags = dependency.tags.all;
  tags.insert(tags.end(), wanted.variations.begin(), wanted.variations.end());
  std::ranges::sort(tags);
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  dependency.version = wanted.version;
  return dependency;
}

/// Whatever of ours answers a dependency with these tags.
Result<ShellReport> of_native_tags(Session& session, const Wanted& request) {
  const auto& wanted = request.installation;
  CK_TRY(context, session.context());
  CK_TRY(profile, install::load_profile(wanted.profile, *context));
  install::ResolveRequest resolving;
  resolving.subject = "ck shell";
  resolving.dependencies.push_back(wanted_dependency(wanted));
  CK_TRY(resolved, install::resolve(resolving, *context));
  CK_TRY(plan, install::make_plan(resolved, std::nullopt, profile, false, *context));
  CK_TRY(closure, install::execute(plan, profile, *context));
  CK_TRY(base, base_variables(request, *context));
  return report_of(closure.at(plan.roots.at("shell")).record.component.text(), std::move(base),
                   closure, roots_of(plan, false));
}

/// Whatever of Collective Knowledge's answers a dependency with these tags.
Result<ShellReport> of_collective_tags(Session& session, const Wanted& request) {
  const auto& wanted = request.installation;
  CK_TRY(wishes, wishes_of(session, wanted.collective));
  CK_TRY(work, CollectiveWork::open(session, wanted.profile, std::move(wishes), std::nullopt, {}));
  const Json dependencies = {{"shell",
                              {{"local", "yes"},
                               {"name", "ck shell"},
                               {"tags", join(wanted_dependency(wanted).tags.all, ",")},
                               {"no_tags", join(wanted.tags.none, ",")}}}};
  CK_TRY(needs, collective::resolve_needs(dependencies, Json::object(), {}, *work->bench));
  return of_lines(request, needs.needs.front().environment.environment.record.component.text(),
                  needs.script(), *work->bench);
}

Result<ShellReport> of_tags(Session& session, const Wanted& request) {
  auto native = of_native_tags(session, request);
  if (native || native.error().code != ErrorCode::not_found) return native;
  // Versions of Collective Knowledge's are compared in another way.
  if (!request.installation.version.universal()) return native;
  CK_TRY(repositories, session.repositories());
  const bool any = std::ranges::any_of(repositories->all(), [](const catalog::Repository& one) {
    return one.format == model::RepositoryDescriptor::Format::ck;
  });
  if (!any) return native;
  return of_collective_tags(session, request);
}

Result<ShellReport> of_installation(Session& session, const Wanted& request) {
  const auto& wanted = request.installation;
  if (wanted.pattern.name.empty()) return of_tags(session, request);
  CK_TRY(collective, means_collective(session, wanted));
  if (!collective) {
    CK_TRY(prepared, prepare_installation(session, wanted));
    return of_prepared(request, prepared, true);
  }
  CK_TRY(installed, install_collective(session, wanted));
  return of_environment(session, request, installed.plan.steps.front().environment);
}

Result<ShellReport> of_named_environment(Session& session, const Wanted& request) {
  CK_TRY(found, locate_environments(session, request.environment));
  if (found.environments.size() == 1)
    return of_environment(session, request, found.environments.front());
  Error error(ErrorCode::conflict, std::to_string(found.environments.size()) +
                                       " environments are called '" + request.environment.id + "'");
  for (const auto& one : found.environments)
    error.hint("env:" + one.record.id.substr(0, 12) + " (" + one.record.component.text() + " " +
               one.record.version + ")");
  return fail(std::move(error));
}

Result<ShellReport> variables_of(Session& session, const Wanted& request) {
  switch (request.of) {
    case ShellSubject::Of::program:
      return of_program(session, request);
    case ShellSubject::Of::environment:
      return of_named_environment(session, request);
    case ShellSubject::Of::installation:
      break;
  }
  const ExistingQuery query{request.installation.tags, request.or_tags,
                            request.installation.version};
  if (request.among == ShellSubject::Among::existing || !request.or_tags.empty()) {
    CK_TRY(environment, existing_environment(session, query));
    return of_environment(session, request, environment);
  }
  if (request.among == ShellSubject::Among::theirs_first) {
    CK_TRY(theirs, existing_collective_environment(session, query));
    if (theirs) return of_environment(session, request, *theirs);
  }
  return of_installation(session, request);
}

/// "a,~b" without alternatives asks for what tags ask for.
ShellSubject with_plain_tags(ShellSubject subject) {
  if (subject.or_tags.empty() || subject.or_tags.find(';') != std::string::npos) return subject;
  auto& tags = subject.installation.tags;
  for (const auto& text : split(subject.or_tags, ',')) {
    const std::string tag(trim(text));
    if (tag.starts_with('~')) {
      tags.none.push_back(tag.substr(1));
    } else {
      tags.all.push_back(tag);
    }
  }
  for (auto* list : {&tags.all, &tags.none}) {
    std::ranges::sort(*list);
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  subject.or_tags.clear();
  return subject;
}

/// One that was loaded over others: its variables are those of all.
void add_those_below(ShellReport& report, const ShellReport& below) {
  report.subject = below.subject + " " + report.subject;
  report.load.insert(report.load.begin(), below.load.begin(), below.load.end());
  report.repositories.insert(report.repositories.end(), below.repositories.begin(),
                             below.repositories.end());
}

/// The folder that one is in may be written; it must not show what is to be hidden.
Status check_directory(const fs::path& directory, const sys::Sandbox& sandbox) {
  for (const auto& hidden : sandbox.hidden) {
    if (std::ranges::mismatch(directory, hidden).in1 != directory.end()) continue;
    return fail(Error(ErrorCode::usage, "the command may write in " +
                                            printable(directory.string()) + ", where one is; but " +
                                            printable(hidden.string()) +
                                            " lies in it, which the profile hides")
                    .hint("go into a folder that holds only what the command is about"));
  }
  return {};
}

Error needs_terminal() {
  return Error(ErrorCode::usage, "a shell without a command needs a terminal")
      .hint("ck shell … -- COMMAND, or --print=sh for the variables");
}

}  // namespace

Result<ShellReport> shell(Session& session, const ShellRequest& request) {
  CK_TRY(own, export_lines(request.variables));
  CK_TRY(isolation, isolation_for(session, request.profile));
  CK_TRY(context, session.context());
  ShellReport whole;
  for (std::size_t i = 0; i < request.subjects.size(); ++i) {
    const Wanted wanted{with_plain_tags(request.subjects[i]), request.profile,
                        isolation ? &*isolation : nullptr, i == 0 ? nullptr : &whole.variables};
    CK_TRY(report, variables_of(session, wanted));
    if (i > 0) add_those_below(report, whole);
    whole = std::move(report);
  }
  for (const auto& [name, value] : request.variables)
    install::set_variable(whole.variables, name, value);
  whole.load.insert(whole.load.end(), own.begin(), own.end());
  install::set_variable(whole.variables, "CK_SHELL", whole.subject);
  whole.changed = changed_in(whole.variables, *context);
  whole.isolation = std::move(isolation);
  return whole;
}

Result<int> enter_sandbox(Session& session, const ShellReport& report,
                          const std::vector<std::string>& command) {
  const auto& [profile, work, directory] = *report.isolation;
  CK_TRY(context, session.context());
  sys::ProcessSpec spec;
  spec.argv = command;
  spec.variables = report.variables;
  if (command.empty()) {
    if (!sys::stdin_is_terminal()) return fail(needs_terminal());
    spec.argv = {value_of(spec.variables, "SHELL").value_or("/bin/sh")};
    install::set_variable(spec.variables, "PS1", "(ck " + report.subject + ") \\$ ");
  }
  spec.directory = directory;
  spec.inherit_stdin = true;
  spec.out.to = spec.err.to = sys::OutputTarget::To::inherit;
  spec.limits = install::process_limits(profile.limits, {});
  CK_TRY(sandbox, install::sandbox_of(profile.isolation,
                                      {.writable = {directory, work.path()},
                                       .readable = install::named_paths(command),
                                       .files = {},
                                       .repositories = report.repositories,
                                       .collective = true},
                                      *context));
  CK_CHECK(check_directory(directory, *sandbox));
  spec.sandbox = std::move(sandbox);
  CK_TRY(result, context->processes.run(spec, context->cancel));
  if (result.isolation) {
    for (const auto& missing : result.isolation->missing)
      session.events().on(Warning{"the sandbox lacks " + missing.what + ": " + missing.why});
  }
  if (result.killed_for == sys::KilledFor::cancelled)
    return fail(ErrorCode::interrupted, "the command was interrupted");
  if (result.killed_for != sys::KilledFor::nothing)
    return fail(ErrorCode::program_failed, "the command " + result.ending_text());
  if (const auto* exited = std::get_if<sys::Exited>(&result.ending)) return exited->code;
  return kSignalled + std::get<sys::Signaled>(result.ending).signal;
}

Error enter_shell(const ShellReport& report, const std::vector<std::string>& command) {
  if (!command.empty()) return sys::replace_process(command, report.variables);
  if (!sys::stdin_is_terminal()) return needs_terminal();
  auto variables = report.variables;
  install::set_variable(variables, "PS1", "(ck " + report.subject + ") \\$ ");
  return sys::replace_process({value_of(variables, "SHELL").value_or("/bin/sh")}, variables);
}

}  // namespace ck::app
