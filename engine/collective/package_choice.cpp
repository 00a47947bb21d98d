#include "collective/package_choice.hpp"

#include <algorithm>
#include <set>

#include "base/counted.hpp"
#include "base/strings.hpp"
#include "catalog/missing_repositories.hpp"
#include "collective/meta.hpp"
#include "collective/version_check.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

struct Candidate {
  catalog::Component component;
  Json document;
  VersionParts version;
};

/// Whether a package is looked at whose own tags hold none of those that are wanted.
enum class Without { skip, look };

/// Packages that may answer: each tag is one of theirs or, which only the document tells, a
/// variation's name.
Result<std::vector<Candidate>> candidates_for(const PackageQuery& query, Without without,
                                              Workbench& bench) {
  std::vector<catalog::Component> components;
  if (!query.name.empty()) {
    CK_TRY(component, bench.find("package", query.name));
    components.push_back(component);
  } else {
    CK_TRY(all, bench.context().catalog.search(
                    {{.repo = {}, .kind = "package", .name = {}}, {}, std::nullopt}));
    std::ranges::stable_sort(all, {}, &catalog::Component::repository_rank);
    components = std::move(all);
  }
  std::vector<Candidate> candidates;
  std::set<std::string> seen;
  for (const auto& component : components) {
    if (component.format != model::RepositoryDescriptor::Format::ck) continue;
    if (!seen.insert(component.id.uid).second) continue;
    std::vector<std::string> missing = query.tags;
    std::erase_if(missing, [&](const std::string& tag) { return component.tags.contains(tag); });
    const bool none = missing.size() == query.tags.size() && !query.tags.empty();
    if (none && query.name.empty() && without == Without::skip) continue;
    CK_TRY(document, bench.document(component));
    const auto offered = tags_with_variations(document);
    const bool all =
        std::ranges::all_of(missing, [&](const std::string& tag) { return offered.contains(tag); });
    if (all) candidates.push_back({component, std::move(document), {}});
  }
  return candidates;
}

/// Many packages tell their version only to their scripts.
std::string version_of(const Json& customize) {
  const auto version = text_at(customize, "version");
  return version.empty() ? text_at(object_at(customize, "install_env"), "PACKAGE_VERSION")
                         : version;
}

/// Why a package that has the tags does not answer; empty: it does.
std::string objection_to(Candidate& candidate, const PackageQuery& query,
                         const Platform& platform) {
  for (const auto& tag : query.no_tags) {
    if (candidate.component.tags.contains(tag)) return "has the tag " + tag + ", which must not be";
  }
  if (!or_tags_hold(query.or_tags, tags_with_variations(candidate.document)))
    return "has none of " + query.or_tags;
  const Json& customize = object_at(candidate.document, "customize");
  if (!meant_for(candidate.document, platform) || !meant_for(customize, platform))
    return "is not for " + platform.name;
  const auto version = text_at(customize, "version");
  const auto told = version_of(customize);
  candidate.version = version_parts(version);
  const bool too_old = query.from && compare(candidate.version, *query.from) < 0;
  const bool too_new = query.to && compare(candidate.version, *query.to) > 0;
  const bool in_bounds = version.empty() || (!too_old && !too_new);
  if (in_bounds && in_range(query.range, told)) return {};
  return told.empty() ? "does not tell its version" : "is version " + told;
}

bool preferred(const Candidate& a, const Candidate& b) {
  const auto sort = [](const Candidate& one) {
    return number_at(object_at(one.document, "customize"), "sort",
                     number_at(one.document, "sort", 0));
  };
  if (sort(a) != sort(b)) return sort(a) > sort(b);
  if (const auto order = compare(a.version, b.version); order != 0) return order > 0;
  const auto names = text_at(a.document, "data_name") <=> text_at(b.document, "data_name");
  if (names != 0) return names > 0;
  return a.component.id.name > b.component.id.name;
}

/// A package that has the tags and does not answer.
struct Excluded {
  Candidate candidate;
  std::string why;
};

constexpr std::size_t kMostShown = 5;

/// "package:x of ck-env".
std::string whence(const catalog::Component& component) {
  return component.id.text() + " of " + component.id.repo;
}

/// What is wanted, in the words that dependencies are told in.
std::string text_of(const PackageQuery& query) {
  Need wanted;
  wanted.tags = query.tags;
  wanted.no_tags = query.no_tags;
  wanted.or_tags = query.or_tags;
  wanted.from = query.from;
  wanted.to = query.to;
  wanted.range = query.range;
  return std::string(trim(wanted.text()));
}

void tell_excluded(const std::vector<Excluded>& excluded, Error& error) {
  for (std::size_t i = 0; i < excluded.size() && i < kMostShown; ++i) {
    const auto& [candidate, why] = excluded[i];
    const bool problem = yes_at(candidate.document, "problem");
    error.hint(printable(whence(candidate.component) + " " + why) +
               (problem ? ", and is marked as not working" : ""));
  }
  if (excluded.size() > kMostShown)
    error.hint("and " + counted(excluded.size() - kMostShown, "more package"));
}

/// Packages that share the most of the tags, at least half of them.
void tell_near(const PackageQuery& query, Workbench& bench, Error& error) {
  const auto all = bench.context().catalog.search(
      {{.repo = {}, .kind = "package", .name = {}}, {}, std::nullopt});
  if (!all) return;
  std::size_t most = std::max<std::size_t>(1, (query.tags.size() + 1) / 2);
  std::vector<std::string> nearest;
  for (const auto& component : *all) {
    if (component.format != model::RepositoryDescriptor::Format::ck) continue;
    std::vector<std::string> missing = query.tags;
    std::erase_if(missing, [&](const std::string& tag) { return component.tags.contains(tag); });
    const std::size_t shared = query.tags.size() - missing.size();
    if (missing.empty() || shared < most) continue;
    if (shared > most) nearest.clear();
    most = shared;
    nearest.push_back(whence(component) + " has all but " + join(missing, ","));
  }
  for (std::size_t i = 0; i < nearest.size() && i < kMostShown; ++i)
    error.hint(printable(nearest[i]));
  if (nearest.size() > kMostShown)
    error.hint("as near: " + counted(nearest.size() - kMostShown, "more package"));
}

void tell_unknown_tags(const PackageQuery& query, Workbench& bench, Error& error) {
  const auto counts = bench.context().catalog.tag_counts();
  if (!counts) return;
  std::vector<std::string> known;
  for (const auto& [tag, count] : *counts) known.push_back(tag);
  for (const auto& tag : query.tags) {
    if (std::ranges::find(known, tag) != known.end()) continue;
    error.hint("no component at all has the tag '" + printable(tag) + "'");
    if (const auto near = did_you_mean(near_misses(tag, known))) error.hint(*near);
  }
}

std::string message_of(const PackageQuery& query, bool has_tags, Workbench& bench) {
  std::string name;
  if (!query.name.empty()) {
    const auto named = bench.find("package", query.name);
    name = named ? named->id.text() : "package:" + query.name;
  }
  const std::string wanted = text_of(query);
  if (has_tags) return (name.empty() ? "no package answers " : name + " does not answer ") + wanted;
  const std::string tags = join(query.tags, ",");
  return (name.empty() ? "no package has the tags " : name + " has not all of the tags ") + tags +
         (wanted == tags ? "" : " (wanted: " + wanted + ")");
}

/// `excluded`: the packages that have the tags.
Error nothing_found(const PackageQuery& query, const std::vector<Excluded>& excluded,
                    Workbench& bench) {
  Error error(ErrorCode::not_found, message_of(query, !excluded.empty(), bench));
  tell_excluded(excluded, error);
  if (excluded.empty()) {
    tell_unknown_tags(query, bench, error);
    if (query.name.empty()) tell_near(query, bench, error);
  }
  for (const auto& missing : catalog::missing_repositories(bench.context().repositories))
    error.hint(catalog::pull_hint(missing));
  error.hint("'ck ls repo' shows which repositories are here; 'ck pull repo:NAME' brings more");
  return error;
}

Status check_problem(const Candidate& candidate) {
  if (!yes_at(candidate.document, "problem")) return {};
  const auto words = sys::read_file(candidate.component.path / "problem.txt", 1u << 16);
  Error error(ErrorCode::unsupported,
              candidate.component.id.text() + " is marked as not working by its authors");
  if (words) error.in(printable_lines(trim(*words)));
  return fail(std::move(error));
}

}  // namespace

Result<ChosenPackage> choose_package(const PackageQuery& query, Workbench& bench) {
  std::vector<Candidate> candidates;
  std::vector<Excluded> excluded;
  // Hardly ever do the names of variations alone say what is wanted, and reading all takes long.
  for (const auto without : {Without::skip, Without::look}) {
    CK_TRY(found, candidates_for(query, without, bench));
    excluded.clear();
    for (auto& one : found) {
      if (auto why = objection_to(one, query, bench.platform()); why.empty()) {
        candidates.push_back(std::move(one));
      } else {
        excluded.push_back({std::move(one), std::move(why)});
      }
    }
    if (!candidates.empty()) break;
  }
  if (candidates.empty()) return fail(nothing_found(query, excluded, bench));
  std::ranges::sort(candidates, preferred);
  CK_CHECK(check_problem(candidates.front()));
  ChosenPackage chosen;
  chosen.component = candidates.front().component;
  auto varied = with_variations(candidates.front().document, query.tags);
  if (!varied) return fail(std::move(varied.error()).in(chosen.component.id.text()));
  chosen.varied = std::move(*varied);
  for (std::size_t i = 1; i < candidates.size(); ++i)
    chosen.others.push_back(candidates[i].component.id.text());
  return chosen;
}

namespace {

Result<ChosenPackage> choose_for(const Need& need, Workbench& bench) {
  if (need.component && need.component->kind == "soft") {
    return fail(Error(ErrorCode::not_found,
                      need.component->text() + " is not found on this machine, as " + need.text())
                    .hint("'ck detect " + need.component->text() + "' says where it looks"));
  }
  return choose_package(
      PackageQuery{need.component ? need.component->uid : need.kind_of_package, need.tags,
                   need.no_tags, need.or_tags, need.from, need.to, need.range},
      bench);
}

}  // namespace

Result<ChosenPackage> choose_package(const Need& need, Workbench& bench) {
  auto chosen = choose_for(need, bench);
  if (chosen || chosen.error().code != ErrorCode::not_found) return chosen;
  auto others = others_by_version(need, bench);
  auto& hints = chosen.error().hints;
  hints.insert(hints.begin(), others.begin(), others.end());
  return chosen;
}

}  // namespace ck::collective
