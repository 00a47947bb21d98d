#pragma once
/// ck pull, add, import, ls, show and rm for repositories.

#include "app/session.hpp"

namespace ck::app {

struct PullReport {
  std::vector<catalog::PulledRepository> repositories;
};
Result<PullReport> pull(Session& session, const catalog::PullRequest& request);

struct RepositoriesReport {
  std::vector<catalog::Repository> repositories;
};
Result<RepositoriesReport> list_repositories(Session& session, const std::string& name_pattern);

Result<catalog::Repository> add_repository(Session& session, const std::string& name,
                                           const fs::path& folder);
Result<catalog::Repository> import_repository(Session& session, const fs::path& folder);
Result<catalog::Repository> remove_repository(Session& session, const std::string& name,
                                              bool force);

/// One repository with how many components of each kind it holds, and what git says now.
struct RepositoryDetail {
  catalog::Repository repository;
  std::optional<sys::GitState> git;
  std::vector<std::pair<std::string, std::size_t>> kinds;
  std::vector<catalog::BrokenComponent> broken;
};
Result<RepositoryDetail> show_repository(Session& session, const std::string& name);

}  // namespace ck::app
