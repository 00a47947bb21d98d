#pragma once
/// What scripts of CK components call the engine for while they are being installed or run.

#include <optional>
#include <string>
#include <vector>

#include "app/session.hpp"

namespace ck::app {

/// ck access: answers one of CK's `access` requests. `invalid` for what is no JSON object; what
/// goes wrong after that stands in the answer ("return", "error"), as CK's users expect.
Result<std::string> access(Session& session, const std::string& request);

/// The CK module, of a repository that is registered, which offers `action` for what a word names:
/// "pipeline" in "autotune pipeline:program". See `run_module_action`.
Result<std::optional<catalog::Component>> module_with_action(Session& session,
                                                             const std::string& action,
                                                             const std::string& word);

struct FetchRequest {
  std::string tool;                    ///< "wget" or "curl"
  std::vector<std::string> arguments;  ///< as for that tool
  fs::path channel;                    ///< the installer's rules; may be empty
  fs::path directory;                  ///< where files go
};
/// ck fetch: downloads through the verified cache; what is to be printed on stdout.
Result<std::string> fetch(Session& session, const FetchRequest& request);

}  // namespace ck::app
