#pragma once
/// ck export and ck import of capsules: one file with an experiment and all that replaying it
/// needs.

#include <string>
#include <vector>

#include "app/inspect.hpp"
#include "app/session.hpp"

namespace ck::app {

struct ExportCapsuleReport {
  fs::path file;
  std::uint64_t bytes = 0;
  std::string experiment;
  std::size_t points = 0;
  std::size_t files = 0;         ///< downloads
  std::size_t sources = 0;       ///< git sources
  std::size_t repositories = 0;  ///< component repositories
};
/// Everything that replays of the experiment's points need beyond this program and the system's own
/// software: records, kept outputs, logs, notes, sources, repositories at their commits. `conflict`
/// if `file` exists; `not_found` when a repository or source is gone, with how to get it.
Result<ExportCapsuleReport> export_capsule(Session& session, const std::string& experiment,
                                           const fs::path& file);

struct ImportCapsuleReport {
  std::string experiment;  ///< its name here: its uid where another one has its name
  std::size_t added = 0;   ///< points
  std::size_t known = 0;
  std::vector<std::string> repositories;  ///< registered by this
  std::vector<std::string> kept;  ///< registered here before, and left as they are: what replays
                                  ///< need of the recorded commit is kept beside
  /// Of the capsule; each is one of its records. Without ssh-keygen they are kept unchecked, with a
  /// warning.
  std::vector<SignatureReport> signatures;
};
/// Never changes what is here: repositories, points and files that are known stay as they are.
/// Points come last, so an import that was interrupted can be repeated. `invalid` for what is no
/// capsule, `verification` when a part is not what it should be or a signature is not of it.
Result<ImportCapsuleReport> import_capsule(Session& session, const fs::path& file);

}  // namespace ck::app
