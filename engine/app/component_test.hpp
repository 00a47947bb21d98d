#pragma once
/// ck test: does a component do what it says, from nothing?

#include <string>
#include <vector>

#include "app/session.hpp"
#include "run/runner.hpp"

namespace ck::app {

struct ComponentTestRequest {
  model::ComponentPattern pattern;
  model::Values values;                 ///< parameters and variations: only these are tested
  std::vector<std::string> variations;  ///< option names; likewise
  std::string profile = "clean";
};

/// One thing that was tried.
struct ComponentCase {
  enum class Outcome { passed, failed, not_testable };
  std::string what;  ///< "default", "threads=openmp", "command classify", "detection"
  Outcome outcome = Outcome::passed;
  std::string detail;  ///< a version, or how long it took
  std::optional<Error> failure;
  /// Of a build that was made twice.
  std::optional<bool> reproducible;
  std::vector<std::string> differing;  ///< files that are not the same
};

struct ComponentTestReport {
  catalog::Component component;
  std::vector<ComponentCase> cases;
};

/// In a home of its own, which has the same repositories and downloads and is removed afterwards:
/// packages, datasets and models are built and checked with the defaults, and with each other
/// option of each variation group, everything twice to compare the files; packages of Collective
/// Knowledge likewise with each variation that is not on by default, where what this machine does
/// not have (a dependency, a platform, the network) makes a variation not testable; programs run
/// each command once, and have to leave their metrics and outputs; software has to be detected,
/// with a version. What fails is a case of the report; errors are those of finding the component.
Result<ComponentTestReport> test_component(Session& session, const ComponentTestRequest& request,
                                           const run::PassThrough& output);

}  // namespace ck::app
