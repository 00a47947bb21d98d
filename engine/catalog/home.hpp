#pragma once
/// Where everything of one user lies: `$CK_HOME`, default `$XDG_DATA_HOME/ck`, else
/// `~/.local/share/ck`. One place that knows the layout.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::catalog {

struct Home {
  fs::path root;

  fs::path repositories() const { return root / "repos"; }               ///< clones
  fs::path registrations() const { return root / "repositories.json"; }  ///< which there are
  fs::path downloads() const { return root / "downloads" / "sha256"; }
  fs::path staging() const { return root / "staging"; }
  fs::path environments() const { return root / "envs"; }
  fs::path blobs() const { return root / "blobs" / "sha256"; }
  fs::path logs() const { return root / "logs"; }
  fs::path work() const { return root / "work"; }
  fs::path locks() const { return root / "locks"; }
  fs::path store() const { return root / "ck.sqlite"; }     ///< experiments: the truth
  fs::path index() const { return root / "index.sqlite"; }  ///< components: can be rebuilt
  fs::path configuration() const { return root / "config.json"; }
  fs::path lock(std::string_view name) const { return locks() / (std::string(name) + ".lock"); }

  /// Creates what is missing. Errors: the folder cannot be written, with what to set instead.
  static Result<Home> open(const fs::path& root);
};

/// The home that the variables of this process name. `usage` error for a relative CK_HOME.
Result<fs::path> default_home();

}  // namespace ck::catalog
