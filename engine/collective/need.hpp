#pragma once
/// One entry of `deps`, `compile_deps` or `run_deps`: what is needed under a key.

#include <optional>
#include <string>
#include <vector>

#include "collective/conditions.hpp"
#include "collective/platform.hpp"
#include "model/component.hpp"
#include "model/version.hpp"

namespace ck::collective {

struct Need {
  std::string key;
  std::string name;             ///< for people; the key if there is none
  double sort = 0;              ///< order of resolution
  std::string kind_of_package;  ///< package_uoa: only this one
  std::vector<std::string> tags;
  std::vector<std::string> no_tags;
  std::string or_tags;
  std::optional<VersionParts> from, to;  ///< inclusive
  std::string environment;               ///< `uoa`: this environment and no other
  bool skip_detection = false;           ///< skip_default, or skip_installed for this platform
  bool skip_in_script = false;           ///< skip_from_bat
  bool repeat_at_end = false;            ///< repeat_at_the_end, add_to_the_end_of_bat
  bool force_init = false;               ///< force_env_init
  bool skip_pruning = false;             ///< skip_pruning_by_other_deps
  Json raw;                              ///< as written
  // What --dep.KEY= asks for on top (`as_asked`).
  std::optional<model::ComponentId> component;  ///< this soft or package and no other
  model::VersionRange range;                    ///< an unknown version is in none

  /// Whether something with these tags and version answers it. An empty version passes any bounds.
  bool accepts(const model::Tags& offered, const VersionParts& version) const;
  std::string text() const;  ///< "compiler,lang-c version >= 4.8" for messages
  /// "version >= 4.8 and <= 5" for messages; empty when any will do.
  std::string wanted_version() const;
};

/// A version as CK tells it; what is no version is in no range but the universal one.
bool in_range(const model::VersionRange& range, const std::string& version);

/// "4.8.2".
std::string version_text(const VersionParts& parts);

/// The needs of an object of dependencies, by `sort` and then in the order written, those left out
/// that conditions (`enable_if_env`, `disable_if_env`, `skipped`, only_for_*) exclude. Tags that
/// `update_tags_by_target_platform2`, `update_tags_if_env` … add are in `tags`; blanks around tags
/// are dropped.
std::vector<Need> active_needs(const Json& dependencies, const Json& environment,
                               const Platform& platform);

/// `pass_matching_tags_to`: {prefix: key or [keys]}; tags of the resolved environment that begin
/// with the prefix are wanted of the other needs too.
void pass_tags(const Need& resolved, const model::Tags& tags, std::vector<Need>& others);

/// Keys that CK never reads though they look as if: "skip-installed", "version". For ck doctor.
std::vector<std::string> misspelt_keys(const Json& dependency);

}  // namespace ck::collective
