#pragma once
/// Results of other benchmark tools, read into our archive.

#include "experiment/import_collective.hpp"

namespace ck::experiment {

struct ImportBenchmarksRequest {
  fs::path file;
  std::string experiment;  ///< empty: named like the file
};

/// Reads what `hyperfine --export-json` or a program of Google Benchmark
/// (`--benchmark_format=json`) wrote. Every command or benchmark becomes a point, every raw sample
/// one of its executions; where only a summary was kept, that is the only one, and its name says so
/// ("wall_time_mean"). Importing the same results again adds nothing. `invalid` for a file that is
/// neither, or damaged, with the place.
Result<ImportReport> import_benchmarks(const ImportBenchmarksRequest& request, store::Store& store,
                                       const sys::Clock& clock);

}  // namespace ck::experiment
