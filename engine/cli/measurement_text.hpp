#pragma once
/// Numbers of a point for people: one table, and below it what the table cannot say.

#include <string>
#include <vector>

#include "app/experiments.hpp"

namespace ck::cli {

/// A table of values, or of medians with all that describes them when there are several samples;
/// then warm-up, several modes and outliers with their causes, and whether the precision that was
/// asked for was reached. Empty without metrics.
std::string measurement_text(const store::Point& point,
                             const std::vector<experiment::MetricSummary>& metrics);

}  // namespace ck::cli
