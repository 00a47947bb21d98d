#include "collective/program.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "collective/compilation.hpp"
#include "collective/meta.hpp"
#include "collective/steps.hpp"
#include "install/commit.hpp"
#include "install/secrets.hpp"
#include "install/staging.hpp"

namespace ck::collective {
namespace {

constexpr std::size_t kIdDigits = 32;
constexpr std::string_view kCompilerVariable = "compiler_vars.";
constexpr double kSecond = 1e9;                   ///< in nanoseconds
constexpr std::string_view kBuildFolder = "tmp";  ///< where CK compiles, beside the sources

/// `ck_to_env`: {"VAR": "module:entry"} gives the place of another entry.
Status add_entries(const Json& document, Json& environment, Workbench& bench) {
  for (const auto& [name, cid] : object_at(document, "ck_to_env").items()) {
    CK_TRY(entry, bench.find_cid(text_at(object_at(document, "ck_to_env"), name)));
    environment[name] = entry.path.string();
  }
  return {};
}

class ProgramBuild {
 public:
  ProgramBuild(const ProgramRequest& request, Workbench& bench)
      : request_(request), bench_(bench), context_(bench.context()) {
    // Secrets are the run's: a compilation is kept.
    for (const auto& [name, value] : request.environment.items()) {
      const std::string text = text_at(request.environment, name);
      if (!install::is_secret_name(name) && !install::is_secret(name, text))
        environment_[name] = value;
    }
  }

  Result<BuiltProgram> run() {
    CK_CHECK(prepare());
    CK_TRY(made, install::make_once(built_.environment, request_.rebuild, context_, [&] {
             built_.built = true;
             return build();
           }));
    built_.environment = install::make_environment(made.record, context_.home);
    return std::move(built_);
  }

  Result<std::optional<BuiltProgram>> existing() {
    CK_CHECK(prepare());
    const fs::path folder = context_.home.environment(built_.environment.record.id);
    if (request_.rebuild || !install::is_complete(folder)) return std::optional<BuiltProgram>();
    CK_TRY(manifest, install::read_manifest(folder));
    built_.environment = install::make_environment(manifest.record, context_.home);
    return std::optional(std::move(built_));
  }

 private:
  /// All that decides what the build is.
  Status prepare() {
    CK_TRY(document, bench_.document(request_.component));
    built_.document = std::move(document);
    if (!yes_at(built_.document, "program") && !built_.document.contains("run_cmds")) {
      return fail(Error(ErrorCode::invalid, request_.component.id.text() + " has no run_cmds")
                      .in("file " + (request_.component.path / ".cm/meta.json").string()));
    }
    if (!meant_for(built_.document, bench_.platform()))
      return fail(ErrorCode::unsupported,
                  request_.component.id.text() + " is not meant for " + bench_.platform().name);
    CK_CHECK(resolve());
    CK_CHECK(find_base());
    CK_CHECK(write_script());
    return plan();
  }

  /// `base_uoa`: another program, whose files this one uses.
  Status find_base() {
    const std::string base = text_at(built_.document, "base_uoa");
    if (base.empty()) return {};
    CK_TRY(entry, bench_.find("program", base));
    base_ = entry;
    taken_from_.insert(context_.catalog.content_hash(entry, context_.cancel).value_or(""));
    return {};
  }

  bool has_file(const std::string& name) const {
    std::error_code missing;
    return fs::is_regular_file(request_.component.path / name, missing) ||
           (base_ && fs::is_regular_file(base_->path / name, missing));
  }

  bool compiles() const { return !yes_at(built_.document, "no_compile"); }

  Status resolve() {
    const Json& document = built_.document;
    Json needs = object_at(document, "compile_deps");
    if (needs.empty()) needs = object_at(document, "deps");
    Json seen = Json::object();
    if (yes_at(document, "pass_env_to_resolve")) {
      seen = object_at(document, "run_vars");
      merge(seen, environment_);
    }
    CK_TRY(dependencies, resolve_needs(needs, seen, request_.given, bench_));
    built_.dependencies = std::move(dependencies);
    needs_ = std::move(needs);
    first_hook_ = bench_.hook_uses().size();
    return {};
  }

  Status call_hook(Json& environment) {
    const Json& hook = object_at(built_.document, "use_preprocess_compilation_scripts");
    if (hook.empty()) return {};
    catalog::Component entry = request_.component;
    if (!text_at(hook, "data_uoa").empty()) {
      const auto kind = text_at(hook, "module_uoa");
      CK_TRY(other, bench_.find(kind.empty() ? "program" : kind, text_at(hook, "data_uoa")));
      entry = other;
    }
    const auto or_else = [&](const char* key, const char* otherwise) {
      const auto text = text_at(hook, key);
      return text.empty() ? std::string(otherwise) : text;
    };
    CK_TRY(dependencies, dependencies_for_hooks(needs_, built_.dependencies, bench_));
    Workbench::Call call;
    call.component = entry;
    call.file = or_else("script_name", "custom") + ".py";
    call.function = or_else("script_func", "setup");
    call.input = {
        {"meta", built_.document}, {"env", environment}, {"deps", std::move(dependencies)}};
    CK_TRY(answer, bench_.call(std::move(call)));
    environment = object_at(answer.input, "env");
    merge(environment, object_at(answer.result, "install_env"));
    return {};
  }

  /// The whole compilation as one text; it decides, with the sources, what the build is.
  Status write_script() {
    if (!compiles()) return {};
    Json environment = variables_of(built_.dependencies);
    merge(environment, object_at(built_.document, "compile_vars"));
    CK_CHECK(add_entries(built_.document, environment, bench_));
    CK_CHECK(call_hook(environment));
    merge(environment, environment_);
    CK_TRY(dependencies, dependencies_for_hooks(needs_, built_.dependencies, bench_));
    const CompileInput input{built_.document, dependencies, environment,
                             [&](const std::string& cid) { return find_entry(cid); },
                             has_file(customizing_script(bench_.platform()))};
    CK_TRY(script, compile_script(input, request_.compile, bench_.platform()));
    script_ = std::move(script);
    lines_ = built_.dependencies.script();
    Json own = object_at(built_.document, "compile_vars");
    CK_CHECK(add_entries(built_.document, own, bench_));
    variables_used_ = input.customized ? environment_ : used_by(script_.commands);
    merge(own, variables_used_);
    CK_TRY(exports, export_lines(own));
    lines_.insert(lines_.end(), exports.begin(), exports.end());
    loading_ = lines_;
    for (const auto& command : script_.commands) lines_.push_back(command + " || exit $?");
    return {};
  }

  /// The user's variables as far as the compilation can see them: those of the run alone must not
  /// make another build. What a script of the program reads is not known, so it gets all.
  Json used_by(const std::vector<std::string>& commands) const {
    if (yes_at(built_.document, "use_compile_script")) return environment_;
    const std::string text = join(commands, "\n");
    Json used = Json::object();
    for (const auto& [name, value] : environment_.items()) {
      if (text.find(name) != std::string::npos) used[name] = value;
    }
    return used;
  }

  Result<fs::path> find_entry(const std::string& cid) {
    CK_TRY(entry, bench_.find_cid(cid));
    taken_from_.insert(context_.catalog.content_hash(entry, context_.cancel).value_or(""));
    return entry.path;
  }

  Status plan() {
    auto& record = built_.environment.record;
    record.component = request_.component.id;
    record.version = text_at(built_.document, "version");
    record.tags = request_.component.tags;
    record.dependencies = built_.dependencies.ids();
    keep_compile_request(request_.compile, record.parameters);
    for (const auto& [name, value] : variables_used_.items())
      record.parameters[std::string(kVariableParameter) + name] = text_at(variables_used_, name);
    CK_TRY(hash, context_.catalog.content_hash(request_.component, context_.cancel));
    record.recipe_hash = hash;
    Json inputs = {{"schema", "ck.collective-program/1"},
                   {"program", request_.component.id.text()},
                   {"uid", request_.component.id.uid},
                   {"recipe", hash},
                   {"other_entries", taken_from_},
                   {"script", lines_},
                   {"profile", bench_.profile().common.name},
                   {"dependencies", record.dependencies}};
    inputs_ = without_places(to_pretty_text(inputs));
    record.id = sha256_hex(inputs_).substr(0, kIdDigits);
    built_.environment = install::make_environment(record, context_.home);
    return {};
  }

  /// Where home and repositories lie must not decide what a build is.
  std::string without_places(std::string text) const {
    auto repositories = context_.repositories;
    std::ranges::sort(repositories, std::greater(),
                      [](const catalog::Repository& one) { return one.path.native().size(); });
    for (const auto& repository : repositories) {
      text = run::with_path_replaced(text, repository.path.string(),
                                     "${home}/repos/" + repository.name);
    }
    return run::without_home(text, context_.home.root.string());
  }

  Result<install::Environment> build() {
    const std::string what = "compiling " + request_.component.id.text();
    const std::int64_t start = context_.clock.monotonic_ns();
    if (compiles()) context_.events.on(StepStarted{what});
    install::clean_abandoned(context_.home.staging(), context_.clock);
    CK_TRY(work, install::make_staging(context_.home.staging()));
    const fs::path prefix = work.path() / "prefix";
    for (const auto* name : {"home", "tmp", "prefix"})
      CK_CHECK(sys::make_directories(work.path() / name));
    CK_TRY(log, install::BuildLog::create(work.path() / "log"));
    auto compiled = compile(work.path(), prefix, log);
    if (compiled) compiled = log.close();
    bench_.keep_hooks(first_hook_, built_.environment.record);
    if (!compiled) {
      return fail(install::keep_log(std::move(compiled.error()).in(request_.component.id.text()),
                                    log, built_.environment, context_));
    }
    CK_TRY(environment, install::commit_environment({built_.environment, inputs_, prefix,
                                                     log.file(), work.path(), log.isolation()},
                                                    context_));
    const auto spent = static_cast<double>(context_.clock.monotonic_ns() - start);
    if (compiles()) context_.events.on(StepFinished{what, human_duration_ns(spent)});
    return environment;
  }

  Status compile(const fs::path& work, const fs::path& prefix, install::BuildLog& log) {
    CK_CHECK(copy_entry(request_.component.path, prefix));
    if (base_) CK_CHECK(copy_entry(base_->path, prefix));
    const fs::path folder = prefix / kBuildFolder;
    CK_CHECK(sys::make_directories(folder));
    if (!compiles()) return {};
    ShellStep step{"compiling " + request_.component.id.text(),
                   join(lines_, "\n"),
                   folder,
                   bench_.step_variables(work),
                   &log,
                   {},
                   {.writable = {prefix, work / "home", work / "tmp"}, .readable = {}, .files = {}},
                   request_.component.id.text(),
                   built_.environment.record.dependencies};
    const std::int64_t start = context_.clock.monotonic_ns();
    CK_CHECK(run_step(step, bench_));
    const auto spent = static_cast<double>(context_.clock.monotonic_ns() - start);
    std::error_code missing;
    if (script_.target.empty() || fs::exists(folder / script_.target, missing))
      return keep_what_is_known(std::move(step), spent / kSecond);
    return fail(Error(ErrorCode::build_failed, "the compilation did not make " + script_.target)
                    .in("its last lines:\n" + log.tail()));
  }

  Status keep_what_is_known(ShellStep step, double seconds) {
    if (script_.commands.empty()) return {};
    // Nothing of it goes into the build's log, or into what the program is said to depend on.
    step.what = "disassembling " + script_.target;
    step.script = join(loading_, "\n");
    step.log = nullptr;
    step.component.clear();
    const auto repository = std::ranges::find(context_.repositories, request_.component.id.repo,
                                              &catalog::Repository::name);
    const std::string commit =
        repository == context_.repositories.end() ? std::string() : repository->commit;
    CK_TRY(known, characteristics_of({built_.document, script_, seconds, commit, std::move(step)},
                                     bench_));
    keep_characteristics(known, built_.environment.record);
    return {};
  }

  /// The entry's files, but for CK's own and what is there already.
  Status copy_entry(const fs::path& from, const fs::path& to) const {
    CK_TRY(entries,
           sys::list_tree(from, {.skip_names = {".cm", ".git"}, .hash = false}, context_.cancel));
    std::erase_if(entries, [&](const sys::TreeEntry& entry) {
      std::error_code missing;
      const auto first = fs::path(entry.path).begin()->string();
      const bool there = entry.kind != sys::TreeEntry::Kind::directory &&
                         fs::exists(fs::symlink_status(to / entry.path, missing));
      return first == kBuildFolder || there;
    });
    return sys::copy_tree(from, to, entries, context_.cancel);
  }

  const ProgramRequest& request_;
  Workbench& bench_;
  install::Context& context_;
  BuiltProgram built_;
  Json needs_ = Json::object();
  Json environment_ = Json::object();     ///< of --env., without secrets
  std::size_t first_hook_ = 0;            ///< those of what it needs came before
  Json variables_used_ = Json::object();  ///< of --env., by the compilation
  CompileScript script_;
  std::vector<std::string> loading_;  ///< of the environments, with what the program sets
  std::vector<std::string> lines_;    ///< the same, then the compilation
  std::set<std::string> taken_from_;  ///< content of other entries that go into it
  std::optional<catalog::Component> base_;
  std::string inputs_;
};

}  // namespace

Result<BuiltProgram> build_program(const ProgramRequest& request, Workbench& bench) {
  return ProgramBuild(request, bench).run();
}

Result<std::optional<BuiltProgram>> existing_program(const ProgramRequest& request,
                                                     Workbench& bench) {
  return ProgramBuild(request, bench).existing();
}

void keep_compile_request(const CompileRequest& request, model::Values& parameters) {
  if (request.speed) parameters["speed"] = "yes";
  if (request.size) parameters["size"] = "yes";
  if (request.static_link) parameters["static"] = "yes";
  if (!request.flags.empty()) parameters["flags"] = request.flags;
  if (!request.link_flags.empty()) parameters["lflags"] = request.link_flags;
  for (const auto& [name, value] : request.variables.items())
    parameters[std::string(kCompilerVariable) + name] = text_at(request.variables, name);
}

CompileRequest compile_request(const model::Values& parameters) {
  const auto value = [&](const char* name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : found->second;
  };
  CompileRequest request;
  request.speed = value("speed") == "yes";
  request.size = value("size") == "yes";
  request.static_link = value("static") == "yes";
  request.flags = value("flags");
  request.link_flags = value("lflags");
  for (const auto& [name, text] : parameters) {
    if (name.starts_with(kCompilerVariable))
      request.variables[name.substr(kCompilerVariable.size())] = text;
  }
  return request;
}

Result<install::InstallPlan> used_environments(const BuiltProgram& built,
                                               const Resolution& dependencies, Workbench& bench) {
  auto& context = bench.context();
  CK_TRY(records, context.store.environments());
  std::map<std::string, store::EnvironmentRecord> known;
  for (auto& record : records) known.emplace(record.id, std::move(record));
  install::InstallPlan plan;
  std::set<std::string> added;
  const std::function<void(const std::string&, const std::string&)> add =
      [&](const std::string& id, const std::string& reason) {
        const auto found = known.find(id);
        if (found == known.end() || !added.insert(id).second) return;
        for (const auto& [key, below] : found->second.dependencies) add(below, "needed by " + id);
        install::PlannedEnvironment step;
        step.environment = install::make_environment(found->second, context.home);
        step.inputs =
            sys::read_file(install::inputs_file(context.home.environment(id))).value_or("");
        step.component.id = found->second.component;
        step.reason = reason;
        plan.steps.push_back(std::move(step));
      };
  for (const auto& one : dependencies.needs) {
    add(one.environment.id(), one.reason);
    plan.roots.emplace(one.need.key, one.environment.id());
  }
  // What is kept of it, if it was there: the build knows only what was planned.
  known.emplace(built.environment.record.id, built.environment.record);
  add(built.environment.record.id, "the program itself");
  plan.subject = built.environment.record.id;
  return plan;
}

}  // namespace ck::collective
