#include "cli/host_options.hpp"

#include "cli/collective_options.hpp"

namespace ck::cli {

Option host_option() {
  return {"host", "FILE", "resolve for the machine with these facts (with --dry_run)"};
}

app::HostOverrides host_overrides(const Call& call) {
  app::HostOverrides overrides;
  overrides.file = call.line.get("host");
  for (const char* prefix : {"host", "gpu"}) {
    for (const auto& [name, value] : prefixed(call.line, prefix))
      overrides.changes.emplace_back(std::string(prefix) + "." + name, value);
  }
  return overrides;
}

}  // namespace ck::cli
