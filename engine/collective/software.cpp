#include "collective/software.hpp"

#include <algorithm>
#include <functional>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "collective/file_search.hpp"
#include "collective/file_series.hpp"
#include "collective/meta.hpp"
#include "collective/recorded_installation.hpp"
#include "collective/setup.hpp"
#include "collective/sourced_files.hpp"
#include "collective/steps.hpp"
#include "collective/variations.hpp"
#include "install/commit.hpp"
#include "install/staging.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kHookFile = "customize.py";
constexpr std::chrono::seconds kVersionTime(10);
constexpr std::uint64_t kVersionOutput = 1u << 20;
constexpr std::size_t kIdDigits = 32;

std::string host_variable(const std::string& name, const install::Context& context) {
  for (const auto& [known, value] : context.host_variables) {
    if (known == name) return value;
  }
  return {};
}

void append_unique(std::vector<fs::path>& folders, const fs::path& folder) {
  std::error_code missing;
  if (folder.empty() || !fs::is_directory(folder, missing)) return;
  if (std::ranges::find(folders, folder) == folders.end()) folders.push_back(folder);
}

/// One soft being looked for.
class Detector {
 public:
  Detector(const catalog::Component& soft, const DetectOptions& options, Workbench& bench)
      : soft_(soft), options_(options), bench_(bench), context_(bench.context()) {}

  Result<SoftwareDetection> run() {
    CK_TRY(begun, bench_.begin(soft_.id.text()));
    const Workbench::UnderWay under_way = begun;
    CK_CHECK(prepare());
    CK_TRY(candidates, candidate_files());
    std::vector<SoftwareHit> hits;
    for (const auto& file : candidates) {
      CK_CHECK(context_.cancel.check());
      auto version = version_of(file);
      if (version && !in_bounds(*version))
        version = fail(ErrorCode::not_found, "it is version " + *version);
      if (version) {
        hits.push_back({file, *version});
      } else if (version.error().code == ErrorCode::interrupted) {
        return fail(std::move(version.error()));
      } else {
        detection_.missed.push_back({file.string(), version.error().message});
      }
    }
    if (!unsorted_) {
      std::ranges::sort(hits, [](const SoftwareHit& a, const SoftwareHit& b) {
        const auto order = compare(version_parts(a.version), version_parts(b.version));
        return order != 0 ? order > 0 : a.file > b.file;
      });
    }
    detection_.hits = std::move(hits);
    CK_CHECK(register_best());
    return std::move(detection_);
  }

  /// What the soft says of a file that a package made.
  Result<std::string> version_of_made(const SetupRequest& request, install::BuildLog& log) {
    document_ = request.soft_document;
    customize_ = object_at(document_, "customize");
    merge(customize_, request.customize);
    document_["deps"] = request.dependencies_written;
    dependencies_ = request.dependencies;
    CK_TRY(owner, hook_owner(soft_, document_, bench_));
    owner_ = owner;
    CK_CHECK(make_work_folder());
    told_to_ = &log;
    return asked_version(request.full_path);
  }

 private:
  Status prepare() {
    CK_TRY(document, bench_.document(soft_));
    CK_TRY(varied, with_variations(document, options_.variations));
    document_ = varied.meta;
    customize_ = object_at(document_, "customize");
    CK_TRY(owner, hook_owner(soft_, document_, bench_));
    owner_ = owner;
    CK_TRY(dependencies, resolve_needs(object_at(document_, "deps"), Json::object(), {}, bench_));
    dependencies_ = std::move(dependencies);
    first_hook_ = bench_.hook_uses().size();
    CK_TRY(hash, context_.catalog.content_hash(soft_, context_.cancel));
    recipe_hash_ = hash;
    asks_ = !yes_at(customize_, "skip_version") &&
            (!version_words().empty() ||
             bench_.has_hook(owner_, std::string(kHookFile), "version_cmd"));
    CK_CHECK(make_work_folder());
    CK_TRY(log, install::BuildLog::create(work_->path() / "log"));
    log_ = std::move(log);
    told_to_ = &*log_;
    return {};
  }

  Status make_work_folder() {
    CK_TRY(work, install::make_staging(context_.home.staging()));
    work_ = std::make_unique<sys::TemporaryDirectory>(std::move(work));
    for (const auto* name : {"home", "tmp", "prefix"})
      CK_CHECK(sys::make_directories(work_->path() / name));
    return {};
  }

  Result<std::vector<fs::path>> candidate_files() {
    if (!options_.full_path.empty()) {
      std::error_code ignored;
      return std::vector<fs::path>{fs::absolute(options_.full_path, ignored).lexically_normal()};
    }
    FileSearch search;
    search.name = file_name();
    if (search.name.empty()) return std::vector<fs::path>();
    CK_TRY(folders, folders_to_search());
    search.folders = detection_.searched = std::move(folders);
    search.depth = static_cast<int>(depth());
    search.directories = yes_at(customize_, "soft_can_be_dir");
    CK_TRY(found, find_files(search, bench_.listings(), context_.cancel));
    return limited(std::move(found), search.name);
  }

  std::string file_name() const {
    std::string name = text_at(customize_, "soft_file_universal");
    const Json& by_platform = object_at(customize_, "soft_file");
    if (name.empty()) name = text_at(by_platform, bench_.platform().ck_name());
    name = expand_platform_tokens(name, bench_.platform(), "");
    if (yes_at(customize_, "search_numeric_ext_on_linux") && !name.empty()) name += "*";
    return name;
  }

  double depth() const {
    const double everywhere = number_at(customize_, "limit_recursion_dir_search_all", -1);
    if (everywhere >= 0) return everywhere;
    return number_at(object_at(customize_, "limit_recursion_dir_search"),
                     bench_.platform().ck_name(), 0);
  }

  Result<std::vector<fs::path>> folders_to_search() {
    std::vector<fs::path> folders;
    const auto add = [&](const std::string& text) {
      append_unique(folders, expand_platform_tokens(text, bench_.platform(), home()));
    };
    for (const auto& text : texts_at(customize_, "extra_search_dirs_universal")) add(text);
    for (const auto& text :
         texts_at(object_at(customize_, "extra_search_dirs"), bench_.platform().ck_name()))
      add(text);
    const bool only_entry = yes_at(customize_, "detect_in_soft_dir_only");
    if (!only_entry) {
      for (const auto* text : {"/usr", "/opt"}) add(text);
      for (const auto& folder : bench_.wishes().search_folders) append_unique(folders, folder);
      add(home());
    }
    if (only_entry || yes_at(customize_, "detect_in_soft_dir")) append_unique(folders, soft_.path);
    if (!bench_.has_hook(owner_, std::string(kHookFile), "dirs")) return folders;
    return folders_of_hook(folders);
  }

  Result<std::vector<fs::path>> folders_of_hook(const std::vector<fs::path>& folders) {
    Json list = Json::array();
    for (const auto& folder : folders) list.push_back(folder.string());
    CK_TRY(answer, call("dirs", {{"cfg", document_},
                                 {"install_env", object_at(customize_, "install_env")},
                                 {"dirs", std::move(list)},
                                 {"soft_entry_path", soft_.path.string()}}));
    const Json& from = answer.result.contains("dirs") ? answer.result : answer.input;
    std::vector<fs::path> chosen;
    for (const auto& text : texts_at(from, "dirs")) append_unique(chosen, text);
    return chosen;
  }

  /// The hook `limit` knows which names are not what they look like.
  Result<std::vector<fs::path>> limited(std::vector<fs::path> found, const std::string& pattern) {
    if (found.empty() || !bench_.has_hook(owner_, std::string(kHookFile), "limit")) return found;
    Json list = Json::array();
    for (const auto& file : found) list.push_back(file.string());
    const std::string name =
        pattern.ends_with('*') ? pattern.substr(0, pattern.size() - 1) : pattern;
    CK_TRY(answer, call("limit", {{"list", std::move(list)}, {"soft_name", name}}));
    unsorted_ = yes_at(answer.result, "skip_sort");
    std::vector<fs::path> kept;
    for (const auto& text : texts_at(answer.result, "list")) kept.emplace_back(text);
    return kept;
  }

  std::string home() const { return host_variable("HOME", context_); }

  Result<hook::HookResult> call(const std::string& function, Json input) {
    Workbench::Call call;
    call.component = owner_;
    call.file = kHookFile;
    call.function = function;
    for (const auto* key : {"list", "dirs"}) {
      for (const auto& text : texts_at(input, key)) call.files.emplace_back(text);
    }
    if (input.contains("full_path")) call.files.emplace_back(text_at(input, "full_path"));
    call.input = std::move(input);
    call.directory = work_->path();
    return bench_.call(std::move(call));
  }

  bool in_bounds(const std::string& version) const {
    const auto parts = version_parts(version);
    if (!in_range(options_.range, version)) return false;
    if (version.empty()) return true;
    if (options_.from && compare(parts, *options_.from) < 0) return false;
    return !options_.to || compare(parts, *options_.to) <= 0;
  }

  // Versions.

  Result<std::string> version_of(const fs::path& file) {
    if (!options_.version.empty()) return options_.version;
    std::error_code missing;
    if (!fs::exists(file, missing)) return fail(ErrorCode::not_found, "there is no such file");
    CK_CHECK(check_hit(file));
    if (auto version = recorded_version(recorded(file)); !version.empty()) return version;
    const std::string key = "ck:" + soft_.id.uid + recipe_hash_;
    const std::string stamp = stamp_of(file);
    CK_TRY(known, context_.store.detection(key, file.string()));
    if (known && known->stamp == stamp) return checked(known->version);
    CK_TRY(told, asked_version(file));
    const std::string version = corrected(told, file);
    if (options_.registers)
      CK_CHECK(context_.store.put_detection({key, file.string(), stamp, version, {}, {}}));
    return checked(version);
  }

  /// Hooks that take a library's version from its name take it from the soname: OpenMPI 4.1.4 is
  /// libmpi.so.40. The distribution, where the file is of one, knows better.
  static std::string corrected(const std::string& version, const fs::path& file) {
    if (version.empty() || file.filename().string().find(".so") == std::string::npos)
      return version;
    const std::string owner = install::owning_package(file);
    std::string known =
        owner.substr(owner.find(' ') == std::string::npos ? owner.size() : owner.find(' ') + 1);
    known = known.substr(known.find(':') == std::string::npos ? 0 : known.find(':') + 1);
    known.resize(std::min(known.find_first_of("-+~"), known.size()));
    if (known.empty()) return version;
    const auto first = [](const std::string& text) { return split(text, '.').front(); };
    return first(known) == first(version) ? version : known;
  }

  Result<std::string> checked(const std::string& version) const {
    if (version.empty() && yes_at(customize_, "add_only_with_version"))
      return fail(ErrorCode::not_found, "it does not tell its version");
    return version;
  }

  /// Before a hook or a command sees the file: either may load what it is given. A hook imports
  /// modules of Python itself, so those have to lie where programs lie.
  Status check_hit(const fs::path& file) const {
    if (!asks_ || is_named()) return {};
    CK_CHECK(check_shown(file));
    if (file.extension() != ".py") return {};
    return check_place(file, bench_.wishes().search_folders);
  }

  /// By --full_path, which is the user's word that the file is what it looks like.
  bool is_named() const { return !options_.full_path.empty(); }

  Json recorded(const fs::path& file) const {
    return recorded_installation(file, soft_.id.uid,
                                 is_named() ? Writers::anybody : Writers::only_us);
  }

  /// What follows the file's name in the command that asks for its version.
  std::string version_words() const {
    return text_at(object_at(customize_, "soft_version_cmd"), bench_.platform().ck_name());
  }

  Result<std::string> asked_version(const fs::path& file) {
    if (yes_at(customize_, "skip_version")) return std::string();
    const fs::path output = work_->path() / "version.txt";
    std::string command = version_words();
    if (!command.empty()) command = shell_quoted(file.string()) + " " + command;
    if (bench_.has_hook(owner_, std::string(kHookFile), "version_cmd")) {
      CK_TRY(dependencies,
             dependencies_for_hooks(object_at(document_, "deps"), dependencies_, bench_));
      CK_TRY(answer, call("version_cmd", {{"full_path", file.string()},
                                          {"cmd", version_words()},
                                          {"customize", customize_},
                                          {"deps", std::move(dependencies)},
                                          {"out", ""}}));
      if (const auto version = text_at(answer.result, "version"); !version.empty()) return version;
      command = text_at(answer.result, "cmd");
    }
    if (command.empty()) return std::string();
    return version_from(file, replace_all(command, "$#filename#$", output.string()), output);
  }

  Result<std::string> version_from(const fs::path& file, const std::string& command,
                                   const fs::path& output) {
    const bool runs_the_file = command.starts_with(file.string()) ||
                               command.starts_with("\"" + file.string()) ||
                               command.starts_with(shell_quoted(file.string()));
    if (!is_named()) {
      const auto& trusted = bench_.wishes().search_folders;
      CK_CHECK(runs_the_file ? check_runnable(file, trusted) : check_asked(file, trusted));
    }
    CK_CHECK(sys::write_file(output, ""));
    auto lines = dependencies_.script();
    lines.push_back(command);
    lines.emplace_back("true");  // CK does not ask how the command ended either
    ShellStep step{"asking " + file.string() + " for its version",
                   join(lines, "\n"),
                   work_->path(),
                   bench_.step_variables(work_->path()),
                   told_to_,
                   kVersionTime,
                   {.writable = {}, .readable = {}, .files = {file}}};
    CK_CHECK(run_step(step, bench_));
    CK_TRY(text, sys::read_file(output, kVersionOutput));
    return parsed(text, file);
  }

  Result<std::string> parsed(const std::string& text, const fs::path& file) {
    auto lines = split(replace_all(text, "\r", ""), '\n');
    if (!bench_.has_hook(owner_, std::string(kHookFile), "parse_version"))
      return std::string(trim(lines.front()));
    CK_TRY(answer, call("parse_version", {{"output", lines}, {"full_path", file.string()}}));
    return text_at(answer.result, "version");
  }

  // Registration.

  Status register_best() {
    if (detection_.hits.empty()) return {};
    const SoftwareHit& hit = detection_.hits.front();
    install::Environment environment;
    auto& record = environment.record;
    record.origin = store::EnvironmentRecord::Origin::detected;
    record.component = soft_.id;
    record.version = hit.version;
    record.file = hit.file.string();
    record.dependencies = dependencies_.ids();
    record.recipe_hash = recipe_hash_;
    std::error_code ignored;
    if (fs::is_regular_file(hit.file, ignored)) {
      CK_TRY(sha256, sys::hash_file(hit.file, context_.cancel));
      record.file_sha256 = sha256;
    }
    record.owner = install::owning_package(hit.file);
    count_files(hit.file);
    installation_ = recorded(hit.file);
    const std::string inputs = inputs_of(record);
    record.id = sha256_hex(inputs).substr(0, kIdDigits);
    if (!options_.registers) return tell(std::move(environment), hit);
    CK_TRY(made, install::make_once(environment, was_moved(record.id, context_), context_,
                                    [&] { return make(environment, inputs, hit); }));
    CK_TRY(registry, Registry::open(context_));
    CK_TRY(registered, registry.by_id(made.record.id));
    if (!registered) {  // on disk, but not in the list
      CK_CHECK(install::refresh_environments(context_.store, context_.home));
      CK_TRY(again, Registry::open(context_));
      CK_TRY(listed, again.by_id(made.record.id));
      registered = std::move(listed);
    }
    detection_.registered = std::move(registered);
    return {};
  }

  Status tell(install::Environment environment, const SoftwareHit& hit) {
    CK_TRY(setup, setup_of(hit));
    environment.record.tags = setup.tags;
    Registered found;
    found.folder = context_.home.environment(environment.record.id);
    found.environment = std::move(environment);
    found.meta = std::move(setup.description);
    detection_.registered = std::move(found);
    return {};
  }

  /// One file of a dataset does not show that it is whole.
  void count_files(const fs::path& file) {
    const auto tags = texts_at(document_, "tags");
    if (std::ranges::find(tags, "dataset") == tags.end()) return;
    series_ = series_of(file);
    if (!series_) return;
    const std::string found = soft_.id.text() + ": " + description_of(*series_) + ", in " +
                              printable(file.parent_path().string());
    if (series_->count == 1 || series_->missing() > 0) {
      context_.events.on(Warning{found + "; the dataset may not be whole"});
    } else {
      context_.events.on(Note{found});
    }
  }

  std::string inputs_of(const store::EnvironmentRecord& record) const {
    Json inputs = {{"schema", "ck.collective-soft/1"},
                   {"soft", soft_.id.text()},
                   {"uid", soft_.id.uid},
                   {"recipe", recipe_hash_},
                   {"file", record.file},
                   {"file_sha256", record.file_sha256},
                   {"version", record.version},
                   {"variations", options_.variations},
                   {"tags", options_.extra_tags},
                   {"dependencies", record.dependencies}};
    if (series_) inputs["series"] = to_json(*series_);  // more files are another dataset
    if (!installation_.empty()) inputs["installation"] = hash_of_installation(installation_);
    return to_pretty_text(inputs);
  }

  Result<Setup> setup_of(const SoftwareHit& hit) {
    SetupRequest request;
    request.soft = soft_;
    request.soft_document = document_;
    request.tags = texts_at(document_, "tags");
    take_installation(installation_, request);
    for (const auto* more : {&options_.variations, &options_.extra_tags})
      request.tags.insert(request.tags.end(), more->begin(), more->end());
    request.dependencies_written = object_at(document_, "deps");
    request.dependencies = dependencies_;
    request.full_path = hit.file;
    request.version = hit.version;
    CK_TRY(setup, set_up(request, bench_));
    CK_CHECK(check_sourced(setup.script, hit.file));
    return std::move(setup);
  }

  Result<install::Environment> make(install::Environment environment, const std::string& inputs,
                                    const SoftwareHit& hit) {
    CK_TRY(setup, setup_of(hit));
    const fs::path prefix = work_->path() / "prefix";
    setup.description["ck_home"] = context_.home.root.string();
    if (series_) {
      setup.description["ck_series"] = to_json(*series_);
      environment.record.exports.values.emplace_back("files", std::to_string(series_->count));
    }
    setup.description["ck_stamp"] = {{"file", hit.file.string()}, {"stamp", stamp_of(hit.file)}};
    environment.record.tags = setup.tags;
    bench_.keep_hooks(first_hook_, environment.record);
    environment.record.path = root_of(setup.description, hit.file);
    CK_CHECK(sys::write_file(prefix / "env.sh", setup.script));
    CK_CHECK(sys::write_file(description_file(prefix), to_pretty_text(setup.description)));
    CK_CHECK(log_->close());
    return install::commit_environment(
        {environment, inputs, prefix, log_->file(), work_->path(), log_->isolation()}, context_);
  }

  Status check_sourced(const std::string& script, const fs::path& hit) const {
    std::vector<fs::path> own;
    for (const auto& one : dependencies_.needs) own.push_back(one.environment.script());
    return check_sourced_files(script, own, hit);
  }

  static std::string root_of(const Json& description, const fs::path& file) {
    const Json& customize = object_at(description, "customize");
    const auto installed = text_at(customize, "path_install");
    if (!installed.empty()) return installed;
    const auto prefix = text_at(customize, "env_prefix");
    const auto variable = text_at(object_at(description, "env"), prefix);
    if (variable.starts_with('/')) return variable;
    return file.parent_path().string();
  }

  const catalog::Component& soft_;
  const DetectOptions& options_;
  Workbench& bench_;
  install::Context& context_;
  catalog::Component owner_;
  Json document_, customize_;
  Resolution dependencies_;
  std::string recipe_hash_;
  std::size_t first_hook_ = 0;  ///< those of what it needs came before
  std::unique_ptr<sys::TemporaryDirectory> work_;
  std::optional<install::BuildLog> log_;  ///< of the commands that tell versions
  install::BuildLog* told_to_ = nullptr;  ///< that log, or a package's
  bool asks_ = false;                     ///< a hook or a command is asked for versions
  Json installation_ = Json::object();    ///< ck-install.json of the best hit
  std::optional<FileSeries> series_;      ///< a dataset's, where its file is numbered
  bool unsorted_ = false;
  SoftwareDetection detection_;
};

}  // namespace

Result<SoftwareDetection> detect_software(const catalog::Component& soft,
                                          const DetectOptions& options, Workbench& bench) {
  auto detection = Detector(soft, options, bench).run();
  if (!detection) return fail(std::move(detection.error()).in(soft.id.text()));
  return detection;
}

namespace {

/// Whether an entry may be detected unasked, here.
bool is_detected(const Json& document, const Platform& platform) {
  return yes_at(document, "auto_detect") && meant_for(document, platform) &&
         meant_for(object_at(document, "customize"), platform);
}

Result<std::vector<Detecting>> soft_named(const Need& need, Workbench& bench) {
  std::vector<Detecting> softs;
  if (need.component->kind != "soft") return softs;
  CK_TRY(soft, bench.find("soft", need.component->uid));
  CK_TRY(document, bench.document(soft));
  softs.push_back({soft, object_at(document, "deps")});
  return softs;
}

}  // namespace

Result<std::vector<Detecting>> softs_for(const Need& need, Workbench& bench) {
  if (need.component) return soft_named(need, bench);
  model::TagQuery query;
  query.all = need.tags;
  query.none = need.no_tags;
  std::ranges::sort(query.all);
  std::ranges::sort(query.none);
  CK_TRY(softs, bench.context().catalog.search(
                    {{.repo = {}, .kind = "soft", .name = {}}, query, std::nullopt}));
  struct Candidate {
    Detecting one;
    double sort = 0;
  };
  std::vector<Candidate> candidates;
  for (const auto& soft : softs) {
    const bool shadowed = std::ranges::any_of(candidates, [&](const Candidate& known) {
      return known.one.soft.id.uid == soft.id.uid || known.one.soft.id.name == soft.id.name;
    });
    if (shadowed) continue;
    CK_TRY(document, bench.document(soft));
    if (!is_detected(document, bench.platform())) continue;
    candidates.push_back({{soft, object_at(document, "deps")},
                          number_at(object_at(document, "customize"), "sort", 0)});
  }
  std::ranges::stable_sort(candidates, {}, &Candidate::sort);
  std::vector<Detecting> ordered;
  for (auto& candidate : candidates) ordered.push_back(std::move(candidate.one));
  return ordered;
}

Result<std::string> version_of_made(const SetupRequest& request, install::BuildLog& log,
                                    Workbench& bench) {
  DetectOptions options;
  options.full_path = request.full_path;
  return Detector(request.soft, options, bench).version_of_made(request, log);
}

Result<std::vector<Registered>> detect_for(const Need& need, Workbench& bench,
                                           Detectors detectors) {
  CK_TRY(softs, softs_for(need, bench));
  std::vector<Registered> found;
  for (const auto& candidate : softs) {
    if (detectors != Detectors::all && !candidate.needs.empty()) continue;
    DetectOptions options;
    options.from = need.from;
    options.to = need.to;
    options.range = need.range;
    options.registers = detectors != Detectors::only_looking;
    auto detection = detect_software(candidate.soft, options, bench);
    if (!detection) {
      if (detection.error().code == ErrorCode::interrupted || need.component)
        return fail(std::move(detection.error()));
      // One detector that fails must not keep the others from finding something.
      bench.context().events.on(Note{candidate.soft.id.text() + ": " + detection.error().message});
      continue;
    }
    auto& registered = detection->registered;
    if (registered && answers(*registered, need)) found.push_back(std::move(*registered));
  }
  return found;
}

}  // namespace ck::collective
