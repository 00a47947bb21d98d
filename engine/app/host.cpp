#include "app/host.hpp"

#include <nlohmann/json.hpp>

#include "sys/files.hpp"

namespace ck::app {

Result<install::HostFacts> host_facts(const HostOverrides& overrides) {
  constexpr std::uint64_t kMostBytes = 1u << 20;
  auto facts = install::host_facts(sys::read_host_facts());
  if (!overrides.file.empty()) {
    CK_TRY(text, sys::read_file(overrides.file, kMostBytes));
    CK_TRY(json, parse_json(text, overrides.file));
    CK_TRY(read, install::host_facts_from_json(json, overrides.file));
    facts = std::move(read);
  }
  for (const auto& [name, value] : overrides.changes) {
    if (auto changed = install::change_fact(facts, name, value); !changed)
      return fail(std::move(changed.error()).in("--" + name + "=" + value));
  }
  return facts;
}

Status refuse_another_machine(const HostOverrides& overrides, const std::string& verb) {
  if (overrides.empty()) return {};
  return fail(
      Error(ErrorCode::usage, "ck " + verb + " works on this machine: what is resolved for " +
                                  "another one cannot be carried out here")
          .hint("add --dry_run to see the plan, or use 'ck explain' with the same options"));
}

}  // namespace ck::app
