#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <system_error>

#include "catalog/flat_format.hpp"
#include "catalog/flat_index.hpp"
#include "catalog/looking.hpp"
#include "catalog/packing.hpp"
#include "sys/clock.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

using Positions = std::map<std::string, std::uint32_t, std::less<>>;

/// What one kind folder has to be written with.
struct Content {
  KindFolder folder;
  std::int64_t id = 0;
  std::string state;
  std::vector<IndexedComponent> rows;  ///< sorted by name
};

Result<std::vector<IndexedComponent>> rows_of(Index& index, std::int64_t folder) {
  std::vector<IndexedComponent> rows;
  CK_CHECK(index.components_in(
      folder, [&](ComponentRow&& row) { rows.push_back(std::move(row.component)); }));
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return rows;
}

/// What the index has of the kind folders of one repository. Of those that it does not know the
/// state stays empty: what is asked of them has to be asked there.
Result<std::vector<Content>> contents_of(Index& index, const std::vector<KnownFolder>& known,
                                         const Repository& repository,
                                         std::vector<KindFolder> folders) {
  std::vector<Content> contents;
  for (KindFolder& folder : folders) {
    Content& content = contents.emplace_back();
    const auto found = std::find_if(known.begin(), known.end(), [&](const KnownFolder& one) {
      return one.folder.kind == folder.kind && one.folder.path == folder.path &&
             one.format == repository.format && one.repository == repository.path.native();
    });
    content.folder = std::move(folder);
    if (found == known.end()) continue;
    content.id = found->id;
    CK_TRY(states, index.states({found->id}));
    content.state = std::move(states.front());
    CK_TRY(rows, rows_of(index, found->id));
    content.rows = std::move(rows);
  }
  return contents;
}

/// A link may lead elsewhere tomorrow without its folder telling.
bool has_links(const Repository& repository, const std::vector<KindFolder>& folders) {
  std::error_code ignored;
  if (fs::is_symlink(repository.path / "components", ignored)) return true;
  return std::any_of(folders.begin(), folders.end(), [&](const KindFolder& one) {
    for (fs::path at = one.path; !at.empty(); at = at.parent_path()) {
      if (fs::is_symlink(repository.path / at, ignored)) return true;
    }
    return false;
  });
}

void put_positions(Packer& packer, const model::Tags& tags, const Positions& positions) {
  Packer bytes;
  for (const std::string& tag : tags) bytes.put(positions.find(tag)->second);
  packer.put_text(bytes.bytes());
}

std::string packed_rows(const std::vector<IndexedComponent>& rows, const Positions& positions) {
  Packer packer;
  for (const IndexedComponent& row : rows) {
    for (const auto* text : {&row.name, &row.uid, &row.version}) packer.put_text(*text);
    put_positions(packer, row.tags, positions);
    put_positions(packer, row.variation_tags, positions);
  }
  return packer.bytes();
}

std::string packed_broken(const std::vector<BrokenRow>& broken, std::int64_t folder) {
  Packer packer;
  for (const BrokenRow& row : broken) {
    if (row.folder_id != folder) continue;
    packer.put_text(row.name);
    packer.put_text(pack_error(row.error));
  }
  return packer.bytes();
}

/// All tags of all rows, numbered in their order.
Positions numbered_tags(const std::vector<std::vector<Content>>& repositories) {
  Positions positions;
  for (const auto& contents : repositories) {
    for (const Content& content : contents) {
      for (const IndexedComponent& row : content.rows) {
        for (const std::string& tag : row.tags) positions.emplace(tag, 0);
        for (const std::string& tag : row.variation_tags) positions.emplace(tag, 0);
      }
    }
  }
  std::uint32_t next = 0;
  for (auto& [tag, position] : positions) position = next++;
  return positions;
}

void put_repository(Packer& packer, const Repository& repository, const RootStamps& roots,
                    const std::vector<Content>& contents, const std::vector<BrokenRow>& broken,
                    const Positions& positions) {
  packer.put_text(repository.path.native());
  packer.put(static_cast<std::uint8_t>(repository.format));
  packer.put(roots.folder);
  packer.put(roots.other);
  packer.put(static_cast<std::uint32_t>(contents.size()));
  for (const Content& content : contents) {
    packer.put_text(content.folder.kind);
    packer.put_text(content.folder.path);
    packer.put_text(content.state);
    packer.put_text(packed_rows(content.rows, positions));
    packer.put_text(packed_broken(broken, content.id));
  }
}

/// The bytes of the file. Empty if what they would say could not be trusted.
Result<std::string> flat_bytes(Index& index, const Stamp& made_from,
                               const std::vector<Repository>& repositories) {
  std::vector<RootStamps> roots;
  const std::int64_t now_ns = sys::SystemClock().unix_ns();
  for (const Repository& repository : repositories) {
    roots.push_back(root_stamps(repository));
    if (!roots.back().folder.exists()) return std::string();
    if (!is_settled(roots.back().folder, now_ns) || !is_settled(roots.back().other, now_ns))
      return std::string();
  }
  CK_TRY(known, index.folders());
  CK_TRY(broken, index.broken());
  std::vector<std::vector<Content>> all;
  for (const Repository& repository : repositories) {
    std::vector<BrokenComponent> unusable;
    auto folders = list_kind_folders(repository.path, repository.format, unusable);
    if (!unusable.empty() || has_links(repository, folders)) return std::string();
    CK_TRY(contents, contents_of(index, known, repository, std::move(folders)));
    all.push_back(std::move(contents));
  }
  const Positions positions = numbered_tags(all);
  Packer packer;
  packer.put(kFlatMark);
  packer.put(made_from);
  packer.put(static_cast<std::uint32_t>(positions.size()));
  for (const auto& [tag, position] : positions) packer.put_text(tag);
  packer.put(static_cast<std::uint32_t>(repositories.size()));
  for (std::size_t at = 0; at < repositories.size(); ++at)
    put_repository(packer, repositories[at], roots[at], all[at], broken, positions);
  return packer.bytes();
}

}  // namespace

RootStamps root_stamps(const Repository& repository) {
  RootStamps stamps;
  const auto look = [](const fs::path& folder) {
    const auto found = look_at_folder(FolderHandle(folder), Layout::native);
    return found ? found->folder : Stamp{};
  };
  stamps.folder = look(repository.path);
  stamps.other = repository.format == Format::native ? look(repository.path / "components")
                                                     : stamp_of_file(repository.path / ".ckr.json");
  return stamps;
}

Stamp stamp_of_file(const fs::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? stamp_of(status) : Stamp{};
}

Status write_flat_index(const fs::path& file, const fs::path& index_file, Index& index,
                        const std::vector<Repository>& repositories) {
  const Stamp before = stamp_of_file(index_file);
  CK_CHECK(index.database().execute("BEGIN"));
  const auto bytes = flat_bytes(index, before, repositories);
  CK_CHECK(index.database().execute("ROLLBACK"));
  if (!bytes) return fail(bytes.error());
  // Another process that wrote meanwhile makes the next call write.
  if (bytes->empty() || stamp_of_file(index_file) != before) return {};
  return sys::write_file(file, *bytes);
}

}  // namespace ck::catalog
