#pragma once
/// The `setup` of a soft: from a file and its version to an environment's description and env.sh.

#include <string>
#include <vector>

#include "collective/resolver.hpp"

namespace ck::collective {

struct SetupRequest {
  catalog::Component soft;
  Json soft_document;
  Json customize = Json::object();  ///< laid over the soft's
  Json env = Json::object();        ///< laid over the soft's
  std::vector<std::string> tags;    ///< of the environment, before those that are added
  Json dependencies_written = Json::object();
  Resolution dependencies;
  Json dependency_changes = Json::object();  ///< what hooks changed in them, by key
  fs::path full_path;                        ///< what was found or built; may be empty
  std::string version;
  std::string revision{};   ///< of the sources, in git
  std::string package_uid;  ///< of the package that made it
  std::string name;         ///< data_name; empty: the soft's
  fs::path folder;          ///< where the environment will lie
};

struct Setup {
  Json description;    ///< content of ck-env.json
  std::string script;  ///< content of env.sh
  model::Tags tags;
};

/// The version is told with the revision to whoever reads it, in `customize`, the hook's input and
/// env.sh. Tags, `setup` and every `version_split` are of the version alone: CK splits it with the
/// revision, whose letters count as 0 and whose digits, where there are no others, as a number.
///
/// Adds the tags that CK adds, calls the hook `setup` and writes the script. `not_found` when
/// `full_path` does not exist (unless `skip_file_check`).
Result<Setup> set_up(const SetupRequest& request, Workbench& bench);

/// "v12", "v12.2", "v12.2.0" of a version.
std::vector<std::string> version_tags(const std::string& version);

/// The customize.py of a soft: its own, or of the entry that
/// use_customize_script_from_another_entry names.
Result<catalog::Component> hook_owner(const catalog::Component& soft, const Json& document,
                                      Workbench& bench);

}  // namespace ck::collective
