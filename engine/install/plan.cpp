#include "install/plan.hpp"

#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "model/substitution.hpp"
#include "sys/host.hpp"

namespace ck::install {
namespace {

constexpr std::size_t kIdDigits = 32;

/// What is needed to plan one environment that would be built.
struct Recipe {
  const catalog::Component& component;
  std::shared_ptr<const model::Descriptor> descriptor;
  const model::Values& values;
  std::map<std::string, std::string> dependencies;  ///< key -> environment id
};

/// What of a profile can change what a build makes.
std::string profile_text(const model::Profile& profile) {
  std::string text;
  for (const auto& pattern : profile.pass) text += "pass " + pattern + "\n";
  for (const auto& [name, value] : profile.variables)
    text += "variable " + name + " " + Json(value).dump() + "\n";
  return text;
}

/// Everything the result depends on, one thing a line. When two ids differ, two of these texts do.
std::string inputs_of(const Recipe& recipe, const std::string& content,
                      const model::Profile& profile, const sys::HostFacts& host) {
  const auto* common = common_of(*recipe.descriptor);
  std::string text = "ck-environment 1\n";
  const auto line = [&](const std::string& key, const std::string& value) {
    text += key + " " + value + "\n";
  };
  line("component", recipe.component.id.text() + " " + common->uid);
  line("version", common->version.text());
  line("content", content);
  line("platform", host.architecture + " " + host.libc);
  line("profile",
       profile.common.name + " " + sha256_hex(profile_text(profile)).substr(0, kIdDigits));
  for (const auto& [name, value] : recipe.values) line("value " + name, Json(value).dump());
  for (const auto& [key, id] : recipe.dependencies) line("dependency " + key, id);
  return text;
}

/// `${…}` in exports, except ${prefix}, which is decided by where the environment lies.
class ExportNames {
 public:
  ExportNames(const Recipe& recipe, const Closure& closure) : recipe_(recipe), closure_(closure) {}

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
  const Recipe& recipe_;
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

Result<model::Exports> exports_of(const Recipe& recipe, const Closure& closure) {
  const auto& written = recipe_of(*recipe.descriptor)->exports;
  const ExportNames names(recipe, closure);
  const std::string subject = recipe.component.id.text();
  model::Exports exports;
  CK_TRY(values, substituted(written.values, names, subject));
  CK_TRY(variables, substituted(written.variables, names, subject));
  CK_TRY(prepend, substituted(written.prepend, names, subject));
  return model::Exports{std::move(values), std::move(variables), std::move(prepend)};
}

class Planner {
 public:
  Planner(const model::Profile& profile, Context& context)
      : profile_(profile), context_(context), host_(sys::read_host_facts()) {}

  Result<InstallPlan> make(const Resolved& resolved, const std::optional<Subject>& subject,
                           bool rebuild) {
    for (const auto& choice : resolved.resolution.choices) {
      if (ids_.contains(choice.candidate)) continue;
      CK_CHECK(add(choice, resolved));
    }
    for (const auto& [key, candidate] : resolved.resolution.roots)
      plan_.roots[key] = ids_.at(candidate);
    if (subject) {
      CK_TRY(id, add_build({subject->component, subject->descriptor, subject->values, plan_.roots},
                           "asked for", rebuild));
      plan_.subject = id;
    }
    return std::move(plan_);
  }

 private:
  Status add(const solve::Choice& choice, const Resolved& resolved) {
    const Offer& offer = resolved.offers.at(choice.candidate);
    if (const auto* environment = std::get_if<Environment>(&offer.what)) {
      ids_[choice.candidate] = environment->record.id;
      return add_existing(*environment, choice.reason);
    }
    const auto& buildable = std::get<BuildableCandidate>(offer.what);
    std::map<std::string, std::string> dependencies;
    if (const auto edges = resolved.resolution.edges.find(choice.candidate);
        edges != resolved.resolution.edges.end()) {
      for (const auto& [key, candidate] : edges->second) dependencies[key] = ids_.at(candidate);
    }
    CK_TRY(id,
           add_build({buildable.component, buildable.descriptor, buildable.values, dependencies},
                     choice.reason, false));
    ids_[choice.candidate] = id;
    return {};
  }

  Status add_existing(const Environment& environment, const std::string& reason) {
    PlannedEnvironment step;
    const bool built = environment.record.origin == store::EnvironmentRecord::Origin::built;
    step.action = built ? PlannedEnvironment::Action::use : PlannedEnvironment::Action::adopt;
    step.environment = environment;
    step.component.id = environment.record.component;
    step.values = environment.record.parameters;
    step.reason = reason;
    if (built) {
      CK_TRY(inputs, sys::read_file(inputs_file(environment.path)));
      step.inputs = std::move(inputs);
    }
    append(std::move(step));
    return {};
  }

  Result<std::string> add_build(const Recipe& recipe, const std::string& reason, bool rebuild) {
    CK_TRY(content, context_.catalog.content_hash(recipe.component, context_.cancel));
    PlannedEnvironment step;
    step.inputs = inputs_of(recipe, content, profile_, host_);
    step.descriptor = recipe.descriptor;
    step.component = recipe.component;
    step.values = recipe.values;
    step.reason = reason;
    store::EnvironmentRecord record;
    record.id = environment_id(step.inputs);
    record.component = recipe.component.id;
    record.version = common_of(*recipe.descriptor)->version.text();
    record.parameters = recipe.values;
    record.tags = offered_tags(recipe.component, *recipe_of(*recipe.descriptor), recipe.values);
    record.dependencies = recipe.dependencies;
    record.recipe_hash = content;
    CK_TRY(exports, exports_of(recipe, closure_));
    record.exports = std::move(exports);
    const std::string id = record.id;
    step.environment = make_environment(std::move(record), context_.home);
    std::error_code ignored;
    const bool exists = fs::exists(manifest_file(step.environment.path), ignored);
    step.action =
        exists && !rebuild ? PlannedEnvironment::Action::use : PlannedEnvironment::Action::build;
    step.replace = exists && rebuild;
    append(std::move(step));
    return id;
  }

  void append(PlannedEnvironment step) {
    const std::string id = step.environment.record.id;
    if (!closure_.emplace(id, step.environment).second) return;
    plan_.steps.push_back(std::move(step));
  }

  const model::Profile& profile_;
  Context& context_;
  sys::HostFacts host_;
  InstallPlan plan_;
  Closure closure_;
  std::map<std::string, std::string> ids_;  ///< candidate -> environment id
};

std::string_view name_of(PlannedEnvironment::Action action) {
  switch (action) {
    case PlannedEnvironment::Action::use:
      return "use";
    case PlannedEnvironment::Action::adopt:
      return "adopt";
    case PlannedEnvironment::Action::build:
      return "build";
  }
  return "use";
}

}  // namespace

std::string environment_id(const std::string& inputs) {
  return sha256_hex(inputs).substr(0, kIdDigits);
}

Result<InstallPlan> make_plan(const Resolved& resolved, const std::optional<Subject>& subject,
                              const model::Profile& profile, bool rebuild, Context& context) {
  return Planner(profile, context).make(resolved, subject, rebuild);
}

Json to_json(const InstallPlan& plan) {
  Json json = Json::object();
  json["schema"] = "ck.plan/1";
  Json& steps = json["steps"] = Json::array();
  for (const auto& step : plan.steps) {
    steps.push_back({{"action", name_of(step.action)},
                     {"environment", store::to_json(step.environment.record)},
                     {"inputs", step.inputs},
                     {"reason", step.reason}});
  }
  Json& roots = json["roots"] = Json::object();
  for (const auto& [key, id] : plan.roots) roots[key] = id;
  if (plan.subject) json["subject"] = *plan.subject;
  return json;
}

}  // namespace ck::install
