#include "app/existing_environment.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/registry.hpp"
#include "collective/resolver.hpp"

namespace ck::app {
namespace {

Error nothing_exists(const ExistingQuery& query) {
  std::string wanted = query.tags.text();
  if (!query.or_tags.empty()) wanted += (wanted.empty() ? "" : " and ") + query.or_tags;
  if (!query.version.universal()) wanted += " and a version " + printable(query.version.text());
  return Error(ErrorCode::not_found, "no environment that exists has the tags " + wanted)
      .hint("'ck show env' lists them")
      .hint(
          "'ck install package --tags=…' and 'ck detect soft --tags=…' make one; a component that "
          "needs it should declare it");
}

}  // namespace

Result<std::optional<install::Environment>> existing_collective_environment(
    Session& session, const ExistingQuery& query) {
  CK_TRY(context, session.context());
  CK_TRY(registry, collective::Registry::open(*context));
  collective::Need need;
  need.tags = query.tags.all;
  need.no_tags = query.tags.none;
  need.or_tags = query.or_tags;
  need.range = query.version;
  CK_TRY(matching, registry.matching(need));
  if (matching.empty()) return std::nullopt;
  const auto best = std::ranges::min_element(matching, [](const auto& a, const auto& b) {
    return collective::preferred(a, b, collective::Order::ours);
  });
  return std::move(best->environment);
}

Result<install::Environment> existing_environment(Session& session, const ExistingQuery& query) {
  CK_TRY(collective, existing_collective_environment(session, query));
  if (collective) return std::move(*collective);
  CK_TRY(context, session.context());
  CK_TRY(shown, show_environments(session, {"", query.tags}));
  for (auto& environment : shown.environments) {
    const auto& record = environment.record;
    std::error_code missing;
    // Those of CK that the registry left out are not what was registered.
    const bool left_out =
        fs::exists(collective::description_file(context->home.environment(record.id)), missing);
    if (!left_out && collective::or_tags_hold(query.or_tags, record.tags) &&
        collective::in_range(query.version, record.version))
      return std::move(environment);
  }
  return fail(nothing_exists(query));
}

}  // namespace ck::app
