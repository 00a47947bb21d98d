#include "sys/transfer/archive_pack.hpp"

#include <cerrno>
#include <fstream>
#include <vector>

#include "sys/files.hpp"
#include "sys/transfer/archive_read.hpp"

namespace ck::sys {
namespace {

using Packer = std::unique_ptr<archive, ArchiveFree<archive_write_free>>;
using Entry = std::unique_ptr<archive_entry, ArchiveFree<archive_entry_free>>;

class FolderPacker {
 public:
  FolderPacker(fs::path folder, fs::path target, const Cancel& cancel)
      : folder_(std::move(folder)), target_(std::move(target)), cancel_(cancel) {}

  Status run() {
    CK_TRY(entries, list_tree(folder_, {.skip_names = {}, .hash = false}, cancel_));
    packer_.reset(archive_write_new());
    CK_CHECK(done(archive_write_set_format_pax_restricted(packer_.get())));
    CK_CHECK(done(archive_write_add_filter_zstd(packer_.get())));
    CK_CHECK(done(archive_write_open_filename(packer_.get(), target_.c_str())));
    for (const auto& entry : entries) {
      CK_CHECK(cancel_.check());
      CK_CHECK(add(entry));
    }
    return done(archive_write_close(packer_.get()));
  }

 private:
  Status done(int code) const {
    if (code >= ARCHIVE_WARN) return {};
    const int number = archive_errno(packer_.get());
    if (number > 0) return fail(system_error("write " + target_.string(), number));
    return fail(ErrorCode::io, "write " + target_.string() + ": " + reason_of(packer_.get()));
  }

  /// Without owner and time: the same content gives the same bytes wherever it is packed.
  Status add(const TreeEntry& entry) {
    const Entry header(archive_entry_new());
    archive_entry_set_pathname(header.get(), entry.path.c_str());
    archive_entry_set_mtime(header.get(), 0, 0);
    const bool runs = entry.executable || entry.kind == TreeEntry::Kind::directory;
    archive_entry_set_perm(header.get(), runs ? 0755 : 0644);
    switch (entry.kind) {
      case TreeEntry::Kind::directory:
        archive_entry_set_filetype(header.get(), AE_IFDIR);
        return done(archive_write_header(packer_.get(), header.get()));
      case TreeEntry::Kind::symlink:
        archive_entry_set_filetype(header.get(), AE_IFLNK);
        archive_entry_set_symlink(header.get(), entry.target.c_str());
        return done(archive_write_header(packer_.get(), header.get()));
      case TreeEntry::Kind::file:
        break;
    }
    archive_entry_set_filetype(header.get(), AE_IFREG);
    archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.size_bytes));
    CK_CHECK(done(archive_write_header(packer_.get(), header.get())));
    return add_content(entry);
  }

  Status add_content(const TreeEntry& entry) {
    constexpr std::size_t kBlock = 1u << 20;
    std::ifstream file(folder_ / entry.path, std::ios::binary);
    std::vector<char> block(kBlock);
    std::uint64_t left = entry.size_bytes;
    while (left > 0 && file) {
      CK_CHECK(cancel_.check());
      file.read(block.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(kBlock, left)));
      const auto size = static_cast<std::size_t>(file.gcount());
      if (size == 0) break;
      if (archive_write_data(packer_.get(), block.data(), size) < 0) return done(ARCHIVE_FATAL);
      left -= size;
    }
    if (left == 0) return {};
    return fail(ErrorCode::io, "read " + (folder_ / entry.path).string() +
                                   ": it became shorter, or cannot be read");
  }

  fs::path folder_;
  fs::path target_;
  const Cancel& cancel_;
  Packer packer_;
};

}  // namespace

Status pack_folder(const fs::path& folder, const fs::path& target, const Cancel& cancel) {
  const Utf8Names names;
  CK_TRY(fresh, TemporaryDirectory::create(target.parent_path(), ".pack-"));
  const fs::path file = fresh.path() / "archive";
  CK_CHECK(FolderPacker(folder, file, cancel).run());
  CK_CHECK(sync_file_system(fresh.path()));
  return rename_into_place(file, target);
}

}  // namespace ck::sys
