#pragma once
/// What install, run and explain have in common: which component is meant, with which values, what
/// it needs, and what has to be done about it. Internal to app.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/session.hpp"
#include "install/plan.hpp"

namespace ck::app {

struct PrepareRequest {
  model::ComponentPattern pattern;
  model::TagQuery tags;
  std::vector<std::string> kinds;       ///< that the verb can work with
  model::Values values;                 ///< parameters and variation groups by name
  std::vector<std::string> variations;  ///< option names whose group is looked up
  model::VersionRange version;
  std::vector<std::pair<std::string, std::string>> pins;
  std::string profile;
  bool rebuild = false;
};

struct Prepared {
  install::Subject subject;
  model::Profile profile;
  install::Resolved resolved;
  install::InstallPlan plan;
};

/// One component by name, or by tags that only one has: several are a `conflict` that lists them.
Result<catalog::Component> choose_component(Session& session,
                                            const model::ComponentPattern& pattern,
                                            const model::TagQuery& tags,
                                            const std::vector<std::string>& kinds);

Result<Prepared> prepare(Session& session, const PrepareRequest& request);

}  // namespace ck::app
