#include "install/planner.hpp"

#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "install/commit.hpp"
#include "install/removed.hpp"
#include "model/substitution.hpp"

namespace ck::install {
namespace {

constexpr std::size_t kIdDigits = 32;

/// What of a profile can change what a build makes.
std::string profile_text(const model::Profile& profile) {
  std::string text;
  for (const auto& pattern : profile.pass) text += "pass " + pattern + "\n";
  for (const auto& [name, value] : profile.variables)
    text += "variable " + name + " " + Json(value).dump() + "\n";
  return text;
}

/// Everything the result depends on, one thing a line. When two ids differ, two of these texts do.
std::string inputs_of(const BuildRequest& recipe, const std::string& content,
                      const model::Profile& profile, const sys::HostFacts& host) {
  const auto* common = common_of(*recipe.descriptor);
  std::string text = "ck-environment 2\n";
  const auto line = [&](const std::string& key, const std::string& value) {
    text += key + " " + value + "\n";
  };
  line("component", recipe.component.id.text() + " " + common->uid);
  line("version", common->version.text());
  line("content", content);
  line("platform", host.architecture + " " + host.libc);
  line("profile",
       profile.common.name + " " + sha256_hex(profile_text(profile)).substr(0, kIdDigits));
  for (const auto& [name, value] : build_values(*recipe_of(*recipe.descriptor), recipe.values)) {
    line("value " + name, Json(value).dump());
  }
  for (const auto& [key, id] : recipe.dependencies) line("dependency " + key, id);
  return text;
}

/// `${…}` in exports, except ${prefix}, which is decided by where the environment lies.
class ExportNames {
 public:
  ExportNames(const BuildRequest& recipe, const Closure& closure)
      : recipe_(recipe), closure_(closure) {}

  std::optional<std::string> operator()(std::string_view name) const {
    if (name == "prefix") return "${prefix}";
    if (name == "version") return common_of(*recipe_.descriptor)->version.text();
    if (const auto value = recipe_.values.find(std::string(name)); value != recipe_.values.end())
      return value->second;
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto id = recipe_.dependencies.find(std::string(name.substr(0, dot)));
    if (id == recipe_.dependencies.end()) return std::nullopt;
    return closure_.at(id->second).value(name.substr(dot + 1));
  }

 private:
  const BuildRequest& recipe_;
  const Closure& closure_;
};

Result<model::NamedTexts> substituted(const model::NamedTexts& texts, const ExportNames& names,
                                      const std::string& subject) {
  model::NamedTexts result;
  for (const auto& [name, text] : texts) {
    auto value = model::substitute(text, names);
    if (!value) return fail(std::move(value.error()).in("export '" + name + "' of " + subject));
    result.emplace_back(name, std::move(*value));
  }
  return result;
}

Result<model::Exports> exports_of(const BuildRequest& recipe, const Closure& closure) {
  const auto& written = recipe_of(*recipe.descriptor)->exports;
  const ExportNames names(recipe, closure);
  const std::string subject = recipe.component.id.text();
  model::Exports exports;
  CK_TRY(values, substituted(written.values, names, subject));
  CK_TRY(variables, substituted(written.variables, names, subject));
  CK_TRY(prepend, substituted(written.prepend, names, subject));
  return model::Exports{std::move(values), std::move(variables), std::move(prepend)};
}

}  // namespace

std::string environment_id(const std::string& inputs) {
  return sha256_hex(inputs).substr(0, kIdDigits);
}

Planner::Planner(const model::Profile& profile, Context& context,
                 const std::optional<HostFacts>& other)
    : profile_(profile), context_(context), host_(sys::read_host_facts()) {
  if (!other) return;
  const auto fact = [&](const char* name) {
    const auto found = other->find(name);
    return found == other->end() ? std::string("unknown") : found->second;
  };
  host_.architecture = fact("host.arch");
  host_.libc = "glibc " + fact("host.glibc");
}

Status Planner::add_existing(const Environment& environment, const std::string& reason) {
  PlannedEnvironment step;
  const bool built = environment.record.origin == store::EnvironmentRecord::Origin::built;
  step.action = built ? PlannedEnvironment::Action::use : PlannedEnvironment::Action::adopt;
  step.environment = environment;
  step.component.id = environment.record.component;
  step.values = environment.record.parameters;
  step.reason = reason;
  if (built) {
    auto inputs = sys::read_file(inputs_file(environment.path));
    if (!inputs && !is_complete(environment.path)) {
      return fail(removed_after_choice(
          environment.record.component.text() + " " + environment.record.version,
          environment.path));
    }
    if (!inputs) return fail(inputs.error());
    step.inputs = std::move(*inputs);
  }
  append(std::move(step));
  return {};
}

Result<std::string> Planner::add_build(const BuildRequest& request) {
  CK_TRY(content, context_.catalog.content_hash(request.component, context_.cancel));
  PlannedEnvironment step;
  step.inputs = inputs_of(request, content, profile_, host_);
  step.descriptor = request.descriptor;
  step.component = request.component;
  step.values = request.values;
  for (const auto& parameter : recipe_of(*request.descriptor)->parameters) {
    if (parameter.secret) step.values.erase(parameter.name);  // the run's alone
  }
  step.reason = request.reason;
  store::EnvironmentRecord record;
  record.id = environment_id(step.inputs);
  record.component = request.component.id;
  record.version = common_of(*request.descriptor)->version.text();
  record.parameters = build_values(*recipe_of(*request.descriptor), request.values);
  record.tags = offered_tags(request.component, *recipe_of(*request.descriptor), request.values);
  record.dependencies = request.dependencies;
  record.recipe_hash = content;
  CK_TRY(exports, exports_of(request, closure_));
  record.exports = std::move(exports);
  const std::string id = record.id;
  step.environment = make_environment(std::move(record), context_.home);
  std::error_code ignored;
  const bool exists = fs::exists(manifest_file(step.environment.path), ignored);
  // What lies in a shared store is built again here, never there.
  if (request.rebuild) step.environment.path = context_.home.environments() / id;
  step.action = exists && !request.rebuild ? PlannedEnvironment::Action::use
                                           : PlannedEnvironment::Action::build;
  step.replace = exists && request.rebuild;
  append(std::move(step));
  return id;
}

void Planner::append(PlannedEnvironment step) {
  const std::string id = step.environment.record.id;
  if (!closure_.emplace(id, step.environment).second) return;
  plan_.steps.push_back(std::move(step));
}

}  // namespace ck::install
