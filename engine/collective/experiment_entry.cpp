/// Finding and reading experiment entries.

#include "collective/experiment_entry.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "catalog/split_folders.hpp"
#include "collective/flat_keys.hpp"
#include "collective/meta.hpp"
#include "model/component.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

/// Statistics of thousands of values, and profiles of whole networks, take some megabytes.
constexpr std::size_t kMaxDocument = 256u << 20;
constexpr std::string_view kFeatures = "features.json";
constexpr std::string_view kFlatFeatures = "features_flat.json";
constexpr std::string_view kStatistics = "flat.json";
bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() == fs::file_type::directory;
}

bool is_entry(const fs::path& path) {
  std::error_code hidden;
  return is_folder(path / ".cm") && (fs::exists(path / ".cm" / "meta.json", hidden) ||
                                     fs::exists(path / ".cm" / "data.json", hidden));
}

Result<Json> read_document(const fs::path& file) {
  CK_TRY(text, sys::read_file(file, kMaxDocument));
  return parse_json(text, file.string(), {.max_bytes = kMaxDocument});
}

Result<Json> read_object(const fs::path& file) {
  CK_TRY(document, read_document(file));
  if (document.is_object()) return std::move(document);
  return fail(ErrorCode::invalid, file.string() + " holds no JSON object");
}

/// An optional file whose damage does not matter: what it says is also said elsewhere.
Json read_if_sound(const fs::path& file) {
  auto document = read_object(file);
  return document ? std::move(*document) : Json::object();
}

/// "2018-04-19T23:13:18.449488" as time; it is said without a time zone and taken as UTC. 0 for
/// every other text.
std::int64_t time_of(const std::string& iso) {
  using namespace std::chrono;
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  constexpr int kParts = 6;
  if (std::sscanf(iso.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d", &year, &month, &day, &hours, &minutes,
                  &seconds) != kParts) {
    return 0;
  }
  const year_month_day date{std::chrono::year(year), std::chrono::month(month),
                            std::chrono::day(day)};
  if (!date.ok()) return 0;
  const auto time = sys_days(date).time_since_epoch() + std::chrono::hours(hours) +
                    std::chrono::minutes(minutes) + std::chrono::seconds(seconds);
  return duration_cast<nanoseconds>(time).count();
}

std::int64_t created_ns(const Json& meta, const Json& info) {
  const auto added = time_of(text_at(object_at(meta, "added"), "iso_datetime"));
  return added != 0 ? added : time_of(text_at(object_at(info, "control"), "iso_datetime"));
}

/// The UID in the alias table beside the entry, or beside the folder in which a repository that
/// spreads its entries has it; empty if there is none.
std::string uid_in_table(const fs::path& folder, const std::string& name) {
  for (const auto& place : {folder.parent_path(), folder.parent_path().parent_path()}) {
    const auto text = sys::read_file(place / ".cm" / ("alias-a-" + name));
    if (text) return std::string(trim(split(*text, '\n').front()));
  }
  return {};
}

Status find_uid(ExperimentEntry& entry, const std::string& name, const Json& info) {
  entry.uid = uid_in_table(entry.folder, name);
  if (entry.uid.empty() && model::is_uid(name)) {
    entry.uid = name;
    return {};
  }
  entry.alias = name;
  if (entry.uid.empty()) entry.uid = text_at(info, "backup_data_uid");
  if (!entry.uid.empty()) return {};
  return fail(Error(ErrorCode::invalid, "the experiment " + entry.folder.string() + " has no UID")
                  .hint("copy the file .cm/alias-a-" + name + " that stands beside it, too"));
}

/// Sorts the files of an entry into those of points and others.
Status list_files(ExperimentEntry& entry, const sys::Cancel& cancel) {
  CK_TRY(tree, sys::list_tree(entry.folder, {.skip_names = {".git"}, .hash = false}, cancel));
  std::map<std::string, PointFiles> points;
  constexpr std::string_view kMark = "ckp-";
  constexpr std::size_t kUidSize = 16;
  for (const auto& file : tree) {
    if (file.kind == sys::TreeEntry::Kind::symlink) entry.links.push_back(file.path);
    if (file.kind != sys::TreeEntry::Kind::file) continue;
    const std::string_view path = file.path;
    const auto uid = path.substr(std::min(kMark.size(), path.size()), kUidSize);
    const auto rest = path.substr(std::min(kMark.size() + kUidSize, path.size()));
    const bool of_point = path.starts_with(kMark) && model::is_uid(uid) && rest.starts_with('.') &&
                          rest.ends_with(".json");
    if (of_point) {
      auto& point = points[std::string(uid)];
      point.uid = uid;
      point.suffixes.emplace_back(rest.substr(1));
    } else if (path != ".cm/meta.json") {
      entry.files.push_back(file.path);
    }
  }
  for (auto& [uid, point] : points) entry.points.push_back(std::move(point));
  return {};
}

bool is_subpoint(std::string_view suffix) {
  constexpr std::size_t kDigits = 4;
  return suffix.size() == kDigits + std::string_view(".json").size() &&
         suffix.substr(0, kDigits).find_first_not_of("0123456789") == std::string_view::npos;
}

/// The folder of experiments in a repository: by alias, or by UID where the alias is not known.
fs::path module_folder(const fs::path& repository) {
  const fs::path by_alias = repository / kExperimentModule;
  return is_folder(by_alias) ? by_alias : repository / kExperimentModuleUid;
}

std::vector<fs::path> entries_in(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
    if (is_folder(entry.path()) && is_entry(entry.path())) entries.push_back(entry.path());
  }
  std::ranges::sort(entries);
  return entries;
}

/// Of the folder of a module, also where its repository spreads the entries over folders.
Result<std::vector<fs::path>> entries_of_module(const fs::path& module) {
  std::error_code gone;
  const fs::path here = (fs::absolute(module, gone) / "").lexically_normal().parent_path();
  CK_TRY(split, catalog::split_folders_of(here.parent_path()));
  const auto characters = split.characters(kExperimentModule, kExperimentModuleUid);
  if (characters == 0) return entries_in(module);
  std::vector<fs::path> entries;
  std::error_code unreadable;
  for (const auto& folder : fs::directory_iterator(module, unreadable)) {
    const std::string name = folder.path().filename().string();
    if (folder.is_symlink(unreadable) || !is_folder(folder.path())) continue;
    if (name != "_" && name != model::split_folder(name + "x", characters)) continue;
    for (auto& entry : entries_in(folder.path())) entries.push_back(std::move(entry));
  }
  std::ranges::sort(entries);
  return entries;
}

Status readable(const fs::path& folder) {
  std::error_code reason;
  const fs::directory_iterator entries(folder, reason);
  if (!reason) return {};
  return fail(system_error("read the folder " + folder.string(), reason.value()));
}

}  // namespace

Result<std::vector<fs::path>> find_experiment_entries(const fs::path& place) {
  CK_CHECK(readable(place));
  if (is_entry(place)) return std::vector{place};
  const fs::path module = module_folder(place);
  const bool repository = is_folder(module);
  if (repository) CK_CHECK(readable(module));
  CK_TRY(entries, entries_of_module(repository ? module : place));
  if (!entries.empty()) return std::move(entries);
  return fail(Error(ErrorCode::not_found, "no experiments in " + place.string())
                  .hint("a repository of Collective Knowledge is expected, its folder "
                        "'experiment', or one folder of that"));
}

Result<ExperimentEntry> read_experiment_entry(const fs::path& folder, const sys::Cancel& cancel) {
  ExperimentEntry entry;
  std::error_code gone;
  entry.folder = fs::weakly_canonical(folder, gone);
  if (gone) return fail(system_error("find the folder " + folder.string(), gone.value()));
  const fs::path meta = entry.folder / ".cm" / "meta.json";
  CK_TRY(document, read_object(fs::exists(meta, gone) ? meta : entry.folder / ".cm" / "data.json"));
  entry.meta = std::move(document);
  const Json info = read_if_sound(entry.folder / ".cm" / "info.json");
  CK_CHECK(find_uid(entry, entry.folder.filename().string(), info));
  entry.created_ns = created_ns(entry.meta, info);
  CK_CHECK(list_files(entry, cancel));
  return entry;
}

Result<ExperimentPoint> read_experiment_point(const ExperimentEntry& entry,
                                              const PointFiles& files) {
  ExperimentPoint point;
  point.uid = files.uid;
  Json statistics;
  Json features_key;
  for (const auto& suffix : files.suffixes) {
    CK_TRY(document, read_object(entry.folder / ("ckp-" + files.uid + "." + suffix)));
    if (suffix == kFeatures) {
      point.features = std::move(document);
    } else if (suffix == kStatistics) {
      statistics = std::move(document);
    } else if (suffix == kFlatFeatures) {
      features_key = std::move(document);
    } else if (is_subpoint(suffix)) {
      point.subpoints.push_back({suffix.substr(0, suffix.find('.')), std::move(document)});
    } else {
      point.others.push_back({suffix, std::move(document)});
    }
  }
  std::ranges::sort(point.subpoints, {}, &Subpoint::name);
  if (!statistics.is_null()) point.statistics = unexplained(statistics, samples_of(point));
  if (!features_key.is_null() && features_key != flat_features(point.features))
    point.others.push_back({std::string(kFlatFeatures), std::move(features_key)});
  return point;
}

Json flat_features(const Json& features) {
  const std::vector<std::string> keys = {"##features#*", "##choices#*"};
  return flatten(features, keys);
}

std::vector<const Json*> repetitions_of(const ExperimentPoint& point) {
  std::vector<const Json*> repetitions;
  for (const auto& subpoint : point.subpoints) {
    for (const auto& one : array_at(subpoint.document, "characteristics_list"))
      repetitions.push_back(&one);
  }
  return repetitions;
}

FlatSamples samples_of(const ExperimentPoint& point) {
  FlatSamples samples;
  for (const auto& subpoint : point.subpoints) {
    const Json& list = array_at(subpoint.document, "characteristics_list");
    for (const auto& one : list) add_samples(samples, "characteristics", one);
    for (const char* part : {"features", "choices", "pipeline_state"})
      add_samples(samples, part, object_at(subpoint.document, part), list.size());
  }
  return samples;
}

}  // namespace ck::collective
