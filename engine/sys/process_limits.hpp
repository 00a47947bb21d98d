#pragma once
/// Private to this layer: limits as setrlimit(2) takes them.

#include <sys/resource.h>

#include <vector>

#include "sys/process.hpp"

namespace ck::sys {

struct ResourceLimit {
  __rlimit_resource_t resource = RLIMIT_CORE;
  rlimit value{};
};

/// Those that the kernel enforces per process; never above what this process has itself, which only
/// root could raise.
std::vector<ResourceLimit> resource_limits(const ProcessLimits& limits);

}  // namespace ck::sys
