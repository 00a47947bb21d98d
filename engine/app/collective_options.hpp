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
  std::string source;             ///< file in place of a download
  std::string extra_tags;         ///< a,b
  std::string force_version;
};

}  // namespace ck::app
