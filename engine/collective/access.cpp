#include "collective/access.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/access_work.hpp"
#include "collective/meta.hpp"
#include "collective/registry.hpp"
#include "collective/search_filter.hpp"
#include "collective/workbench.hpp"

namespace ck::collective {
namespace {

Json entry(const catalog::Component& component) {
  return {{"path", component.path.string()}, {"repo_uoa", component.id.repo},
          {"module_uoa", component.id.kind}, {"data_uoa", component.id.name},
          {"data_uid", component.id.uid},    {"data_alias", component.id.name}};
}

/// Repositories are components of nobody: what is registered is told.
Json repository(const Json& request, Workbench& bench) {
  const std::string cid = text_at(request, "cid");
  const std::string name =
      cid.empty() ? text_at(request, "data_uoa") : cid.substr(cid.rfind(':') + 1);
  const auto& all = bench.context().repositories;
  const auto here = std::ranges::find_if(all, [&](const catalog::Repository& one) {
    return one.name == name || (!one.uid.empty() && one.uid == name);
  });
  if (here == all.end()) {
    return failure(Error(ErrorCode::not_found,
                         name.empty() ? "no repository is named (repo_uoa)"
                                      : "no repository '" + printable(name) + "' is registered"));
  }
  const std::string path = here->path.string();
  Json known = {{"path", path}};
  if (!here->url.empty()) known.update(Json{{"shared", "git"}, {"url", here->url}});
  return {{"return", 0},
          {"path", path},
          {"module_uoa", "repo"},
          {"data_uoa", here->name},
          {"data_uid", here->uid},
          {"data_alias", here->name},
          {"repo_uoa", here->name},
          {"repo_uid", here->uid},
          {"repo_alias", here->name},
          {"dict", std::move(known)}};
}

Json found(const Json& request, Workbench& bench, bool with_document) {
  const std::string cid = text_at(request, "cid");
  if (text_at(request, "module_uoa") == "repo" || cid.starts_with("repo:"))
    return repository(request, bench);
  const auto component =
      cid.empty() ? bench.find(text_at(request, "module_uoa"), text_at(request, "data_uoa"))
                  : bench.find_cid(cid);
  if (!component) return failure(component.error());
  Json answer = entry(*component);
  answer["return"] = 0;
  if (!with_document) return answer;
  auto document = bench.document(*component);
  if (!document) return failure(document.error());
  answer["dict"] = std::move(*document);
  answer["data_name"] = text_at(answer["dict"], "data_name");
  return answer;
}

/// How many are asked for at most; nothing: all.
std::optional<std::size_t> limit_of(const Json& request) {
  const double limit = number_at(request, "limit_size", 0);
  if (limit < 1) return std::nullopt;
  return static_cast<std::size_t>(limit);
}

Json searched(const Json& request, Workbench& bench) {
  const auto filter = search_filter(request);
  if (!filter) return failure(filter.error());
  const auto limit = limit_of(request);
  catalog::SearchQuery query;
  query.pattern = {text_at(request, "repo_uoa"), text_at(request, "module_uoa"),
                   text_at(request, "data_uoa")};
  query.tags = model::TagQuery::parse(text_at(request, "tags"));
  const auto components = bench.context().catalog.search(query);
  if (!components) return failure(components.error());
  Json list = Json::array();
  const bool with_meta = yes_at(request, "add_meta");
  for (const auto& component : *components) {
    if (limit && list.size() >= *limit) break;
    Json one = entry(component);
    Json effective;
    if (with_meta || !filter->part.empty()) {
      auto document = bench.document(component);
      if (document) effective = std::move(*document);
    }
    if (!filter->empty()) {
      const auto own = bench.context().catalog.own_document(component);
      if (!own || !filter->matches(*own, effective, component.path)) continue;
    }
    if (with_meta && !effective.is_null()) one["meta"] = std::move(effective);
    list.push_back(std::move(one));
  }
  return {{"return", 0}, {"lst", std::move(list)}};
}

Json environment_entry(const Registered& registered) {
  return {{"path", registered.folder.string()},
          {"repo_uoa", "local"},
          {"module_uoa", "env"},
          {"data_uoa", registered.uid()},
          {"data_uid", registered.uid()}};
}

Json environments(const Json& request, Workbench& bench) {
  const auto registry = Registry::open(bench.context());
  if (!registry) return failure(registry.error());
  const auto matching = registry->with_tags(texts_at(request, "tags"));
  if (!matching) return failure(matching.error());
  const auto filter = search_filter(request);
  if (!filter) return failure(filter.error());
  const auto limit = limit_of(request);
  Json list = Json::array();
  for (const auto& registered : *matching) {
    if (limit && list.size() >= *limit) break;
    if (!filter->matches(registered.meta, registered.meta, registered.folder)) continue;
    Json one = environment_entry(registered);
    if (yes_at(request, "add_meta")) one["meta"] = registered.meta;
    list.push_back(std::move(one));
  }
  return {{"return", 0}, {"lst", std::move(list)}};
}

Json environment(const Json& request, Workbench& bench) {
  const auto registry = Registry::open(bench.context());
  if (!registry) return failure(registry.error());
  const auto registered = registry->by_id(text_at(request, "data_uoa"));
  if (!registered) return failure(registered.error());
  if (!*registered) return {{"return", 16}, {"error", "there is no such environment"}};
  Json answer = environment_entry(**registered);
  answer["return"] = 0;
  answer["dict"] = (*registered)->meta;
  return answer;
}

}  // namespace

Json failure(const Error& error) {
  std::string text = error.message;
  for (const auto& place : error.context) text += "; in " + place;
  return {{"return", error.code == ErrorCode::not_found ? 16 : 1}, {"error", text}};
}

Json answer(const Json& request, Workbench& bench) {
  const std::string action = text_at(request, "action");
  const bool of_environments = text_at(request, "module_uoa") == "env";
  if (action == "load")
    return of_environments ? environment(request, bench) : found(request, bench, true);
  if (action == "reload_repo_cache") return {{"return", 0}};  // what lies there is looked at anyway
  if (action == "find" || action == "path" || action == "cid") return found(request, bench, false);
  if (action == "search" || action == "list")
    return of_environments ? environments(request, bench) : searched(request, bench);
  if (auto worked = work_for(request, bench)) return std::move(*worked);
  return {
      {"return", 1},
      {"error", "ck.access does not offer '" + action + "' of '" + text_at(request, "module_uoa") +
                    "': repositories are only read, and what modules bring only 'ck perform' runs. "
                    "Offered are find, load, search and list of any module, detect soft, "
                    "install package, compile program and resolve env"}};
}

}  // namespace ck::collective
