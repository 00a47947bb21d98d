#pragma once
/// Which repositories there are, and getting them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/events.hpp"
#include "catalog/home.hpp"
#include "model/native_reader.hpp"
#include "sys/cancel.hpp"
#include "sys/clock.hpp"
#include "sys/git.hpp"
#include "sys/transfer.hpp"

namespace ck::catalog {

/// One registered repository.
struct Repository {
  enum class Origin {
    shipped,   ///< `share/ck` beside the program: read-only, named `core`
    cloned,    ///< pulled from `url` into $CK_HOME/repos
    imported,  ///< a folder of the user's that is used where it lies
  };
  std::string name;
  std::string uid;
  Origin origin = Origin::imported;
  model::RepositoryDescriptor::Format format = model::RepositoryDescriptor::Format::native;
  fs::path path;
  std::string url;            ///< without credentials; empty for folders
  sys::GitRevision revision;  ///< what was asked for
  std::string commit;         ///< what was checked out at the last pull; empty if no git
  std::int64_t pulled_ns = 0;
  int rank = 0;  ///< order of registration; smaller is preferred. `core` comes last
};

struct PullRequest {
  std::string name;  ///< known or registered name; may be empty with `url`
  std::string url;   ///< overrides the known URL
  sys::GitRevision revision;
  bool all = false;  ///< update every cloned repository
};

/// What happened to one repository.
struct PulledRepository {
  std::string name;
  std::string url;
  std::string old_commit;  ///< empty: new
  std::string commit;
  std::string needed_by;  ///< empty: asked for
  fs::path path;
};

/// The registered repositories of a home. Changes are made under a lock and written whole.
class Repositories {
 public:
  /// `shipped` is the folder of the core repository, empty if there is none. A registered
  /// repository called `core` takes its place.
  static Result<Repositories> open(const Home& home, const fs::path& shipped);

  /// In order of rank.
  const std::vector<Repository>& all() const { return all_; }
  /// By name or UID; `not_found` with near misses.
  Result<Repository> find(std::string_view name) const;

  /// Clones or updates one repository (or all) and those it needs, recursively. A repository needed
  /// twice is pulled once; two needs for different commits are a `conflict` naming both. Nothing is
  /// registered unless its clone is complete and has a descriptor; earlier ones stay registered.
  Result<std::vector<PulledRepository>> pull(const PullRequest& request, sys::Transfer& transfer,
                                             const sys::Clock& clock, EventSink& events,
                                             const sys::Cancel& cancel);

  /// Registers an existing folder in place.
  Result<Repository> import(const fs::path& folder, sys::Transfer& transfer,
                            const sys::Clock& clock);
  /// Creates a new empty native repository in $CK_HOME/repos/NAME, or at `folder`.
  Result<Repository> create(const std::string& name, const fs::path& folder,
                            const sys::Clock& clock);
  /// Forgets it; a clone of ours is deleted unless it has local changes (`conflict`) and not
  /// `force`.
  Result<Repository> remove(const std::string& name, bool force, sys::Transfer& transfer);

 private:
  Repositories(Home home, fs::path shipped)
      : home_(std::move(home)), shipped_(std::move(shipped)) {}
  Status reload();
  Result<Repository> add(Repository repository);

  Home home_;
  fs::path shipped_;
  std::vector<Repository> all_;
};

}  // namespace ck::catalog
