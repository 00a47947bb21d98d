#pragma once
/// What a half-typed command line may go on with. Read from the table of commands, so that a new
/// command or option is completed without further work.

#include <functional>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace ck::cli {

/// Where names come from; both may answer nothing.
struct NameSource {
  std::function<std::vector<std::string>()> kinds;
  std::function<std::vector<std::string>(const std::string& kind)> names;
};

/// `words` are those after "ck"; the last one is being typed and may be empty. The answers replace
/// it, in the order of the table; those that end in ':', '=' or '.' want more. None where a file or
/// a free text belongs.
std::vector<std::string> completions(const std::vector<Command>& table,
                                     const std::vector<std::string>& words,
                                     const NameSource& source);

/// The function that makes a shell ask `ck completion --words`; nullptr for a shell that is not one
/// of `completed_shells`.
const char* completion_script(const std::string& shell);
std::vector<std::string> completed_shells();

/// The manual page ck(1) in roff, from the same table.
std::string manual_page(const std::vector<Command>& table, const std::string& version);

}  // namespace ck::cli
