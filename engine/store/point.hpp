#pragma once
/// Points: one configuration of an experiment with everything measured of it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/tags.hpp"

namespace ck::store {

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
  /// Hash in its record, by whichever rule (see chain.hpp); empty where there is none yet.
  std::string content;
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

/// A point that was measured elsewhere, whole.
struct ImportedPoint {
  Point point;            ///< `id` and `experiment` are not looked at; never in state running
  std::string other_uid;  ///< its uid when another experiment has a point of that name already
};

}  // namespace ck::store
