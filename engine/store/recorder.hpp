#pragma once
/// Private to this layer: what happens once with every point that has ended. The caller has the
/// transaction.

#include <cstdint>
#include <map>

#include "store/blobs.hpp"
#include "store/chain.hpp"
#include "store/point_reader.hpp"
#include "store/summaries.hpp"

namespace ck::store {

/// Sums points up for queries, chains them, and makes their words findable.
class Recorder {
 public:
  static Result<Recorder> make(sys::Database& database, const Blobs& blobs);

  Status record(std::int64_t experiment, std::int64_t point, HashRule rule = HashRule::newest);

 private:
  struct Experiment {
    std::string uid;
    SummaryWriter summaries;
  };
  Recorder(sys::Database& database, const Blobs& blobs, PointReader points)
      : database_(&database), blobs_(&blobs), points_(std::move(points)) {}

  Result<Experiment*> experiment(std::int64_t row);

  sys::Database* database_;
  const Blobs* blobs_;
  PointReader points_;
  std::map<std::int64_t, Experiment> experiments_;
};

/// All points that ended without it: of an older version, or of a process that died.
Status record_pending(sys::Database& database, const Blobs& blobs);

}  // namespace ck::store
