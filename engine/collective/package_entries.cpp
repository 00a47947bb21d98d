#include "collective/package_entries.hpp"

#include "collective/meta.hpp"

namespace ck::collective {
namespace {

bool has_hooks(const catalog::Component& component) {
  std::error_code missing;
  return fs::exists(component.path / kPackageHooks, missing);
}

Result<catalog::Component> entry_at(const Json& reference, Workbench& bench) {
  return bench.find(text_at(reference, "module_uoa"), text_at(reference, "data_uoa"));
}

}  // namespace

Result<PackageEntries> entries_of(const catalog::Component& package, const Json& document,
                                  Workbench& bench) {
  PackageEntries entries;
  entries.scripts = package;
  const Json& other = object_at(document, "use_scripts_from_another_entry");
  if (!other.empty()) {
    CK_TRY(entry, entry_at(other, bench));
    entries.scripts = entry;
  }
  const Json& preprocess = object_at(document, "use_preprocess_scripts_from_another_entry");
  if (!preprocess.empty()) {
    CK_TRY(entry, entry_at(preprocess, bench));
    entries.hooks.push_back(entry);
  } else if (!other.empty() && !has_hooks(package)) {
    entries.hooks.push_back(entries.scripts);
  }
  if (has_hooks(package)) entries.hooks.push_back(package);
  if (const auto soft = text_at(document, "soft_uoa"); !soft.empty()) {
    CK_TRY(found, bench.find("soft", soft));
    CK_TRY(soft_document, bench.document(found));
    entries.soft = found;
    entries.soft_document = std::move(soft_document);
  }
  return entries;
}

Status place_entries(Json& environment, Workbench& bench) {
  constexpr std::string_view kStart = "$#path_to_cid=";
  for (auto& [name, value] : environment.items()) {
    if (!value.is_string()) continue;
    std::string text = value.get<std::string>();
    for (auto start = text.find(kStart); start != std::string::npos; start = text.find(kStart)) {
      const auto end = text.find("#$", start + kStart.size());
      if (end == std::string::npos) break;
      CK_TRY(entry,
             bench.find_cid(text.substr(start + kStart.size(), end - start - kStart.size())));
      text.replace(start, end + 2 - start, entry.path.string());
    }
    value = text;
  }
  return {};
}

}  // namespace ck::collective
