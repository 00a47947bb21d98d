#pragma once
/// Declared against observed: whose are the files that a step opened, and did its component say
/// that it needs them?

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/path.hpp"
#include "sys/opened_files.hpp"

namespace ck::install {

struct Context;

/// One command of a run or a build: what it was given, and what it opened.
struct ObservedStep {
  std::string what;                       ///< "run of program:hello", "build of package:zlib 1.3"
  std::string component;                  ///< "program:hello"
  bool collective = false;                ///< described by Collective Knowledge's format
  std::vector<std::string> environments;  ///< ids that it depends on; what lies below them counts
  std::vector<fs::path> own;              ///< folders that are its own
  std::vector<std::string> named;  ///< its command line and variables: what they name is declared
  sys::OpenedFiles files;
};

/// Files of one origin.
struct ObservedGroup {
  enum class Origin {
    own,          ///< the step's own folders
    environment,  ///< of this home or a store that is chained to it, or detected software
    component,    ///< a folder of a component repository
    named,        ///< named on the command line or in a variable
    system,       ///< what every installation of the distribution has, and configuration
    package,      ///< another package of the distribution
    file          ///< nobody knows it
  };
  Origin origin = Origin::file;
  /// "package:zlib 1.3 (env:3fa1b2c4d5e6)", "zlib1g-dev 1:1.2.13"; of files that nobody knows their
  /// folder, or the file if it is one.
  std::string source;
  bool declared = true;
  std::vector<fs::path> files;  ///< sorted, links resolved
  std::string advice;           ///< of what is not declared: what to add to ck.json
};
std::string_view name_of(ObservedGroup::Origin origin);

struct ObservedInputs {
  std::string what;
  bool complete = true;               ///< false: some files could not be noted
  std::vector<ObservedGroup> groups;  ///< what is not declared first
};

/// Looks everybody up: environments, repositories, and the distribution's packages, whose lists are
/// read once. A package counts as declared when one that detected software belongs to needs
/// or recommends it.
Result<ObservedInputs> observed_inputs(const ObservedStep& step, Context& context);
/// The same for another place of dpkg's lists.
Result<ObservedInputs> observed_inputs(const ObservedStep& step, Context& context,
                                       const fs::path& dpkg);

/// With at most 200 names of files in a group beside their number.
Json to_json(const ObservedInputs& inputs);

}  // namespace ck::install
