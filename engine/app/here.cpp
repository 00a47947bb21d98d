#include "app/here.hpp"

#include <algorithm>
#include <system_error>

#include "base/strings.hpp"

namespace ck::app {
namespace {

Error no_kind(const std::string& reference, const std::string& rest) {
  return Error(ErrorCode::usage, "'" + printable(reference) +
                                     "' leaves the kind to the current folder, which is in none")
      .hint("write " + reference.substr(0, 1) + "KIND:" + printable(rest) +
            ", or go to the folder of a kind");
}

Error no_component(const std::string& reference, const catalog::Place& place) {
  Error error(ErrorCode::usage, "'" + printable(reference) +
                                    "' stands for the component of the current folder, which is "
                                    "in no component");
  const std::string kind = place.kind.empty() ? "KIND:" : "";
  error.hint("write " + reference.substr(0, 1) + kind + "NAME, or go to the folder of a component");
  const std::string all = place.repository + ":" + (kind.empty() ? place.kind + ":" : "");
  return error.hint("'ck ls " + printable(all) + (kind.empty() ? "" : "*:*") +
                    "' lists what there is");
}

}  // namespace

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

Result<std::string> complete_reference(Session& session, const std::string& reference,
                                       bool of_kind) {
  const std::string rest(trim(std::string_view(reference).substr(1)));
  const auto colons = std::ranges::count(rest, ':');
  if (colons > 1) return rest;  // nothing is left to the folder
  CK_TRY(place, here(session));
  if (colons == 1) return place.repository + ":" + rest;
  const std::string where = "repository " + printable(place.repository);
  const bool tells = !place.kind.empty() && (of_kind || !place.name.empty());
  if (rest.empty() && !tells) return fail(no_component(reference, place).in(where));
  if (place.kind.empty()) return fail(no_kind(reference, rest).in(where));
  return place.repository + ":" + place.kind + ":" + (rest.empty() ? place.name : rest);
}

}  // namespace ck::app
