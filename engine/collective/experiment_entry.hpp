#pragma once
/// Collective Knowledge's experiments as they lie in a repository: an entry is a folder with
/// points, each some files "ckp-UID.*". Values only; what they mean to us is decided elsewhere.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/path.hpp"
#include "collective/experiment_statistics.hpp"
#include "sys/cancel.hpp"

namespace ck::collective {

/// What every repository calls the module of experiments.
inline constexpr std::string_view kExperimentModule = "experiment";
inline constexpr std::string_view kExperimentModuleUid = "bc0409fb61f0aa82";

/// The files of one point by what stands after "ckp-UID.": "features.json", "0001.json" …
struct PointFiles {
  std::string uid;
  std::vector<std::string> suffixes;
};

/// One entry; its points are read one by one, since they can be many.
struct ExperimentEntry {
  fs::path folder;
  std::string uid;
  std::string alias;  ///< empty: it has none
  Json meta;
  std::int64_t created_ns = 0;  ///< 0: it does not say
  std::vector<PointFiles> points;
  std::vector<std::string> files;  ///< all others but meta.json, relative
  std::vector<std::string> links;  ///< symbolic links, which are left alone

  const std::string& name() const { return alias.empty() ? uid : alias; }
};

/// Some repetitions of a point: the file "ckp-UID.NNNN.json".
struct Subpoint {
  std::string name;  ///< "0001"
  Json document;     ///< with features, choices, choices_order, characteristics_list
};

struct NamedDocument {
  std::string name;
  Json document;
};

struct ExperimentPoint {
  std::string uid;
  Json features;                      ///< "features.json"; null when it has none
  std::vector<Subpoint> subpoints;    ///< sorted by name
  std::vector<NamedDocument> others;  ///< "desc.json", "deps.json" and the like
  Json statistics;  ///< of "flat.json" what does not follow from the subpoints; null: no such file
};

/// Folders of entries at `place`: a repository, its folder of experiments, or one entry. Sorted;
/// `not_found` when it is none of these.
Result<std::vector<fs::path>> find_experiment_entries(const fs::path& place);

/// `invalid`, naming the file, for broken JSON and for an entry whose UID is told nowhere.
Result<ExperimentEntry> read_experiment_entry(const fs::path& folder,
                                              const sys::Cancel& cancel = {});
Result<ExperimentPoint> read_experiment_point(const ExperimentEntry& entry,
                                              const PointFiles& files);

/// What identifies a point, as in its file "features_flat.json".
Json flat_features(const Json& features);

/// All values of a point by flat key: characteristics once for each repetition, features and
/// choices as often as there are repetitions.
FlatSamples samples_of(const ExperimentPoint& point);

/// Repetitions in order: the elements of the characteristics_list of each subpoint.
std::vector<const Json*> repetitions_of(const ExperimentPoint& point);

/// A point as one document and back. Nothing is lost; what a subpoint repeats of the point is not.
Json to_json(const ExperimentPoint& point);
Result<ExperimentPoint> experiment_point_from_json(const Json& value, const std::string& source);

}  // namespace ck::collective
