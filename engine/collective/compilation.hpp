#pragma once
/// What is known of a compilation once it is done: CK's characteristics `compile` (CK_FORMAT 9.1).

#include <string>
#include <vector>

#include "collective/compile_script.hpp"
#include "collective/steps.hpp"

namespace ck::collective {

/// A compilation that ended well.
struct Compilation {
  const Json& meta;             ///< of the program: `skip_objdump`, `skip_md5sum`
  const CompileScript& script;  ///< as it was executed
  double seconds = 0;
  std::string commit;  ///< of the program's repository; empty: none
  /// Loads the environments, in the folder where it was done.
  ShellStep loading;
};

/// compilation_time (s); binary_size and binary_sha256 of what was made; obj_size and obj_sizes
/// (bytes); program_git_hash; md5_sum, which tells whether the code is another: the MD5 of what
/// `$CK_OBJDUMP` prints of the binary. As far as each is there: without a disassembler, or where it
/// fails or takes minutes, there is no md5_sum. Errors are those of reading the binary, and
/// `interrupted`.
Result<Json> characteristics_of(const Compilation& compilation, Workbench& bench);

/// They are kept with the environment that was made, as one of its values, so that the records of
/// runs hold them too.
void keep_characteristics(const Json& characteristics, store::EnvironmentRecord& record);
/// Those of an environment; {} for one without.
Json kept_characteristics(const store::EnvironmentRecord& record);

}  // namespace ck::collective
