#pragma once
/// Experiments of our archive, written as entries of Collective Knowledge.

#include <string>

#include "base/path.hpp"
#include "store/store.hpp"
#include "sys/cancel.hpp"

namespace ck::experiment {

struct ExportRequest {
  std::string experiment;  ///< name or uid
  fs::path repository;     ///< an existing repository of Collective Knowledge, or empty
  fs::path folder;         ///< else: a new folder, which becomes such a repository
};

struct ExportReport {
  std::string experiment;
  std::string uid;
  fs::path entry;  ///< the folder written
  std::size_t points = 0;
};

/// What was imported is written as it was, what we recorded in the same form: metrics as
/// characteristics of the run, the program, its command and its variables as choices, the host as
/// features. All or nothing; `conflict` when there is such an entry, or the folder exists.
Result<ExportReport> export_collective(const ExportRequest& request, store::Store& store,
                                       const sys::Cancel& cancel);

}  // namespace ck::experiment
