#include "cli/collective_options.hpp"

namespace ck::cli {

app::NamedTexts prefixed(const Invocation& line, const std::string& prefix) {
  const auto found = line.prefixed.find(prefix);
  return found == line.prefixed.end() ? app::NamedTexts{} : found->second;
}

std::vector<std::string> collective_prefixes() {
  return {"env", "deps", "dep_add_tags", "params", "compiler_vars"};
}

void add_collective_options(const std::vector<app::CollectiveOption>& table, const std::string& of,
                            Grammar& grammar) {
  for (const auto& option : table) {
    if (option.has_effect()) {
      grammar.options.push_back({option.name, option.value, "CK " + of + ": " + option.help});
    } else {
      grammar.flags.push_back(option.name);
    }
  }
}

void take_collective_options(const std::vector<app::CollectiveOption>& table,
                             const Invocation& line, model::Values& values) {
  for (const auto& option : table) {
    if (const auto value = line.given(option.name)) values[option.name] = *value;
  }
}

app::CollectiveOptions collective_options(const Call& call) {
  app::CollectiveOptions options;
  options.presets = prefixed(call.line, "deps");
  options.added_tags = prefixed(call.line, "dep_add_tags");
  options.params = prefixed(call.line, "params");
  options.compiler_variables = prefixed(call.line, "compiler_vars");
  options.variables = prefixed(call.line, "env");
  options.order = call.line.get("order");
  options.search_folders = call.line.get("search_dirs");
  options.source = call.line.get("source");
  options.extra_tags = call.line.get("extra_tags");
  options.force_version = call.line.get("force_version");
  return options;
}

}  // namespace ck::cli
