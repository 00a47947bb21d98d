#pragma once
/// What the solver chooses from, and what is asked of it. Plain values, filled by `install`.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/dependency.hpp"

namespace ck::solve {

/// How a candidate would come into being, cheapest first.
enum class Origin {
  installed,  ///< an environment that exists
  detected,   ///< found on the host
  buildable,  ///< a component that would be obtained and built
};

/// One thing that can satisfy dependencies: a component in one version and one set of variations.
struct Candidate {
  std::string id;  ///< unique in the universe, stable between calls: "package:onnx-lite@1.0.0"
  Origin origin = Origin::buildable;
  model::ComponentId component;
  model::Version version;
  model::Values variations;  ///< chosen options by group; and parameters that differ from defaults
  model::Tags tags;          ///< own tags, tags of the chosen variations, and the kind
  /// Expanded; of conditions only what they say of other choices is left.
  std::vector<model::Dependency> dependencies;
  std::vector<model::Exclusion> conflicts;  ///< expanded; conditions already decided
  int departures = 0;       ///< variations other than the defaults: fewer are preferred
  int repository_rank = 0;  ///< lower is preferred
  /// For installed environments: ids of the exact candidates it was built with, by key. They need
  /// not be repeated in `dependencies`; where they are, both must hold.
  std::map<std::string, std::string> built_with;
};

/// Everything there is. Order does not matter: results never depend on it.
struct Universe {
  std::vector<Candidate> candidates;
  /// Words that are right although no candidate has them: of components that cannot serve here, or
  /// that no need asks for. For advice only.
  std::set<std::string> other_tags = {};
  std::set<std::string> other_names = {};  ///< and UIDs
};

/// What must hold beyond the dependencies themselves.
struct Pin {
  enum class Source { lock, command_line };
  Source source = Source::command_line;
  std::string key;        ///< of the dependency, anywhere in the closure
  std::string candidate;  ///< id; empty when given by tags and version
  model::TagQuery tags;   ///< added to what the dependency asks
  model::VersionRange version;
  std::string component;  ///< name or UID
  std::string kind;
};

struct Request {
  std::string subject;                          ///< for messages: "program:image-classification"
  std::vector<model::Dependency> dependencies;  ///< expanded
  std::vector<model::Exclusion> conflicts;      ///< expanded
  std::vector<Pin> pins;
  bool reuse = true;  ///< false: installed environments are not candidates (--rebuild)
};

}  // namespace ck::solve
