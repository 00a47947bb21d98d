#pragma once
/// Numbers of a point for people: one table, and below it what the table cannot say; and which
/// point it is.

#include <string>
#include <vector>

#include "app/experiments.hpp"
#include "app/sweep.hpp"
#include "cli/output.hpp"

namespace ck::cli {

enum class Columns { usual, all };  ///< all: mean, MAD and 95th percentile too (--verbose)

Columns columns_of(const Output& output);

/// A table of values, or of medians with what describes them when there are several samples; then
/// warm-up, several modes and outliers with their causes, and whether the precision that was asked
/// for was reached. Empty without metrics.
std::string measurement_text(const store::Point& point,
                             const std::vector<experiment::MetricSummary>& metrics,
                             Columns columns);

/// Which point of a sweep: "batch=1 model=small".
std::string values_text(const app::SweepValues& values);

}  // namespace ck::cli
