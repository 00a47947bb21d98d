#include "collective/surroundings.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/strings.hpp"
#include "collective/broker.hpp"
#include "collective/compile_script.hpp"
#include "collective/meta.hpp"
#include "collective/resolver.hpp"
#include "collective/set_aside.hpp"
#include "collective/steps.hpp"
#include "install/profile.hpp"
#include "run/written_file.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

constexpr std::uint64_t kMaxStream = 16u << 20;
constexpr std::uint64_t kMaxTimer = 64u << 20;
constexpr std::size_t kMaxNumbers = 1000;

/// Everything the phases of one plan share; a repetition after the other uses it.
struct Around {
  Surroundings surroundings;
  model::Profile profile;
  Json document;  ///< of the program
  Json dependencies;
  std::unique_ptr<Workbench> bench;
  std::optional<Broker> broker;  ///< of a run in a sandbox, whose scripts may call `ck`
  run::PassThrough output;
  std::string home;
  std::optional<fs::path> repository;  ///< of the program
  bool told_of_changes = false;
  // Of the repetition that is going on:
  Json environment, misc;
  install::Variables variables;
  install::StepPlaces places;

  std::string placed(const std::string& text) const { return replace_all(text, "${home}", home); }
  Json placed(const Json& texts) const {
    Json here = texts;
    for (auto& [name, value] : here.items()) {
      if (value.is_string()) value = placed(value.get_ref<const std::string&>());
    }
    return here;
  }
};

std::string joined(const std::vector<std::string>& lines) {
  std::string script;
  for (const auto& line : lines) script += line + " || exit $?\n";
  return script;
}

/// What CK's module `program` knows of a run when hooks are called. The program is built and run
/// where `path`/`tmp_dir` is.
Json misc_of(const fs::path& folder, const Around& around) {
  const Surroundings& all = around.surroundings;
  const Platform& platform = around.bench->platform();
  Json misc = {{"cmd_key", all.command},
               {"host_os_uoa", platform.name},
               {"target_os_uoa", platform.name},
               {"target_os_bits", platform.bits()},
               {"device_id", ""},
               {"path", folder.parent_path().string()},
               {"tmp_dir", folder.filename().string()}};
  const auto target = target_file(around.document, platform);
  if (!target.empty()) misc["target_exe"] = target;
  if (all.dataset.empty()) return misc;
  misc["dataset_uoa"] = text_at(all.dataset, "name");
  misc["dataset_file"] = text_at(all.dataset, "file");
  misc["dataset_tags"] =
      array_at(object_at(object_at(around.document, "run_cmds"), all.command), "dataset_tags");
  return misc;
}

Json hook_input(const Around& around) {
  const Surroundings& all = around.surroundings;
  const auto dataset_path = around.placed(text_at(all.dataset, "path"));
  Json dataset = Json::object();
  if (!dataset_path.empty())
    dataset = {{"path", dataset_path}, {"file", text_at(all.dataset, "file")}};
  return {{"misc", around.misc},
          {"meta", around.document},
          {"deps", around.dependencies},
          {"env", around.environment},
          {"run_time",
           object_at(object_at(object_at(around.document, "run_cmds"), all.command), "run_time")},
          {"dataset_uoa", text_at(all.dataset, "name")},
          {"dataset_file", text_at(all.dataset, "file")},
          {"dataset_path", dataset_path},
          {"dataset_meta", std::move(dataset)},
          {"params", around.placed(all.params)},
          {"device_cfg", Json::object()},
          {"out", ""}};
}

Result<hook::HookResult> call_hook(const SurroundingHook& hook, Json input, const fs::path& folder,
                                   Around& around) {
  Workbench::Call call;
  call.component.id = {
      {}, "program", around.surroundings.program_name, around.surroundings.program};
  call.component.path = around.placed(hook.folder);
  call.file = hook.file;
  call.function = hook.function;
  call.directory = folder;
  call.variables = around.variables;
  call.input = std::move(input);
  call.writable = around.places.writable;
  CK_TRY(answer, around.bench->call(std::move(call)));
  around.environment = object_at(answer.input, "env");
  around.misc = object_at(answer.input, "misc");
  merge(around.misc, object_at(answer.result, "misc"));
  return std::move(answer);
}

/// What calls `ck` in a sandbox is served by the engine outside.
void add_engine(sys::ProcessSpec& spec, const Broker& broker) {
  std::error_code unknown;
  const fs::path engine = fs::read_symlink("/proc/self/exe", unknown);
  if (unknown) return;
  install::set_variable(spec.variables, "CK_EXECUTABLE", engine.string());
  spec.sandbox->readable.push_back(engine);
  broker.add_to(spec.variables, spec.sandbox->readable);
}

Status before_run(const fs::path& folder, sys::ProcessSpec& spec, Around& around) {
  const Surroundings& all = around.surroundings;
  around.environment = around.placed(all.environment);
  around.misc = misc_of(folder, around);
  if (spec.sandbox && around.broker) add_engine(spec, *around.broker);
  around.variables = spec.variables;
  if (spec.sandbox) {
    // The folders of a run lie side by side.
    const fs::path work = spec.sandbox->writable.front().parent_path();
    if (around.repository) CK_CHECK(set_aside(*around.repository, work, *spec.sandbox));
    around.places = {.writable = spec.sandbox->writable,
                     .readable = spec.sandbox->readable,
                     .files = {},
                     .set_aside = spec.sandbox->set_aside};
  }
  for (const auto& file : all.files_to_remove) {
    CK_TRY(path, sys::contained_path(folder, file));
    CK_CHECK(sys::remove_tree(path));
  }
  for (const auto& name : all.folders_to_make) {
    CK_TRY(path, sys::contained_path(folder, name));
    CK_CHECK(sys::make_directories(path));
  }
  for (const auto& hook : all.hooks_before) {
    const Json before = around.environment;
    CK_TRY(answer, call_hook(hook, hook_input(around), folder, around));
    merge(around.environment, object_at(answer.result, "new_env"));
    // What the hook left alone has its value already, with everything it refers to in place.
    for (const auto& [name, value] : around.environment.items()) {
      if (before.contains(name) && before[name] == value) continue;
      install::set_variable(spec.variables, name, raw_text_at(around.environment, name));
    }
    for (const auto& [name, value] : answer.variables)
      install::set_variable(spec.variables, name, value);
    CK_TRY(bat, shell_lines_of(answer.result, hook.function + " of " + hook.file));
    if (!bat.empty()) spec.argv.back() = bat + "\n" + spec.argv.back();
    const auto extra = text_at(answer.result, "extra_post_process_cmd");
    if (!extra.empty())
      spec.argv.back() += "\nck_status=$?; [ $ck_status = 0 ] || exit $ck_status\n" + extra;
    around.variables = spec.variables;
  }
  if (all.before.empty()) return {};
  std::vector<std::string> lines;
  for (const auto& line : all.before) lines.push_back(around.placed(line));
  return run_step(
      {"pre-processing", joined(lines), folder, spec.variables, nullptr, {}, around.places},
      *around.bench);
}

/// The end of a stream's file in place of the stream.
Status take_stream(const std::string& name, const fs::path& folder, std::string& stream) {
  if (name.empty()) return {};
  const auto file = run::written_file(folder, name);
  if (!file) return {};
  std::error_code unreadable;
  if (fs::file_size(*file, unreadable) > kMaxStream) {
    stream = "(" + name + " holds more than 16 MiB)\n";
    return {};
  }
  CK_TRY(text, sys::read_file(*file, kMaxStream));
  stream = std::move(text);
  return {};
}

/// Once: the next repetition does the same.
void tell_of_changes(Around& around) {
  for (const auto& place : around.places.set_aside) {
    const std::string changes = changes_in_words(place);
    if (changes.empty() || around.told_of_changes) continue;
    around.told_of_changes = true;
    around.bench->context().events.on(Warning{
        "program:" + around.surroundings.program_name + " changed its repository, " + changes +
        ". This was set aside and goes with the run; --profile=host lets it change " +
        printable(place.folder.string())});
  }
}

Status after_end(const fs::path& folder, sys::ProcessResult& result, Around& around) {
  tell_of_changes(around);
  const Surroundings& all = around.surroundings;
  CK_CHECK(take_stream(all.out_file, folder, result.out));
  CK_CHECK(take_stream(all.err_file, folder, result.err));
  for (const auto& name : all.files_to_print) {
    std::string text;
    CK_CHECK(take_stream(name, folder, text));
    if (around.output.out) around.output.out(text);
  }
  return {};
}

/// Numbers of a document by name; what lies inside objects as "a.b", inside lists as "a.0".
void add_numbers(const Json& value, const std::string& name, Json& flat) {
  if (flat.size() >= kMaxNumbers) return;
  if (value.is_object()) {
    for (const auto& [key, member] : value.items())
      add_numbers(member, name.empty() ? key : name + "." + key, flat);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      add_numbers(value[i], name + "." + std::to_string(i), flat);
  } else if (value.is_number()) {
    flat[name] = value;
  } else if (value.is_string()) {
    if (const auto number = parse_number(value.get_ref<const std::string&>())) flat[name] = *number;
  }
}

bool is_time(const std::string& name) {
  return name == "execution_time" || name == "total_execution_time" ||
         name.starts_with("execution_time_kernel_");
}

/// The characteristics that the timer file and post-processing left.
Result<Json> characteristics_of(const fs::path& folder, Around& around) {
  const Surroundings& all = around.surroundings;
  Json characteristics = Json::object();
  for (const auto& hook : all.hooks_after) {
    CK_TRY(answer, call_hook(hook, hook_input(around), folder, around));
    merge(characteristics, object_at(answer.result, "characteristics"));
  }
  if (!all.after.empty()) {
    std::vector<std::string> lines;
    for (const auto& line : all.after) lines.push_back(around.placed(line));
    CK_CHECK(run_step(
        {"post-processing", joined(lines), folder, around.variables, nullptr, {}, around.places},
        *around.bench));
  }
  if (all.timer_file.empty()) return characteristics;
  CK_TRY(file, run::written_file(folder, all.timer_file));
  CK_TRY(text, sys::read_file(file, kMaxTimer));
  CK_TRY(timer, parse_json(text, all.timer_file, {.duplicate_keys = true}));
  merge(characteristics, timer);
  return characteristics;
}

/// A program's own comparison, `ck_check_output`, where its post-processing defines one.
Result<bool> agreed_by_hook(const fs::path& written, const fs::path& expected,
                            const fs::path& folder, Around& around) {
  for (const auto& hook : around.surroundings.hooks_after) {
    SurroundingHook check = hook;
    check.function = "ck_check_output";
    const fs::path file = fs::path(around.placed(hook.folder)) / hook.file;
    if (!hook::Host::defines(file, check.function).value_or(false)) continue;
    Json input = hook_input(around);
    input["file1"] = written.string();
    input["file2"] = expected.string();
    CK_TRY(answer, call_hook(check, std::move(input), folder, around));
    const auto failed = answer.result.find("failed");
    return failed != answer.result.end() && failed->is_boolean() && !failed->get<bool>();
  }
  return false;
}

/// What a run wrote against what a repository says it should write.
Status check_reference(const fs::path& folder, Around& around) {
  const Surroundings& all = around.surroundings;
  if (all.reference.empty()) return {};
  for (const auto& name : all.correctness_files) {
    CK_TRY(expected, sys::contained_path(around.placed(all.reference), name));
    std::error_code missing;
    if (!fs::exists(expected, missing)) continue;
    CK_TRY(written, run::written_file(folder, name));
    CK_TRY(right, sys::hash_file(expected));
    CK_TRY(now, sys::hash_file(written));
    if (right == now) continue;
    CK_TRY(agrees, agreed_by_hook(written, expected, folder, around));
    if (!agrees) {
      return fail(Error(ErrorCode::program_failed, "output " + name + " is not what it should be")
                      .in("reference " + expected.string()));
    }
  }
  return {};
}

Result<std::vector<run::Measured>> numbers_of(const fs::path& folder,
                                              const sys::ProcessResult& result, Around& around) {
  CK_TRY(characteristics, characteristics_of(folder, around));
  CK_CHECK(check_reference(folder, around));
  Json flat = Json::object();
  add_numbers(characteristics, "", flat);
  const double repeat = std::max(1.0, parse_number(around.surroundings.repeat).value_or(1));
  const double total = flat.contains("execution_time") ? flat["execution_time"].get<double>()
                                                       : static_cast<double>(result.wall_ns) / 1e9;
  flat["total_execution_time"] = total;
  flat["execution_time"] = total / repeat;
  std::vector<run::Measured> numbers;
  for (const auto& [name, value] : flat.items()) {
    const bool time = is_time(name);
    numbers.push_back({{name, time ? "s" : "", time ? "lower" : "none", time ? "performance" : ""},
                       value.get<double>()});
  }
  return numbers;
}

Json to_json(const std::vector<SurroundingHook>& hooks) {
  Json list = Json::array();
  for (const auto& hook : hooks)
    list.push_back({{"folder", hook.folder}, {"file", hook.file}, {"function", hook.function}});
  return list;
}

std::vector<SurroundingHook> hooks_from(const Json& list) {
  std::vector<SurroundingHook> hooks;
  for (const auto& one : list)
    hooks.push_back({text_at(one, "folder"), text_at(one, "file"), text_at(one, "function")});
  return hooks;
}

/// Shell lines must come back as they are, which texts_at does not promise.
std::vector<std::string> lines_from(const Json& list) {
  std::vector<std::string> lines;
  for (const auto& one : list) {
    if (one.is_string()) lines.push_back(one.get<std::string>());
  }
  return lines;
}

}  // namespace

Json to_json(const Surroundings& all) {
  return {{"schema", "ck.collective-run/1"},
          {"program", all.program},
          {"program_name", all.program_name},
          {"command", all.command},
          {"repeat", all.repeat},
          {"out_file", all.out_file},
          {"err_file", all.err_file},
          {"timer_file", all.timer_file},
          {"files_to_print", all.files_to_print},
          {"files_to_remove", all.files_to_remove},
          {"folders_to_make", all.folders_to_make},
          {"before", all.before},
          {"after", all.after},
          {"hooks_before", to_json(all.hooks_before)},
          {"hooks_after", to_json(all.hooks_after)},
          {"correctness_files", all.correctness_files},
          {"reference", all.reference},
          {"dataset", all.dataset},
          {"dependencies", all.dependencies},
          {"params", all.params},
          {"environment", all.environment}};
}

Result<Surroundings> surroundings_from_json(const Json& value, const std::string& source) {
  if (text_at(value, "schema") != "ck.collective-run/1")
    return fail(ErrorCode::unsupported, source + " is of a form that this version does not know");
  Surroundings all;
  all.program = text_at(value, "program");
  all.program_name = text_at(value, "program_name");
  all.command = text_at(value, "command");
  all.repeat = text_at(value, "repeat");
  all.out_file = text_at(value, "out_file");
  all.err_file = text_at(value, "err_file");
  all.timer_file = text_at(value, "timer_file");
  all.files_to_print = texts_at(value, "files_to_print");
  all.files_to_remove = texts_at(value, "files_to_remove");
  all.folders_to_make = texts_at(value, "folders_to_make");
  all.before = lines_from(array_at(value, "before"));
  all.after = lines_from(array_at(value, "after"));
  all.hooks_before = hooks_from(array_at(value, "hooks_before"));
  all.hooks_after = hooks_from(array_at(value, "hooks_after"));
  all.correctness_files = texts_at(value, "correctness_files");
  all.reference = text_at(value, "reference");
  all.dataset = object_at(value, "dataset");
  all.dependencies = object_at(value, "dependencies");
  all.params = object_at(value, "params");
  all.environment = object_at(value, "environment");
  return all;
}

Result<run::Phases> phases_of(const run::RunPlan& plan, const run::PassThrough& output,
                              install::Context& context) {
  run::Phases phases;
  if (plan.surroundings.empty()) return phases;
  CK_TRY(json, parse_json(plan.surroundings, "the plan of " + plan.subject));
  CK_TRY(surroundings, surroundings_from_json(json, "the plan of " + plan.subject));
  auto around = std::make_shared<Around>();
  around->surroundings = std::move(surroundings);
  around->output = output;
  around->home = context.home.root.string();
  CK_TRY(profile, install::load_profile(plan.profile, context));
  around->profile = std::move(profile);
  CK_TRY(bench, Workbench::open(context, around->profile, {}));
  around->bench = std::make_unique<Workbench>(std::move(bench));
  if (plan.isolation.level != model::Isolation::Level::none) {
    CK_TRY(broker, Broker::start({}, Broker::Serves::questions, *around->bench));
    around->broker.emplace(std::move(broker));
  }
  const Surroundings& all = around->surroundings;
  const auto program = around->bench->find("program", all.program);
  if (program) around->repository = repository_around(program->path, context);
  if (!all.hooks_before.empty() || !all.hooks_after.empty()) {
    if (!program) return fail(program.error());
    CK_TRY(document, around->bench->document(*program));
    around->document = std::move(document);
    CK_TRY(kept, kept_resolution({{"deps", all.dependencies}}, *around->bench));
    CK_TRY(dependencies, dependencies_for_hooks(all.dependencies, kept, *around->bench));
    around->dependencies = std::move(dependencies);
  }
  phases.before = [around](const fs::path& folder, sys::ProcessSpec& spec) {
    return before_run(folder, spec, *around);
  };
  phases.ended = [around](const fs::path& folder, sys::ProcessResult& result) {
    return after_end(folder, result, *around);
  };
  phases.measured = [around](const fs::path& folder, const sys::ProcessResult& result) {
    return numbers_of(folder, result, *around);
  };
  phases.hooks = [around] { return to_text(to_json(around->bench->hook_uses())); };
  return phases;
}

}  // namespace ck::collective
