#pragma once
/// What install, run and explain have in common: which component is meant, with which values, what
/// it needs, and what has to be done about it. Internal to app.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/host.hpp"
#include "app/locked_use.hpp"
#include "app/session.hpp"
#include "install/plan.hpp"
#include "install/recorded_repositories.hpp"

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
  HostOverrides host;
  std::string why_not;                  ///< KIND:NAME[@RANGE] or tags:A,B; empty: not asked
  std::vector<solve::Pin> locked_pins;  ///< what a lock says of the other keys (ck lock --update)
  /// Repositories at these commits, however they lie here; the pattern then is of one component.
  std::vector<install::LockedRepository> at_commits;
};

struct Prepared {
  install::Subject subject;
  model::Profile profile;
  install::Resolved resolved;
  install::InstallPlan plan;
  install::Context* context = nullptr;  ///< in which the plan is to be executed
  /// What was locked, as it was; the context may be of these.
  std::unique_ptr<install::RecordedRepositories> recorded;
  std::vector<install::LockDifference> differences;

  /// For the record.
  install::Lock lock() const;
};

/// In what form a component is wanted: what comes in no such form is not meant.
struct WantedForm {
  model::VersionRange version = {};
  std::vector<std::string> variations = {};  ///< option names
};

/// One component by name, or by tags that only one has: several are a `conflict` that lists them.
/// Where several repositories have it in the wanted form, the one of the best rank.
Result<catalog::Component> choose_component(Session& session,
                                            const model::ComponentPattern& pattern,
                                            const model::TagQuery& tags,
                                            const std::vector<std::string>& kinds,
                                            const WantedForm& form = {});

Result<Prepared> prepare(Session& session, const PrepareRequest& request);
/// The same in a context of one's own.
Result<Prepared> prepare(install::Context& context, const catalog::Component& component,
                         const PrepareRequest& request);

/// `not_found` unless every repository is here, at its commit or with that to be had.
Status check_commits(Session& session, const std::vector<install::LockedRepository>& repositories);

/// What a lock chose instead of what would be chosen now. Pins and tags of the request do not
/// count; its values do, over the locked ones. Differences are listed, and not judged.
Result<Prepared> prepare_locked(Session& session, const PrepareRequest& request,
                                const LockedUse& locked);

/// What is chosen now; or what `locked` chose, if what differs from that is allowed.
Result<Prepared> prepare(Session& session, const PrepareRequest& request,
                         const std::optional<LockedUse>& locked);

}  // namespace ck::app
