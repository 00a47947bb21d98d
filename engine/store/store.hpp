#pragma once
/// The SQLite file that holds what must not be lost: experiments; and, rebuildable from disk, the
/// list of environments and what detection found. Every function is one transaction; any number of
/// processes may use one store.

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/tags.hpp"
#include "store/blobs.hpp"
#include "store/environment_record.hpp"
#include "store/point.hpp"
#include "sys/sqlite.hpp"

namespace ck::store {

/// What a detector found in one file, valid as long as the file has these times and size.
struct DetectionRecord {
  std::string software;  ///< uid + hash of the descriptor
  std::string file;
  std::string stamp;  ///< mtime, ctime, size, inode of the file (links resolved)
  std::string version;
  std::string file_sha256;
  std::string owner;           ///< "gcc-12 12.2.0-14" of the distribution, or empty
  std::string isolation = {};  ///< as `EnvironmentRecord::isolation`
};

class Store {
 public:
  /// Opens or creates `file`, migrates it, marks points whose process is gone as interrupted. On a
  /// read-only medium it is opened as it is, and of an older version as a copy in memory; then
  /// every function that writes is an `io` error. `unsupported` for a store of a newer version; a
  /// damaged file is `invalid`, with what to do.
  static Result<Store> open(const fs::path& file, const fs::path& blobs);

  Blobs& blobs() { return blobs_; }

  // --- experiments
  /// A point in state running, owned by this process; its experiment is made if new.
  Result<Point> begin_point(const NewPoint& point);
  /// Adds one repetition; `keys` that the experiment does not know yet are added to its dictionary.
  Status add_repetition(const Point& point, const std::vector<MetricKey>& keys,
                        const Repetition& repetition);
  /// Ends a point. `document` replaces the first one when not empty.
  Status finish_point(const Point& point, PointState state, std::int64_t ended_ns,
                      const std::string& document, const std::string& error);

  /// Makes an experiment that was recorded elsewhere, with its uid and tags, unless it is there.
  /// The name that it has here: its uid where another one has its name.
  Result<std::string> import_experiment(const ExperimentSummary& experiment);
  /// Adds points to it; those that it has already stay as they are. How many were new.
  Result<std::size_t> import_points(const std::string& experiment_uid,
                                    const std::vector<ImportedPoint>& points);
  /// Sorted; none for an experiment that is not there.
  Result<std::vector<std::string>> point_uids(const std::string& experiment_uid);

  Result<std::vector<ExperimentSummary>> experiments(const std::string& name_pattern,
                                                     const model::TagQuery& tags);
  /// By name or uid; `not_found` with near misses.
  Result<ExperimentSummary> experiment(const std::string& name);
  /// Oldest first, with repetitions and keys.
  Result<std::vector<Point>> points(const std::string& experiment);
  /// By uid or an unambiguous start of it (at least 4 digits).
  Result<Point> point(const std::string& uid);
  Status remove_experiment(const std::string& name);

  /// What is known of a point before anything is measured.
  struct PointHead {
    std::string uid;
    std::string experiment;
    std::string subject;
    std::int64_t created_ns = 0;
    std::string document;
  };
  /// Every point of every experiment, oldest first, one at a time.
  Status each_point(const std::function<Status(const PointHead&)>& read);
  /// Names of all blobs that anything recorded refers to.
  Result<std::set<std::string>> referenced_blobs();

  // --- environments and detection (rebuildable)
  Status put_environment(const EnvironmentRecord& record);
  Status remove_environment(const std::string& id);
  Result<std::vector<EnvironmentRecord>> environments();
  Result<std::optional<DetectionRecord>> detection(const std::string& software,
                                                   const std::string& file);
  Status put_detection(const DetectionRecord& record);

 private:
  Store(sys::Database database, Blobs blobs)
      : database_(std::move(database)), blobs_(std::move(blobs)) {}
  sys::Database database_;
  Blobs blobs_;
};

}  // namespace ck::store
