#pragma once
/// What the engine remembers of an environment, wherever it writes it down: the store's list, the
/// manifest in the environment itself, locks and `--json`.

#include <cstdint>
#include <map>
#include <string>

#include "base/error.hpp"
#include "base/json.hpp"
#include "model/component.hpp"
#include "model/dependency.hpp"
#include "model/descriptor.hpp"
#include "model/tags.hpp"

namespace ck::store {

/// An environment as the store lists it: enough to search, resolve and use it.
struct EnvironmentRecord {
  enum class Origin { built, detected };
  std::string id;  ///< 32 hex digits: the hash of everything it was made from
  Origin origin = Origin::built;
  model::ComponentId component;
  std::string version;
  model::Values parameters;  ///< parameters and variation choices
  model::Tags tags;          ///< includes the component's kind
  std::string path;          ///< built: empty (envs/<id>); detected: its root folder
  std::string file;          ///< detected: the file it was recognised by
  std::string file_sha256;   ///< detected: content of that file
  std::string owner;         ///< detected: distribution package of that file, "gcc-12 12.2.0-14"
  /// Detected: how far what was asked for its version was kept apart, as JSON ("enforced",
  /// "missing"); empty where nothing was executed, or where it stands in the environment's folder.
  std::string isolation;
  std::map<std::string, std::string> dependencies;  ///< key -> environment id
  model::Exports exports;                           ///< all substituted but ${prefix}
  std::string recipe_hash;
  std::int64_t created_ns = 0;
  std::uint64_t size_bytes = 0;
};

/// As JSON, schema "ck.environment/1", and back. `invalid` lists everything wrong with a document.
Json to_json(const EnvironmentRecord& record);
Result<EnvironmentRecord> environment_from_json(const Json& value, const std::string& source);

}  // namespace ck::store
