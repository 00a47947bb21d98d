#include "run/plan.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <iterator>
#include <utility>

#include "base/strings.hpp"
#include "install/isolation.hpp"
#include "install/profile.hpp"
#include "model/substitution.hpp"

namespace ck::run {
namespace {

constexpr std::string_view kWork = "${work}";
constexpr std::string_view kHome = "${home}";
/// Below it lies what was built.
constexpr std::string_view kEnvironments = "${home}/envs/";

Result<const model::Command*> choose_command(const model::Program& program,
                                             const std::string& wanted) {
  const std::string& name = wanted.empty() ? program.default_command : wanted;
  std::vector<std::string> names;
  for (const auto& command : program.commands) {
    if (command.name == name) return &command;
    names.push_back(command.name);
  }
  Error error(ErrorCode::usage,
              "program:" + program.common.name + " has no command '" + name + "'");
  if (const auto hint = did_you_mean(near_misses(name, names))) error.hint(*hint);
  error.hint("--cmd_key takes one of: " + join(names, ", "));
  return fail(std::move(error));
}

/// What `${name}` means in a program's commands and variables.
class Names {
 public:
  Names(const model::Values& values, const install::InstallPlan& installed,
        const install::Closure& closure)
      : values_(values), installed_(installed), closure_(closure) {}

  std::optional<std::string> operator()(std::string_view name) const {
    if (name == "work") return std::string(kWork);
    if (const auto value = values_.find(std::string(name)); value != values_.end())
      return value->second;
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto* environment = find(name.substr(0, dot));
    return environment == nullptr ? std::nullopt : environment->value(name.substr(dot + 1));
  }

  std::vector<std::string> known() const {
    std::vector<std::string> names{"work"};
    for (const auto& [name, value] : values_) names.push_back(name);
    add_members("program", names);
    for (const auto& [key, id] : installed_.roots) add_members(key, names);
    return names;
  }

 private:
  const install::Environment* find(std::string_view key) const {
    std::string id;
    if (key == "program") {
      id = installed_.subject.value_or("");
    } else if (const auto root = installed_.roots.find(std::string(key));
               root != installed_.roots.end()) {
      id = root->second;
    }
    const auto found = closure_.find(id);
    return found == closure_.end() ? nullptr : &found->second;
  }

  void add_members(const std::string& key, std::vector<std::string>& names) const {
    const auto* environment = find(key);
    if (environment == nullptr) return;
    for (const auto& member : environment->value_names()) names.push_back(key + "." + member);
  }

  const model::Values& values_;
  const install::InstallPlan& installed_;
  const install::Closure& closure_;
};

/// The values with secrets taken out of them; what was taken out goes into the plan.
Result<model::Values> without_secrets(const model::Recipe& recipe, model::Values values,
                                      const fs::path& home, RunPlan& plan) {
  std::vector<std::string> names;
  for (const auto& parameter : recipe.parameters) {
    auto& value = values[parameter.name];
    const bool secret = parameter.secret || install::is_secret({}, value);
    if (!secret || value.empty()) continue;
    plan.hidden.emplace_back(parameter.name, std::exchange(value, place_of_secret(parameter.name)));
    names.push_back(parameter.name);
  }
  CK_TRY(secrets, install::secrets_of(plan.hidden, names, {home}));
  std::ranges::move(secrets, std::back_inserter(plan.secrets));
  return values;
}

/// Names of variables that are secret because somebody said so.
std::vector<std::string> marked_secrets(const model::Program& program, const RunRequest& request,
                                        const install::Variables& variables) {
  std::vector<std::string> marked;
  for (const auto& [name, value] : request.secrets) marked.push_back(name);
  for (const auto& [name, value] : variables) {
    if (!value.empty() && std::ranges::find(program.secrets, name) != program.secrets.end())
      marked.push_back(name);
  }
  return marked;
}

/// A name that is nearly one the program declares is a typing error; any other may be meant for a
/// library below it.
Status check_variable(const model::Program& program, const std::string& name) {
  std::vector<std::string> declared;
  for (const auto& [known, value] : program.variables) {
    if (known == name) return {};
    declared.push_back(known);
  }
  const auto near = did_you_mean(near_misses(name, declared));
  if (!near) return {};
  return fail(
      Error(ErrorCode::usage, "program:" + program.common.name + " has no variable '" + name + "'")
          .hint(*near)
          .hint("its variables: " + join(declared, ", ")));
}

template <typename T>
void tighten(std::optional<T>& limit, const std::optional<T>& other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

model::Limits tightest(model::Limits limits, const model::Limits& other) {
  tighten(limits.memory_bytes, other.memory_bytes);
  tighten(limits.cpu_seconds, other.cpu_seconds);
  tighten(limits.file_bytes, other.file_bytes);
  tighten(limits.processes, other.processes);
  tighten(limits.output_bytes, other.output_bytes);
  tighten(limits.timeout_seconds, other.timeout_seconds);
  return limits;
}

std::vector<std::string> roots_of(const install::InstallPlan& installed) {
  std::vector<std::string> roots;
  for (const auto& [key, id] : installed.roots) roots.push_back(id);
  if (installed.subject) roots.push_back(*installed.subject);
  return roots;
}

/// Expands the names in a text; errors say which part of the program it belongs to.
using Expand = std::function<Result<std::string>(const std::string& text, const std::string& part)>;

Result<std::vector<std::string>> arguments_of(const model::Command& command,
                                              const RunRequest& request, const Expand& expand) {
  std::vector<std::string> arguments;
  for (const auto& text : command.run) {
    CK_TRY(argument, expand(text, "command '" + command.name + "'"));
    arguments.push_back(std::move(argument));
  }
  arguments.insert(arguments.end(), request.arguments.begin(), request.arguments.end());
  return arguments;
}

/// What the user's own words name may be read by the program.
std::vector<std::string> named_by(const RunRequest& request) {
  auto words = request.arguments;
  for (const auto& [name, value] : request.variables) words.push_back(value);
  std::vector<std::string> names;
  for (const auto& path : install::named_paths(words)) names.push_back(path.string());
  return names;
}

/// The program's own variables and then the user's, laid over `base`; sorted.
Result<install::Variables> variables_of(const model::Program& program, const RunRequest& request,
                                        install::Variables base, const Expand& expand) {
  for (const auto& [name, text] : program.variables) {
    CK_TRY(value, expand(text, "variable '" + name + "'"));
    install::set_variable(base, name, value);
  }
  for (const auto& [name, value] : request.variables) {
    CK_CHECK(check_variable(program, name));
    install::set_variable(base, name, value);
  }
  for (const auto& [name, value] : request.secrets) install::set_variable(base, name, value);
  std::ranges::sort(base);
  return base;
}

Result<Iterations> iterations_of(const model::InnerRepetition& repetition,
                                 const install::Variables& variables) {
  const auto value =
      std::ranges::find(variables, repetition.variable, &install::Variables::value_type::first);
  const auto count = value == variables.end() ? std::optional(1LL) : parse_integer(value->second);
  if (!count || *count < 1) {
    return fail(ErrorCode::usage, "--env." + repetition.variable + "=" + printable(value->second) +
                                      ": it says how often the program repeats its work, so it "
                                      "must be a number from 1 up");
  }
  return Iterations{repetition.variable, repetition.totals, static_cast<std::uint64_t>(*count)};
}

}  // namespace

Result<RunPlan> plan_run(const model::Program& program, const install::InstallPlan& installed,
                         const install::Closure& closure, const model::Values& values,
                         const model::Profile& profile, const RunRequest& request,
                         const install::Variables& host_variables, const fs::path& home) {
  CK_TRY(command, choose_command(program, request.command));
  RunPlan plan;
  plan.subject = "program:" + program.common.name;
  plan.command = command->name;
  CK_TRY(shown, without_secrets(program.recipe, values, home, plan));
  const Names names(shown, installed, closure);
  const auto known = names.known();
  const Expand expand = [&](const std::string& text, const std::string& part) {
    auto expanded = model::substitute(text, names, known);
    if (!expanded) expanded.error().in(part + " of " + plan.subject);
    return expanded;
  };
  CK_TRY(arguments, arguments_of(*command, request, expand));
  for (const auto& argument : arguments) plan.argv.push_back(without_home(argument, home.string()));
  if (!plan.argv.empty() && plan.argv.front().starts_with(kEnvironments))
    plan.binary = plan.argv.front();

  const auto roots = roots_of(installed);
  auto base = install::with_exports(
      install::profile_variables(profile, host_variables, fs::path(kWork)), closure, roots);
  CK_TRY(variables, variables_of(program, request, std::move(base), expand));
  CK_TRY(secrets,
         install::secrets_of(variables, marked_secrets(program, request, variables), {home}));
  std::ranges::move(secrets, std::back_inserter(plan.secrets));
  for (const auto& [name, value] : variables)
    plan.variables.emplace_back(name, without_home(value, home.string()));

  plan.environments = install::closure_order(closure, roots);
  plan.parameters = std::move(shown);
  plan.profile = profile.common.name;
  plan.isolation = profile.isolation;
  plan.readable = named_by(request);
  plan.limits = tightest(profile.limits, program.limits);
  tighten(plan.limits.timeout_seconds, command->timeout_seconds);
  tighten(plan.limits.timeout_seconds, request.timeout_seconds);
  plan.accept_exit = command->accept_exit;
  plan.metrics = program.metrics;
  plan.outputs = program.outputs;
  if (program.repetition) {
    CK_TRY(iterations, iterations_of(*program.repetition, plan.variables));
    plan.iterations = std::move(iterations);
  }
  return plan;
}

install::Scrubber scrubber_of(const RunPlan& plan) {
  install::Scrubber scrubber(plan.variables, plan.secrets);
  for (const auto& [name, value] : plan.hidden) scrubber.add(name, value);
  return scrubber;
}

std::string place_of_secret(std::string_view name) { return "${secret:" + std::string(name) + "}"; }

void set_iterations(RunPlan& plan, std::uint64_t count) {
  plan.iterations->count = count;
  install::set_variable(plan.variables, plan.iterations->variable, std::to_string(count));
  std::ranges::sort(plan.variables);
}

std::string with_path_replaced(std::string_view text, const std::string& path,
                               std::string_view by) {
  const auto continues_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("._-+@~").find(c) != std::string_view::npos;
  };
  std::string result;
  while (true) {
    const auto found = text.find(path);
    if (found == std::string_view::npos) return result.append(text);
    const std::string_view rest = text.substr(found + path.size());
    result.append(text.substr(0, found));
    const bool whole = rest.empty() || !continues_name(rest.front());
    result.append(whole ? by : path);
    text = rest;
  }
}

std::string without_home(std::string_view text, const std::string& home) {
  return with_path_replaced(text, home, kHome);
}

}  // namespace ck::run
