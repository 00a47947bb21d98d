#pragma once
/// Whether an environment still is what was made: every file against the manifest.

#include <string>
#include <vector>

#include "install/environment.hpp"
#include "sys/cancel.hpp"

namespace ck::install {

/// One thing that is not as it was.
struct Damage {
  enum class Kind {
    changed,      ///< another content, or another kind of entry
    missing,      ///< in the manifest and not on disk
    extra,        ///< on disk and not in the manifest
    permissions,  ///< executable or not, or writable
    record        ///< what the environment says about itself is damaged
  };
  Kind kind = Kind::changed;
  std::string path;    ///< relative to the environment; absolute for detected software
  std::string detail;  ///< what was expected and what is there
};
std::string_view name_of(Damage::Kind kind);

struct Verification {
  Environment environment;
  std::vector<Damage> damage;  ///< sorted by path; empty: all is well
  std::size_t files = 0;       ///< that were read
  std::uint64_t bytes = 0;
  bool ok() const { return damage.empty(); }
};

/// Reads every file of a built environment; of detected software the file it was recognised by.
/// What is wrong is damage, not an error; errors: `interrupted`.
Result<Verification> verify(const Environment& environment, const catalog::Home& home,
                            const sys::Cancel& cancel);

}  // namespace ck::install
