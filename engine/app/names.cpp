#include "app/names.hpp"

#include <algorithm>

namespace ck::app {
namespace {

Result<std::vector<std::string>> repository_names(Session& session) {
  CK_TRY(repositories, session.repositories());
  std::vector<std::string> names;
  for (const auto& repository : repositories->all()) names.push_back(repository.name);
  return names;
}

Result<std::vector<std::string>> experiment_names(Session& session) {
  CK_TRY(store, session.store());
  CK_TRY(experiments, store->experiments("", {}));
  std::vector<std::string> names;
  for (const auto& experiment : experiments) names.push_back(experiment.name);
  return names;
}

Result<std::vector<std::string>> environment_ids(Session& session) {
  CK_TRY(store, session.store());
  CK_TRY(environments, store->environments());
  std::vector<std::string> ids;
  for (const auto& environment : environments) ids.push_back(environment.id);
  return ids;
}

Result<std::vector<std::string>> component_names(Session& session, const std::string& kind) {
  CK_TRY(catalog, session.catalog());
  CK_TRY(components,
         catalog->search(
             {.pattern = {.repo = {}, .kind = kind, .name = {}}, .tags = {}, .limit = {}}));
  std::vector<std::string> names;
  for (const auto& component : components) names.push_back(component.id.name);
  return names;
}

Result<std::vector<std::string>> unsorted_names(Session& session, const std::string& kind) {
  if (kind == "repo") return repository_names(session);
  if (kind == "experiment") return experiment_names(session);
  if (kind == "env") return environment_ids(session);
  return component_names(session, kind);
}

}  // namespace

Result<std::vector<std::string>> kinds(Session& session) {
  CK_TRY(catalog, session.catalog());
  return catalog->kinds();
}

Result<std::vector<std::string>> names_of_kind(Session& session, const std::string& kind) {
  CK_TRY(names, unsorted_names(session, kind));
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace ck::app
