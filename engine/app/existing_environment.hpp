#pragma once
/// An environment that exists, without making any.

#include <optional>
#include <string>

#include "app/environments.hpp"

namespace ck::app {

/// What it has to be.
struct ExistingQuery {
  model::TagQuery tags;
  /// Alternatives as CK writes them ("a,b;c,~d"), of which one must hold too; empty for none.
  std::string or_tags{};
  model::VersionRange version{};  ///< an unknown version is in the universal range only
};

/// The environment of a package or soft of CK that its needs would take first; nothing if there is
/// none.
Result<std::optional<install::Environment>> existing_collective_environment(
    Session& session, const ExistingQuery& query);

/// That, else the newest of ours. `not_found` says what was looked for.
Result<install::Environment> existing_environment(Session& session, const ExistingQuery& query);

}  // namespace ck::app
