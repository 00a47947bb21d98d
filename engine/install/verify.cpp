#include "install/verify.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "base/sha256.hpp"
#include "base/strings.hpp"

namespace ck::install {
namespace {

using sys::TreeEntry;

constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kShownHash = 12;
constexpr std::string_view kOwn = ".ck";

std::string_view name_of(TreeEntry::Kind kind) {
  constexpr std::string_view kNames[] = {"a file", "a folder", "a link"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool is_own(const std::string& path) {
  return path == kOwn || path.starts_with(std::string(kOwn) + "/");
}

bool writable(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && !S_ISLNK(status.st_mode) &&
         (status.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) != 0;
}

/// The comparison of one environment with its manifest.
class Check {
 public:
  Check(const Environment& environment, fs::path folder, const sys::Cancel& cancel)
      : folder_(std::move(folder)), cancel_(cancel) {
    result_.environment = environment;
  }

  Result<Verification> built() {
    const auto manifest = read_manifest(folder_);
    if (!manifest) {
      add(Damage::Kind::record, ".ck/manifest.json", manifest.error().message);
      return std::move(result_);
    }
    check_record(*manifest);
    auto entries = sys::list_tree(folder_, {}, cancel_);
    if (!entries) {
      if (entries.error().code == ErrorCode::interrupted) return fail(std::move(entries.error()));
      add(Damage::Kind::changed, "", entries.error().message);
      return std::move(result_);
    }
    std::erase_if(*entries, [](const TreeEntry& entry) { return is_own(entry.path); });
    compare(manifest->files, *entries);
    return std::move(result_);
  }

  /// The file that detected software was recognised by.
  Result<Verification> detected() {
    const auto& record = result_.environment.record;
    const auto hash = sys::hash_file(record.file, cancel_);
    if (!hash && hash.error().code == ErrorCode::interrupted) return fail(Error(hash.error()));
    std::error_code unknown;
    const bool folder = fs::is_directory(record.file, unknown);
    if (!hash && !folder) {
      add(Damage::Kind::missing, record.file, hash.error().message);
    } else if (hash && !record.file_sha256.empty() && *hash != record.file_sha256) {
      add(Damage::Kind::changed, record.file,
          "it is not the file of version " + record.version +
              " any more: " + differs(record.file_sha256, *hash));
    }
    ++result_.files;
    result_.bytes += hash ? fs::file_size(record.file, unknown) : 0;
    return std::move(result_);
  }

 private:
  void add(Damage::Kind kind, const std::string& path, std::string detail) {
    result_.damage.push_back({kind, path, std::move(detail)});
  }

  static std::string differs(const std::string& recorded, const std::string& now) {
    return "sha256 " + now.substr(0, kShownHash) + "… instead of " +
           recorded.substr(0, kShownHash) + "…";
  }

  void check_record(const Manifest& manifest) {
    const auto& id = result_.environment.record.id;
    if (manifest.record.id != id)
      add(Damage::Kind::record, ".ck/manifest.json", "it is that of " + manifest.record.id);
    const auto inputs = sys::read_file(inputs_file(folder_));
    if (!inputs) {
      add(Damage::Kind::record, ".ck/inputs", inputs.error().message);
    } else if (sha256_hex(*inputs).substr(0, kIdDigits) != id) {
      add(Damage::Kind::record, ".ck/inputs", "its hash is not the id");
    }
  }

  void compare(const std::vector<TreeEntry>& recorded, const std::vector<TreeEntry>& found) {
    std::map<std::string_view, const TreeEntry*> by_path;
    for (const auto& entry : found) by_path.emplace(entry.path, &entry);
    for (const auto& entry : recorded) {
      const auto now = by_path.find(entry.path);
      if (now == by_path.end()) {
        add(Damage::Kind::missing, entry.path, std::string(name_of(entry.kind)));
        continue;
      }
      compare(entry, *now->second);
      by_path.erase(now);
    }
    for (const auto& [path, entry] : by_path)
      add(Damage::Kind::extra, std::string(path), std::string(name_of(entry->kind)));
    std::ranges::stable_sort(result_.damage, {}, &Damage::path);
  }

  void compare(const TreeEntry& recorded, const TreeEntry& now) {
    if (recorded.kind != now.kind) {
      add(Damage::Kind::changed, now.path,
          std::string(name_of(now.kind)) + " instead of " + std::string(name_of(recorded.kind)));
      return;
    }
    if (recorded.kind == TreeEntry::Kind::symlink && recorded.target != now.target) {
      add(Damage::Kind::changed, now.path,
          "leads to " + now.target + " instead of " + recorded.target);
    }
    if (recorded.kind == TreeEntry::Kind::file) {
      ++result_.files;
      result_.bytes += now.size_bytes;
      if (recorded.sha256 != now.sha256)
        add(Damage::Kind::changed, now.path, differs(recorded.sha256, now.sha256));
      if (recorded.executable != now.executable)
        add(Damage::Kind::permissions, now.path,
            now.executable ? "executable, which it was not" : "not executable any more");
    }
    if (writable(folder_ / now.path))
      add(Damage::Kind::permissions, now.path, "writable, which it was not");
  }

  fs::path folder_;
  const sys::Cancel& cancel_;
  Verification result_;
};

}  // namespace

std::string_view name_of(Damage::Kind kind) {
  constexpr std::string_view kNames[] = {"changed", "missing", "extra", "permissions", "record"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<Verification> verify(const Environment& environment, const catalog::Home& home,
                            const sys::Cancel& cancel) {
  const fs::path folder = home.environment(environment.record.id);
  const bool built = environment.record.origin == store::EnvironmentRecord::Origin::built;
  std::error_code ignored;
  // What CK's detection found also has a folder, with the scripts that describe it.
  if (built || fs::exists(folder, ignored)) {
    CK_TRY(result, Check(environment, folder, cancel).built());
    if (built) return std::move(result);
    CK_TRY(file, Check(environment, folder, cancel).detected());
    result.damage.insert(result.damage.end(), file.damage.begin(), file.damage.end());
    result.files += file.files;
    result.bytes += file.bytes;
    return std::move(result);
  }
  return Check(environment, folder, cancel).detected();
}

}  // namespace ck::install
