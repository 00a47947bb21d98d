#pragma once
/// Facts about this machine, or about another one to resolve for.

#include <string>
#include <utility>
#include <vector>

#include "app/session.hpp"
#include "install/host_facts.hpp"

namespace ck::app {

/// `--host=FILE` and `--host.NAME=VALUE`, `--gpu.NAME=VALUE`.
struct HostOverrides {
  std::string file;
  std::vector<std::pair<std::string, std::string>> changes;  ///< "host.glibc" -> "2.28"

  bool empty() const { return file.empty() && changes.empty(); }
};

/// The facts of this machine, or of the file, with the changes.
Result<install::HostFacts> host_facts(const HostOverrides& overrides);

/// `usage` if overrides are given for something that would happen on this machine.
Status refuse_another_machine(const HostOverrides& overrides, const std::string& verb);

}  // namespace ck::app
