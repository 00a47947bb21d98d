#pragma once
/// ck lint: what is wrong with components, for those who write them.

#include <string>
#include <vector>

#include "app/session.hpp"

namespace ck::app {

struct LintFinding {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  fs::path file;
  std::size_t line = 1;
  std::string key;      ///< JSON pointer; may be empty
  std::string message;  ///< a sentence
  std::string hint;     ///< may be empty
  std::string rule;     ///< stable name
};

struct LintReport {
  std::vector<LintFinding> findings;  ///< by file and line
  std::size_t files = 0;              ///< descriptors that were read
};

/// Looks at a descriptor, at the component in a folder, or at everything below one; of a
/// repository at the folders that its format knows. `what` is a path, or repo:NAME or KIND:NAME of
/// what is registered. Errors are what `ck` itself would refuse, and two components with one UID;
/// warnings what is hardly meant (model/advice.hpp, for CK's entries collective/oddities.hpp),
/// needs that nothing in the registered repositories and below the path serves (unserved), tags
/// that are one slip away from a common one (rare-tag), and needs of wheels that no source gives,
/// if the wheel was downloaded before (wheel-needs). `not_found` if there is no descriptor.
Result<LintReport> lint(Session& session, const std::string& what);

/// What `what` above stands for. A path is a path; what is none may be the name of something
/// registered.
Result<fs::path> lint_path(Session& session, const std::string& what);

}  // namespace ck::app
