#pragma once
/// Where everything of one user lies: `$CK_HOME`, default `$XDG_DATA_HOME/ck`, else
/// `~/.local/share/ck`. One place that knows the layout.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::catalog {

struct Home {
  fs::path root;
  /// Homes of others that are only read: their environments and downloads are used as if they were
  /// here, and nothing of them is ever changed.
  std::vector<fs::path> stores = {};

  fs::path repositories() const { return root / "repos"; }               ///< clones
  fs::path registrations() const { return root / "repositories.json"; }  ///< which there are
  fs::path downloads() const { return root / "downloads" / "sha256"; }
  fs::path staging() const { return root / "staging"; }
  fs::path environments() const { return root / "envs"; }
  /// The place of one environment: here; or, when it is not here, in the first shared store that
  /// has it.
  fs::path environment(std::string_view id) const;
  fs::path blobs() const { return root / "blobs" / "sha256"; }
  fs::path logs() const { return root / "logs"; }
  fs::path roots() const { return root / "roots"; }  ///< lock files that keep environments
  fs::path work() const { return root / "work"; }
  fs::path mirrors() const { return root / "mirrors"; }  ///< of imported capsules
  fs::path locks() const { return root / "locks"; }
  fs::path store() const { return root / "ck.sqlite"; }     ///< experiments: the truth
  fs::path index() const { return root / "index.sqlite"; }  ///< components: can be rebuilt
  fs::path configuration() const { return root / "config.json"; }
  fs::path lock(std::string_view name) const { return locks() / (std::string(name) + ".lock"); }

  /// Creates what is missing. Errors: the folder cannot be written, with what to set instead.
  static Result<Home> open(const fs::path& root);
};

/// The homes that `root` is chained to: those of its `config.json` ("stores") and of CK_STORES
/// (separated by ':'), then those that these are chained to; each once, nearest first. `invalid`
/// for a wrong config.json of `root`, `usage` for a relative path. One that is not there (not
/// mounted) stays in the list: it has nothing.
Result<std::vector<fs::path>> shared_stores(const fs::path& root);

/// The home that the variables of this process name. `usage` error for a relative CK_HOME.
Result<fs::path> default_home();

}  // namespace ck::catalog
