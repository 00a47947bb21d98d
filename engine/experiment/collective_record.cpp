#include "experiment/collective_record.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "experiment/archive.hpp"

namespace ck::experiment {
namespace {

constexpr const char* kSection = "imported";

Json to_json(const CollectiveEntry& entry) {
  Json files = Json::array();
  for (const auto& file : entry.files)
    files.push_back({{"path", file.path}, {"sha256", file.sha256}});
  return {{"uid", entry.uid},
          {"alias", entry.alias},
          {"meta", entry.meta},
          {"files", std::move(files)}};
}

CollectiveEntry entry_from_json(const Json& value, JsonProblems& problems) {
  ObjectReader reader(value, "/entry", problems);
  CollectiveEntry entry;
  entry.uid = reader.string("uid");
  entry.alias = reader.optional_string("alias").value_or("");
  if (const Json* meta = reader.required("meta")) entry.meta = *meta;
  reader.each("files", [&](const Json& file, const std::string& path) {
    ObjectReader one(file, path, problems);
    entry.files.push_back({one.string("path"), one.string("sha256")});
  });
  return entry;
}

}  // namespace

Json to_document(const CollectiveEntry& entry, const collective::ExperimentPoint& point) {
  Json document = {{"schema", "ck.record/1"}, {"ck_version", CK_VERSION}};
  Json& section = document[kSection] = collective::to_json(point);
  section["entry"] = to_json(entry);
  return document;
}

Result<std::optional<CollectiveRecord>> collective_record(const store::Point& point) {
  CK_TRY(document, document_of(point));
  const auto section = document.find(kSection);
  if (section == document.end()) return std::optional<CollectiveRecord>();
  const std::string source = "document of point " + point.uid;
  JsonProblems problems(source);
  ObjectReader reader(*section, "", problems);
  CollectiveRecord record;
  if (const Json* entry = reader.required("entry"))
    record.entry = entry_from_json(*entry, problems);
  if (!problems.empty()) return fail(problems.to_error());
  CK_TRY(read, collective::experiment_point_from_json(*section, source));
  record.point = std::move(read);
  return std::optional(std::move(record));
}

}  // namespace ck::experiment
