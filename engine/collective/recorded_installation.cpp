#include "collective/recorded_installation.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "collective/file_search.hpp"
#include "collective/meta.hpp"
#include "sys/files.hpp"

namespace ck::collective {

Json recorded_installation(const fs::path& file, const std::string& soft_uid, Writers writers) {
  for (fs::path folder = file.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    for (const auto* name : {"ck-install.json", "ck-install-saved.json"}) {
      const fs::path place = folder / name;
      const auto text = sys::read_file(place);
      if (!text) continue;
      const auto record = parse_json(*text, place.string(), {.duplicate_keys = true});
      if (!record || text_at(*record, "data_uoa") != soft_uid) return Json::object();
      if (writers == Writers::only_us && !check_owner(place)) return Json::object();
      return *record;
    }
  }
  return Json::object();
}

std::string recorded_version(const Json& record) {
  const std::string version = text_at(object_at(record, "customize"), "version");
  return version.empty() ? version : version + text_at(record, "extra_version");
}

std::string hash_of_installation(const Json& record) {
  Json taken = Json::object();
  for (const auto* key : {"customize", "package_uoa", "tags"}) {
    if (record.contains(key)) taken[key] = record[key];
  }
  return sha256_hex(to_text(taken));
}

void take_installation(const Json& record, SetupRequest& request) {
  if (record.empty()) return;
  request.customize = object_at(record, "customize");
  request.package_uid = text_at(record, "package_uoa");
  for (const auto& tag : texts_at(record, "tags")) {
    if (std::ranges::find(request.tags, tag) == request.tags.end()) request.tags.push_back(tag);
  }
  const auto extra_name = raw_text_at(request.customize, "package_extra_name");
  if (!extra_name.empty()) request.name = text_at(request.soft_document, "soft_name") + extra_name;
}

}  // namespace ck::collective
