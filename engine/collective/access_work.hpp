#pragma once
/// What components' Python code may have done through `ck.access`: software detected, packages
/// installed, programs compiled, dependencies resolved. All of it makes environments of the
/// engine's; nothing in a repository changes.

#include <optional>

#include "base/json.hpp"

namespace ck::collective {

class Workbench;

/// CK's answer to the request, or nothing when it asks for none of this. What is called for it has
/// a hook host of its own: the one that asks is waiting.
std::optional<Json> work_for(const Json& request, Workbench& bench);

}  // namespace ck::collective
