#pragma once
/// Options that concern components of Collective Knowledge, alike in all verbs that have them.

#include "app/collective_options.hpp"
#include "cli/command.hpp"

namespace ck::cli {

/// The values of --PREFIX.NAME=value, in the order typed.
app::NamedTexts prefixed(const Invocation& line, const std::string& prefix);

/// --deps.KEY=, --dep_add_tags.KEY=, --params.NAME=, --compiler_vars.NAME=, --env.NAME=.
std::vector<std::string> collective_prefixes();

/// --order=ck.
Option collective_order();

app::CollectiveOptions collective_options(const Call& call);

}  // namespace ck::cli
