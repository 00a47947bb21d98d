#include "collective/package.hpp"

#include <algorithm>
#include <map>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "collective/broker.hpp"
#include "collective/cmake_compiler.hpp"
#include "collective/fetch_tools.hpp"
#include "collective/git_revision.hpp"
#include "collective/hook_changes.hpp"
#include "collective/meta.hpp"
#include "collective/package_entries.hpp"
#include "collective/setup.hpp"
#include "collective/software.hpp"
#include "collective/steps.hpp"
#include "collective/version_check.hpp"
#include "install/commit.hpp"
#include "install/secrets.hpp"
#include "install/staging.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kSharedDownload = "download-and-install-package";
constexpr std::size_t kIdDigits = 32;

void append_unique(std::vector<std::string>& tags, const std::vector<std::string>& more) {
  for (const auto& tag : more) {
    if (!tag.empty() && std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
  }
}

/// `$<<NAME>>$` in a value that the shell will see.
std::string as_reference(const std::string& value) {
  return replace_all(replace_all(value, "$<<", "${"), ">>$", "}");
}

/// One package being installed.
class Installation {
 public:
  Installation(const PackageRequest& request, ChosenPackage chosen, Workbench& bench)
      : request_(request),
        chosen_(std::move(chosen)),
        bench_(bench),
        context_(bench.context()),
        document_(chosen_.varied.meta),
        customize_(object_at(document_, "customize")),
        name_(chosen_.component.id.text()),
        downloads_{name_, request.required, bench.wishes().sources} {
    if (!request.source.empty()) downloads_.sources = downloads_.sources.with_any(request.source);
  }

  Result<InstalledPackage> run() {
    CK_TRY(begun, bench_.begin(wanted()));
    const Workbench::UnderWay under_way = begun;
    CK_CHECK(take_secrets());
    CK_CHECK(prepare());
    CK_CHECK(check_before_installing(request_.need, name_, version_));
    install::Environment environment = planned();
    bool built = false;
    const bool again = request_.rebuild || was_moved(environment.record.id, context_);
    CK_TRY(made, install::make_once(environment, again, context_, [&] {
             built = true;
             return build(environment);
           }));
    tell_unused_source(built);
    CK_TRY(registered, registered_as(made.record.id));
    CK_CHECK(check_installed(request_.need, registered));
    return InstalledPackage{std::move(registered), built};
  }

 private:
  /// What of the user's variables must not be written down.
  Status take_secrets() {
    install::Variables given;
    for (const auto& [name, value] : request_.environment.items())
      given.emplace_back(name, text_at(request_.environment, name));
    std::vector<std::string> marked;
    for (const auto& [name, value] : given) {
      if (context_.secrets && context_.secrets->value(name) == value) marked.push_back(name);
    }
    CK_TRY(secrets, install::secrets_of(given, marked, context_.home));
    scrubber_ = install::Scrubber(given, secrets);
    secrets_ = std::move(secrets);
    return {};
  }

  // What is known before anything is done.

  std::string wanted() const {
    const auto& variations = chosen_.varied.variations;
    return variations.empty() ? name_ : name_ + " (" + join(variations, ", ") + ")";
  }

  Status prepare() {
    version_ = request_.version.empty() ? text_at(customize_, "version") : request_.version;
    PackageFacts facts{version_, bench_.platform().ck_name2(), bench_.platform().bits(),
                       bench_.jobs()};
    CK_TRY(environment, installation_environment(chosen_.varied, facts, request_.environment));
    environment_ = std::move(environment);
    CK_CHECK(place_entries(environment_, bench_));
    document_ = chosen_.varied.meta;
    customize_ = object_at(document_, "customize");
    tags_ = texts_at(document_, "tags");
    registered_environment_ = object_at(document_, "env");
    if (version_.empty()) version_ = text_at(environment_, "PACKAGE_VERSION");
    CK_TRY(entries, entries_of(chosen_.component, document_, bench_));
    entries_ = std::move(entries);
    dependencies_written_ = object_at(document_, "deps");
    for (const auto& [key, dependency] : object_at(entries_.soft_document, "deps").items()) {
      if (!dependencies_written_.contains(key)) dependencies_written_[key] = dependency;
    }
    CK_TRY(dependencies,
           resolve_needs(dependencies_written_, environment_, request_.given, bench_));
    dependencies_ = std::move(dependencies);
    return {};
  }

  install::Environment planned() {
    install::Environment environment;
    auto& record = environment.record;
    record.origin = store::EnvironmentRecord::Origin::built;
    record.component = chosen_.component.id;
    record.version = version_;
    for (const auto& variation : chosen_.varied.variations) record.parameters[variation] = "yes";
    record.dependencies = dependencies_.ids();
    record.recipe_hash = content(chosen_.component);
    inputs_ = inputs_of(record);
    record.id = sha256_hex(inputs_).substr(0, kIdDigits);
    return environment;
  }

  std::string content(const catalog::Component& component) {
    return context_.catalog.content_hash(component, context_.cancel).value_or("");
  }

  std::string inputs_of(const store::EnvironmentRecord& record) {
    Json environment = request_.environment;
    for (const auto& secret : secrets_) environment.erase(secret.name);
    Json inputs = {{"schema", "ck.collective-package/1"},
                   {"package", chosen_.component.id.text()},
                   {"uid", chosen_.component.id.uid},
                   {"recipe", record.recipe_hash},
                   {"version", version_},
                   {"forced_version", request_.version},
                   {"variations", chosen_.varied.variations},
                   {"environment", std::move(environment)},
                   {"tags", request_.extra_tags},
                   {"platform", bench_.platform().name},
                   {"profile", bench_.profile().common.name},
                   {"dependencies", record.dependencies}};
    for (const auto& secret : secrets_) inputs[kSecretInputs][secret.name] = secret.hash;
    if (entries_.scripts.id != chosen_.component.id) inputs["scripts"] = content(entries_.scripts);
    if (entries_.soft) inputs["soft"] = content(*entries_.soft);
    for (const auto& entry : entries_.hooks) {
      if (entry.id != chosen_.component.id && entry.id != entries_.scripts.id)
        inputs["hooks"].push_back(content(entry));
    }
    return to_pretty_text(inputs);
  }

  void tell_unused_source(bool built) {
    if (request_.source.empty() || !downloads_.sources.use->url.empty()) return;
    context_.events.on(
        Warning{"--source=" + printable(request_.source) + " was not used: " + name_ +
                (built ? " downloads nothing" : " is installed already; --rebuild makes it anew")});
  }

  // Doing it.

  Result<install::Environment> build(const install::Environment& environment) {
    const std::string what = "installing " + name_ + (version_.empty() ? "" : " " + version_);
    const std::int64_t start = context_.clock.monotonic_ns();
    context_.events.on(StepStarted{what});
    install::clean_abandoned(context_.home.staging(), context_.clock);
    CK_TRY(work, install::make_staging(context_.home.staging()));
    work_ = work.path();
    for (const auto* name : {"home", "tmp"}) CK_CHECK(sys::make_directories(work_ / name));
    folder_ = context_.home.environments() / environment.record.id;
    CK_CHECK(set_aside());
    CK_CHECK(sys::make_directories(folder_));
    CK_TRY(log, install::BuildLog::create(work_ / "log"));
    log.hide(scrubber_);
    auto installed = install_into(environment, log);
    if (installed) {
      const auto spent = static_cast<double>(context_.clock.monotonic_ns() - start);
      context_.events.on(StepFinished{what, human_duration_ns(spent)});
      return installed;
    }
    Error error = std::move(installed.error()).in(name_);
    if (const auto back = put_back(); !back)
      error.in("putting back what was there before failed: " + back.error().message);
    if (const auto gone = downloads_.sources.take_back(context_); !gone)
      error.in("what was made with the file is still there: " + gone.error().message);
    return fail(install::keep_log(std::move(error), log, environment, context_));
  }

  fs::path replaced() const { return work_ / "replaced"; }

  /// What is rebuilt stays until something better has taken its place.
  Status set_aside() const {
    if (!install::is_complete(folder_)) return sys::remove_tree(folder_);
    return sys::rename_into_place(folder_, replaced());
  }

  Status put_back() const {
    CK_CHECK(sys::remove_tree(folder_));
    std::error_code missing;
    if (!fs::exists(replaced(), missing)) return {};
    return sys::rename_into_place(replaced(), folder_);
  }

  Result<install::Environment> install_into(install::Environment environment,
                                            install::BuildLog& log) {
    first_hook_ = bench_.hook_uses().size();
    CK_CHECK(call_hooks("pre_path"));
    CK_CHECK(resolve_added_needs());
    CK_CHECK(call_hooks("post_deps"));
    CK_CHECK(call_hooks("setup"));
    std::vector<PackageSource> sources;
    if (runs_script()) {
      CK_TRY(fetched, fetch());
      CK_TRY(by_script, run_script(log));
      sources = std::move(fetched);
      std::ranges::move(by_script, std::back_inserter(sources));
    }
    CK_CHECK(call_hooks("post_setup"));
    if (entries_.soft && !yes_at(document_, "remove_deps")) CK_CHECK(resolve_added_needs());
    CK_CHECK(set_up_soft(environment, sources, log));
    environment.record.dependencies = dependencies_.ids();
    keep_own_hooks();
    if (!own_hooks_.empty())
      environment.record.exports.values.emplace_back("hooks", to_text(to_json(own_hooks_)));
    CK_CHECK(log.close());
    CK_CHECK(refuse_written_secrets());
    CK_TRY(committed,
           install::commit_environment(
               {environment, inputs_, folder_, log.file(), work_, log.isolation()}, context_));
    auto& use = *downloads_.sources.use;
    if (use.environment.empty() && !use.url.empty()) use.environment = committed.record.id;
    return std::move(committed);
  }

  /// Runs the script with stand-ins for wget and curl; what they fetched. A download that failed
  /// fails the installation, whatever the script makes of it.
  Result<std::vector<PackageSource>> run_script(install::BuildLog& log) {
    CK_TRY(channel, FetchChannel::create(work_ / "fetch", downloads_, context_.offline));
    CK_TRY(all, channel.variables(variables(), bench_));
    CK_TRY(text, script());
    install::StepPlaces places;
    places.writable = {work_ / "home", work_ / "tmp"};
    std::optional<Broker> broker;
    if (bench_.profile().isolation.level != model::Isolation::Level::none) {
      CK_TRY(started, Broker::start(channel.folder(), Broker::Serves::downloads_too, bench_));
      broker.emplace(std::move(started));
      broker->add_to(all, places.readable);
    }
    auto ran = run_step(
        {"installing " + name_, text, folder_, all, &log, {}, places, name_, dependencies_.ids()},
        bench_);
    if (!ran && ran.error().code == ErrorCode::interrupted) return fail(std::move(ran.error()));
    CK_TRY(fetched, channel.fetched());
    CK_CHECK(ran);
    return fetched;
  }

  /// What a script wrote down would be kept, and go into mirrors.
  Status refuse_written_secrets() const {
    if (scrubber_.empty()) return {};
    CK_TRY(entries, sys::list_tree(folder_, {.skip_names = {}, .hash = false}, context_.cancel));
    for (const auto& entry : entries) {
      if (entry.kind != sys::TreeEntry::Kind::file) continue;
      CK_TRY(found, scrubber_.is_in(folder_ / entry.path));
      if (!found) continue;
      return fail(
          Error(ErrorCode::build_failed, "the installation wrote the value of a secret into " +
                                             printable(entry.path) + ", which would be kept")
              .hint("it has to be used without being stored; --env.NAME= with a name that "
                    "is no secret's is for values that may be known"));
    }
    return {};
  }

  bool runs_script() const { return !text_at(document_, "process_script").empty(); }

  Status call_hooks(const std::string& function) {
    for (const auto& entry : entries_.hooks) {
      if (!bench_.has_hook(entry, std::string(kPackageHooks), function)) continue;
      CK_TRY(dependencies, dependencies_for_hooks(dependencies_written_, dependencies_, bench_));
      merge(dependencies, dependency_changes_);
      if (is_known_cmake_hook(entry.path / kPackageHooks, dependencies, bench_.platform())) {
        CK_TRY(told, cmake_variables(document_, dependencies, bench_.platform()));
        merge(environment_, told);
        bench_.note_hook(entry.id.text() + " " + std::string(kPackageHooks) + " " + function,
                         entry.path / kPackageHooks);
        continue;
      }
      Workbench::Call call;
      call.component = entry;
      call.file = kPackageHooks;
      call.function = function;
      call.directory = folder_;
      call.input = {{"cfg", document_},
                    {"tags", tags_},
                    {"env", registered_environment_},
                    {"install_env", environment_},
                    {"new_env", environment_},
                    {"deps", dependencies},
                    {"customize", customize_},
                    {"features", Json::object()},
                    {"version", version_},
                    {"path", entries_.scripts.path.string()},
                    {"path_original_package", chosen_.component.path.string()},
                    {"script_path", entries_.scripts.path.string()},
                    {"out", ""},
                    {"install_path", folder_.string()}};
      CK_TRY(answer, bench_.call(std::move(call)));
      if (function == "post_setup") continue;
      customize_ = object_at(answer.input, "customize");
      tags_ = texts_at(answer.input, "tags");
      registered_environment_ = object_at(answer.input, "env");
      take_changes_within(dependencies, object_at(answer.input, "deps"), dependency_changes_);
      merge(dependencies_written_, dependency_changes_);
      const Json given = environment_;
      for (const auto* changed : {"install_env", "new_env"})
        take_changes(given, object_at(answer.input, changed), environment_);
      merge(environment_, object_at(answer.result, "install_env"));
      merge(soft_overlay_, object_at(answer.result, "soft_cfg"));
    }
    return {};
  }

  /// CK resolves once more after `pre_path`, and again when the soft is set up: what hooks have
  /// added by then is found or installed too. The script sees what was there before it ran. The id
  /// of the environment does not name these dependencies: it names the files of the hooks, and what
  /// they were called with.
  Status resolve_added_needs() {
    Json added = Json::object();
    for (const auto& [key, change] : dependency_changes_.items()) {
      if (dependencies_.find(key) == nullptr) added[key] = dependencies_written_[key];
    }
    if (added.empty()) return {};
    keep_own_hooks();
    CK_TRY(all, resolve_added(added, environment_, request_.given, dependencies_, bench_));
    dependencies_ = std::move(all);
    first_hook_ = bench_.hook_uses().size();
    // What was asked for is answered: hooks see the answer from now on.
    for (const auto& [key, need] : added.items()) {
      if (dependencies_.find(key) != nullptr) dependency_changes_.erase(key);
    }
    return {};
  }

  /// Those called since `first_hook_`; what is installed in between calls its own.
  void keep_own_hooks() {
    const auto& all = bench_.hook_uses();
    own_hooks_.insert(own_hooks_.end(), all.begin() + static_cast<std::ptrdiff_t>(first_hook_),
                      all.end());
    first_hook_ = all.size();
  }

  /// Secrets are given to the scripts here, and not in their text, which the log tells.
  install::Variables variables() const {
    auto variables = bench_.step_variables(work_);
    for (const auto& secret : secrets_)
      install::set_variable(variables, secret.name, text_at(environment_, secret.name));
    return variables;
  }

  Result<std::vector<std::string>> preparation() const {
    auto lines = dependencies_.script();
    Json shown = environment_;
    for (const auto& secret : secrets_) shown.erase(secret.name);
    for (auto& [name, value] : shown.items()) {
      if (value.is_string()) value = as_reference(value.get<std::string>());
    }
    shown["INSTALL_DIR"] = folder_.string();
    shown["PACKAGE_DIR"] = entries_.scripts.path.string();
    shown["ORIGINAL_PACKAGE_DIR"] = chosen_.component.path.string();
    CK_TRY(exports, export_lines(shown));
    lines.insert(lines.end(), exports.begin(), exports.end());
    return lines;
  }

  Result<std::string> script() const {
    CK_TRY(lines, preparation());
    lines.push_back(
        ". " +
        shell_quoted(
            (entries_.scripts.path / (text_at(document_, "process_script") + ".sh")).string()));
    return join(lines, "\n");
  }

  Result<std::vector<PackageSource>> fetch() {
    if (entries_.scripts.id.name != kSharedDownload) return std::vector<PackageSource>();
    CK_TRY(lines, preparation());
    const fs::path before =
        chosen_.component.path / ("scripts." + bench_.platform().ck_name2()) / "pre-download.sh";
    std::error_code missing;
    if (fs::exists(before, missing)) lines.push_back(". " + shell_quoted(before.string()));
    CK_TRY(values, variables_after(lines, variables(), folder_, bench_));
    return fetch_package_sources(downloads_, environment_, values, folder_, bench_);
  }

  // The result.

  /// `end_full_path`: the file that shows that the installation went well.
  Result<fs::path> result_file() const {
    std::vector<std::string> candidates = texts_at(document_, "end_full_path_universal");
    if (candidates.empty())
      candidates = texts_at(object_at(document_, "end_full_path"), bench_.platform().ck_name2());
    if (candidates.empty()) return fs::path();
    fs::path first;
    for (const auto& text : candidates) {
      CK_TRY(expanded, expand_variables(text, environment_));
      const auto relative = expand_platform_tokens(expanded, bench_.platform(), "");
      const auto file = sys::contained_path(folder_, relative);
      if (!file && file.error().code != ErrorCode::not_found) return fail(file.error());
      std::error_code missing;
      if (file && fs::exists(*file, missing)) return *file;
      if (first.empty()) first = folder_ / relative;
    }
    if (yes_at(customize_, "skip_file_check")) {
      context_.events.on(Warning{name_ + " did not make " + printable(first.string()) +
                                 ", and says that this is not to be checked"});
      return first;
    }
    return fail(
        Error(ErrorCode::not_found, "the installation did not make " + join(candidates, " or "))
            .in("file " + (chosen_.component.path / ".cm/meta.json").string() +
                ", key end_full_path"));
  }

  std::vector<std::string> all_tags() const {
    std::vector<std::string> tags;
    for (const auto& one : dependencies_.needs) {
      const Json& customize = object_at(one.environment.meta, "customize");
      const std::string build = text_at(customize, "build_dir_name");
      const std::string version = one.environment.environment.record.version;
      const bool compiler = one.need.key == "compiler" || one.need.key == "host-compiler";
      const bool told = yes_at(one.need.raw, "add_to_tags") || yes_at(one.need.raw, "add_to_path");
      if (build.empty() || (!compiler && !told)) continue;
      const std::string start = compiler ? "compiled-by-" : "needs-";
      append_unique(tags, {start + build, start + build + "-" + version});
    }
    append_unique(tags, tags_);
    append_unique(tags, request_.extra_tags);
    return tags;
  }

  Result<std::string> display_name() const {
    std::string name = text_at(document_, "package_name");
    if (name.empty()) name = text_at(entries_.soft_document, "soft_name");
    CK_TRY(extra, expand_variables(raw_text_at(document_, "package_extra_name"), environment_));
    return extra.empty() ? name : name + extra;
  }

  /// A package that does not say which version it brings leaves that to the soft.
  Status ask_version(SetupRequest& request, install::BuildLog& log) {
    std::error_code missing;
    if (!version_.empty() || !fs::exists(request.full_path, missing)) return {};
    auto told = version_of_made(request, log, bench_);
    if (told) {
      version_ = request.version = *told;
      return {};
    }
    if (told.error().code == ErrorCode::interrupted) return fail(std::move(told.error()));
    context_.events.on(Warning{name_ + ": its version is not known: " + told.error().message});
    return {};
  }

  Status set_up_soft(install::Environment& environment, const std::vector<PackageSource>& sources,
                     install::BuildLog& log) {
    Setup setup;
    CK_TRY(file, result_file());
    if (entries_.soft) {
      SetupRequest request;
      request.soft = *entries_.soft;
      request.soft_document = entries_.soft_document;
      merge(request.soft_document, soft_overlay_);
      request.customize = customize_;
      request.customize.erase("install_env");
      request.customize["install_env"] = environment_;
      request.env = registered_environment_;
      request.tags = all_tags();
      request.dependencies_written = dependencies_written_;
      request.dependencies = dependencies_;
      request.dependency_changes = dependency_changes_;
      request.full_path = file;
      request.version = version_;
      request.package_uid = chosen_.component.id.uid;
      CK_TRY(name, display_name());
      request.name = name;
      request.folder = folder_;
      if (file.empty()) request.customize["path_install"] = folder_.string();
      CK_CHECK(ask_version(request, log));
      CK_TRY(revision, take_git_revision(request.customize, folder_, name_, context_));
      request.revision = revision;
      environment.record.version = with_revision(version_, revision);
      CK_TRY(done, set_up(request, bench_));
      setup = std::move(done);
    }
    setup.description["ck_home"] = context_.home.root.string();
    setup.description["ck_sources"] = to_json(sources);
    environment.record.tags = setup.tags;
    environment.record.exports.values.emplace_back("sources",
                                                   scrubber_.scrub(to_text(to_json(sources))));
    environment.record.file = file.empty() ? "" : file.lexically_relative(folder_).string();
    const auto script = scrubber_.scrub(setup.script);
    if (script != setup.script)
      context_.events.on(Warning{name_ + ": env.sh would tell a secret, which is left out of it"});
    CK_CHECK(sys::write_file(folder_ / "env.sh", script));
    return sys::write_file(description_file(folder_),
                           scrubber_.scrub(to_pretty_text(setup.description)));
  }

  Result<Registered> registered_as(const std::string& id) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      CK_TRY(registry, Registry::open(context_));
      CK_TRY(found, registry.by_id(id));
      if (found) return std::move(*found);
      CK_CHECK(install::refresh_environments(context_.store, context_.home));
    }
    return fail(ErrorCode::not_found, "environment " + id + " disappeared");
  }

  const PackageRequest& request_;
  ChosenPackage chosen_;
  Workbench& bench_;
  install::Context& context_;
  Json document_, customize_;
  std::string name_;
  DownloadRules downloads_;
  std::string version_;
  Json environment_ = Json::object();
  std::vector<std::string> tags_;                 ///< as hooks leave them
  Json registered_environment_ = Json::object();  ///< top-level `env`, as hooks leave it
  Json dependency_changes_ = Json::object();      ///< what hooks changed, by key
  std::size_t first_hook_ = 0;                    ///< of those not in `own_hooks_` yet
  std::vector<HookUse> own_hooks_;
  std::vector<install::Secret> secrets_;
  install::Scrubber scrubber_;
  PackageEntries entries_;
  Json soft_overlay_ = Json::object();
  Json dependencies_written_ = Json::object();
  Resolution dependencies_;
  std::string inputs_;
  fs::path work_;
  fs::path folder_;  ///< INSTALL_DIR
};

Result<InstalledPackage> install_chosen(const PackageRequest& request, ChosenPackage chosen,
                                        Workbench& bench) {
  const std::string name = chosen.component.id.text();
  auto installed = Installation(request, std::move(chosen), bench).run();
  if (!installed && installed.error().context.empty())
    return fail(std::move(installed.error()).in(name));
  return installed;
}

}  // namespace

Result<InstalledPackage> install_package(const PackageRequest& request, Workbench& bench) {
  CK_TRY(chosen, choose_package(request.query, bench));
  return install_chosen(request, std::move(chosen), bench);
}

Result<Registered> install_for(const Need& need, const Resolution& given, Workbench& bench) {
  CK_TRY(chosen, choose_package(need, bench));
  PackageRequest request;
  request.given = given;
  request.need = need;
  CK_TRY(installed, install_chosen(request, std::move(chosen), bench));
  return std::move(installed.environment);
}

}  // namespace ck::collective
