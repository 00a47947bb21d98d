#include "app/here.hpp"

#include <algorithm>
#include <system_error>

#include "base/strings.hpp"

namespace ck::app {

bool leaves_to_here(std::string_view reference) {
  return reference.starts_with('#') || reference.starts_with('^');
}

Result<catalog::Place> here(Session& session) {
  std::error_code gone;
  const fs::path folder = fs::canonical(".", gone);
  if (gone) return fail(system_error("find the current folder", gone.value()));
  CK_TRY(repositories, session.repositories());
  return catalog::place_of(folder, repositories->all());
}

Result<std::string> complete_reference(Session& session, const std::string& reference) {
  const std::string rest(trim(std::string_view(reference).substr(1)));
  const auto colons = std::ranges::count(rest, ':');
  if (colons > 1) return rest;  // nothing is left to the folder
  CK_TRY(place, here(session));
  if (colons == 1) return place.repository + ":" + rest;
  if (place.kind.empty() && !rest.empty()) {
    return fail(Error(ErrorCode::usage, "'" + printable(reference) +
                                            "' leaves the kind to the "
                                            "current folder, which is in none")
                    .in("repository " + printable(place.repository))
                    .hint("write " + reference.substr(0, 1) + "KIND:" + printable(rest) +
                          ", or go to the folder of a kind"));
  }
  return place.repository + ":" + place.kind + ":" + (rest.empty() ? place.name : rest);
}

}  // namespace ck::app
