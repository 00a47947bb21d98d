#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace ck::sys {
namespace {

/// One descriptor is open for each level; no honest tree comes near.
constexpr int kMaxDepth = 256;
constexpr std::size_t kBufferBytes = 256u << 10;

struct Hashed {
  std::string sha256;
  std::uint64_t size_bytes = 0;
};

Result<Hashed> hash_descriptor(int descriptor, std::vector<char>& buffer, const fs::path& file,
                               const Cancel& cancel) {
  Sha256 hash;
  Hashed result;
  for (;;) {
    CK_CHECK(cancel.check());
    const auto count =
        uninterrupted([&] { return ::read(descriptor, buffer.data(), buffer.size()); });
    if (count < 0) return fail(system_error("read " + shown(file), errno));
    if (count == 0) break;
    hash.update(buffer.data(), static_cast<std::size_t>(count));
    result.size_bytes += static_cast<std::uint64_t>(count);
  }
  result.sha256 = hash.finish();
  return result;
}

Error too_deep(const fs::path& folder) {
  return Error(ErrorCode::unsupported, "folders are nested more than " + std::to_string(kMaxDepth) +
                                           " deep at " + shown(folder));
}

/// Walks one tree with descriptors only, so that no component can be swapped for a link on the way.
class Lister {
 public:
  Lister(const fs::path& root, const TreeOptions& options, const Cancel& cancel)
      : root_(root), options_(options), cancel_(cancel), buffer_(options.hash ? kBufferBytes : 0) {}

  Status walk(int folder, const std::string& prefix, int depth);
  std::vector<TreeEntry> take() && { return std::move(entries_); }

 private:
  bool skipped(const std::string& name) const {
    const auto& names = options_.skip_names;
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  Status add(int folder, const std::string& name, std::string path, int depth);
  Status add_folder(int parent, const std::string& name, std::string path, int depth);
  Status add_file(int folder, const std::string& name, TreeEntry entry);
  Status add_link(int folder, const std::string& name, TreeEntry entry);

  const fs::path& root_;
  const TreeOptions& options_;
  const Cancel& cancel_;
  std::vector<char> buffer_;
  std::vector<TreeEntry> entries_;
};

Status Lister::walk(int folder, const std::string& prefix, int depth) {
  if (depth > kMaxDepth) return fail(too_deep(root_ / prefix));
  CK_TRY(names, entry_names(folder));
  for (const auto& name : names) {
    if (!skipped(name)) CK_CHECK(add(folder, name, prefix + name, depth));
  }
  return {};
}

Status Lister::add(int folder, const std::string& name, std::string path, int depth) {
  CK_CHECK(cancel_.check());
  struct stat status {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail(system_error("look at " + shown(root_ / path), errno));
  }
  TreeEntry entry;
  entry.path = std::move(path);
  switch (status.st_mode & S_IFMT) {
    case S_IFDIR:
      return add_folder(folder, name, std::move(entry.path), depth);
    case S_IFLNK:
      return add_link(folder, name, std::move(entry));
    case S_IFREG:
      entry.executable = (status.st_mode & S_IXUSR) != 0;
      entry.size_bytes = static_cast<std::uint64_t>(status.st_size);
      return add_file(folder, name, std::move(entry));
    default:
      return fail(Error(ErrorCode::denied, shown(root_ / entry.path) +
                                               " is neither a file, a folder nor a symbolic link")
                      .hint("remove the device, socket or FIFO"));
  }
}

Status Lister::add_folder(int parent, const std::string& name, std::string path, int depth) {
  const Descriptor folder = open_folder_at(parent, name);
  if (!folder) return fail(system_error("open the folder " + shown(root_ / path), errno));
  TreeEntry entry;
  entry.path = std::move(path);
  entry.kind = TreeEntry::Kind::directory;
  const std::string prefix = entry.path + '/';
  entries_.push_back(std::move(entry));
  return walk(folder.get(), prefix, depth + 1);
}

Status Lister::add_file(int folder, const std::string& name, TreeEntry entry) {
  if (options_.hash) {
    const fs::path file = root_ / entry.path;
    // O_NONBLOCK: should the file have become a FIFO since it was looked at, do not wait for it.
    const Descriptor descriptor(uninterrupted([&] {
      return ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    }));
    if (!descriptor) return fail(system_error("read " + shown(file), errno));
    CK_TRY(hashed, hash_descriptor(descriptor.get(), buffer_, file, cancel_));
    entry.sha256 = std::move(hashed.sha256);
    entry.size_bytes = hashed.size_bytes;
  }
  entries_.push_back(std::move(entry));
  return {};
}

Status Lister::add_link(int folder, const std::string& name, TreeEntry entry) {
  std::array<char, PATH_MAX> target{};
  const auto size = ::readlinkat(folder, name.c_str(), target.data(), target.size());
  if (size < 0) return fail(system_error("read the link " + shown(root_ / entry.path), errno));
  entry.kind = TreeEntry::Kind::symlink;
  entry.target.assign(target.data(), static_cast<std::size_t>(size));
  entry.size_bytes = entry.target.size();
  if (options_.hash) entry.sha256 = sha256_hex(entry.target);
  entries_.push_back(std::move(entry));
  return {};
}

/// The path on one line whatever it contains, as sha256sum writes it: no name can look like two
/// lines of a listing.
std::string on_one_line(const std::string& path) {
  std::string text;
  for (const char character : path) {
    if (character == '\n') {
      text += "\\n";
    } else if (character == '\\') {
      text += "\\\\";
    } else {
      text += character;
    }
  }
  return text;
}

std::string listing_line(const TreeEntry& entry) {
  const std::string hash = entry.sha256.empty() ? "-" : entry.sha256;
  const std::string end = hash + ' ' + on_one_line(entry.path) + '\n';
  switch (entry.kind) {
    case TreeEntry::Kind::directory:
      return "directory 755 " + end;
    case TreeEntry::Kind::symlink:
      return "symlink 777 " + end;
    case TreeEntry::Kind::file:
      break;
  }
  return (entry.executable ? "file 755 " : "file 644 ") + end;
}

Status protect_below(int folder, int depth) {
  if (depth > kMaxDepth) return fail(too_deep(path_of(folder)));
  CK_TRY(names, entry_names(folder));
  for (const auto& name : names) {
    struct stat status {};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return fail(system_error("look at " + shown(path_of(folder) / name), errno));
    }
    if (S_ISDIR(status.st_mode)) {
      const Descriptor inner = open_folder_at(folder, name);
      if (!inner) return fail(system_error("open " + shown(path_of(folder) / name), errno));
      CK_CHECK(protect_below(inner.get(), depth + 1));
    }
    if (S_ISLNK(status.st_mode)) continue;
    const mode_t mode = status.st_mode & 07777 & ~mode_t{S_IWUSR | S_IWGRP | S_IWOTH};
    // NOFOLLOW: the entry may have become a link since it was looked at.
    if (::fchmodat(folder, name.c_str(), mode, AT_SYMLINK_NOFOLLOW) != 0) {
      return fail(system_error("make read-only " + shown(path_of(folder) / name), errno));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<TreeEntry>> list_tree(const fs::path& root, const TreeOptions& options,
                                         const Cancel& cancel) {
  const Descriptor folder = open_folder(root);
  if (!folder) return fail(system_error("open the folder " + shown(root), errno));
  Lister lister(root, options, cancel);
  CK_CHECK(lister.walk(folder.get(), "", 1));
  auto entries = std::move(lister).take();
  std::sort(entries.begin(), entries.end(),
            [](const TreeEntry& a, const TreeEntry& b) { return a.path < b.path; });
  return entries;
}

std::string tree_hash(const std::vector<TreeEntry>& entries) {
  std::vector<const TreeEntry*> sorted;
  sorted.reserve(entries.size());
  for (const auto& entry : entries) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](const TreeEntry* a, const TreeEntry* b) { return a->path < b->path; });
  Sha256 hash;
  for (const auto* entry : sorted) hash.update(listing_line(*entry));
  return hash.finish();
}

Result<std::string> hash_file(const fs::path& file, const Cancel& cancel) {
  const Descriptor descriptor(
      uninterrupted([&] { return ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); }));
  if (!descriptor) return fail(system_error("read " + shown(file), errno));
  std::vector<char> buffer(kBufferBytes);
  CK_TRY(hashed, hash_descriptor(descriptor.get(), buffer, file, cancel));
  return std::move(hashed.sha256);
}

Status make_read_only(const fs::path& root) {
  const Descriptor folder = open_folder(root);
  if (!folder) return fail(system_error("open the folder " + shown(root), errno));
  return protect_below(folder.get(), 1);
}

}  // namespace ck::sys
