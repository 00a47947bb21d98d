/// Locks: what a plan chose, in a form that outlives it.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "install/plan.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kSchema = "ck.lock/1";

LockedEnvironment environment_from(const Json& value, const std::string& path,
                                   JsonProblems& problems, const std::string& source) {
  ObjectReader reader(value, path, problems);
  LockedEnvironment environment;
  environment.inputs = reader.optional_string("inputs").value_or("");
  environment.reason = reader.optional_string("reason").value_or("");
  if (const auto* record = reader.required("environment")) {
    auto read = store::environment_from_json(*record, source);
    if (read) {
      environment.record = std::move(*read);
    } else {
      reader.problem("environment", read.error().message);
    }
  }
  reader.finish();
  return environment;
}

LockedRepository repository_from(const Json& value, const std::string& path,
                                 JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  LockedRepository repository;
  repository.name = reader.string("name");
  repository.url = reader.optional_string("url").value_or("");
  repository.commit = reader.optional_string("commit").value_or("");
  reader.finish();
  return repository;
}

}  // namespace

Lock make_lock(const InstallPlan& plan, const Context& context) {
  Lock lock;
  std::set<std::string> used;
  for (const auto& step : plan.steps) {
    lock.environments.push_back({step.environment.record, step.inputs, step.reason});
    used.insert(step.environment.record.component.repo);
  }
  std::ranges::sort(lock.environments, {},
                    [](const auto& environment) { return environment.record.id; });
  for (const auto& repository : context.repositories) {
    if (used.contains(repository.name))
      lock.repositories.push_back({repository.name, repository.url, repository.commit});
  }
  lock.roots = plan.roots;
  lock.subject = plan.subject.value_or("");
  return lock;
}

Json to_json(const Lock& lock) {
  Json json = Json::object();
  json["schema"] = kSchema;
  Json& repositories = json["repositories"] = Json::array();
  for (const auto& repository : lock.repositories) {
    repositories.push_back(
        {{"name", repository.name}, {"url", repository.url}, {"commit", repository.commit}});
  }
  Json& environments = json["environments"] = Json::array();
  for (const auto& environment : lock.environments) {
    environments.push_back({{"environment", store::to_json(environment.record)},
                            {"inputs", environment.inputs},
                            {"reason", environment.reason}});
  }
  Json& roots = json["roots"] = Json::object();
  for (const auto& [key, id] : lock.roots) roots[key] = id;
  json["subject"] = lock.subject;
  return json;
}

Result<Lock> lock_from_json(const Json& value, const std::string& source) {
  JsonProblems problems(source);
  ObjectReader reader(value, "", problems);
  const std::string schemas[] = {std::string(kSchema)};
  reader.choice("schema", schemas);
  Lock lock;
  reader.each("repositories", [&](const Json& item, const std::string& path) {
    lock.repositories.push_back(repository_from(item, path, problems));
  });
  reader.each("environments", [&](const Json& item, const std::string& path) {
    lock.environments.push_back(environment_from(item, path, problems, source));
  });
  for (auto& [key, id] : reader.string_map("roots")) lock.roots[key] = id;
  lock.subject = reader.optional_string("subject").value_or("");
  reader.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return lock;
}

}  // namespace ck::install
