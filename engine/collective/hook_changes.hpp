#pragma once
/// What a hook changed in the objects that it was given.

#include "base/json.hpp"

namespace ck::collective {

/// Puts the members that a hook gave another value into `target`: of two objects that were the same
/// it changes one.
void take_changes(const Json& given, const Json& left, Json& target);

/// The same of dependencies, each an object: of each, what was changed in it.
void take_changes_within(const Json& given, const Json& left, Json& target);

}  // namespace ck::collective
