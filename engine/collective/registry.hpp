#pragma once
/// Environments of Collective Knowledge's software and packages: ours, with CK's own description of
/// an `env` entry and its `env.sh` beside the manifest.

#include <optional>
#include <string>
#include <vector>

#include "collective/need.hpp"
#include "install/context.hpp"
#include "install/environment.hpp"

namespace ck::collective {

/// An environment with what CK keeps of an `env` entry: tags, setup, env, customize, soft_uoa,
/// package_uoa, data_name, and `deps` with the id of each instead of its whole content.
struct Registered {
  install::Environment environment;
  Json meta;
  fs::path folder;  ///< envs/<id>

  const std::string& id() const { return environment.record.id; }
  std::string uid() const { return id().substr(0, 16); }  ///< what CK would call it
  fs::path script() const { return folder / "env.sh"; }
  /// What bounds and ranges are held against: without a git revision; empty: not known.
  std::string plain_version() const;
  VersionParts version() const;
};

/// Names of CK's parts of an environment.
fs::path description_file(const fs::path& environment);

class Registry {
 public:
  /// Looks at the store's list; descriptions are read when needed.
  static Result<Registry> open(install::Context& context);

  /// Everything that the need accepts, in no particular order. Those whose files are gone or were
  /// changed since (detected software) are left out: they are not what was registered.
  Result<std::vector<Registered>> matching(const Need& need) const;
  /// All with these tags.
  Result<std::vector<Registered>> with_tags(const std::vector<std::string>& tags) const;
  /// By our id or CK's uid; nothing if there is none.
  Result<std::optional<Registered>> by_id(const std::string& id) const;

 private:
  explicit Registry(install::Context& context) : context_(&context) {}
  Result<std::optional<Registered>> load(const store::EnvironmentRecord& record) const;
  install::Context* context_;
  std::vector<store::EnvironmentRecord> records_;
};

/// Whether the environment was made in a home that has been moved since: its scripts hold the old
/// places, so that it has to be made again.
bool was_moved(const std::string& id, const install::Context& context);

/// Whether an environment answers a need by tags and version, and is of the component that is
/// asked for, if one is.
bool answers(const Registered& candidate, const Need& need);

/// What identifies a file as it is now: "mtime ctime size inode". Empty if there is none.
std::string stamp_of(const fs::path& file);

}  // namespace ck::collective
