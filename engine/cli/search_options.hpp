#pragma once
/// Options that choose components by what their descriptions hold, named as in CK's search.

#include <string>
#include <vector>

#include "app/components.hpp"
#include "cli/command.hpp"

namespace ck::cli {

std::vector<Option> search_options();
/// Those of them whose values are JSON objects, also one member at a time
/// (--search_dict.KEY=value).
std::vector<std::string> search_documents();

/// What the command line asks for; `usage` and `invalid` errors name the option.
Result<app::SearchRequest> search_request(const Call& call, model::ComponentPattern pattern);

/// `usage` where such an option is given to a kind whose entries have no descriptions.
Status check_searchable(const Call& call, const std::string& kind);

}  // namespace ck::cli
