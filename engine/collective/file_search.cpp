#include "collective/file_search.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "install/found_files.hpp"

namespace ck::collective {
namespace {

class Walk {
 public:
  Walk(const FileSearch& search, FolderListings& listings, const sys::Cancel& cancel)
      : search_(search), listings_(listings), cancel_(cancel) {}

  Result<std::vector<fs::path>> run() {
    for (const auto& folder : search_.folders) {
      const auto first = static_cast<std::ptrdiff_t>(found_.size());
      CK_CHECK(enter(folder, 0));
      std::sort(found_.begin() + first, found_.end());
    }
    return std::move(found_);
  }

 private:
  Status enter(const fs::path& folder, int depth) {
    CK_CHECK(cancel_.check());
    const auto* listing = listings_.of(folder);
    if (listing == nullptr) return {};  // what cannot be read cannot be used either
    if (!entered_.insert(listing->identity).second) return {};
    if (with_folder_) match_below(folder, *listing);
    std::vector<std::string> below;
    for (const auto& entry : listing->entries) {
      if (!with_folder_ && matches(entry.name) && (!entry.folder || search_.directories))
        found_.push_back(folder / entry.name);
      if (entry.folder && depth < search_.depth) below.push_back(entry.name);
    }
    for (const auto& name : below) CK_CHECK(enter(folder / name, depth + 1));
    return {};
  }

  bool matches(const std::string& name) const {
    return pattern_ ? wildcard_match(search_.name, name) : search_.name == name;
  }

  /// "part/name" is looked for below every folder met.
  void match_below(const fs::path& folder, const FolderListings::Listing& listing) {
    const bool listed = std::ranges::find(listing.entries, first_part_,
                                          &FolderListings::Entry::name) != listing.entries.end();
    if (!listed && !first_part_.empty() && !first_part_.starts_with('.')) return;
    std::error_code missing;
    const fs::path file = folder / search_.name;
    if (!fs::exists(file, missing)) return;
    if (search_.directories || !fs::is_directory(file, missing)) found_.push_back(file);
  }

  const FileSearch& search_;
  FolderListings& listings_;
  const sys::Cancel& cancel_;
  const bool pattern_ = search_.name.find_first_of("*?") != std::string::npos;
  const bool with_folder_ = !pattern_ && search_.name.find('/') != std::string::npos;
  const std::string first_part_ = search_.name.substr(0, search_.name.find('/'));
  std::set<std::pair<dev_t, ino_t>> entered_;
  std::vector<fs::path> found_;
};

bool is_below(const fs::path& file, const std::vector<fs::path>& folders) {
  return std::ranges::any_of(folders, [&](const fs::path& folder) {
    const auto relative = file.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
  });
}

bool lies_among(const fs::path& file, const std::vector<std::string>& names) {
  return std::ranges::any_of(file.parent_path(), [&](const fs::path& part) {
    return std::ranges::find(names, part.string()) != names.end();
  });
}

/// Who may write to a folder may put another file into the place of this one.
Status check_folders(const fs::path& file) {
  for (fs::path folder = file.parent_path();; folder = folder.parent_path()) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0)
      return fail(ErrorCode::not_found, "it cannot be read");
    if ((status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0) {
      return fail(ErrorCode::denied, "everybody may write to the folder " +
                                         printable(folder.string()) + ": it is not executed");
    }
    if (!folder.has_relative_path()) return {};
  }
}

}  // namespace

Result<std::vector<fs::path>> find_files(const FileSearch& search, FolderListings& listings,
                                         const sys::Cancel& cancel) {
  return Walk(search, listings, cancel).run();
}

Status check_runnable(const fs::path& file, const std::vector<fs::path>& trusted) {
  std::error_code missing;
  const fs::path real = fs::canonical(file, missing);
  if (missing) return fail(ErrorCode::not_found, "there is no such file");
  CK_CHECK(install::check_executable(real));
  struct stat status {};
  if (::stat(real.c_str(), &status) != 0) return fail(ErrorCode::not_found, "it cannot be read");
  if ((status.st_mode & S_IWOTH) != 0)
    return fail(ErrorCode::denied, "everybody may write to it: it is not executed");
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return fail(ErrorCode::denied, "it belongs to another user: it is not executed");
  CK_CHECK(check_folders(real));
  if (is_below(file, trusted)) return {};
  if (lies_among(file, {"share", "doc", "man", "include", "completions", "overrides"}) ||
      !lies_among(file, {"bin", "sbin", "libexec", "lib", "opt"}))
    return fail(ErrorCode::denied,
                "it does not lie where programs lie: it is not executed (--full_path= names it)");
  return {};
}

}  // namespace ck::collective
