#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "sys/transfer/archive_pack.hpp"
#include "sys/transfer/archive_path.hpp"
#include "sys/transfer/archive_read.hpp"
#include "sys/transfer/module.hpp"

namespace ck::sys {
namespace {

enum class Links { as_written, absolute_below_top };

/// One archive on its way into one folder. libarchive's own guards are on too, but each rule is
/// checked here first: a refusal names the entry, and does not depend on the library's version.
class Unpacker {
 public:
  Unpacker(archive* reader, const fs::path& source, fs::path folder, const UnpackOptions& options,
           const Cancel& cancel, Links links)
      : reader_(reader),
        source_(source),
        folder_(std::move(folder)),
        options_(options),
        cancel_(cancel),
        links_(links) {}

  Status run();

 private:
  Status unpack_entry(archive_entry* entry);
  Result<std::string> name_of(archive_entry* entry) const;
  bool is_wanted(const std::string& path) const;
  Status check_type(archive_entry* entry, const std::string& path) const;
  Status prepare_links(archive_entry* entry, const std::string& path) const;
  Status prepare_hard_link(archive_entry* entry, const std::string& path) const;
  Status check_parents(const std::string& path) const;
  Status check_size(archive_entry* entry, const std::string& path);
  Status write(archive_entry* entry, const std::string& path);
  Status copy_data(const std::string& path);
  Error damaged(const std::string& reason) const;
  Error not_written(const std::string& path) const;
  Error too_large() const;

  archive* reader_;
  const fs::path& source_;
  fs::path folder_;  ///< canonical: the guards refuse links on the way to an entry
  const UnpackOptions& options_;
  const Cancel& cancel_;
  Links links_;
  Writer writer_;
  std::uint64_t bytes_ = 0;
  std::uint64_t entries_ = 0;
  std::uint64_t kept_ = 0;
  std::string last_good_;
};

Error Unpacker::damaged(const std::string& reason) const {
  return Error(ErrorCode::invalid,
               "the archive " + source_.string() + " is damaged or cut off: " + reason)
      .in(last_good_.empty() ? "no entry could be read"
                             : "the last good entry is " + printable(last_good_))
      .hint("download it again");
}

Error Unpacker::too_large() const {
  return Error(ErrorCode::denied, "the archive " + source_.string() + " unpacks to more than " +
                                      human_bytes(static_cast<double>(options_.max_bytes)));
}

/// A failure of the file system, or of libarchive's own guards.
Error Unpacker::not_written(const std::string& path) const {
  const int number = archive_errno(writer_.get());
  if (number > 0) return system_error("write " + (folder_ / path).string(), number);
  return Error(ErrorCode::denied, "the archive's entry " + printable(path) +
                                      " is refused: " + reason_of(writer_.get()));
}

Result<std::string> Unpacker::name_of(archive_entry* entry) const {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) return fail(damaged("an entry has a name that cannot be read"));
  return entry_path(name);
}

bool Unpacker::is_wanted(const std::string& path) const {
  return options_.only.empty() ||
         std::any_of(options_.only.begin(), options_.only.end(),
                     [&](const std::string& pattern) { return wildcard_match(pattern, path); });
}

Status Unpacker::check_type(archive_entry* entry, const std::string& path) const {
  if (archive_entry_hardlink(entry) != nullptr) return {};
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFREG || type == AE_IFDIR || type == AE_IFLNK) return {};
  return fail(ErrorCode::denied,
              "the archive's entry " + printable(path) + " is a device, FIFO or socket");
}

/// No entry is written through a link, also not through one that leads inside.
Status Unpacker::check_parents(const std::string& path) const {
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    struct stat found {};
    const fs::path parent = folder_ / path.substr(0, slash);
    if (::lstat(parent.c_str(), &found) != 0) return {};  // made by libarchive, as a real folder
    if (S_ISLNK(found.st_mode)) {
      return fail(ErrorCode::denied, "the archive's entry " + printable(path) +
                                         " goes through the link " +
                                         printable(path.substr(0, slash)));
    }
  }
  return {};
}

Status Unpacker::prepare_hard_link(archive_entry* entry, const std::string& path) const {
  CK_TRY(original, entry_path(archive_entry_hardlink(entry)));
  const auto stripped = strip_parts(original, options_.strip);
  struct stat found {};
  const fs::path target = folder_ / stripped.value_or("");
  if (!stripped || ::lstat(target.c_str(), &found) != 0) {
    return fail(ErrorCode::invalid, "the archive's entry " + printable(path) +
                                        " is a second name of " + printable(original) +
                                        ", which was not unpacked");
  }
  CK_CHECK(check_parents(*stripped));
  // A second name for a symbolic link would take it to another depth, where it may lead outside.
  if (!S_ISREG(found.st_mode)) {
    return fail(ErrorCode::denied, "the archive's entry " + printable(path) +
                                       " is a second name of something that is no file");
  }
  archive_entry_set_hardlink(entry, target.c_str());
  return {};
}

Status Unpacker::prepare_links(archive_entry* entry, const std::string& path) const {
  if (archive_entry_hardlink(entry) != nullptr) return prepare_hard_link(entry, path);
  if (archive_entry_filetype(entry) != AE_IFLNK) return {};
  const char* text = archive_entry_symlink(entry);
  std::string target = text == nullptr ? "" : text;
  if (links_ == Links::absolute_below_top && target.starts_with('/')) {
    target = target_below_top(path, target);
    archive_entry_set_symlink(entry, target.c_str());
  }
  return check_link_target(path, target);
}

Status Unpacker::check_size(archive_entry* entry, const std::string& path) {
  if (++entries_ > options_.max_entries) {
    return fail(ErrorCode::denied, "the archive " + source_.string() + " has more than " +
                                       std::to_string(options_.max_entries) + " entries");
  }
  if (!archive_entry_size_is_set(entry)) return {};
  const la_int64_t size = archive_entry_size(entry);
  if (size < 0) return fail(damaged("the size of " + printable(path) + " is negative"));
  if (static_cast<std::uint64_t>(size) > options_.max_bytes - bytes_) return fail(too_large());
  return {};
}

Status Unpacker::copy_data(const std::string& path) {
  const std::uint64_t before = bytes_;
  while (true) {
    CK_CHECK(cancel_.check());
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(reader_, &data, &size, &offset);
    if (code == ARCHIVE_EOF) return {};
    if (code < ARCHIVE_WARN) return fail(damaged(reason_of(reader_)));
    const std::uint64_t end = static_cast<std::uint64_t>(offset) + size;
    if (offset < 0 || end > options_.max_bytes - before) return fail(too_large());
    bytes_ = before + end;
    if (archive_write_data_block(writer_.get(), data, size, offset) < ARCHIVE_WARN) {
      return fail(not_written(path));
    }
  }
}

Status Unpacker::write(archive_entry* entry, const std::string& path) {
  const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
  // The owner can always read and remove it, nobody else can write, no set-id bits.
  const auto readable = is_folder ? 0700u : 0600u;
  archive_entry_set_perm(entry, (archive_entry_perm(entry) & 0755u) | readable);
  archive_entry_set_pathname(entry, (folder_ / path).c_str());
  if (archive_write_header(writer_.get(), entry) < ARCHIVE_WARN) return fail(not_written(path));
  CK_CHECK(copy_data(path));
  if (archive_write_finish_entry(writer_.get()) < ARCHIVE_WARN) return fail(not_written(path));
  return {};
}

Status Unpacker::unpack_entry(archive_entry* entry) {
  CK_CHECK(cancel_.check());
  CK_TRY(name, name_of(entry));
  CK_CHECK(check_size(entry, name));
  CK_CHECK(check_type(entry, name));
  const auto path = strip_parts(name, options_.strip);
  if (!path || path->empty() || !is_wanted(name)) return {};
  CK_CHECK(check_parents(*path));
  CK_CHECK(prepare_links(entry, *path));
  CK_CHECK(write(entry, *path));
  ++kept_;
  last_good_ = name;
  return {};
}

Status Unpacker::run() {
  writer_.reset(archive_write_disk_new());
  archive_write_disk_set_options(
      writer_.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_UNLINK |
                         ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT);
  archive_entry* entry = nullptr;
  while (true) {
    const int code = archive_read_next_header(reader_, &entry);
    if (code == ARCHIVE_EOF) break;
    if (code < ARCHIVE_WARN) return fail(damaged(reason_of(reader_)));
    CK_CHECK(unpack_entry(entry));
  }
  if (archive_write_close(writer_.get()) < ARCHIVE_WARN) return fail(not_written(last_good_));
  if (kept_ > 0 || entries_ == 0 || (options_.only.empty() && options_.strip == 0)) return {};
  return fail(Error(ErrorCode::not_found,
                    "nothing in the archive " + source_.string() + " is left after stripping " +
                        std::to_string(options_.strip) + " path parts and by " +
                        std::to_string(options_.only.size()) + " patterns"));
}

Result<fs::path> existing_folder(const fs::path& folder) {
  std::error_code failed;
  fs::path canonical = fs::canonical(folder, failed);
  if (failed) return fail(system_error("unpack to " + folder.string(), failed.value()));
  return canonical;
}

class LibArchive final : public Archives {
 public:
  Status unpack(const fs::path& archive, const fs::path& folder, const UnpackOptions& options,
                const Cancel& cancel) override {
    const Utf8Names names;
    CK_TRY(target, existing_folder(folder));
    CK_TRY(reader, open_archive(archive));
    return Unpacker(reader.get(), archive, target, options, cancel, Links::as_written).run();
  }

  Status unpack_debian(const fs::path& package, const fs::path& folder,
                       const UnpackOptions& options, const Cancel& cancel) override {
    const Utf8Names names;
    CK_TRY(target, existing_folder(folder));
    CK_TRY(data, DebianData::open(package));
    return Unpacker(data->tar(), package, target, options, cancel, Links::absolute_below_top).run();
  }

  Status pack(const fs::path& folder, const fs::path& archive, const Cancel& cancel) override {
    return pack_folder(folder, archive, cancel);
  }
};

}  // namespace

std::unique_ptr<Archives> make_archives() { return std::make_unique<LibArchive>(); }

}  // namespace ck::sys
