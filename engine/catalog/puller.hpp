#pragma once
/// Private to this layer: one pull with everything that is needed by what is pulled.

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "catalog/repositories.hpp"

namespace ck::catalog {

/// What a pull uses of the world.
struct PullServices {
  const Home& home;
  sys::Git& git;
  const sys::Clock& clock;
  EventSink& events;
  const sys::Cancel& cancel;
};

/// The caller holds the lock on the registrations. Every repository that is complete is registered
/// at once, so that an error or the end of the process loses none.
class Puller {
 public:
  Puller(PullServices services, std::vector<model::RepositoryNeed> known,
         std::vector<Repository>& registered)
      : services_(services), known_(std::move(known)), registered_(registered) {}

  Result<std::vector<PulledRepository>> pull(const PullRequest& request);

 private:
  /// Somebody wants a repository, at a revision or wherever it is.
  struct Demand {
    std::string name;  ///< may be empty if `url` is not
    std::string url;
    sys::GitRevision revision;
    std::string needed_by;  ///< empty: the user
  };
  /// What has been done for a repository in this pull.
  struct Done {
    sys::GitRevision revision;
    std::string asked_by;
    std::string commit;
  };

  Status pull_all();
  Status pull_with_needs(Demand demand);
  Status meet(const Demand& demand);
  Result<std::string> public_url(const Demand& demand) const;
  Result<Repository*> registered_for(const Demand& demand, std::string& url,
                                     sys::GitRevision& revision);
  Repository* by_name(const std::string& name);
  Repository* by_url(const std::string& url);

  Status clone(const Demand& demand, const std::string& url, const sys::GitRevision& revision);
  Result<bool> may_be_named(const std::string& name, const fs::path& folder,
                            const Demand& demand) const;
  Result<Repository> clone_into_place(const Demand& demand, const std::string& url,
                                      const sys::GitRevision& revision);
  Status make_room(const fs::path& place, const std::string& url);

  Status visit(Repository& repository, const Demand& demand);
  Status visit_again(Repository& repository, const Demand& demand, const Done& done);
  Status update(Repository& repository, const Demand& demand);
  Result<sys::GitState> update_clone(const Repository& repository,
                                     const sys::GitRevision& revision);
  Status check_other_needs(const Repository& repository, const Demand& demand) const;

  void note(const Repository& repository, const Demand& demand, const std::string& old_commit);
  Status want_needs_of(const Repository& repository);

  PullServices services_;
  std::vector<model::RepositoryNeed> known_;
  std::vector<Repository>& registered_;
  std::deque<Demand> waiting_;
  std::set<std::string> later_;       ///< of `--all`: not begun yet
  std::map<std::string, Done> done_;  ///< by name of repository
  std::vector<PulledRepository> pulled_;
};

}  // namespace ck::catalog
