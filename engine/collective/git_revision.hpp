#pragma once
/// Which commit a package was built from: the keys `use_git_revision` and `git_src_dir` of
/// `customize` (CK_FORMAT 6.3).

#include <string>

#include "base/json.hpp"
#include "base/path.hpp"
#include "install/context.hpp"
#include "sys/git.hpp"

namespace ck::collective {

/// What CK keeps of a commit as `git_info`: `revision` (seven digits), `datetime`, `iso_datetime`,
/// `iso_datetime_cut` (20240102) and `iso_datetime_cut_revision`. Times are those of the clock of
/// who committed; they are empty where a commit has a time that is none.
Json git_info(const sys::GitHead& head);

/// "1.2" built from 3f2a91c is version "1.2-3f2a91c"; one that is not known is called by the
/// revision alone. Without a revision the version as it is.
std::string with_revision(const std::string& version, const std::string& revision);

/// Where `customize` asks for it, looks at the clone in `git_src_dir` of what `package` installed
/// in `folder`, and puts `git_info` into `customize`. The revision; "" when none is asked for, or
/// when the sources are not there any more. A folder that is no clone is told in a note. `denied`
/// when `git_src_dir` leads out of the folder.
Result<std::string> take_git_revision(Json& customize, const fs::path& folder,
                                      const std::string& package, install::Context& context);

}  // namespace ck::collective
