#pragma once
/// What our archive keeps of a point measured with Collective Knowledge: the section "imported"
/// of its document. Internal to experiment.

#include <optional>
#include <string>
#include <vector>

#include "collective/experiment_entry.hpp"
#include "store/point.hpp"

namespace ck::experiment {

/// A file of the entry that belongs to no point, in the blobs.
struct KeptFile {
  std::string path;
  std::string sha256;
};

/// What all points of one entry share.
struct CollectiveEntry {
  std::string uid;
  std::string alias;
  Json meta;
  std::vector<KeptFile> files;
};

struct CollectiveRecord {
  CollectiveEntry entry;
  collective::ExperimentPoint point;
};

/// The document of an imported point, schema "ck.record/1". It holds the repetitions as they were
/// recorded, numbers too: vectors of doubles tell neither integers from fractions nor where in
/// nested lists a number stood.
Json to_document(const CollectiveEntry& entry, const collective::ExperimentPoint& point);

/// Nothing for a point that we recorded; `invalid` for a damaged document.
Result<std::optional<CollectiveRecord>> collective_record(const store::Point& point);

/// Numbers of one repetition.
struct NamedNumber {
  store::MetricKey key;
  double value = 0;
};

/// All numbers below an element of a characteristics_list, named by their path:
/// "run.execution_time", "run.layers[3].time_ms". Units where Collective Knowledge defines them.
std::vector<NamedNumber> numbers_of(const Json& characteristics);

}  // namespace ck::experiment
