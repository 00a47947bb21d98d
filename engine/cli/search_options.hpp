#pragma once
/// Options that choose components by what their descriptions hold, named as in CK's search.

#include <algorithm>
#include <optional>
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

/// Which of what was found are asked for: those behind the first `skip`, at most `limit`.
struct Part {
  std::size_t skip = 0;
  std::optional<std::size_t> limit;
};
/// By --start_from, --limit and CK's --limit_size, which is none below 1. `usage` for both limits.
Result<Part> part_of(const Call& call);

template <typename Found>
void keep_part(const Part& part, std::vector<Found>& found) {
  const auto skipped = std::min(part.skip, found.size());
  found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(skipped));
  const auto kept = std::min(part.limit.value_or(found.size()), found.size());
  found.erase(found.begin() + static_cast<std::ptrdiff_t>(kept), found.end());
}

/// `usage` where an option that looks into descriptions is given to a kind whose entries have none.
Status check_searchable(const Call& call, const std::string& kind);

}  // namespace ck::cli
