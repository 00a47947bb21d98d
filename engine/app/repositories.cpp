#include "app/repositories.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/strings.hpp"
#include "install/profile.hpp"

namespace ck::app {
namespace {

/// Profiles by the names of ck's own are not what these names mean, and may be there to be taken
/// for it.
Status tell_namesakes(Session& session, const std::set<std::string>& repositories) {
  CK_TRY(catalog, session.catalog());
  CK_TRY(namesakes, install::namesakes_of_profiles(*catalog));
  for (const auto& one : namesakes) {
    if (repositories.contains(one.id.repo))
      session.events().on(Warning{install::namesake_text(one)});
  }
  return {};
}

}  // namespace

Result<PullReport> pull(Session& session, const catalog::PullRequest& request) {
  CK_TRY(repositories, session.repositories());
  CK_TRY(pulled, repositories->pull(request, session.transfer(), session.clock(), session.events(),
                                    session.cancel()));
  session.forget_catalog();
  // Indexing now, under the pull's progress, leaves the next command with nothing to wait for.
  CK_TRY(catalog, session.catalog());
  CK_CHECK(catalog->kinds());
  std::set<std::string> names;
  for (const auto& one : pulled) names.insert(one.name);
  CK_CHECK(tell_namesakes(session, names));
  return PullReport{std::move(pulled)};
}

Result<RepositoriesReport> list_repositories(Session& session, const std::string& name_pattern) {
  CK_TRY(repositories, session.repositories());
  RepositoriesReport report{repositories->all()};
  std::erase_if(report.repositories, [&](const catalog::Repository& repository) {
    return !name_pattern.empty() && !wildcard_match(name_pattern, repository.name);
  });
  return report;
}

Result<catalog::Repository> add_repository(Session& session, const std::string& name,
                                           const fs::path& folder) {
  CK_TRY(repositories, session.repositories());
  session.forget_catalog();
  return repositories->create(name, folder, session.clock());
}

Result<catalog::Repository> import_repository(Session& session, const fs::path& folder) {
  CK_TRY(repositories, session.repositories());
  session.forget_catalog();
  CK_TRY(imported, repositories->import(folder, session.transfer(), session.clock()));
  if (imported.name == "core") {
    session.events().on(
        Warning{"repo:core in " + printable(imported.path.string()) +
                " takes the place of the one that comes with ck, its profiles included; "
                "'ck rm repo:core' undoes that"});
  }
  CK_CHECK(tell_namesakes(session, {imported.name}));
  return std::move(imported);
}

Result<catalog::Repository> remove_repository(Session& session, const std::string& name,
                                              bool force) {
  CK_TRY(repositories, session.repositories());
  session.forget_catalog();
  return repositories->remove(name, force, session.transfer());
}

Result<RepositoryDetail> show_repository(Session& session, const std::string& name) {
  CK_TRY(repositories, session.repositories());
  CK_TRY(repository, repositories->find(name));
  CK_TRY(catalog, session.catalog());
  RepositoryDetail detail;
  detail.repository = repository;
  CK_TRY(components, catalog->search({.pattern = {.repo = repository.name, .kind = {}, .name = {}},
                                      .tags = {},
                                      .limit = {}}));
  std::map<std::string, std::size_t> counts;
  for (const auto& component : components) ++counts[component.id.kind];
  detail.kinds.assign(counts.begin(), counts.end());
  std::ranges::copy_if(catalog->broken(), std::back_inserter(detail.broken),
                       [&](const auto& broken) {
                         return broken.file.string().starts_with(repository.path.string() + "/");
                       });
  if (!repository.commit.empty()) {
    CK_TRY(git, session.transfer().git());
    CK_TRY(state, git->state(repository.path));
    detail.git = std::move(state);
  }
  return detail;
}

}  // namespace ck::app
