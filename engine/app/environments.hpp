#pragma once
/// ck detect, install, explain, and show, locate, rm for environments.

#include "app/collective_options.hpp"
#include "app/host.hpp"
#include "app/locked_use.hpp"
#include "app/session.hpp"
#include "install/detector.hpp"
#include "install/installer.hpp"
#include "install/plan.hpp"

namespace ck::app {

struct DetectRequest {
  model::ComponentPattern pattern;  ///< kind "software" or "soft" (which means both); the name may
                                    ///< be empty with tags
  model::TagQuery tags;
  std::string full_path;
  CollectiveOptions collective;           ///< for `soft` of Collective Knowledge
  std::string profile = "clean";          ///< for hooks and commands of CK's soft
  std::vector<std::string> variations{};  ///< of CK's soft
};
struct DetectedSoftware {
  catalog::Component component;
  install::Detection detection;
  std::vector<install::DetectionMiss> others;  ///< found as well, and not the best
};
struct DetectReport {
  std::vector<DetectedSoftware> software;
};
/// `not_found`, saying where it looked, when nothing at all was found.
Result<DetectReport> detect(Session& session, const DetectRequest& request);

struct InstallRequest {
  model::ComponentPattern pattern;
  model::TagQuery tags;
  model::Values values;                 ///< parameters and variations, --NAME=value
  std::vector<std::string> variations;  ///< --variation=a,b: option names, groups found
  model::VersionRange version;
  std::vector<std::pair<std::string, std::string>> pins;  ///< --dep.KEY=text
  std::string profile = "clean";
  bool rebuild = false;
  bool dry_run = false;
  HostOverrides host;            ///< with dry_run only
  CollectiveOptions collective;  ///< for packages of Collective Knowledge
  std::optional<LockedUse> locked;
  NamedTexts secrets{};  ///< --secret.NAME=: variables of such packages, never written down
};
struct InstallReport {
  install::InstallPlan plan;
  std::optional<std::string> installed;  ///< id of the asked-for environment; absent for --dry-run
  fs::path path;
  std::vector<install::ObservedInputs> observed{};  ///< with --trace
};
Result<InstallReport> install(Session& session, const InstallRequest& request);

struct EnvironmentQuery {
  std::string id;  ///< or its start (at least 4 digits), or a component name; empty: all
  model::TagQuery tags;
};
/// Every environment that is listed, by component, then newest first; detected software that is
/// gone included.
Result<std::vector<install::Environment>> known_environments(Session& session);

struct EnvironmentsReport {
  std::vector<install::Environment> environments;  ///< by component, then newest first
};
Result<EnvironmentsReport> show_environments(Session& session, const EnvironmentQuery& query);
/// Exactly the environments that match, at least one, else `not_found` with near tags. `conflict`
/// for the start of several ids.
Result<EnvironmentsReport> locate_environments(Session& session, const EnvironmentQuery& query);
/// What the build of one environment printed; or the failed build of an id that is not there.
struct LogReport {
  std::string id;
  fs::path file;
  std::string text;
};
Result<LogReport> log_of(Session& session, const EnvironmentQuery& query);

/// The one environment that a query means. `conflict` lists several.
Result<install::Environment> one_environment(Session& session, const EnvironmentQuery& query);

Result<EnvironmentsReport> remove_environments(Session& session, const EnvironmentQuery& query,
                                               bool force);

}  // namespace ck::app
