#pragma once
/// An environment that exists, without making any.

#include <optional>
#include <string>

#include "app/environments.hpp"

namespace ck::app {

/// The environment of a package or soft of CK with these tags that its needs would take first;
/// nothing if there is none. `or_tags`: alternatives as CK writes them ("a,b;c,~d"), of which one
/// must hold too; empty for none.
Result<std::optional<install::Environment>> existing_collective_environment(
    Session& session, const model::TagQuery& tags, const std::string& or_tags);

/// That, else the newest of ours. `not_found` says what was looked for.
Result<install::Environment> existing_environment(Session& session, const model::TagQuery& tags,
                                                  const std::string& or_tags);

}  // namespace ck::app
