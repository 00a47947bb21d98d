#include "catalog/scan.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>
#include <unordered_map>

#include "base/strings.hpp"
#include "catalog/packing.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

/// An open folder, by which others are reached.
class FolderHandle {
 public:
  explicit FolderHandle(const fs::path& folder)
      : number_(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
  FolderHandle(const FolderHandle& parent, const char* name)
      : number_(::openat(parent.number_, name, O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
  FolderHandle(const FolderHandle&) = delete;
  FolderHandle& operator=(const FolderHandle&) = delete;
  ~FolderHandle() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

struct Look {
  Stamp stamp;
  bool link = false;
};

/// The last component of `path` is not followed if it is a link.
Look look_at(int folder, const char* path) {
  struct stat status {};
  if (::fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0) {
    return {stamp_of(status), S_ISLNK(status.st_mode)};
  }
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return {Stamp{0, 0, -errno, 0}, false};
}

/// Looks at the files of entries, reusing one buffer for their paths.
class EntryLooker {
 public:
  EntryLooker(int folder, int aliases, Format format)
      : folder_(folder), aliases_(aliases), format_(format) {}

  /// Sets stamps and links to what they are now.
  void look(Entry& entry) {
    const Look found = look_at_descriptor(entry.name);
    entry.descriptor = found.stamp;
    entry.linked = entry.link || found.link;
    entry.alias = {};
    if (format_ != Format::ck || !found.stamp.exists() || model::is_uid(entry.name)) return;
    path_.assign("alias-a-").append(entry.name);
    const Look alias = look_at(aliases_, path_.c_str());
    entry.alias = alias.stamp;
    entry.linked = entry.linked || alias.link;
  }

 private:
  Look look_at_descriptor(const std::string& name) {
    if (format_ == Format::native) return look_at_file(name, "/ck.json");
    const Look meta = look_at_file(name, "/.cm/meta.json");
    // The name that old versions of CK wrote.
    return meta.stamp == Stamp{} ? look_at_file(name, "/.cm/data.json") : meta;
  }
  Look look_at_file(const std::string& name, const char* file) {
    path_.assign(name).append(file);
    return look_at(folder_, path_.c_str());
  }

  int folder_;
  int aliases_;
  Format format_;
  std::string path_;
};

/// Calls `work(begin, end)` for 0 … size, in two threads when that pays.
template <typename Work>
void for_halves(std::size_t size, Work work) {
  constexpr std::size_t kWorthAThread = 2000;
  const std::size_t half = size < kWorthAThread ? 0 : size / 2;
  std::thread second;
  try {
    if (half > 0) second = std::thread(work, std::size_t{0}, half);
  } catch (const std::system_error&) {
    work(std::size_t{0}, half);  // no thread to be had: slower, not wrong
  }
  work(half, size);
  if (second.joinable()) second.join();
}

/// Names in a kind folder that may be components.
Result<std::vector<Entry>> list_entries(const fs::path& folder) {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    const bool linked = at->is_symlink(ignored);
    if (!linked && !at->is_directory(ignored)) continue;
    Entry entry;
    entry.name = at->path().filename().string();
    entry.link = linked;
    if (!entry.name.starts_with('.')) entries.push_back(std::move(entry));
  }
  if (error)
    return fail(system_error("list the folder " + printable(folder.string()), error.value()));
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

/// Puts what is known into freshly listed entries (both sorted by name), or notes that it is gone.
void carry_over(const std::vector<Entry>& known, std::vector<Entry>& entries,
                std::vector<std::string>& removed) {
  auto at = entries.begin();
  for (const Entry& old : known) {
    at =
        std::find_if(at, entries.end(), [&](const Entry& entry) { return entry.name >= old.name; });
    if (at == entries.end() || at->name != old.name) {
      removed.push_back(old.name);
      continue;
    }
    const bool link = at->link;
    *at = old;
    at->link = link;
    // A link that became a folder has to be judged anew, even if it leads to the same file.
    if (old.link != link) at->settled = false;
  }
}

/// Looks at the entries from `begin` to `end` and tells which have to be read.
std::vector<std::size_t> look_at_entries(EntryLooker looker, std::vector<Entry>& entries,
                                         std::size_t begin, std::size_t end, std::int64_t now_ns) {
  std::vector<std::size_t> changed;
  for (std::size_t at = begin; at < end; ++at) {
    Entry& entry = entries[at];
    const Stamp descriptor = entry.descriptor;
    const Stamp alias = entry.alias;
    const bool settled = entry.settled;
    looker.look(entry);
    if (settled && !entry.linked && entry.descriptor == descriptor && entry.alias == alias)
      continue;
    entry.settled = is_settled(entry.descriptor, now_ns) && is_settled(entry.alias, now_ns);
    changed.push_back(at);
  }
  return changed;
}

/// Whether the kernel reaches the file without passing any symbolic link.
bool is_free_of_links(const fs::path& root, const std::string& relative) {
  const FolderHandle folder(root);
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;
  const long number = ::syscall(SYS_openat2, folder.number(), relative.c_str(), &how, sizeof how);
  if (number < 0) return false;
  ::close(static_cast<int>(number));
  return true;
}

}  // namespace

Stamp stamp_of(const struct stat& status) {
  return {nanoseconds(status.st_mtim), nanoseconds(status.st_ctim), status.st_size, status.st_ino};
}

bool is_settled(const Stamp& stamp, std::int64_t now_ns) {
  // File systems that count in nanoseconds take the time of the last timer tick, at most 10 ms
  // ago; others count in whole or even seconds.
  constexpr std::int64_t kMillisecond = 1'000'000;
  const bool fine = stamp.ctime_ns % kMillisecond != 0;
  return stamp.ctime_ns + (fine ? 100 : 2100) * kMillisecond < now_ns;
}

std::string pack(const FolderState& state) {
  Packer packer;
  packer.put(state.stamp);
  packer.put(state.settled);
  for (const Entry& entry : state.entries) {
    const bool has_alias = entry.alias != Stamp{};
    packer.put_text(entry.name);
    packer.put(static_cast<std::uint8_t>((entry.linked ? 1 : 0) | (entry.settled ? 2 : 0) |
                                         (has_alias ? 4 : 0) | (entry.link ? 8 : 0)));
    packer.put(entry.descriptor);
    if (has_alias) packer.put(entry.alias);
  }
  return packer.bytes();
}

std::optional<FolderState> unpack_folder(std::string_view bytes) {
  Unpacker unpacker(bytes);
  FolderState state;
  state.stamp = unpacker.get<Stamp>();
  state.settled = unpacker.get<bool>();
  state.entries.reserve(bytes.size() / (sizeof(Stamp) + 16));
  while (unpacker.ok() && !unpacker.at_end()) {
    Entry& entry = state.entries.emplace_back();
    entry.name = unpacker.get_text();
    const auto flags = unpacker.get<std::uint8_t>();
    entry.linked = (flags & 1) != 0;
    entry.settled = (flags & 2) != 0;
    entry.link = (flags & 8) != 0;
    entry.descriptor = unpacker.get<Stamp>();
    if ((flags & 4) != 0) entry.alias = unpacker.get<Stamp>();
  }
  if (!unpacker.ok()) return std::nullopt;
  return state;
}

Result<FolderScan> scan_folder(const fs::path& folder, Format format, FolderState known,
                               std::int64_t now_ns) {
  const FolderHandle handle(folder);
  struct stat status {};
  if (!handle || ::fstat(handle.number(), &status) != 0) {
    return fail(system_error("look at the folder " + printable(folder.string()), errno));
  }
  FolderScan scan;
  scan.state.stamp = stamp_of(status);
  scan.state.settled = is_settled(scan.state.stamp, now_ns);
  scan.differs = !known.settled || scan.state.stamp != known.stamp;
  if (scan.differs) {
    CK_TRY(entries, list_entries(folder));
    carry_over(known.entries, entries, scan.removed);
    scan.state.entries = std::move(entries);
  } else {
    scan.state.entries = std::move(known.entries);
  }

  const FolderHandle aliases(handle, ".cm");
  std::vector<std::size_t> first_half;
  std::vector<Entry>& entries = scan.state.entries;
  for_halves(entries.size(), [&](std::size_t begin, std::size_t end) {
    const EntryLooker looker(handle.number(), aliases.number(), format);
    auto& changed = end == entries.size() ? scan.changed : first_half;
    changed = look_at_entries(looker, entries, begin, end, now_ns);
  });
  scan.changed.insert(scan.changed.begin(), first_half.begin(), first_half.end());
  scan.differs = scan.differs || !scan.changed.empty();
  return scan;
}

std::string descriptor_path(const Entry& entry, Format format) {
  return entry.name + (format == Format::native ? "/ck.json" : "/.cm/meta.json");
}

Result<std::string> read_inside(const fs::path& repository, const std::string& relative,
                                std::uint64_t max_bytes) {
  if (is_free_of_links(repository, relative)) {
    return sys::read_file(repository / relative, max_bytes);
  }
  CK_TRY(inside, sys::contained_path(repository, relative));
  return sys::read_file(inside, max_bytes);
}

}  // namespace ck::catalog
