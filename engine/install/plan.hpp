#pragma once
/// What has to be done so that every chosen thing exists: a plain value that is printed by
/// --dry-run, executed by the installer and kept in the record.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "install/resolver.hpp"

namespace ck::install {

/// One environment that will be used. Its id is known before anything is built.
struct PlannedEnvironment {
  enum class Action { use, adopt, build };
  Action action =
      Action::use;          ///< use: in the store; adopt: detected, to be listed; build: to be made
  Environment environment;  ///< complete but for size and creation time when action is build
  std::string inputs;       ///< readable, sorted; its hash is the id (build only)
  std::shared_ptr<const model::Descriptor> descriptor;  ///< build only
  catalog::Component component;
  model::Values values;
  std::string reason;    ///< the solver's
  bool replace = false;  ///< build although it exists (--rebuild)
};

struct InstallPlan {
  std::vector<PlannedEnvironment> steps;     ///< dependencies first
  std::map<std::string, std::string> roots;  ///< the request's keys -> environment id
  std::optional<std::string>
      subject;  ///< the requested component's own environment, if it is built
};

/// The component to be built on top of the resolution (a program, or what `ck install` names).
struct Subject {
  catalog::Component component;
  std::shared_ptr<const model::Descriptor> descriptor;
  model::Values values;
};

/// The id of an environment: first 32 hex digits of the sha256 of its inputs. The inputs name the
/// recipe (content hash), version, values, source hashes, ids of the environments below by key,
/// platform (architecture, libc) and profile.
std::string environment_id(const std::string& inputs);

/// `rebuild`: build the subject even if its environment exists.
Result<InstallPlan> make_plan(const Resolved& resolved, const std::optional<Subject>& subject,
                              const model::Profile& profile, bool rebuild, Context& context);

Json to_json(const InstallPlan& plan);  ///< "ck.plan/1"

}  // namespace ck::install
