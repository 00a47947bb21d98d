#pragma once
/// What a command line says, as requests to components of Collective Knowledge. Internal to app.

#include <optional>
#include <string>
#include <vector>

#include "app/collective_options.hpp"
#include "app/programs.hpp"
#include "collective/program.hpp"

namespace ck::app {

Json object_of(const NamedTexts& texts);

/// The value of an option; empty if it is not given.
std::string value_of(const model::Values& values, const std::string& name);
bool yes(const model::Values& values, const std::string& name);

/// A whole number above 0 that an option gives; nothing if it is not given.
Result<std::optional<int>> count_of(const model::Values& values, const std::string& name);

/// `usage` for an option that is none of those; those without effect are told. `of`: whose
/// variables --env. sets.
Status check_options(const model::Values& values, const std::vector<CollectiveOption>& options,
                     const std::string& of, EventSink& events);

/// What is said about choices, with what a program's own options say about them.
CollectiveOptions options_of(const RunRequest& request);

/// `usage` for options and values that make no sense.
Result<collective::ProgramRequest> program_request(Session& session,
                                                   const catalog::Component& component,
                                                   const RunRequest& request);

}  // namespace ck::app
