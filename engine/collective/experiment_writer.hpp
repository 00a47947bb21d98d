#pragma once
/// Writing experiment entries so that Collective Knowledge itself loads them.

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"
#include "collective/experiment_entry.hpp"

namespace ck::collective {

/// A file of an entry that belongs to no point, as it was.
struct EntryFile {
  std::string path;  ///< relative to the entry
  std::string bytes;
};

/// A whole entry in memory but for its points.
struct EntryHead {
  std::string uid;
  std::string alias;  ///< empty: the folder is called by the UID
  Json meta;
  std::vector<EntryFile> files;  ///< with ".cm/info.json"

  const std::string& name() const { return alias.empty() ? uid : alias; }
};

/// Writes an entry into a folder that nobody sees yet, point by point.
class EntryWriter {
 public:
  /// Writes the entry's own files into `folder`, which must be empty. `denied` for a file whose
  /// path leaves it.
  static Result<EntryWriter> begin(const fs::path& folder, const EntryHead& head);
  /// All files of a point, with statistics of its values.
  Status add(const ExperimentPoint& point);

 private:
  explicit EntryWriter(fs::path folder) : folder_(std::move(folder)) {}
  fs::path folder_;
};

/// The files of a new repository that holds experiments, without entries.
Status write_repository(const fs::path& folder, const std::string& name, const std::string& uid);

/// Moves a written entry to its place in a repository, with its names in the table of aliases;
/// where the repository spreads entries over folders, into the folder of its beginning.
/// `conflict` when the repository has an entry of that name or UID.
Result<fs::path> place_entry(const fs::path& written, const EntryHead& head,
                             const fs::path& repository);

/// A document in the layout of Collective Knowledge's own files.
std::string document_text(const Json& document);

/// "2018-04-19T23:13:18", which it writes without a time zone.
std::string iso_datetime(std::int64_t unix_ns);

}  // namespace ck::collective
