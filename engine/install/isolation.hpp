#pragma once
/// What a step of a build, a hook or a run may see and change under a profile.

#include <optional>
#include <vector>

#include "base/json.hpp"
#include "install/context.hpp"
#include "model/descriptor.hpp"
#include "sys/sandbox.hpp"

namespace ck::install {

/// What one step needs beyond what every step has.
struct StepPlaces {
  std::vector<fs::path> writable;
  std::vector<fs::path> readable;
  /// Files that are looked at with what lies around them: of ".../bin/gcc" everything below "...".
  std::vector<fs::path> files;
  /// Folders whose changes are set aside, unless the profile bounds the disk.
  std::vector<sys::Sandbox::SetAside> set_aside = {};
  /// Names of repositories that it looks into: its component's, and those of what it depends on.
  std::vector<std::string> repositories = {};
  /// A step of Collective Knowledge: entries find each other while they run, so that it sees all
  /// repositories of that format, and core.
  bool collective = false;
};

/// The repositories that the components of these environments come from.
Result<std::vector<std::string>> repositories_of(const std::vector<std::string>& environments,
                                                 const Context& context);

/// The sandbox of a step; none when the isolation is `none`. Beside the given places a step sees
/// the environments, its repositories without their `.git`, and the software that was detected;
/// $CK_HOME is hidden otherwise. A readable place that would uncover a hidden one whole is left
/// out.
Result<std::optional<sys::Sandbox>> sandbox_of(const model::Isolation& isolation,
                                               const StepPlaces& places, const Context& context);

/// What came of a sandbox, for records: "enforced", and "missing" with the machine's reasons.
Json isolation_json(const sys::Isolation& isolation);

/// Absolute paths among texts that a user typed: what they name may be read.
std::vector<fs::path> named_paths(const std::vector<std::string>& texts);

}  // namespace ck::install
