#include "catalog/scan.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "catalog/looking.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

/// What in a kind folder may be a component.
Result<std::vector<Entry>> list_entries(const fs::path& folder) {
  CK_TRY(listed, sub_folders(folder));
  std::vector<Entry> entries(listed.size());
  for (std::size_t at = 0; at < listed.size(); ++at) {
    entries[at].name = std::move(listed[at].name);
    entries[at].link = listed[at].link;
  }
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

/// Looks at all entries and tells which have to be read.
std::vector<std::size_t> look_at_entries(EntryLooker looker, std::vector<Entry>& entries,
                                         std::int64_t now_ns) {
  std::vector<std::size_t> changed;
  for (std::size_t at = 0; at < entries.size(); ++at) {
    Entry& entry = entries[at];
    const Look descriptor = looker.descriptor(entry.name);
    const Look alias = looker.has_alias(entry.name, descriptor) ? looker.alias(entry.name) : Look{};
    entry.linked = entry.link || descriptor.link || alias.link;
    const bool same = entry.settled && !entry.linked && entry.descriptor == descriptor.stamp &&
                      entry.alias == alias.stamp;
    if (same) continue;
    entry.descriptor = descriptor.stamp;
    entry.alias = alias.stamp;
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

bool is_settled(const Stamp& stamp, std::int64_t now_ns) {
  // File systems that count in nanoseconds take the time of the last timer tick, at most 10 ms
  // ago; others count in whole or even seconds.
  constexpr std::int64_t kMillisecond = 1'000'000;
  const bool fine = stamp.ctime_ns % kMillisecond != 0;
  return stamp.ctime_ns + (fine ? 100 : 2100) * kMillisecond < now_ns;
}

Layout layout_of(Format format, std::string_view kind_folder) {
  if (format == Format::native) return Layout::native;
  const bool below = kind_folder.find('/') < kind_folder.size() - 1;
  return below ? Layout::ck_split : Layout::ck;
}

bool holds_split_folders(Format format, std::string_view kind_folder) {
  return format == Format::ck && kind_folder.ends_with('/');
}

Result<FolderScan> scan_folder(const fs::path& folder, Layout layout, FolderState known,
                               std::int64_t now_ns) {
  const FolderHandle handle(folder);
  auto stamps = look_at_folder(handle, layout);
  if (!stamps) {
    return fail(system_error("look at the folder " + printable(folder.string()), errno));
  }
  stamps->settled =
      !stamps->linked && is_settled(stamps->folder, now_ns) && is_settled(stamps->aliases, now_ns);
  FolderScan scan;
  scan.differs = !known.stamps.settled || stamps->folder != known.stamps.folder ||
                 stamps->aliases != known.stamps.aliases;
  scan.state.stamps = *stamps;
  if (scan.differs) {
    CK_TRY(entries, list_entries(folder));
    carry_over(known.entries, entries, scan.removed);
    scan.state.entries = std::move(entries);
  } else {
    scan.state.entries = std::move(known.entries);
  }
  scan.changed = look_at_entries({handle.number(), layout}, scan.state.entries, now_ns);
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
