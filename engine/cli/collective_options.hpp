#pragma once
/// Options that concern components of Collective Knowledge, alike in all verbs that have them.

#include "app/collective_options.hpp"
#include "cli/command.hpp"

namespace ck::cli {

/// The values of --PREFIX.NAME=value, in the order typed.
app::NamedTexts prefixed(const Invocation& line, const std::string& prefix);

/// --deps.KEY=, --dep_add_tags.KEY=, --params.NAME=, --compiler_vars.NAME=, --env.NAME=.
std::vector<std::string> collective_prefixes();

/// Adds a verb's options for CK's components, `of` naming those in the help. What has no effect may
/// be typed, bare or with a value.
void add_collective_options(const std::vector<app::CollectiveOption>& table, const std::string& of,
                            Grammar& grammar);
/// Their values, as a program of ours with parameters of these names would get them.
void take_collective_options(const std::vector<app::CollectiveOption>& table,
                             const Invocation& line, model::Values& values);

app::CollectiveOptions collective_options(const Call& call);

}  // namespace ck::cli
