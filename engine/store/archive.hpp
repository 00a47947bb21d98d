#pragma once
/// The archive as queries, notes and the chain of records see it: all points of all experiments.

#include <cstdint>
#include <string>
#include <vector>

#include "model/tags.hpp"
#include "store/blobs.hpp"
#include "store/point.hpp"
#include "sys/sqlite.hpp"

namespace ck::store {

/// An experiment without what takes time to count.
struct ExperimentHead {
  std::int64_t row = 0;  ///< in the database
  std::string uid;
  std::string name;
  model::Tags tags;  ///< with those added and without those taken away later
  std::int64_t created_ns = 0;
};

/// A connection of its own to the file of a `Store`. Opening the store first migrates the file.
class Archive {
 public:
  static Result<Archive> open(const fs::path& file, const fs::path& blobs);

  /// Sorted by name; an empty pattern means all.
  Result<std::vector<ExperimentHead>> heads(const std::string& name_pattern,
                                            const model::TagQuery& tags);
  /// By name or uid; `not_found` with near misses.
  Result<ExperimentHead> head(const std::string& name);

  const Blobs& blobs() const { return blobs_; }
  /// For the functions of this layer.
  sys::Database& database() { return database_; }

 private:
  Archive(sys::Database database, Blobs blobs)
      : database_(std::move(database)), blobs_(std::move(blobs)) {}
  sys::Database database_;
  Blobs blobs_;
};

/// Private to this layer: the same on any connection.
Result<std::vector<ExperimentHead>> find_heads(sys::Database& database,
                                               const std::string& name_pattern,
                                               const model::TagQuery& tags);
Result<ExperimentHead> find_head(sys::Database& database, const std::string& name);

/// Interrupted when nothing has that name.
PointState state_named(std::string_view name);

}  // namespace ck::store
