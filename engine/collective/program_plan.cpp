#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "collective/dataset.hpp"
#include "collective/meta.hpp"
#include "collective/program.hpp"
#include "collective/steps.hpp"
#include "collective/surroundings.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kWork = "${work}";
constexpr std::string_view kHome = "${home}";
constexpr std::string_view kRunFolder = "tmp";
constexpr int kExitCodes = 256;

/// `first` with those of `others` that are for keys of their own.
Resolution with_others(Resolution first, const Resolution& others) {
  for (const auto& one : others.needs) {
    if (first.find(one.need.key) == nullptr) first.needs.push_back(one);
  }
  return first;
}

class Planning {
 public:
  Planning(const ProgramRequest& request, const BuiltProgram& built, Workbench& bench)
      : request_(request),
        built_(built),
        document_(built.document),
        bench_(bench),
        home_(bench.context().home.root.string()) {}

  Result<PlannedProgram> run() {
    planned_.dependencies = built_.dependencies;
    CK_CHECK(choose());
    run_time_ = run_time_of(document_, command_);
    CK_CHECK(resolve_run_needs());
    CK_CHECK(fill_environment());
    CK_CHECK(choose_device());
    CK_TRY(text, command_line());
    CK_CHECK(fill_plan(text));
    CK_CHECK(fill_surroundings());
    planned_.plan.surroundings = to_text(to_json(around_));
    return std::move(planned_);
  }

 private:
  const Json& command_document() const {
    return object_at(object_at(document_, "run_cmds"), command_);
  }

  std::vector<std::string> dependency_tags() const {
    std::vector<std::string> tags;
    for (const auto& one : planned_.dependencies.needs) {
      for (auto& tag : texts_at(one.environment.meta, "tags")) tags.push_back(std::move(tag));
    }
    return tags;
  }

  Status choose() {
    const auto without =
        request_.first_command ? WithoutCommand::take_first : WithoutCommand::refuse;
    CK_TRY(command, choose_command(document_, request_.command, dependency_tags(),
                                   request_.component.id.text(), without));
    command_ = std::move(command);
    const bool several = object_at(document_, "run_cmds").size() > 1;
    if (several && request_.command.empty() && command_ != "default") {
      bench_.context().events.on(Warning{request_.component.id.text() +
                                         " has several commands, and the first is measured: " +
                                         printable(command_) + "; --cmd_key names another"});
    }
    return {};
  }

  // Dependencies of the run.

  Status resolve_run_needs() {
    needs_ = run_needs(document_, command_);
    Json seen = Json::object();
    if (yes_at(document_, "pass_env_to_resolve")) {
      seen = object_at(document_, "run_vars");
      merge(seen, object_at(command_document(), "run_vars"));
      merge(seen, request_.environment);
    }
    CK_TRY(resolved, resolve_needs(needs_, seen, chosen_above(), bench_));
    planned_.dependencies = with_others(std::move(planned_.dependencies), resolved);
    return {};
  }

  /// What the compilation chose, and for other keys what the request brings, such as a lock's.
  Resolution chosen_above() const { return with_others(planned_.dependencies, request_.given); }

  // Variables and the command line.

  RunTokens tokens() const {
    RunTokens tokens{bench_.platform(),
                     target_file(document_, bench_.platform()),
                     !yes_at(document_, "skip_add_prefix_for_target_file"),
                     built_.environment.path,
                     dataset_ ? std::optional(dataset_->dataset) : std::nullopt,
                     request_.repeat,
                     object_at(run_time_, "run_cmd_substitutes"),
                     [this](const std::string& cid) -> Result<fs::path> {
                       CK_TRY(entry, bench_.find_cid(cid));
                       return entry.path;
                     }};
    return tokens;
  }

  Status fill_environment() {
    environment_ = request_.environment;
    const auto tags = texts_at(command_document(), "dataset_tags");
    if (!tags.empty()) {
      CK_TRY(chosen, choose_dataset(tags, {request_.dataset, request_.dataset_file}, bench_));
      dataset_ = std::move(chosen);
    } else if (!request_.dataset.empty()) {
      return fail(ErrorCode::usage, "command '" + command_ + "' of " +
                                        request_.component.id.text() + " takes no dataset");
    }
    if (object_at(document_, "run_vars").contains("CT_REPEAT_MAIN") &&
        !environment_.contains("CT_REPEAT_MAIN"))
      environment_["CT_REPEAT_MAIN"] = request_.repeat;
    add_run_variables(document_, command_, tokens(), environment_);
    merge(environment_, object_at(run_time_, "run_set_env2"));
    if (dataset_) CK_CHECK(add_dataset_variables());
    for (const auto& [name, cid] : object_at(document_, "ck_to_env").items()) {
      CK_TRY(entry, bench_.find_cid(text_at(object_at(document_, "ck_to_env"), name)));
      environment_[name] = entry.path.string();
    }
    return {};
  }

  Status choose_device() {
    const auto kind = device_kind(document_, command_);
    const auto wish = wished_device(request_);
    CK_TRY(tool, request_.locked ? locked_device_tool(kind, wish, request_.given)
                                 : device_tool(kind, wish, chosen_above(), bench_));
    CK_TRY(device, find_device(kind, wish, tool, bench_));
    planned_.device_tool = std::move(tool);
    if (!device.platform.empty()) environment_[kPlatformVariable] = device.platform;
    if (!device.device.empty()) environment_[kDeviceVariable] = device.device;
    planned_.device = std::move(device);
    return {};
  }

  Status add_dataset_variables() {
    environment_["CK_DATASET_PATH"] = dataset_->dataset.path.string() + "/";
    environment_["CK_DATASET_FILENAME"] = dataset_->dataset.file;
    if (!yes_at(command_document(), "add_dataset_file_to_env")) return {};
    fs::path described = dataset_->dataset.file;
    described.replace_extension(".json");
    const auto text = sys::read_file(dataset_->dataset.path / described);
    if (!text) return {};  // not every file has one
    CK_TRY(values, parse_json(*text, (dataset_->dataset.path / described).string(),
                              {.duplicate_keys = true}));
    for (const auto& [name, value] : values.items()) {
      if (!environment_.contains(name)) environment_[name] = text_at(values, name);
    }
    return {};
  }

  Result<std::string> command_line() const {
    const std::string command = text_at(run_time_, "run_cmd_main");
    if (command.empty()) {
      return fail(Error(ErrorCode::invalid, "command '" + printable(command_) + "' of " +
                                                request_.component.id.text() +
                                                " has no run_cmd_main: there is nothing to run")
                      .in("file " + (request_.component.path / ".cm/meta.json").string()));
    }
    CK_TRY(text, expand_command(command, tokens(), nullptr));
    std::string line = text;
    for (const auto& argument : request_.arguments) line += " " + shell_quoted(argument);
    for (const auto& [key, redirect] :
         {std::pair("run_cmd_out1", " > "), std::pair("run_cmd_out2", " 2> ")}) {
      const auto file = text_at(run_time_, key);
      if (!file.empty()) line += redirect + shell_quoted(file);
    }
    return line;
  }

  Status fill_plan(const std::string& line) {
    auto& plan = planned_.plan;
    plan.subject = request_.component.id.text();
    plan.command = command_;
    auto lines = planned_.dependencies.script();
    CK_TRY(exports, export_lines(environment_));
    lines.insert(lines.end(), exports.begin(), exports.end());
    CK_TRY(variables, variables_after(lines, bench_.step_variables(fs::path(kWork)),
                                      bench_.context().home.work(), bench_));
    for (const auto& [name, value] : variables)
      plan.variables.emplace_back(name, run::without_home(value, home_));
    CK_CHECK(add_secrets(plan));
    plan.argv = {"/bin/bash", "-c", run::without_home(line, home_)};
    for (const auto& one : planned_.dependencies.needs)
      plan.environments.push_back(one.environment.id());
    plan.environments.push_back(built_.environment.record.id);
    plan.profile = bench_.profile().common.name;
    plan.isolation = bench_.profile().isolation;
    for (const auto& path : install::named_paths(words_of_user()))
      plan.readable.push_back(path.string());
    plan.limits = bench_.profile().limits;
    if (request_.timeout_seconds) plan.limits.timeout_seconds = request_.timeout_seconds;
    const std::string environment = std::string(kHome) + "/envs/" + built_.environment.record.id;
    plan.placements = {
        {environment, "", true},
        {environment + "/" + std::string(kRunFolder), std::string(kRunFolder), false}};
    plan.directory = kRunFolder;
    const std::string target = target_file(document_, bench_.platform());
    if (!target.empty() && !yes_at(document_, "no_compile"))
      plan.binary = environment + "/" + std::string(kRunFolder) + "/" + target;
    plan.accept_exit = accepted_codes();
    add_parameters(plan.parameters);
    for (const auto& file : texts_at(run_time_, "run_correctness_output_files")) {
      model::Output output;
      output.name = output.path = file;
      plan.outputs.push_back(std::move(output));
    }
    return {};
  }

  Status add_secrets(run::RunPlan& plan) const {
    std::vector<std::string> marked;
    for (const auto& [name, value] : request_.secrets) {
      install::set_variable(plan.variables, name, value);
      marked.push_back(name);
    }
    std::ranges::sort(plan.variables);
    CK_TRY(secrets, install::secrets_of(plan.variables, marked, bench_.context().home));
    plan.secrets = std::move(secrets);
    return {};
  }

  std::vector<std::string> words_of_user() const {
    auto words = request_.arguments;
    for (const auto& [name, value] : request_.environment.items())
      words.push_back(text_at(request_.environment, name));
    return words;
  }

  std::vector<int> accepted_codes() const {
    std::string ignore = text_at(command_document(), "ignore_return_code");
    if (ignore.empty()) ignore = text_at(run_time_, "ignore_return_code");
    std::vector<int> codes{0};
    if (ignore == "yes") {
      for (int code = 1; code < kExitCodes; ++code) codes.push_back(code);
    }
    return codes;
  }

  void add_parameters(model::Values& parameters) const {
    if (dataset_) {
      parameters["dataset_uoa"] = dataset_->component.id.name;
      if (!dataset_->dataset.file.empty()) parameters["dataset_file"] = dataset_->dataset.file;
    }
    keep_compile_request(request_.compile, parameters);
    const auto& device = planned_.device;
    if (!device.platform.empty()) parameters["compute_platform_id"] = device.platform;
    if (!device.device.empty()) parameters["compute_device_id"] = device.device;
    if (request_.repeat != "1") parameters["repeat"] = request_.repeat;
  }

  // Around the run.

  Json without_home(const Json& texts) const {
    Json kept = texts;
    for (auto& [name, value] : kept.items()) {
      if (value.is_string()) value = run::without_home(value.get<std::string>(), home_);
    }
    return kept;
  }

  Status fill_surroundings() {
    around_.program = request_.component.id.uid;
    around_.program_name = request_.component.id.name;
    around_.command = command_;
    around_.repeat = request_.repeat;
    around_.out_file = text_at(run_time_, "run_cmd_out1");
    around_.err_file = text_at(run_time_, "run_cmd_out2");
    around_.timer_file = text_at(run_time_, "fine_grain_timer_file");
    around_.files_to_print = texts_at(run_time_, "print_files_after_run");
    if (around_.files_to_print.empty())
      around_.files_to_print = texts_at(document_, "print_files_after_run");
    around_.files_to_remove = texts_at(run_time_, "run_delete_files");
    for (auto& file : texts_at(run_time_, "run_output_files"))
      around_.files_to_remove.push_back(std::move(file));
    around_.folders_to_make = texts_at(run_time_, "run_make_directories");
    around_.correctness_files = texts_at(run_time_, "run_correctness_output_files");
    around_.params = object_at(run_time_, "params");
    merge(around_.params, without_home(request_.params));
    around_.environment = without_home(environment_);
    Json written = object_at(document_, "compile_deps");
    merge(written, needs_);
    around_.dependencies = dependencies_to_keep(written, planned_.dependencies);
    if (dataset_) {
      around_.dataset = {{"repo", dataset_->component.id.repo},
                         {"name", dataset_->component.id.name},
                         {"uid", dataset_->component.id.uid},
                         {"path", run::without_home(dataset_->dataset.path.string(), home_)},
                         {"file", dataset_->dataset.file},
                         {"content", dataset_->content}};
    }
    CK_CHECK(add_hooks());
    CK_CHECK(add_shell_lines());
    return add_reference();
  }

  Status add_hook(const Json& hook, const char* file, const char* function,
                  std::vector<SurroundingHook>& hooks) const {
    fs::path folder = built_.environment.path;
    const auto entry_name = text_at(hook, "data_uoa");
    if (!entry_name.empty()) {
      const auto kind = text_at(hook, "module_uoa");
      CK_TRY(entry, bench_.find(kind.empty() ? "program" : kind, entry_name));
      folder = entry.path;
    }
    const auto name = text_at(hook, "script_name");
    hooks.push_back({run::without_home(folder.string(), home_),
                     (name.empty() ? file : name) + ".py", function});
    return {};
  }

  Status add_hooks() {
    const Json& before = object_at(run_time_, "pre_process_via_ck");
    if (!before.empty() || yes_at(run_time_, "pre_process_via_ck"))
      CK_CHECK(add_hook(before, "preprocess", "ck_preprocess", around_.hooks_before));
    const Json& after = object_at(run_time_, "post_process_via_ck");
    if (!after.empty())
      CK_CHECK(add_hook(after, "postprocess", "ck_postprocess", around_.hooks_after));
    return {};
  }

  std::vector<std::string> shell_lines(const char* list, const char* one) const {
    std::vector<std::string> texts;
    for (const auto& line : array_at(run_time_, list)) {
      if (line.is_string()) texts.push_back(line.get<std::string>());
    }
    if (auto text = text_at(run_time_, one); !text.empty()) texts.push_back(std::move(text));
    return texts;
  }

  Status add_shell_lines() {
    for (const auto& line : shell_lines("pre_process_cmds", "pre_process_cmd")) {
      CK_TRY(text, expand_command(line, tokens(), &environment_));
      around_.before.push_back(run::without_home(text, home_));
    }
    const bool python = yes_at(run_time_, "post_process_via_ck");
    for (const auto& line : shell_lines("post_process_cmds", "post_process_cmd")) {
      CK_TRY(text, expand_command(line, tokens(), &environment_));
      const auto words = split(trim(text), ' ');
      if (!python || words.size() < 2) {
        around_.after.push_back(run::without_home(text, home_));
        continue;
      }
      // "python FILE": CK imports the file and calls its ck_postprocess.
      std::string file(trim(text.substr(words.front().size() + 1)));
      std::erase_if(file, [](char c) { return c == '"' || c == '\''; });
      const fs::path path = file;
      around_.hooks_after.push_back({run::without_home(path.parent_path().string(), home_),
                                     path.filename().string(), "ck_postprocess"});
    }
    return {};
  }

  /// program.output:program-uid-UID/COMMAND-DATASET…: outputs that somebody put into a repository.
  Status add_reference() {
    if (around_.correctness_files.empty()) return {};
    std::string owner = text_at(run_time_, "program_output_uoa");
    if (owner.empty()) owner = "program-uid-" + request_.component.id.uid;
    // Hardly any program has one, and `find` looks at everything to say what else was meant.
    CK_TRY(found, bench_.context().catalog.search(
                      {{.repo = {}, .kind = "program.output", .name = owner}, {}, std::nullopt}));
    if (found.empty()) return {};
    CK_TRY(entry, bench_.find("program.output", owner));
    std::string name = command_;
    if (dataset_) {
      name += "-" + dataset_->component.id.uid;
      if (texts_at(dataset_->dataset.meta, "dataset_files").size() > 1)
        name += "-" + dataset_->dataset.file;
    }
    if (!yes_at(run_time_, "output_invariant_of_repeat")) name += "-" + request_.repeat;
    for (const auto& variable : texts_at(run_time_, "run_correctness_vars"))
      name += "-" + text_at(environment_, variable);
    auto folder = sys::contained_path(entry.path, name);
    std::error_code missing;
    if (folder && fs::is_directory(*folder, missing))
      around_.reference = run::without_home(folder->string(), home_);
    return {};
  }

  const ProgramRequest& request_;
  const BuiltProgram& built_;
  const Json& document_;
  Workbench& bench_;
  const std::string home_;
  PlannedProgram planned_;
  std::string command_;
  Json run_time_ = Json::object();
  Json needs_ = Json::object();
  Json environment_ = Json::object();
  std::optional<ChosenDataset> dataset_;
  Surroundings around_;
};

}  // namespace

Json run_needs(const Json& document, const std::string& command) {
  Json needs = Json::object();
  const Json& chosen = object_at(object_at(document, "run_cmds"), command);
  if (!yes_at(chosen, "skip_global_deps")) {
    for (const auto& [key, need] : object_at(document, "run_deps").items()) {
      const auto only = texts_at(need, "only_for_cmd");
      if (only.empty() || std::ranges::find(only, command) != only.end()) needs[key] = need;
    }
  }
  for (const auto& [key, need] : object_at(chosen, "run_deps").items()) needs[key] = need;
  for (const auto& [key, update] : object_at(chosen, "update_deps").items()) {
    for (const auto* list : {"tags", "no_tags"}) {
      const auto more = text_at(update, list);
      if (more.empty() || !needs.contains(key)) continue;
      const auto before = text_at(needs[key], list);
      needs[key][list] = before.empty() ? more : before + "," + more;
    }
  }
  return needs;
}

std::string device_kind(const Json& document, const std::string& command) {
  return text_at(run_time_of(document, command), "need_compute_device");
}

ComputeDevice wished_device(const ProgramRequest& request) {
  ComputeDevice wish = request.device;
  if (wish.platform.empty()) wish.platform = text_at(request.environment, kPlatformVariable);
  if (wish.device.empty()) wish.device = text_at(request.environment, kDeviceVariable);
  return wish;
}

Resolution PlannedProgram::choices() const { return with_others(dependencies, device_tool); }

Result<PlannedProgram> plan_program(const ProgramRequest& request, const BuiltProgram& built,
                                    Workbench& bench) {
  return Planning(request, built, bench).run();
}

}  // namespace ck::collective
