#pragma once
/// What a capsule holds beside a mirror: the records of an experiment as files, with everything
/// that they refer to.

#include <string>
#include <vector>

#include "experiment/records.hpp"
#include "store/blobs.hpp"
#include "sys/cancel.hpp"

namespace ck::experiment {

/// Writes `capsule.json` ("ck.capsule/1"), `points/UID.json` and `blobs/SHA256` (kept outputs and
/// logs) into a new folder.
Status write_records(const ExperimentRecords& records, const store::Blobs& blobs,
                     const fs::path& folder, const sys::Cancel& cancel);

/// Reads them back. `invalid` for what is no capsule, `unsupported` for one of a newer version,
/// `verification` for a point that is not what was written.
Result<ExperimentRecords> read_records(const fs::path& folder, const sys::Cancel& cancel);

/// Takes the contents that the points refer to into the blobs; `verification` for one that is not
/// what its name says.
Status take_blobs(const ExperimentRecords& records, const fs::path& folder, store::Blobs& blobs,
                  const sys::Cancel& cancel);

/// Uids of points that between them have every lock. Results of other tools have none.
Result<std::vector<std::string>> points_with_locks(const std::vector<store::Point>& points);

}  // namespace ck::experiment
