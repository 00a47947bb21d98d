#pragma once
/// An environment: something a dependency resolved to, ready to be used.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "catalog/home.hpp"
#include "store/store.hpp"
#include "sys/files.hpp"

namespace ck::install {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// Gives a variable a value, in the place it has already if it has one.
void set_variable(Variables& variables, const std::string& name, const std::string& value);

/// A record with its place on this machine. Copyable.
struct Environment {
  store::EnvironmentRecord record;
  fs::path path;  ///< the prefix: envs/<id>, or the root of detected software

  /// What ${KEY.NAME} reads: "path", "version", "id", "file" (detected) or an exported value.
  std::optional<std::string> value(std::string_view name) const;
  std::vector<std::string> value_names() const;
};

Environment make_environment(store::EnvironmentRecord record, const catalog::Home& home);

/// Environments by id, each with its whole closure.
using Closure = std::map<std::string, Environment>;

/// Ids of `roots` and everything below them, dependencies first, each once.
std::vector<std::string> closure_order(const Closure& closure,
                                       const std::vector<std::string>& roots);

/// `base` with the exports of the environments laid over it in closure order: variables replace,
/// `prepend` goes in front.
Variables with_exports(Variables base, const Closure& closure,
                       const std::vector<std::string>& roots);

/// The content of `envs/<id>/.ck/manifest.json`: the record and every file with its hash. Written
/// last; an environment without it does not exist. Beside it lies `.ck/inputs`, the readable text
/// whose hash is the id, and `.ck/log`, what the build printed.
struct Manifest {
  store::EnvironmentRecord record;
  std::vector<sys::TreeEntry> files;  ///< all but what lies in .ck
};
std::string to_text(const Manifest& manifest);
Result<Manifest> read_manifest(const fs::path& environment);

/// Names of the engine's own files in an environment.
fs::path manifest_file(const fs::path& environment);
fs::path inputs_file(const fs::path& environment);
fs::path log_file(const fs::path& environment);
fs::path request_file(const fs::path& environment);  ///< the command line it was made for

/// Makes the store's list of built environments equal to what lies in envs/.
Status refresh_environments(store::Store& store, const catalog::Home& home);

}  // namespace ck::install
