#pragma once
/// What a command line may say about components of Collective Knowledge.

#include <string>
#include <utility>
#include <vector>

namespace ck::app {

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

struct CollectiveOptions {
  NamedTexts presets;             ///< --deps.KEY=environment
  NamedTexts added_tags;          ///< --dep_add_tags.KEY=a,b
  NamedTexts params;              ///< --params.NAME=value
  NamedTexts compiler_variables;  ///< --compiler_vars.NAME=value
  NamedTexts variables;           ///< --env.NAME=value
  std::string order;              ///< "ck" or empty
  std::string search_folders;     ///< a,b
  std::string source;             ///< PATH or URL=PATH,…: files in place of downloads
  std::string extra_tags;         ///< a,b
  std::string force_version;
};

/// An option that a verb has for components of Collective Knowledge alone. The grammar and the help
/// of the command line and the check of what was typed read the same table.
struct CollectiveOption {
  std::string name;
  std::string value;  ///< what it takes, for help; empty for a flag
  std::string help;   ///< empty: accepted since CK's scripts have it, but without effect

  bool has_effect() const { return !help.empty(); }
};

/// Of run, benchmark and compile.
const std::vector<CollectiveOption>& collective_program_options();
/// Of install.
const std::vector<CollectiveOption>& collective_package_options();

}  // namespace ck::app
