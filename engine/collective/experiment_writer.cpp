#include "collective/experiment_writer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "catalog/split_folders.hpp"
#include "model/component.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

Status write_inside(const fs::path& folder, const std::string& path, std::string_view bytes) {
  if (!sys::is_plain_relative_path(path)) {
    return fail(ErrorCode::denied, "'" + printable(path) + "' is no path inside an entry");
  }
  const fs::path file = folder / path;
  CK_CHECK(sys::make_directories(file.parent_path()));
  return sys::write_new_file(file, bytes);
}

/// Statistics that follow from the values, with those that do not in their places.
Json all_statistics(const ExperimentPoint& point) {
  const Json computed = statistics_of(samples_of(point));
  std::map<std::string, Json> members;
  for (const auto& [key, value] : computed.items()) members[key] = value;
  for (const auto& [key, value] : point.statistics.items()) members[key] = value;
  Json sorted = Json::object();
  auto& object = sorted.get_ref<Json::object_t&>();
  for (auto& [key, value] : members) object.emplace_back(key, std::move(value));
  return sorted;
}

Status add_alias(const fs::path& folder, const std::string& alias, const std::string& uid) {
  CK_CHECK(sys::make_directories(folder / ".cm"));
  CK_CHECK(sys::write_file(folder / ".cm" / ("alias-a-" + alias), uid + "\n"));
  return sys::write_file(folder / ".cm" / ("alias-u-" + uid), alias + "\n");
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

/// The folder in which an entry of experiments lies, as the repository spreads them.
fs::path folder_of(const fs::path& module, const std::string& name, std::size_t characters) {
  return characters == 0 ? module : module / model::split_folder(name, characters);
}

Status check_free(const fs::path& module, const EntryHead& head, std::size_t characters) {
  for (const auto& taken :
       {folder_of(module, head.name(), characters) / head.name(),
        folder_of(module, head.uid, characters) / head.uid,
        module / ".cm" / ("alias-u-" + head.uid), module / ".cm" / ("alias-a-" + head.name())}) {
    if (!is_there(taken)) continue;
    return fail(Error(ErrorCode::conflict, taken.string() + " exists already")
                    .hint("nothing was changed; remove that experiment or choose another place"));
  }
  return {};
}

Error bad_name(const std::string& text) {
  return Error(ErrorCode::denied, "'" + printable(text) + "' cannot be the name of a folder");
}

/// A name that is one plain part of a path, so that it cannot lead elsewhere.
bool is_folder_name(const std::string& name) {
  return sys::is_plain_relative_path(name) && name.find('/') == std::string::npos &&
         !name.starts_with('.');
}

}  // namespace

std::string document_text(const Json& document) { return to_pretty_text(document); }

std::string iso_datetime(std::int64_t unix_ns) {
  std::string text = iso_time(unix_ns);
  if (text.ends_with('Z')) text.pop_back();
  return text;
}

Result<EntryWriter> EntryWriter::begin(const fs::path& folder, const EntryHead& head) {
  CK_CHECK(write_inside(folder, ".cm/meta.json", document_text(head.meta)));
  for (const auto& file : head.files) CK_CHECK(write_inside(folder, file.path, file.bytes));
  return EntryWriter(folder);
}

Status EntryWriter::add(const ExperimentPoint& point) {
  const std::string prefix = "ckp-" + point.uid + ".";
  const auto write = [&](const std::string& suffix, const Json& document) {
    return write_inside(folder_, prefix + suffix, document_text(document));
  };
  const bool own_key = std::ranges::find(point.others, "features_flat.json",
                                         &NamedDocument::name) != point.others.end();
  if (!point.features.is_null()) {
    CK_CHECK(write("features.json", point.features));
    if (!own_key) CK_CHECK(write("features_flat.json", flat_features(point.features)));
  }
  for (const auto& subpoint : point.subpoints)
    CK_CHECK(write(subpoint.name + ".json", subpoint.document));
  if (!point.statistics.is_null()) CK_CHECK(write("flat.json", all_statistics(point)));
  for (const auto& other : point.others) CK_CHECK(write(other.name, other.document));
  return {};
}

Status write_repository(const fs::path& folder, const std::string& name, const std::string& uid) {
  const Json descriptor = {{"data_alias", name},
                           {"data_name", name},
                           {"data_uid", uid},
                           {"data_uoa", name},
                           {"dict", Json::object()}};
  return sys::write_file(folder / ".ckr.json", document_text(descriptor));
}

Result<fs::path> place_entry(const fs::path& written, const EntryHead& head,
                             const fs::path& repository) {
  if (!is_folder_name(head.name())) return fail(bad_name(head.name()));
  if (!is_folder_name(head.uid)) return fail(bad_name(head.uid));
  const fs::path module = repository / kExperimentModule;
  CK_TRY(split, catalog::split_folders_of(repository));
  const auto characters = split.characters(kExperimentModule, kExperimentModuleUid);
  CK_CHECK(check_free(module, head, characters));
  if (!is_there(repository / ".cm" / ("alias-u-" + std::string(kExperimentModuleUid)))) {
    CK_CHECK(
        add_alias(repository, std::string(kExperimentModule), std::string(kExperimentModuleUid)));
  }
  const fs::path folder = folder_of(module, head.name(), characters);
  CK_CHECK(sys::make_directories(folder));
  CK_CHECK(sys::sync_file_system(written));
  // Names first: without a folder they stand for nothing, a folder without names is an error.
  if (!head.alias.empty()) CK_CHECK(add_alias(module, head.alias, head.uid));
  CK_CHECK(sys::rename_into_place(written, folder / head.name()));
  return folder / head.name();
}

}  // namespace ck::collective
