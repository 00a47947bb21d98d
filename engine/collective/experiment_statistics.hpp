#pragma once
/// The statistics that Collective Knowledge keeps of a point's values, one file "ckp-UID.flat.json"
/// of flat keys with a suffix: "##characteristics#run#execution_time#min".

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace ck::collective {

/// All values of each flat key, in the order in which they were measured.
using FlatSamples = std::map<std::string, std::vector<Json>, std::less<>>;

/// Adds every leaf of `part` ("characteristics", "features" …) as `count` samples. A text
/// "@@1.0,2.0" stands for several numbers.
void add_samples(FlatSamples& samples, std::string_view part, const Json& value,
                 std::size_t count = 1);

/// The statistics that follow from the samples, as in the file: sorted by key.
Json statistics_of(const FlatSamples& samples);

/// The members of a statistics file that `samples` do not yield: ratios to other points, estimates
/// of densities, values whose origin was not kept, edits.
Json unexplained(const Json& statistics, const FlatSamples& samples);

}  // namespace ck::collective
