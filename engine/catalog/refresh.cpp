#include "catalog/refresh.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "sys/clock.hpp"

namespace ck::catalog {
namespace {

/// One walk over all repositories. Without a writer it stops at the first difference.
class Walk {
 public:
  Walk(Index& index, IndexWriter* writer, const sys::Cancel& cancel)
      : index_(index), writer_(writer), cancel_(cancel), now_ns_(sys::SystemClock().unix_ns()) {}

  /// False: something differs, and there is no writer to note it.
  Result<bool> visit(const std::vector<Repository>& repositories);
  Result<Contents> take_contents(const std::vector<Repository>& repositories);

 private:
  Result<bool> visit_repository(const Repository& repository, std::size_t position);
  Result<bool> visit_folder(const Repository& repository, std::size_t position,
                            const KindFolder& folder, KnownFolder known);
  Result<std::int64_t> folder_id(const Repository& repository, const KindFolder& folder,
                                 std::int64_t known_id);
  Status store(const Repository& repository, const KindFolder& folder, std::int64_t id,
               const FolderScan& scan);
  Status store_entry(const Repository& repository, const KindFolder& folder, std::int64_t id,
                     const Entry& entry);

  Index& index_;
  IndexWriter* writer_;
  const sys::Cancel& cancel_;
  std::int64_t now_ns_;
  Contents contents_;
};

Result<bool> Walk::visit(const std::vector<Repository>& repositories) {
  for (std::size_t at = 0; at < repositories.size(); ++at) {
    CK_TRY(same, visit_repository(repositories[at], at));
    if (!same) return false;
  }
  return true;
}

Result<bool> Walk::visit_repository(const Repository& repository, std::size_t position) {
  std::error_code error;
  if (!fs::is_directory(repository.path, error)) {
    contents_.broken.push_back(
        {repository.path,
         Error(ErrorCode::not_found, "the folder of the repository '" + printable(repository.name) +
                                         "' is gone: " + printable(repository.path.string()))
             .hint("put it back, or forget it with: ck rm repo:" + printable(repository.name))});
    return true;
  }
  CK_TRY(known, index_.folders(repository.path, repository.format));
  for (const KindFolder& folder :
       list_kind_folders(repository.path, repository.format, contents_.broken)) {
    const auto same_folder = std::find_if(known.begin(), known.end(), [&](const KnownFolder& old) {
      return old.folder.path == folder.path && old.folder.kind == folder.kind;
    });
    KnownFolder before;
    if (same_folder != known.end()) {
      before = std::move(*same_folder);
      known.erase(same_folder);
    }
    CK_TRY(same, visit_folder(repository, position, folder, std::move(before)));
    if (!same) return false;
  }
  if (!known.empty() && writer_ == nullptr) return false;
  for (const KnownFolder& gone : known) CK_CHECK(writer_->remove_folder(gone.id));
  return true;
}

Result<bool> Walk::visit_folder(const Repository& repository, std::size_t position,
                                const KindFolder& folder, KnownFolder known) {
  CK_CHECK(cancel_.check());
  auto scan = scan_folder(repository.path / folder.path, repository.format, std::move(known.state),
                          now_ns_);
  if (!scan) {
    // The rows stay for the day it can be looked at again, but nothing shows them.
    contents_.broken.push_back({repository.path / folder.path, std::move(scan.error())});
    return true;
  }
  if (scan->differs && writer_ == nullptr) return false;
  CK_TRY(id, folder_id(repository, folder, known.id));
  contents_.folders.emplace(id, IndexedFolder{position, folder});
  if (scan->differs) CK_CHECK(store(repository, folder, id, *scan));
  return true;
}

Result<std::int64_t> Walk::folder_id(const Repository& repository, const KindFolder& folder,
                                     std::int64_t known_id) {
  if (known_id != 0 || writer_ == nullptr) return known_id;
  CK_TRY(repository_id, writer_->repository(repository.path, repository.format));
  return writer_->add_folder(repository_id, folder);
}

Status Walk::store(const Repository& repository, const KindFolder& folder, std::int64_t id,
                   const FolderScan& scan) {
  for (const std::string& name : scan.removed) CK_CHECK(writer_->remove(id, name));
  for (const std::size_t changed : scan.changed) {
    CK_CHECK(cancel_.check());
    CK_CHECK(store_entry(repository, folder, id, scan.state.entries[changed]));
  }
  return writer_->store_folder(id, scan.state);
}

Status Walk::store_entry(const Repository& repository, const KindFolder& folder, std::int64_t id,
                         const Entry& entry) {
  CK_CHECK(writer_->remove(id, entry.name));
  if (entry.descriptor == Stamp{}) return {};  // a folder without descriptor is no component
  auto component = read_entry(repository.path, folder, entry, repository.format);
  if (component) return writer_->add(id, *component);
  return writer_->add_broken(id, entry.name, component.error());
}

Result<Contents> Walk::take_contents(const std::vector<Repository>& repositories) {
  CK_TRY(rows, index_.broken());
  for (BrokenRow& row : rows) {
    const auto found = contents_.folders.find(row.folder_id);
    if (found == contents_.folders.end()) continue;
    const Repository& repository = repositories[found->second.repository];
    const fs::path folder = repository.path / found->second.folder.path;
    Entry entry;
    entry.name = row.name;
    contents_.broken.push_back(
        {folder / descriptor_path(entry, repository.format), std::move(row.error)});
  }
  std::sort(contents_.broken.begin(), contents_.broken.end(),
            [](const auto& a, const auto& b) { return a.file < b.file; });
  return std::move(contents_);
}

Result<Contents> refresh_writing(Index& index, const std::vector<Repository>& repositories,
                                 const sys::Cancel& cancel) {
  CK_TRY(transaction, sys::Transaction::begin(index.database()));
  CK_TRY(writer, IndexWriter::create(index));
  Walk walk(index, &writer, cancel);
  CK_CHECK(walk.visit(repositories));
  std::vector<fs::path> paths;
  for (const Repository& repository : repositories) paths.push_back(repository.path);
  CK_CHECK(writer.remove_lost_repositories(paths));
  CK_CHECK(transaction.commit());
  return walk.take_contents(repositories);
}

}  // namespace

Result<Contents> refresh(Index& index, const std::vector<Repository>& repositories,
                         const sys::Cancel& cancel) {
  Walk walk(index, nullptr, cancel);
  CK_TRY(same, walk.visit(repositories));
  if (same) return walk.take_contents(repositories);
  return refresh_writing(index, repositories, cancel);
}

}  // namespace ck::catalog
