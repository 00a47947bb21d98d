#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "catalog/entry_reader.hpp"
#include "catalog/state.hpp"
#include "model/ck_reader.hpp"
#include "model/native_reader.hpp"

namespace ck::catalog {
namespace {

std::string source_of(const Component& component) {
  Entry here;
  here.name = ".";
  return (component.path / descriptor_path(here, component.format)).lexically_normal().string();
}

/// Kind and name of the entry that `_base_entry` of an entry of `kind` names, as
/// [[REPO:]KIND:]NAME; the repository is ignored, as in CK.
model::ComponentPattern base_pattern(const std::string& base, const std::string& kind) {
  std::vector<std::string> parts = split(base, ':');
  for (std::string& part : parts) part = std::string(trim(part));
  const std::string base_kind = parts.size() > 1 ? parts[parts.size() - 2] : kind;
  return {"", base_kind, parts.back()};
}

/// The kind that CK modules of this UID have in the repositories, or the text itself.
std::string kind_named(const std::string& kind, const std::vector<Repository>& repositories) {
  if (!model::is_uid(kind)) return kind;
  for (const Repository& repository : repositories) {
    if (repository.format != Format::ck) continue;
    const auto alias = read_inside(repository.path, ".cm/alias-u-" + kind, 4096);
    if (alias) return std::string(trim(std::string_view(*alias).substr(0, alias->find('\n'))));
  }
  return kind;
}

}  // namespace

const Repository* Catalog::State::repository_of(const Component& component) const {
  const auto found = std::find_if(
      repositories.begin(), repositories.end(),
      [&](const Repository& repository) { return repository.name == component.id.repo; });
  return found == repositories.end() ? nullptr : &*found;
}

Result<std::string> Catalog::State::descriptor_text(const Component& component) const {
  const Repository* repository = repository_of(component);
  if (repository == nullptr) {
    return fail(ErrorCode::not_found,
                "no repository '" + printable(component.id.repo) + "' is registered");
  }
  const fs::path folder = component.path.lexically_relative(repository->path);
  if (!folder.empty() && *folder.begin() != "..")
    return read_descriptor_text(repository->path, folder.string(), component.format);
  // As it was at another commit, in a tree that was checked out for this elsewhere.
  return read_descriptor_text(component.path.parent_path(), component.path.filename().string(),
                              component.format);
}

Result<Json> Catalog::State::own_document(const Component& component) const {
  const bool collective = component.format == Format::ck;
  const std::string source = source_of(component);
  CK_TRY(text, descriptor_text(component));
  CK_TRY(document, parse_json(text, source, {.duplicate_keys = collective}));
  if (collective && !document.is_object())
    return fail(ErrorCode::invalid, printable(source) + " must hold a JSON object");
  return std::move(document);
}

Result<Json> Catalog::State::effective_ck_document(const Component& component, int depth) {
  constexpr int kMaxDepth = 10;  // CK's own limit
  const std::string source = source_of(component);
  CK_TRY(document, own_document(component));
  const auto base = document.find("_base_entry");
  if (base == document.end() || !base->is_string()) return std::move(document);
  if (depth >= kMaxDepth) {
    return fail(Error(ErrorCode::invalid, "the entry inherits through more than " +
                                              std::to_string(kMaxDepth) + " others")
                    .in("file " + printable(source) + ", key /_base_entry")
                    .hint("look for entries that inherit from each other"));
  }
  model::ComponentPattern wanted = base_pattern(base->get<std::string>(), component.id.kind);
  wanted.kind = kind_named(wanted.kind, repositories);
  CK_TRY(found, answer({wanted, {}, std::nullopt}));
  const auto best = std::min_element(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.repository_rank < b.repository_rank;
  });
  if (wanted.name.empty() || best == found.end()) {
    return fail(not_found(wanted).in("file " + printable(source) + ", key /_base_entry"));
  }
  CK_TRY(inherited, effective_ck_document(*best, depth + 1));
  return model::merge_ck_meta(std::move(inherited), document);
}

Result<Json> Catalog::load_document(const Component& component) {
  return component.format == Format::ck ? state_->effective_ck_document(component, 0)
                                        : state_->own_document(component);
}

Result<Json> Catalog::own_document(const Component& component) const {
  return state_->own_document(component);
}

Result<model::Descriptor> Catalog::load(const Component& component) const {
  const std::string source = source_of(component);
  if (component.format == Format::native) {
    CK_TRY(text, state_->descriptor_text(component));
    return model::read_descriptor(text, component.id.name, source);
  }
  CK_TRY(document, state_->effective_ck_document(component, 0));
  CK_TRY(entry, model::read_ck_component(to_text(document), component.id.kind, component.id.name,
                                         component.id.uid, source));
  return model::Descriptor(std::move(entry));
}

}  // namespace ck::catalog
