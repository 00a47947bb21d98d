#pragma once
/// ck why, verify and repair: environments that exist, and whether they still are what was made.

#include <map>
#include <string>
#include <vector>

#include "app/environments.hpp"
#include "experiment/keepers.hpp"
#include "install/verify.hpp"

namespace ck::app {

/// Why an environment exists.
struct WhyReport {
  install::Environment environment;
  std::string request;  ///< the command line it was made for; empty when it is not known
  /// By id, also of those above: who was built with it, and under which key.
  struct User {
    std::string key;
    std::string id;
  };
  std::map<std::string, std::vector<User>> users;
  std::map<std::string, install::Environment> environments;  ///< all that `users` name
  std::vector<experiment::Keeper> keepers;                   ///< that name one of these
  /// The keepers that name `id` and nothing that was built with it.
  std::vector<const experiment::Keeper*> direct_keepers(const std::string& id) const;
  bool needed() const { return !keepers.empty() || !users.empty(); }
};
Result<WhyReport> why(Session& session, const EnvironmentQuery& query);

struct VerifyReport {
  std::vector<install::Verification> environments;
  bool ok() const;
};
/// All environments when the query is empty.
Result<VerifyReport> verify(Session& session, const EnvironmentQuery& query);

struct RepairReport {
  struct One {
    install::Environment environment;
    std::vector<install::Damage> damage;
    enum class Outcome { sound, repaired, failed };
    Outcome outcome = Outcome::sound;
    std::optional<Error> failure;
  };
  std::vector<One> environments;  ///< dependencies first
  bool ok() const;
};
/// Builds what is damaged again, and what it was built with before it. `force`: also what is sound.
Result<RepairReport> repair(Session& session, const EnvironmentQuery& query, bool force);

}  // namespace ck::app
