#include "experiment/export_collective.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "collective/compilation.hpp"
#include "collective/experiment_writer.hpp"
#include "experiment/archive.hpp"
#include "experiment/collective_record.hpp"
#include "sys/files.hpp"
#include "sys/identity.hpp"

namespace ck::experiment {
namespace {

constexpr const char* kProgramModuleUid = "b0ac08fe1d3c2615";

/// The recorded plan, {} where the document has none.
Json part(const Json& document, const char* key) {
  const auto it = document.find(key);
  return it != document.end() && it->is_object() ? *it : Json::object();
}

std::string name_in(const std::string& subject) {
  const auto colon = subject.rfind(':');
  return colon == std::string::npos ? subject : subject.substr(colon + 1);
}

Json choices_of(const store::Point& point, const Json& plan) {
  Json choices = Json::object();
  choices["cmd_key"] = plan.value("command", "");
  choices["data_uoa"] = name_in(point.subject);
  choices["env"] = part(plan, "variables");
  choices["module_uoa"] = kProgramModuleUid;
  return choices;
}

/// Of the compilation of the program that was run; {} where nothing was compiled.
Json compilation_of(const store::Point& point) {
  const auto lock = lock_of(point);
  if (!lock) return Json::object();
  const auto* subject = lock->find(lock->subject);
  if (subject == nullptr) return Json::object();
  Json compilation = collective::kept_characteristics(subject->record);
  if (compilation.empty()) return compilation;
  compilation["compilation_success"] = "yes";
  compilation["compilation_success_bool"] = true;
  return compilation;
}

/// What Collective Knowledge expects of a run, and our metrics by their names.
Json characteristics_of(const store::Point& point, const store::Repetition& repetition,
                        const Json& compilation) {
  constexpr double kNsPerSecond = 1e9;
  Json run = Json::object();
  run["execution_time"] = static_cast<double>(repetition.wall_ns) / kNsPerSecond;
  run["run_success"] = repetition.ok ? "yes" : "no";
  run["run_success_bool"] = repetition.ok;
  for (std::size_t i = 0; i < point.keys.size() && i < repetition.metrics.size(); ++i) {
    const double value = repetition.metrics[i];
    if (std::isfinite(value)) run[point.keys[i].name] = value;
  }
  Json characteristics = {{"run", std::move(run)}};
  if (!compilation.empty()) characteristics["compile"] = compilation;
  return characteristics;
}

/// A point that we recorded, in Collective Knowledge's form.
Result<collective::ExperimentPoint> own_point(const store::Point& point) {
  CK_TRY(document, document_of(point));
  const Json choices = choices_of(point, part(document, "plan"));
  const Json features = {{"host", part(document, "host")}};
  collective::ExperimentPoint converted;
  converted.uid = point.uid;
  converted.features = {{"choices", choices},
                        {"choices_order", Json::array()},
                        {"features", features},
                        {"sub_points", 1}};
  const Json compilation = compilation_of(point);
  Json list = Json::array();
  for (const auto& repetition : point.repetitions)
    list.push_back(characteristics_of(point, repetition, compilation));
  converted.subpoints.push_back({"0001", Json{{"characteristics_list", std::move(list)},
                                              {"choices", choices},
                                              {"choices_order", Json::array()},
                                              {"features", features}}});
  converted.statistics = Json::object();
  return converted;
}

/// What the metrics are measured in, which their names do not tell.
Json descriptions_of(const std::vector<store::Point>& points) {
  Json described = Json::object();
  if (!points.empty()) {
    for (const auto& key : points.front().keys) {
      described["##characteristics#run#" + key.name] = {
          {"direction", key.direction}, {"type", "float"}, {"unit", key.unit}};
    }
  }
  return {{"characteristics_desc", std::move(described)},
          {"choices_desc", Json::object()},
          {"features_desc", Json::object()}};
}

collective::EntryHead own_head(const store::ExperimentSummary& experiment,
                               const std::vector<store::Point>& points) {
  collective::EntryHead head;
  head.uid = experiment.uid;
  head.alias = experiment.name == experiment.uid ? "" : experiment.name;
  const Json control = {{"engine", "ck"},
                        {"iso_datetime", collective::iso_datetime(experiment.created_ns)},
                        {"version", {CK_VERSION}}};
  head.meta = {{"added", control},
               {"meta", Json::object()},
               {"pipeline_uid", kProgramModuleUid},
               {"pipeline_uoa", "program"}};
  const Json info = {{"backup_data_uid", head.uid},
                     {"backup_module_uid", collective::kExperimentModuleUid},
                     {"backup_module_uoa", collective::kExperimentModule},
                     {"control", control},
                     {"data_name", head.name()}};
  head.files = {{".cm/desc.json", "{}\n"},
                {".cm/info.json", collective::document_text(info)},
                {"desc.json", collective::document_text(descriptions_of(points))},
                {"pipeline.json", "{}\n"}};
  return head;
}

Result<collective::EntryHead> imported_head(const CollectiveEntry& entry, store::Blobs& blobs) {
  collective::EntryHead head{entry.uid, entry.alias, entry.meta, {}};
  for (const auto& file : entry.files) {
    CK_TRY(bytes, blobs.get(file.sha256));
    head.files.push_back({file.path, std::move(bytes)});
  }
  return head;
}

/// As it was imported, when it was.
Result<collective::EntryHead> head_of(const store::ExperimentSummary& experiment,
                                      const std::vector<store::Point>& points,
                                      store::Blobs& blobs) {
  auto head = own_head(experiment, points);
  std::size_t imported_points = 0;
  for (const auto& point : points) {
    CK_TRY(record, collective_record(point));
    if (!record || record->entry.uid != experiment.uid) continue;
    if (++imported_points > 1) continue;
    CK_TRY(imported, imported_head(record->entry, blobs));
    head = std::move(imported);
  }
  // An imported number stays, right or wrong, until there are points of ours.
  if (imported_points < points.size()) head.meta["points"] = std::to_string(points.size());
  // The order of imported tags is kept while they are the same.
  const Json recorded = head.meta.value("tags", Json::array());
  Json tags = Json(std::vector<std::string>(experiment.tags.begin(), experiment.tags.end()));
  const bool same = recorded.is_array() && std::ranges::is_permutation(recorded, tags);
  if (!same) head.meta["tags"] = std::move(tags);
  return head;
}

Result<collective::ExperimentPoint> point_of(const store::Point& point) {
  CK_TRY(record, collective_record(point));
  if (record) return std::move(record->point);
  return own_point(point);
}

/// The entry, whole, in a folder that nobody knows yet.
Status write_entry(const fs::path& folder, const collective::EntryHead& head,
                   const std::vector<store::Point>& points, const sys::Cancel& cancel) {
  CK_TRY(writer, collective::EntryWriter::begin(folder, head));
  for (const auto& point : points) {
    CK_CHECK(cancel.check());
    CK_TRY(converted, point_of(point));
    CK_CHECK(writer.add(converted));
  }
  return {};
}

Status check_repository(const fs::path& folder) {
  std::error_code ignored;
  if (fs::exists(folder / ".ckr.json", ignored)) return {};
  return fail(Error(ErrorCode::not_found,
                    folder.string() + " is no repository of Collective Knowledge: no .ckr.json")
                  .hint("--out=FOLDER makes a new one"));
}

Status check_new(const fs::path& folder) {
  std::error_code ignored;
  if (fs::symlink_status(folder, ignored).type() == fs::file_type::not_found) return {};
  return fail(Error(ErrorCode::conflict, folder.string() + " exists already")
                  .hint("--out names a folder to be made; --repo adds to a repository"));
}

}  // namespace

Result<ExportReport> export_collective(const ExportRequest& request, store::Store& store,
                                       const sys::Cancel& cancel) {
  const bool add = !request.repository.empty();
  const fs::path place = add ? request.repository : request.folder;
  CK_CHECK(add ? check_repository(place) : check_new(place));
  CK_TRY(experiment, store.experiment(request.experiment));
  CK_TRY(points, store.points(experiment.uid));
  CK_TRY(head, head_of(experiment, points, store.blobs()));

  CK_TRY(staging,
         sys::TemporaryDirectory::create(add ? place : place.parent_path(), ".ck-export-"));
  const fs::path written = staging.path() / "entry";
  CK_CHECK(sys::make_directories(written));
  CK_CHECK(write_entry(written, head, points, cancel));
  ExportReport report{experiment.name, experiment.uid, {}, points.size()};
  if (add) {
    CK_TRY(entry, collective::place_entry(written, head, place));
    report.entry = entry;
    return report;
  }
  const fs::path repository = staging.path() / "repository";
  CK_CHECK(sys::make_directories(repository));
  CK_CHECK(collective::write_repository(repository, place.filename().string(), sys::random_uid()));
  CK_TRY(entry, collective::place_entry(written, head, repository));
  CK_CHECK(sys::rename_into_place(repository, place));
  report.entry = place / entry.lexically_relative(repository);
  return report;
}

}  // namespace ck::experiment
