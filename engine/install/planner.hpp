#pragma once
/// Adding environments to a plan one by one, dependencies first. Internal to install: `make_plan`
/// follows a resolution, `plan_locked` a lock.

#include <map>
#include <memory>
#include <string>

#include "install/plan.hpp"
#include "sys/host.hpp"

namespace ck::install {

/// What is needed to plan one environment that would be built.
struct BuildRequest {
  catalog::Component component;
  std::shared_ptr<const model::Descriptor> descriptor;
  model::Values values;
  std::map<std::string, std::string> dependencies;  ///< key -> environment id, all planned already
  std::string reason;
  bool rebuild = false;
};

class Planner {
 public:
  /// `other`: the machine that it is planned for, if not this one.
  Planner(const model::Profile& profile, Context& context,
          const std::optional<HostFacts>& other = std::nullopt);

  /// An environment that exists or was detected.
  Status add_existing(const Environment& environment, const std::string& reason);
  /// One that is built unless its id exists already; returns the id.
  Result<std::string> add_build(const BuildRequest& request);

  InstallPlan& plan() { return plan_; }

 private:
  void append(PlannedEnvironment step);

  const model::Profile& profile_;
  Context& context_;
  sys::HostFacts host_;
  InstallPlan plan_;
  Closure closure_;
};

}  // namespace ck::install
