#include "app/mirrors.hpp"

#include "base/strings.hpp"

namespace ck::app {

Result<install::Mirror> create_mirror(Session& session, const install::Lock& lock,
                                      const fs::path& folder, install::Uncloneable uncloneable) {
  CK_TRY(context, session.context());
  return install::create_mirror(lock, folder, *context, uncloneable);
}

Result<install::Mirror> verify_mirror(Session& session, const fs::path& folder) {
  CK_TRY(context, session.context());
  CK_TRY(mirror, install::read_mirror(folder));
  CK_TRY(problems, install::verify_mirror(mirror, *context));
  if (problems.empty()) return std::move(mirror);
  Error error(ErrorCode::verification, std::to_string(problems.size()) +
                                           (problems.size() == 1 ? " part" : " parts") +
                                           " of the mirror are not what they should be");
  for (const auto& problem : problems) error.in(printable(problem));
  error.hint("remove them and run 'ck mirror create' again");
  return fail(std::move(error));
}

Result<PullReport> pull_from_mirror(Session& session, const fs::path& folder) {
  CK_TRY(mirror, install::read_mirror(folder));
  PullReport report;
  for (const auto& clone : mirror.clones) {
    if (clone.repository.empty()) continue;
    catalog::PullRequest request;
    request.name = clone.repository;
    request.url = "file://" + mirror.path_of(clone).string();
    request.revision.commit = clone.commit;
    CK_TRY(pulled, pull(session, request));
    for (auto& one : pulled.repositories) {
      if (one.needed_by.empty()) report.repositories.push_back(std::move(one));
    }
  }
  return report;
}

Result<std::vector<install::Mirror>> source_mirrors(Session& session) {
  std::vector<install::Mirror> mirrors;
  if (!session.settings().mirror.empty()) {
    CK_TRY(mirror, install::read_mirror(session.settings().mirror));
    mirrors.push_back(std::move(mirror));
  }
  CK_TRY(home, session.home());
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(home->mirrors(), none)) {
    auto mirror = install::read_mirror(entry.path());
    if (mirror) mirrors.push_back(std::move(*mirror));
  }
  return mirrors;
}

}  // namespace ck::app
