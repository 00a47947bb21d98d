#pragma once
/// Making the environments of a recorded or locked CK run exist again.

#include <map>
#include <string>
#include <vector>

#include "collective/compile_script.hpp"
#include "collective/resolver.hpp"
#include "collective/workbench.hpp"
#include "install/lock.hpp"

namespace ck::collective {

struct RestoreRequest {
  CompileRequest compile;  ///< how the program was compiled
  bool subject = true;     ///< make the lock's subject too; else only what it needs
};

struct Restored {
  install::InstallPlan plan;               ///< what is used now, for the new record
  std::map<std::string, std::string> ids;  ///< recorded environment id -> the one used now
  std::vector<install::LockDifference> differences;
  Resolution choices;  ///< of everything that was locked under a key for the subject
};

/// What can be told to differ before anything is installed: recipes, platform, profile, datasets,
/// versions of what is here, and software, which is looked for (and registered, when found).
Result<std::vector<install::LockDifference>> check_lock(const install::Lock& lock,
                                                        Workbench& bench);

/// Each recorded environment is used if it exists; else detected, installed or compiled again as
/// its inputs say, with the content of downloads that was recorded. What does not get the recorded
/// id is a difference, and so is what turns out to be another version. Errors: those of detecting,
/// installing and compiling.
Result<Restored> restore(const install::Lock& lock, const RestoreRequest& request,
                         Workbench& bench);

/// Whether something in the lock was installed with a secret of that name; it has to be given again
/// when it is restored.
bool installs_with_secret(const install::Lock& lock, const std::string& name);

/// Makes the subject of a lock again although it exists: detected, installed or compiled as its
/// inputs say, with what the lock says it was made with. The id of what was made, which is another
/// one when the component changed. Errors as above.
Result<std::string> rebuild(const install::Lock& lock, Workbench& bench);

}  // namespace ck::collective
