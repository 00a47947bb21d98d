#pragma once
/// What the command line asks of dependencies beside what components say: --dep_add_tags.KEY= and
/// --dep.KEY=.

#include <vector>

#include "collective/registry.hpp"
#include "collective/workbench.hpp"

namespace ck::collective {

/// The need with what is asked for its key on top. `not_found` for a component that is not here.
Result<Need> as_asked(const Need& written, Workbench& bench);

/// Those of the candidates that were built with what --dep. asks for, as far as they were built
/// with something of these keys.
Result<std::vector<Registered>> built_as_asked(std::vector<Registered> candidates,
                                               const Registry& registry, Workbench& bench);

/// An error with the dependency that it is about and, where a --dep. asks too much, what there is
/// without it.
Error about_need(Error error, const Need& written, Workbench& bench);

/// "soft:compiler.gcc@12.2.0 (env:3fa1…)" for messages; of software that is not registered its
/// file.
std::string label(const Registered& one);

}  // namespace ck::collective
