#include "app/components.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/search_filter.hpp"

namespace ck::app {
namespace {

/// A kind without wildcards that no repository has is a typing error, not an empty answer.
Status check_kind(catalog::Catalog& catalog, const std::string& kind) {
  if (kind.empty() || has_wildcard(kind) || model::parse_kind(kind)) return {};
  CK_TRY(kinds, catalog.kinds());
  if (std::ranges::find(kinds, kind) != kinds.end()) return {};
  Error error(ErrorCode::not_found, "no repository has components of kind '" + kind + "'");
  if (const auto hint = did_you_mean(near_misses(kind, kinds))) error.hint(*hint);
  error.hint("kinds there are: " + join(kinds, ", "));
  return fail(std::move(error));
}

Status check_repository(Session& session, const std::string& name) {
  if (name.empty() || has_wildcard(name)) return {};
  CK_TRY(repositories, session.repositories());
  CK_CHECK(repositories->find(name));
  return {};
}

/// What may be wrong with a query that found nothing: tags nobody has.
Result<std::vector<std::string>> hints_for(catalog::Catalog& catalog,
                                           const model::TagQuery& query) {
  CK_TRY(counts, catalog.tag_counts());
  std::vector<std::string> known;
  known.reserve(counts.size());
  for (const auto& [tag, count] : counts) known.push_back(tag);
  std::vector<std::string> hints;
  for (const auto& tag : query.all) {
    if (std::ranges::find(known, tag) != known.end()) continue;
    std::string hint = "no component has the tag '" + tag + "'";
    if (const auto near = did_you_mean(near_misses(tag, known))) hint += "; " + *near;
    hints.push_back(std::move(hint));
  }
  if (hints.empty() && query.all.size() > 1)
    hints.emplace_back("each tag is in use, but no component has them all");
  return hints;
}

Result<bool> holds_what_is_wanted(catalog::Catalog& catalog, const catalog::Component& component,
                                  const collective::SearchFilter& filter) {
  CK_TRY(own, catalog.own_document(component));
  if (filter.part.empty()) return filter.matches(own, own, component.path);
  CK_TRY(effective, catalog.load_document(component));
  return filter.matches(own, effective, component.path);
}

/// Leaves those whose descriptions hold what is wanted, as many as are to be shown.
Status keep_wanted(Session& session, const SearchRequest& request,
                   const collective::SearchFilter& filter, SearchReport& report) {
  CK_TRY(catalog, session.catalog());
  constexpr double kNanoseconds = 1e9;
  const auto begin = session.clock().monotonic_ns();
  std::vector<catalog::Component> kept;
  for (auto& component : report.components) {
    if (request.limit && kept.size() >= request.skip + *request.limit) break;
    CK_CHECK(session.cancel().check());
    const auto taken = static_cast<double>(session.clock().monotonic_ns() - begin);
    report.timed_out = request.time_out_s && taken >= *request.time_out_s * kNanoseconds;
    if (report.timed_out) break;
    auto matches = holds_what_is_wanted(*catalog, component, filter);
    if (!matches) {
      report.broken.push_back({component.path, std::move(matches.error())});
    } else if (*matches) {
      kept.push_back(std::move(component));
    }
  }
  report.components = std::move(kept);
  return {};
}

void cut_off(std::vector<catalog::Component>& components, const SearchRequest& request) {
  const auto skipped = std::min(request.skip, components.size());
  components.erase(components.begin(), components.begin() + static_cast<std::ptrdiff_t>(skipped));
  if (request.limit && components.size() > *request.limit) components.resize(*request.limit);
}

}  // namespace

Result<SearchReport> search(Session& session, const SearchRequest& request) {
  CK_CHECK(check_repository(session, request.pattern.repo));
  CK_TRY(catalog, session.catalog());
  CK_TRY(wanted, parse_json(request.wanted, "what is searched for", {.duplicate_keys = true}));
  CK_TRY(filter, collective::search_filter(wanted));
  CK_TRY(components, catalog->search({request.pattern, request.tags, std::nullopt}));
  const bool none = components.empty();
  if (none) CK_CHECK(check_kind(*catalog, request.pattern.kind));
  SearchReport report;
  report.components = std::move(components);
  report.broken = catalog->broken();
  if (!filter.empty()) CK_CHECK(keep_wanted(session, request, filter, report));
  cut_off(report.components, request);
  if (none && !request.tags.all.empty()) {
    CK_TRY(hints, hints_for(*catalog, request.tags));
    report.hints = std::move(hints);
  }
  return report;
}

Result<FindReport> find(Session& session, const model::ComponentPattern& pattern) {
  CK_TRY(catalog, session.catalog());
  FindReport report;
  auto component = catalog->find(pattern, &report.shadowed);
  if (!component) {
    if (component.error().code == ErrorCode::not_found)
      CK_CHECK(check_kind(*catalog, pattern.kind));
    return fail(std::move(component.error()));
  }
  report.component = std::move(*component);
  return report;
}

Result<LoadReport> load(Session& session, const model::ComponentPattern& pattern) {
  CK_TRY(found, find(session, pattern));
  CK_TRY(catalog, session.catalog());
  CK_TRY(document, catalog->load_document(found.component));
  return LoadReport{std::move(found.component), to_pretty_text(document)};
}

}  // namespace ck::app
