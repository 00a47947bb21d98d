#include "sys/process_limits.hpp"

#include <algorithm>

namespace ck::sys {

std::vector<ResourceLimit> resource_limits(const ProcessLimits& limits) {
  std::vector<ResourceLimit> result;
  const auto add = [&](__rlimit_resource_t resource, const std::optional<std::uint64_t>& wanted,
                       std::uint64_t grace) {
    if (!wanted) return;
    rlimit own{};
    ::getrlimit(resource, &own);
    const rlim_t hard = std::min<rlim_t>(own.rlim_max, *wanted + grace);
    result.push_back({resource, {std::min<rlim_t>(hard, *wanted), hard}});
  };
  // A second more before SIGKILL: the program ends with SIGXCPU, which says why.
  add(RLIMIT_CPU, limits.cpu_seconds, 1);
  add(RLIMIT_DATA, limits.memory_bytes, 0);
  add(RLIMIT_FSIZE, limits.file_bytes, 0);
  add(RLIMIT_NPROC, limits.processes, 0);
  return result;
}

}  // namespace ck::sys
