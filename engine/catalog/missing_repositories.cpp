#include "catalog/missing_repositories.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "catalog/registrations.hpp"

namespace ck::catalog {

std::vector<MissingRepository> missing_repositories(const std::vector<Repository>& registered) {
  std::vector<MissingRepository> missing;
  const auto is_here = [&](const std::string& name) {
    return std::any_of(registered.begin(), registered.end(),
                       [&](const Repository& one) { return one.name == name || one.uid == name; });
  };
  const auto is_told = [&](const std::string& name) {
    return std::any_of(missing.begin(), missing.end(),
                       [&](const MissingRepository& one) { return one.name == name; });
  };
  for (const Repository& repository : registered) {
    const auto descriptor = read_repository_folder(repository.path);
    if (!descriptor) continue;  // reported where its components are listed
    for (const model::RepositoryNeed& need : descriptor->needs) {
      if (is_here(need.name) || is_told(need.name)) continue;
      missing.push_back({need.name, need.url, repository.name});
    }
  }
  return missing;
}

std::string pull_hint(const MissingRepository& missing) {
  const std::string where = missing.url.empty() ? "" : " --url=" + shell_quoted(missing.url);
  return missing.needed_by + " needs the repository " + printable(missing.name) +
         ", which is not here: ck pull repo:" + printable(missing.name) + where;
}

}  // namespace ck::catalog
