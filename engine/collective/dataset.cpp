#include "collective/dataset.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/meta.hpp"

namespace ck::collective {
namespace {

constexpr std::size_t kListed = 20;

Result<std::vector<catalog::Component>> datasets_with(const std::vector<std::string>& tags,
                                                      Workbench& bench) {
  model::TagQuery query;
  query.all = tags;
  std::ranges::sort(query.all);
  CK_TRY(found, bench.context().catalog.search(
                    {{.repo = {}, .kind = "dataset", .name = {}}, query, std::nullopt}));
  std::erase_if(found, [](const catalog::Component& component) {
    return component.format != model::RepositoryDescriptor::Format::ck;
  });
  std::ranges::stable_sort(found, {}, [](const catalog::Component& one) { return one.id.name; });
  return std::move(found);
}

std::string list_of(const std::vector<catalog::Component>& components) {
  std::vector<std::string> names;
  for (const auto& component : components) {
    if (names.size() == kListed) {
      names.push_back("…");
      break;
    }
    names.push_back(component.id.name);
  }
  return join(names, ", ");
}

Result<catalog::Component> one_of(const std::vector<std::string>& tags, const DatasetWish& wish,
                                  Workbench& bench) {
  if (!wish.name.empty()) {
    auto named = bench.find("dataset", wish.name);
    if (named) return named;
    CK_TRY(others, datasets_with(tags, bench));
    if (!others.empty())
      named.error().hint("datasets with the tags " + join(tags, ",") + ": " + list_of(others));
    return named;
  }
  CK_TRY(found, datasets_with(tags, bench));
  if (found.empty()) {
    return fail(Error(ErrorCode::not_found, "no dataset has the tags " + join(tags, ","))
                    .hint("'ck ls repo' shows which repositories are here; the public ones are in "
                          "repo:ctuning-datasets-min"));
  }
  if (found.size() > 1) {
    bench.context().events.on(Warning{
        "dataset:" + found.front().id.name +
        " is used; others with --dataset_uoa=NAME: " + list_of({found.begin() + 1, found.end()})});
  }
  return found.front();
}

}  // namespace

Result<ChosenDataset> choose_dataset(const std::vector<std::string>& tags, const DatasetWish& wish,
                                     Workbench& bench) {
  CK_TRY(component, one_of(tags, wish, bench));
  CK_TRY(document, bench.document(component));
  ChosenDataset chosen;
  chosen.component = component;
  chosen.dataset.path = component.path;
  const auto files = texts_at(document, "dataset_files");
  chosen.dataset.file = wish.file.empty() ? (files.empty() ? "" : files.front()) : wish.file;
  if (!wish.file.empty() && std::ranges::find(files, wish.file) == files.end()) {
    return fail(Error(ErrorCode::usage, component.id.text() + " has no file '" + wish.file + "'")
                    .hint("--dataset_file takes one of: " + join(files, ", ")));
  }
  chosen.dataset.meta = std::move(document);
  CK_TRY(hash, bench.context().catalog.content_hash(component, bench.context().cancel));
  chosen.content = hash;
  return chosen;
}

}  // namespace ck::collective
