#pragma once
/// References that leave to the current folder what it tells, as CK has them: '#' or '^' stands for
/// the component the folder is in, '#NAME' for another one of its kind in its repository,
/// '#KIND:NAME' for one in its repository (CK_FORMAT section 2.1, `ck.kernel.parse_cid`).

#include <string>
#include <string_view>

#include "app/session.hpp"
#include "catalog/place.hpp"

namespace ck::app {

bool leaves_to_here(std::string_view reference);

/// What the current folder is in; errors of `catalog::place_of`.
Result<catalog::Place> here(Session& session);

/// The reference in full. `usage` if the folder does not tell what is left to it; with `of_kind` a
/// folder that is in no component, but in the folder of a kind, tells the kind alone.
Result<std::string> complete_reference(Session& session, const std::string& reference,
                                       bool of_kind);

}  // namespace ck::app
