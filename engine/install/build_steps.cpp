#include "install/build_steps.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "install/commit.hpp"
#include "install/isolation.hpp"
#include "install/observations.hpp"
#include "install/profile.hpp"
#include "model/substitution.hpp"

namespace ck::install {
namespace {

/// 1980-01-01: the earliest time that every archive format can hold.
constexpr std::string_view kSourceDate = "315532800";
constexpr std::string_view kProgram = "program";

Error failed(const std::string& subject, const std::string& command, const std::string& how,
             const std::string& tail) {
  Error error(ErrorCode::build_failed, "building " + subject + " failed: " + how);
  error.in("command " + command);
  error.in(tail.empty() ? "it printed nothing" : "its last lines:\n" + tail);
  return error;
}

std::string quoted(const std::vector<std::string>& argv) {
  std::vector<std::string> words;
  for (const auto& word : argv) words.push_back(shell_quoted(word));
  return printable(join(words, " "));
}

std::string how_it_ended(const sys::ProcessResult& result) {
  if (result.killed_for == sys::KilledFor::wall_time)
    return "its command was " + result.ending_text() + " (the time limit of the profile)";
  if (result.killed_for == sys::KilledFor::output)
    return "its command was " + result.ending_text() + " (the output limit of the profile)";
  return "its command " + result.ending_text();
}

}  // namespace

BuildSteps::BuildSteps(const BuildJob& job, Context& context)
    : job_(job),
      context_(context),
      recipe_(*recipe_of(*job.step.descriptor)),
      subject_(job.step.component.id.text() + " " + job.step.environment.record.version) {}

std::string BuildSteps::jobs() const { return std::to_string(jobs_of(context_)); }

std::optional<std::string> BuildSteps::value(std::string_view name) const {
  if (name == "source") return source().string();
  if (name == "build") return build().string();
  if (name == "prefix") return prefix().string();
  if (name == "component") return job_.step.component.path.string();
  if (name == "version") return job_.step.environment.record.version;
  if (name == "jobs") return jobs();
  if (const auto known = job_.step.values.find(std::string(name)); known != job_.step.values.end())
    return known->second;
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto& dependencies = job_.step.environment.record.dependencies;
  const std::string key(name.substr(0, dot));
  if (const auto id = dependencies.find(key); id != dependencies.end())
    return job_.closure.at(id->second).value(name.substr(dot + 1));
  if (key != kProgram) return std::nullopt;
  Environment own = job_.step.environment;
  own.path = prefix();
  return own.value(name.substr(dot + 1));
}

std::vector<std::string> BuildSteps::known_names() const {
  std::vector<std::string> names{"source", "build", "prefix", "component", "version", "jobs"};
  for (const auto& [name, text] : job_.step.values) names.push_back(name);
  for (const auto& [key, id] : job_.step.environment.record.dependencies) {
    for (const auto& member : job_.closure.at(id).value_names())
      names.push_back(key + "." + member);
  }
  return names;
}

Result<std::string> BuildSteps::expand(const std::string& text) const {
  if (text.find('$') == std::string::npos) return text;
  return model::substitute(
      text, [this](std::string_view name) { return value(name); }, known_names());
}

Result<model::NamedTexts> BuildSteps::expand(const model::NamedTexts& texts) const {
  model::NamedTexts result;
  for (const auto& [name, text] : texts) {
    CK_TRY(expanded, expand(text));
    result.emplace_back(name, std::move(expanded));
  }
  return result;
}

Result<std::vector<std::string>> BuildSteps::expand(const std::vector<std::string>& texts) const {
  std::vector<std::string> result;
  for (const auto& text : texts) {
    CK_TRY(expanded, expand(text));
    result.push_back(std::move(expanded));
  }
  return result;
}

Result<model::Source> BuildSteps::expand(model::Source source) const {
  CK_TRY(to, expand(std::visit([](const auto& one) { return one.to; }, source)));
  std::visit([&](auto& one) { one.to = std::move(to); }, source);
  if (auto* files = std::get_if<model::FilesSource>(&source)) {
    CK_TRY(path, expand(files->path));
    files->path = std::move(path);
  } else if (auto* url = std::get_if<model::UrlSource>(&source)) {
    CK_TRY(urls, expand(url->urls));
    url->urls = std::move(urls);
  } else if (auto* wheel = std::get_if<model::PipSource>(&source)) {
    CK_TRY(from, expand(wheel->from));
    wheel->from = std::move(from);
  } else if (auto* npm = std::get_if<model::NpmSource>(&source)) {
    CK_TRY(from, expand(npm->from));
    npm->from = std::move(from);
  } else if (auto* debian = std::get_if<model::DebianSource>(&source)) {
    CK_TRY(paths, expand(debian->paths));
    debian->paths = std::move(paths);
  }
  return source;
}

std::vector<std::string> BuildSteps::roots() const {
  std::vector<std::string> ids;
  for (const auto& [key, id] : job_.step.environment.record.dependencies) ids.push_back(id);
  return ids;
}

std::string BuildSteps::tool(const std::string& name) const {
  for (const auto& id : roots()) {
    if (auto exported = job_.closure.at(id).value(name)) return *exported;
  }
  return name;
}

std::vector<std::string> BuildSteps::dependency_prefixes() const {
  std::vector<std::string> prefixes;
  for (const auto& id : closure_order(job_.closure, roots())) {
    const auto& environment = job_.closure.at(id);
    if (environment.record.origin == store::EnvironmentRecord::Origin::built)
      prefixes.push_back(environment.path.string());
  }
  std::ranges::reverse(prefixes);
  return prefixes;
}

Result<Variables> BuildSteps::variables() const {
  Variables variables =
      with_exports(profile_variables(job_.profile, context_.host_variables, job_.staging),
                   job_.closure, roots());
  set_variable(variables, "SOURCE_DATE_EPOCH", std::string(kSourceDate));
  // For build systems that are started by scripts and not told ${jobs}.
  set_variable(variables, "CMAKE_BUILD_PARALLEL_LEVEL", jobs());
  set_variable(variables, "MAKEFLAGS", "-j" + jobs());
  // cmake and make would take the machine's compiler, and not the one that was chosen.
  for (const auto& [name, exported] : {std::pair{"CC", "cc"}, {"CXX", "cxx"}}) {
    const std::string chosen = tool(exported);
    const bool is_set =
        std::ranges::find(variables, name, &Variables::value_type::first) != variables.end();
    if (chosen != exported && !is_set) set_variable(variables, name, chosen);
  }
  for (const auto& group : recipe_.variations) {
    for (const auto& option : group.options) {
      if (job_.step.values.at(group.name) != option.name) continue;
      CK_TRY(chosen, expand(option.variables));
      for (const auto& [name, text] : chosen) set_variable(variables, name, text);
    }
  }
  return variables;
}

std::vector<fs::path> BuildSteps::work_folders() const {
  std::vector<fs::path> folders;
  for (const auto* name : {"source", "build", "prefix", "dest", "home", "tmp", "check"}) {
    std::error_code missing;
    if (fs::exists(job_.staging / name, missing)) folders.push_back(job_.staging / name);
  }
  return folders;
}

void BuildSteps::note_opened(const Command& command, sys::OpenedFiles files) {
  ObservedStep step;
  step.what = "building " + subject_;
  step.component = job_.step.component.id.text();
  step.environments = roots();
  step.own = {job_.staging, final_prefix()};
  step.named.assign(command.argv.begin() + 1, command.argv.end());
  for (const auto& [name, value] : command.variables) step.named.push_back(name + "=" + value);
  step.files = std::move(files);
  context_.observations->add(std::move(step));
}

std::vector<std::string> BuildSteps::repositories() const {
  const auto& own = job_.step.environment.record;
  std::vector<std::string> below;
  for (const auto& [key, id] : own.dependencies) below.push_back(id);
  std::vector<std::string> names{own.component.repo};
  for (const auto& id : closure_order(job_.closure, below))
    names.push_back(job_.closure.at(id).record.component.repo);
  return names;
}

Status BuildSteps::run(const Command& command) {
  const Scrubber secrets = scrubber_of(context_, command.variables);
  job_.log.hide(secrets);
  const std::string shown = secrets.scrub(quoted(command.argv));
  job_.log.write("+ cd " + shell_quoted(command.directory.string()) + "\n+ " + shown + "\n");
  sys::ProcessSpec spec;
  spec.argv = command.argv;
  spec.variables = command.variables;
  std::ranges::sort(spec.variables);
  spec.directory = command.directory;
  spec.limits = process_limits(job_.profile.limits, {});
  CK_TRY(
      sandbox,
      sandbox_of(
          job_.profile.isolation,
          {.writable = work_folders(), .readable = {}, .files = {}, .repositories = repositories()},
          context_));
  spec.sandbox = std::move(sandbox);
  spec.observe = context_.observations != nullptr;
  for (auto* target : {&spec.out, &spec.err}) {
    target->tee = [this](std::string_view piece) { job_.log.write(piece); };
    target->keep_bytes = 0;
  }
  auto result = context_.processes.run(spec, context_.cancel);
  if (!result) {
    if (result.error().code == ErrorCode::interrupted) return fail(std::move(result.error()));
    Error error = failed(subject_, shown, result.error().message, job_.log.tail());
    error.hints = std::move(result.error().hints);
    return fail(std::move(error));
  }
  job_.log.note(job_.profile.common.name, result->isolation);
  if (result->opened) note_opened(command, std::move(*result->opened));
  if (result->killed_for == sys::KilledFor::cancelled)
    return fail(ErrorCode::interrupted, "building " + subject_ + " was interrupted");
  if (!result->ok()) return fail(failed(subject_, shown, how_it_ended(*result), job_.log.tail()));
  return {};
}

}  // namespace ck::install
