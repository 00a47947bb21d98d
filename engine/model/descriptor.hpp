#pragma once
/// What a component says about itself: plain values, read from `ck.json` (see native_reader.hpp) or
/// from CK's `.cm/meta.json` (see ck_reader.hpp). The format is described, key by key, by the JSON
/// Schemas in components/schemas/.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/component.hpp"
#include "model/dependency.hpp"
#include "model/tags.hpp"
#include "model/version.hpp"

namespace ck::model {

using NamedTexts = std::vector<std::pair<std::string, std::string>>;  ///< in the order written

/// What every component has.
struct Common {
  Kind kind = Kind::package;
  std::string name;
  std::string uid;
  Version version;
  std::string description;
  std::string license;
  Tags tags;
};

/// A value that a user may choose: `--NAME=value`.
struct Parameter {
  enum class Type { choice, string, integer, number, boolean };
  std::string name;
  Type type = Type::string;
  std::vector<std::string> choices;
  std::optional<std::string> default_value;
  std::string description;
  std::string unit;
  bool secret = false;  ///< its value is never written down, and no build may depend on it

  /// `invalid`, naming the parameter and what it takes, if the text is no value of it.
  Status check(const std::string& value) const;
};

/// Files or a folder of the component itself.
struct FilesSource {
  std::string path;  ///< relative; "." for everything but ck.json
  std::string to;
};
/// A file on the web, by its content.
struct UrlSource {
  std::vector<std::string> urls;
  std::string sha256;
  std::optional<std::uint64_t> size_bytes;
  bool unpack = true;
  unsigned strip = 0;
  std::string to;
};
/// One commit of a git repository.
struct GitSource {
  std::string url;
  std::string commit;  ///< 40 hex digits
  std::string to;
};
/// A Debian binary package, unpacked and not installed.
struct DebianSource {
  std::string package;
  std::string version;
  std::string sha256;
  std::vector<std::string> paths;  ///< wildcard patterns to keep; empty: all
  std::string to;
};
/// A wheel of a Python package index, unpacked and not installed: modules to lib/python below `to`,
/// commands to bin.
struct PipSource {
  std::string package;
  std::string version;
  std::string sha256;
  std::string from;  ///< URL of the wheel; empty: the index is asked for the one with the hash
  std::string to;
};
/// A package of an npm registry, unpacked and not installed: to lib/node_modules/NAME below `to`.
struct NpmSource {
  std::string package;  ///< "name" or "@scope/name"
  std::string version;
  std::string integrity;  ///< "sha512-" and base64, as in package-lock.json
  std::string from;       ///< URL of the archive; empty: the registry says
  std::string to;
};
/// `to`: folder below ${source} where it goes, "" for ${source} itself.
using Source = std::variant<FilesSource, UrlSource, GitSource, DebianSource, PipSource, NpmSource>;

/// One alternative of a variation group.
struct Variation {
  std::string name;
  Tags tags;
  NamedTexts variables;  ///< for the build steps
  std::vector<Dependency> dependencies;
  std::vector<std::string> excludes;  ///< options of other groups that cannot hold with it
  std::vector<Exclusion> conflicts;   ///< other components that cannot be used with it
};
/// Alternatives of which at most one holds. Its name and choice are also a parameter: ${GROUP}.
struct VariationGroup {
  std::string name;
  std::optional<std::string> default_option;
  std::vector<Variation> options;
};

/// One command of a build.
struct BuildCommand {
  std::vector<std::string> run;
  std::string directory;  ///< below ${build}
  NamedTexts variables;
};
struct Build {
  enum class System { none, cmake, make, commands };
  System system = System::none;
  NamedTexts options;
  std::vector<std::string> targets;
  std::vector<BuildCommand> commands;
};

/// What dependants see.
struct Exports {
  NamedTexts values;     ///< read as ${KEY.NAME}
  NamedTexts variables;  ///< set in builds and runs
  NamedTexts prepend;    ///< put before the present value with ':'
};

struct CheckedFile {
  std::string path;
  std::string sha256;  ///< empty: must only exist
};
struct Check {
  std::vector<CheckedFile> files;
  std::vector<std::string> run;  ///< must exit with 0; empty: none
};

/// How something is obtained and built into an environment.
struct Recipe {
  std::vector<Parameter> parameters;
  std::vector<Dependency> dependencies;
  std::vector<Source> sources;
  std::vector<VariationGroup> variations;
  std::vector<Exclusion> conflicts;  ///< components that cannot be in one closure with this one
  Build build;
  Exports exports;
  Check check;
};

/// Where a number comes from.
struct JsonMetric {
  std::string file;
  std::string pointer;
};
struct PatternMetric {
  std::string pattern;  ///< ECMAScript regex with one group, matched in stdout line by line
};
struct Metric {
  enum class Direction { lower, higher, none };
  std::string name;
  std::string unit;
  Direction direction = Direction::none;
  std::variant<JsonMetric, PatternMetric> from;
  std::string role;  ///< accuracy, performance, memory, size or empty
  bool required = true;
  std::optional<double> absolute_tolerance;
  std::optional<double> relative_tolerance;
};

struct Output {
  enum class Compare { exact, numeric, none, text, ulp, statistical, image };
  std::string name;
  std::string path;
  Compare compare = Compare::exact;
  double absolute_tolerance = 0;  ///< numeric
  double relative_tolerance = 0;  ///< numeric
  std::uint32_t ulps = 0;         ///< ulp: steps between neighbouring numbers
  bool single_precision = false;  ///< ulp: of float instead of double
  double margin = 0;              ///< statistical: a share of the middle
  /// image; each that is there has to hold
  std::optional<double> pixel_difference{};  ///< of any channel, at most, in 255ths of its range
  std::optional<double> psnr_db{};           ///< at least
  std::optional<double> ssim{};              ///< at least
};

/// A program that repeats its work as often as a variable says, inside one execution.
struct InnerRepetition {
  std::string variable;             ///< one of the program's; its default is the usual number
  std::vector<std::string> totals;  ///< metrics that it tells for all iterations together
  double seconds = 0.5;             ///< how long a calibrated execution takes
};

struct Limits {
  std::optional<std::uint64_t> memory_bytes, cpu_seconds, file_bytes, processes, output_bytes;
  std::optional<double> timeout_seconds;
};

struct Command {
  std::string name;
  std::string description;
  std::vector<std::string> run;
  std::vector<int> accept_exit{0};
  std::optional<double> timeout_seconds;
};

struct Program {
  Common common;
  Recipe recipe;
  NamedTexts variables;
  std::vector<std::string> secrets;  ///< variables whose values are never written down
  std::vector<Command> commands;
  std::string default_command;
  std::vector<Metric> metrics;
  std::vector<Output> outputs;
  std::optional<InnerRepetition> repetition;
  Limits limits;
};

/// dataset, model or package. `holds` is free text data about the content (compact JSON).
struct Package {
  Common common;
  Recipe recipe;
  std::string holds;
};

/// How to recognise something that is installed already.
struct Software {
  Common common;
  std::vector<std::string> executables;  ///< wildcard patterns on the file name, looked up in
                                         ///< roots' bin folders, never in PATH
  std::vector<std::string> files;        ///< relative to each root
  std::vector<std::string> roots;        ///< default: /usr/local, /usr, /opt/*
  std::vector<std::string>
      required_files;  ///< must exist too; may use ${root}, ${file}, ${directory}, ${suffix}
  std::vector<std::string> version_run;  ///< the only command detection executes
  std::string version_file;
  std::string version_pattern;  ///< regex with one group
  Exports exports;
};

struct Script {
  Common common;
  Recipe recipe;
  std::vector<std::string> run;
};

/// How far builds, hooks and runs are kept apart from the machine.
struct Isolation {
  enum class Level {
    none,
    wanted,   ///< as far as the machine can
    demanded  ///< completely, or nothing is started
  };
  Level level = Level::none;
  bool network = true;
  std::vector<std::string> hidden;   ///< absolute paths; ${home} is the user's home
  std::vector<std::string> scratch;  ///< folders that are empty and can be written
  std::vector<std::string> devices;  ///< wildcard patterns of nodes in /dev that stay
  /// Of everything that one step starts, taken together.
  std::optional<std::uint64_t> scratch_bytes, tree_memory_bytes, tree_processes, disk_bytes;
};

/// Which variables and limits builds and runs get, and what they may see and change.
struct Profile {
  Common common;
  std::vector<std::string> pass;  ///< wildcard patterns of host variables that pass
  NamedTexts variables;           ///< fixed
  Limits limits;
  Isolation isolation;
};

/// A CK component as far as listing, searching and loading need it.
struct CkComponent {
  std::string kind, name, uid, data_name;
  Tags tags;
  Version version;
  std::string meta;  ///< the whole document, compact JSON
};

using Descriptor = std::variant<Program, Package, Software, Script, Profile, CkComponent>;

}  // namespace ck::model
