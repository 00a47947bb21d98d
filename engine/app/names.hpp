#pragma once
/// What a user may mean, for completing command lines: kinds, and names of one kind.

#include <string>
#include <vector>

#include "app/session.hpp"

namespace ck::app {

/// Kinds of components that the repositories hold, sorted.
Result<std::vector<std::string>> kinds(Session& session);

/// Names of `repo`, `experiment`, ids of `env`, else names of components of that kind; sorted, each
/// once. None for a kind that is not there.
Result<std::vector<std::string>> names_of_kind(Session& session, const std::string& kind);

}  // namespace ck::app
