#pragma once
/// The SQLite file that holds what must not be lost: experiments; and, rebuildable from disk, the
/// list of environments and what detection found. Every function is one transaction; any number of
/// processes may use one store.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/component.hpp"
#include "model/dependency.hpp"
#include "model/descriptor.hpp"
#include "model/tags.hpp"
#include "store/blobs.hpp"
#include "sys/sqlite.hpp"

namespace ck::store {

/// An environment as the store lists it: enough to search, resolve and use it.
struct EnvironmentRecord {
  enum class Origin { built, detected };
  std::string id;  ///< 32 hex digits: the hash of everything it was made from
  Origin origin = Origin::built;
  model::ComponentId component;
  std::string version;
  model::Values parameters;  ///< parameters and variation choices
  model::Tags tags;          ///< includes the component's kind
  std::string path;          ///< built: empty (envs/<id>); detected: its root folder
  std::string file;          ///< detected: the file it was recognised by
  std::map<std::string, std::string> dependencies;  ///< key -> environment id
  model::Exports exports;                           ///< all substituted but ${prefix}
  std::string recipe_hash;
  std::int64_t created_ns = 0;
  std::uint64_t size_bytes = 0;
};

/// What a detector found in one file, valid as long as the file has these times and size.
struct DetectionRecord {
  std::string software;  ///< uid + hash of the descriptor
  std::string file;
  std::string stamp;  ///< mtime, ctime, size, inode of the file (links resolved)
  std::string version;
  std::string file_sha256;
  std::string owner;  ///< "gcc-12 12.2.0-14" of the distribution, or empty
};

/// The dictionary of an experiment's numbers: position in this list = position in every vector.
struct MetricKey {
  std::string name;
  std::string unit;
  std::string direction;  ///< lower, higher, none
  std::string role;
};

struct StoredOutput {
  std::string name;
  std::string path;
  std::string sha256;
  std::uint64_t size_bytes = 0;
  bool kept = false;  ///< the content is in the blobs
};

enum class PointState { running, ok, failed, interrupted };
std::string_view name_of(PointState state);

/// One execution of a plan.
struct Repetition {
  int number = 0;  ///< from 1
  std::int64_t started_ns = 0;
  std::int64_t wall_ns = 0;
  std::int64_t user_ns = 0;
  std::int64_t system_ns = 0;
  std::uint64_t max_rss_bytes = 0;
  bool ok = false;
  std::string ending;      ///< "exited with 0", "killed by signal 11 (SIGSEGV)"
  std::string detail;      ///< JSON: noise before and after, faults, switches, truncation
  std::string out_sha256;  ///< stdout and stderr in the blobs
  std::string err_sha256;
  std::vector<double> metrics;  ///< in the order of the point's keys; NaN: not measured
  std::vector<StoredOutput> outputs;
};

/// One configuration with its repetitions.
struct Point {
  std::int64_t id = 0;
  std::string uid;
  std::string experiment;
  std::string subject;  ///< "program:image-classification"
  PointState state = PointState::running;
  std::int64_t created_ns = 0;
  std::int64_t ended_ns = 0;
  std::string document;   ///< JSON "ck.record/1": request, resolution, plan, host, environment
  std::string error;      ///< JSON of the error that ended it, or empty
  std::string replay_of;  ///< uid of the point it replays, or empty
  std::vector<MetricKey> keys;
  std::vector<Repetition> repetitions;
};

struct ExperimentSummary {
  std::string uid;
  std::string name;
  model::Tags tags;
  std::int64_t created_ns = 0;
  std::int64_t changed_ns = 0;
  std::int64_t points = 0;
  std::vector<std::string> subjects;
};

struct NewPoint {
  std::string experiment;
  model::Tags tags;  ///< added to the experiment's
  std::string subject;
  std::string document;
  std::string replay_of;
  std::int64_t created_ns = 0;
};

class Store {
 public:
  /// Opens or creates `file`, migrates it, marks points whose process is gone as interrupted.
  /// `unsupported` for a store of a newer version; a damaged file is `invalid`, with what to do.
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

  Result<std::vector<ExperimentSummary>> experiments(const std::string& name_pattern,
                                                     const model::TagQuery& tags);
  /// By name or uid; `not_found` with near misses.
  Result<ExperimentSummary> experiment(const std::string& name);
  /// Oldest first, with repetitions and keys.
  Result<std::vector<Point>> points(const std::string& experiment);
  /// By uid or an unambiguous start of it (at least 4 digits).
  Result<Point> point(const std::string& uid);
  Status remove_experiment(const std::string& name);

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
