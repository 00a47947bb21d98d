#include "collective/package_choice.hpp"

#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "catalog/missing_repositories.hpp"
#include "collective/meta.hpp"
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

bool acceptable(Candidate& candidate, const PackageQuery& query, const Platform& platform) {
  const auto offered = tags_with_variations(candidate.document);
  const bool excluded = std::ranges::any_of(query.no_tags, [&](const std::string& tag) {
    return candidate.component.tags.contains(tag);
  });
  if (excluded || !or_tags_hold(query.or_tags, offered)) return false;
  if (!meant_for(candidate.document, platform)) return false;
  const Json& customize = object_at(candidate.document, "customize");
  if (!meant_for(customize, platform)) return false;
  candidate.version = version_parts(text_at(customize, "version"));
  if (text_at(customize, "version").empty()) return true;
  if (query.from && compare(candidate.version, *query.from) < 0) return false;
  return !query.to || compare(candidate.version, *query.to) <= 0;
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

Error nothing_found(const PackageQuery& query, Workbench& bench) {
  Error error(ErrorCode::not_found,
              query.name.empty()
                  ? "no package has the tags " + join(query.tags, ",")
                  : "package:" + query.name + " has not all of the tags " + join(query.tags, ","));
  const auto counts = bench.context().catalog.tag_counts();
  if (counts) {
    std::vector<std::string> known;
    for (const auto& [tag, count] : *counts) known.push_back(tag);
    for (const auto& tag : query.tags) {
      if (std::ranges::find(known, tag) != known.end()) continue;
      error.hint("no component at all has the tag '" + printable(tag) + "'");
      if (const auto near = did_you_mean(near_misses(tag, known))) error.hint(*near);
    }
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
  // Hardly ever do the names of variations alone say what is wanted, and reading all takes long.
  for (const auto without : {Without::skip, Without::look}) {
    CK_TRY(found, candidates_for(query, without, bench));
    std::erase_if(found, [&](Candidate& one) { return !acceptable(one, query, bench.platform()); });
    candidates = std::move(found);
    if (!candidates.empty()) break;
  }
  if (candidates.empty()) return fail(nothing_found(query, bench));
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

}  // namespace ck::collective
