#pragma once
/// All that the archive holds of one experiment, in memory.

#include <vector>

#include "store/annotations.hpp"
#include "store/chain.hpp"
#include "store/store.hpp"

namespace ck::experiment {

struct ExperimentRecords {
  store::ExperimentSummary experiment;
  std::vector<store::Point> points;
  std::vector<store::Annotation> annotations;
  std::vector<store::Signature> signatures;
};

}  // namespace ck::experiment
