#pragma once
/// Experiments recorded with Collective Knowledge, read into our archive.

#include <string>
#include <vector>

#include "base/events.hpp"
#include "base/path.hpp"
#include "model/tags.hpp"
#include "store/store.hpp"
#include "sys/cancel.hpp"
#include "sys/clock.hpp"

namespace ck::experiment {

struct ImportRequest {
  fs::path place;                  ///< a repository, its folder of experiments, or one entry
  std::vector<std::string> names;  ///< names, UIDs or patterns; none: all
  model::TagQuery tags;
};

struct ImportedExperiment {
  std::string name;  ///< in our archive
  std::string uid;   ///< the entry's
  fs::path folder;
  std::size_t added = 0;  ///< points
  std::size_t known = 0;  ///< points that were there already
};

struct ImportReport {
  std::vector<ImportedExperiment> experiments;
  std::vector<Error> problems;  ///< entries, points and files that could not be read
};

/// Every entry becomes an experiment (its alias or UID is the name), every point one of ours with
/// the elements of its characteristics_lists as repetitions. What was imported before stays as it
/// is. Points are committed in groups; `interrupted` keeps those. `not_found` when nothing in the
/// place has the names or tags.
Result<ImportReport> import_collective(const ImportRequest& request, store::Store& store,
                                       const sys::Clock& clock, EventSink& events,
                                       const sys::Cancel& cancel);

}  // namespace ck::experiment
