#include "experiment/import_collective.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "base/counted.hpp"
#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "experiment/collective_record.hpp"
#include "sys/files.hpp"

namespace ck::experiment {
namespace {

/// A group of points in one transaction: large enough to be quick, small enough for the memory.
constexpr std::size_t kMostPoints = 500;
constexpr std::size_t kMostBytes = 64u << 20;
constexpr std::uint64_t kMaxFile = 256u << 20;

/// The uid of a point whose own is taken: copies of entries keep the UIDs of their points.
std::string other_uid(const std::string& entry, const std::string& point) {
  constexpr std::size_t kUidSize = 16;
  return sha256_hex("experiment " + entry + " point " + point).substr(0, kUidSize);
}

/// "program:zlib".
std::string subject_of(const collective::ExperimentPoint& point) {
  const Json& choices = collective::object_at(point.features, "choices");
  const std::string name = collective::text_at(choices, "data_uoa");
  return name.empty() ? std::string() : "program:" + name;
}

bool succeeded(const Json& characteristics) {
  const Json& compile = collective::object_at(characteristics, "compile");
  const Json& run = collective::object_at(characteristics, "run");
  return collective::text_at(compile, "compilation_success") != "no" &&
         collective::text_at(run, "run_success") != "no";
}

store::Repetition repetition_of(const Json& characteristics, int number) {
  store::Repetition repetition;
  repetition.number = number;
  repetition.ok = succeeded(characteristics);
  const Json& run = collective::object_at(characteristics, "run");
  const std::string code = collective::text_at(run, "return_code");
  if (!code.empty()) repetition.ending = "exited with " + code;
  repetition.detail = "{}";
  return repetition;
}

/// Repetitions with their numbers; a key that only some have is NaN in the others.
void add_repetitions(const collective::ExperimentPoint& from, store::Point& to) {
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  int number = 0;
  for (const Json* characteristics : collective::repetitions_of(from)) {
    auto repetition = repetition_of(*characteristics, ++number);
    repetition.metrics.assign(to.keys.size(), std::numeric_limits<double>::quiet_NaN());
    for (auto& [key, value] : numbers_of(*characteristics)) {
      const auto [place, added] = places.emplace(std::pair(key.name, key.unit), to.keys.size());
      if (added) {
        to.keys.push_back(std::move(key));
        repetition.metrics.push_back(value);
      } else {
        repetition.metrics[place->second] = value;
      }
    }
    to.repetitions.push_back(std::move(repetition));
  }
}

std::string failure_text() {
  return to_text(Json{{"code", "program_failed"},
                      {"message", "it failed when it was recorded with Collective Knowledge"}});
}

store::ImportedPoint to_store(const CollectiveEntry& entry,
                              const collective::ExperimentPoint& point, std::int64_t created_ns) {
  store::ImportedPoint imported;
  auto& to = imported.point;
  to.uid = point.uid;
  imported.other_uid = other_uid(entry.uid, point.uid);
  to.subject = subject_of(point);
  to.created_ns = created_ns;
  to.ended_ns = created_ns;
  add_repetitions(point, to);
  const bool ok =
      !to.repetitions.empty() && std::ranges::all_of(to.repetitions, &store::Repetition::ok);
  to.state = ok ? store::PointState::ok : store::PointState::failed;
  if (!ok) to.error = failure_text();
  to.document = to_text(to_document(entry, point));
  return imported;
}

/// One entry on its way into the store.
class EntryImport {
 public:
  EntryImport(const collective::ExperimentEntry& entry, store::Store& store,
              const sys::Cancel& cancel, ImportReport& report)
      : entry_(entry), store_(store), cancel_(cancel), report_(report) {}

  Status run(std::int64_t now_ns) {
    store::ExperimentSummary summary;
    summary.uid = entry_.uid;
    summary.name = entry_.name();
    summary.tags = model::Tags(collective::texts_at(entry_.meta, "tags"));
    summary.created_ns = entry_.created_ns != 0 ? entry_.created_ns : now_ns;
    CK_TRY(name, store_.import_experiment(summary));
    report_.experiments.push_back({name, entry_.uid, entry_.folder, 0, 0});
    CK_TRY(known, store_.point_uids(entry_.uid));
    for (const auto& link : entry_.links) {
      report_.problems.push_back(Error(ErrorCode::denied, "a symbolic link was left out")
                                     .in("file " + (entry_.folder / link).string()));
    }
    return add_points(known, summary.created_ns);
  }

 private:
  Status add_points(const std::vector<std::string>& known, std::int64_t created_ns) {
    const auto is_known = [&](const std::string& uid) {
      return std::ranges::binary_search(known, uid) ||
             std::ranges::binary_search(known, other_uid(entry_.uid, uid));
    };
    for (const auto& files : entry_.points) {
      CK_CHECK(cancel_.check());
      if (is_known(files.uid)) {
        ++report_.experiments.back().known;
      } else {
        CK_CHECK(add_point(files, created_ns));
      }
    }
    return commit();
  }

  Status add_point(const collective::PointFiles& files, std::int64_t created_ns) {
    auto point = collective::read_experiment_point(entry_, files);
    if (!point) {
      report_.problems.push_back(std::move(point.error()).in("point " + files.uid));
      return {};
    }
    CK_TRY(shared, shared_part());
    group_.push_back(to_store(*shared, *point, created_ns));
    bytes_ += group_.back().point.document.size();
    if (group_.size() < kMostPoints && bytes_ < kMostBytes) return {};
    return commit();
  }

  /// What all points have in common; its files go into the blobs when the first point is added.
  Result<const CollectiveEntry*> shared_part() {
    if (shared_) return &*shared_;
    CollectiveEntry shared{entry_.uid, entry_.alias, entry_.meta, {}};
    for (const auto& path : entry_.files) {
      auto bytes = sys::read_file(entry_.folder / path, kMaxFile);
      if (!bytes) {
        report_.problems.push_back(std::move(bytes.error()).in("file " + path));
        continue;
      }
      CK_TRY(sha256, store_.blobs().put(*bytes));
      shared.files.push_back({path, sha256});
    }
    shared_ = std::move(shared);
    return &*shared_;
  }

  Status commit() {
    CK_TRY(added, store_.import_points(entry_.uid, group_));
    auto& experiment = report_.experiments.back();
    experiment.added += added;
    experiment.known += group_.size() - added;
    group_.clear();
    bytes_ = 0;
    return {};
  }

  const collective::ExperimentEntry& entry_;
  store::Store& store_;
  const sys::Cancel& cancel_;
  ImportReport& report_;
  std::optional<CollectiveEntry> shared_;
  std::vector<store::ImportedPoint> group_;
  std::size_t bytes_ = 0;
};

bool is_wanted(const ImportRequest& request, const collective::ExperimentEntry& entry) {
  const auto named = [&](const std::string& name) {
    return name == entry.uid || wildcard_match(name, entry.name());
  };
  return (request.names.empty() || std::ranges::any_of(request.names, named)) &&
         request.tags.matches(model::Tags(collective::texts_at(entry.meta, "tags")));
}

std::size_t points_in(const ImportReport& report) {
  std::size_t count = 0;
  for (const auto& experiment : report.experiments) count += experiment.added;
  return count;
}

Error stopped(Error error, const ImportReport& report) {
  return std::move(error).hint(std::to_string(points_in(report)) +
                               " points are imported; the same command adds the others");
}

}  // namespace

Result<ImportReport> import_collective(const ImportRequest& request, store::Store& store,
                                       const sys::Clock& clock, EventSink& events,
                                       const sys::Cancel& cancel) {
  CK_TRY(folders, collective::find_experiment_entries(request.place));
  ImportReport report;
  std::uint64_t done = 0;
  for (const auto& folder : folders) {
    if (auto stop = cancel.check(); !stop) return fail(stopped(std::move(stop.error()), report));
    events.on(Progress{"importing experiments", done++, folders.size(), "objects"});
    auto entry = collective::read_experiment_entry(folder, cancel);
    if (!entry) {
      report.problems.push_back(std::move(entry.error()).in("experiment " + folder.string()));
      continue;
    }
    if (!is_wanted(request, *entry)) continue;
    auto imported = EntryImport(*entry, store, cancel, report).run(clock.unix_ns());
    if (!imported) return fail(stopped(std::move(imported.error()), report));
  }
  if (report.experiments.empty() && report.problems.empty()) {
    return fail(Error(ErrorCode::not_found,
                      "no experiment in " + request.place.string() + " has these names and tags")
                    .hint("it has " + counted(folders.size(), "experiment")));
  }
  return report;
}

}  // namespace ck::experiment
