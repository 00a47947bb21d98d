#pragma once
/// What `ck lint --fix` changes: slips whose correction is beyond doubt.

#include <string>
#include <vector>

#include "app/session.hpp"

namespace ck::app {

struct LintFix {
  fs::path file;
  std::vector<std::string> changes;  ///< "/dependencys: renamed to 'dependencies'"
  std::string before, after;         ///< the whole file
};

/// Corrects descriptors of ours in place: keys and words that are one slip away from the one that
/// is meant, a name that is not that of the folder, a UID or the first key 'schema' that is
/// missing, hashes in upper case, and hashes of files of this machine that are missing. The rest of
/// a file stays as it is, comments too. What does not leave fewer errors is not done. Files are
/// written whole, unless `dry_run`. `what`: as for `lint`.
Result<std::vector<LintFix>> fix_lint(Session& session, const std::string& what, bool dry_run);

/// What is corrected in one descriptor whose component is called `name` and of that kind (of which
/// the schema is made, if it is missing; may be empty). Pure but for the files that it names.
LintFix fixed_descriptor(const fs::path& file, const std::string& text, const std::string& name,
                         const std::string& kind);

}  // namespace ck::app
