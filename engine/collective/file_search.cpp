#include "collective/file_search.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/strings.hpp"
#include "install/found_files.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kNotUsed = "it is neither executed nor sourced";

class Walk {
 public:
  Walk(const FileSearch& search, FolderListings& listings, const sys::Cancel& cancel)
      : search_(search), listings_(listings), cancel_(cancel) {}

  Result<std::vector<fs::path>> run() {
    for (const auto& folder : search_.folders) {
      const auto first = static_cast<std::ptrdiff_t>(found_.size());
      CK_CHECK(enter(folder, search_.depth));
      std::sort(found_.begin() + first, found_.end());
    }
    return std::move(found_);
  }

 private:
  /// A folder that was met before, then with fewer levels `left` to go down, is gone through again:
  /// for what lies too deep below it, not for what it holds itself.
  Status enter(const fs::path& folder, int left) {
    CK_CHECK(cancel_.check());
    const auto* listing = listings_.of(folder);
    if (listing == nullptr) return {};  // what cannot be read cannot be used either
    const auto [entered, is_new] = entered_.emplace(listing->identity, left);
    if (!is_new && entered->second >= left) return {};
    entered->second = left;
    if (is_new && with_folder_) match_below(folder, *listing);
    std::vector<std::string> below;
    for (const auto& entry : listing->entries) {
      if (is_new && !with_folder_ && matches(entry.name) && (!entry.folder || search_.directories))
        found_.push_back(folder / entry.name);
      if (entry.folder && left > 0) below.push_back(entry.name);
    }
    for (const auto& name : below) CK_CHECK(enter(folder / name, left - 1));
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
  std::map<std::pair<dev_t, ino_t>, int> entered_;  ///< with how many levels left
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

bool is_library_or_header(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.ends_with(".so") || name.find(".so.") != std::string::npos) return true;
  const std::string ending = file.extension().string();
  return ending == ".a" || ending == ".la" || ending == ".h" || ending == ".hpp";
}

/// Who may write to a folder may put another file into the place of this one.
Status check_folders(const fs::path& file) {
  for (fs::path folder = file.parent_path();; folder = folder.parent_path()) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0)
      return fail(ErrorCode::not_found, "it cannot be read");
    if ((status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0) {
      return fail(ErrorCode::denied, "everybody may write to the folder " +
                                         printable(folder.string()) + ": " + std::string(kNotUsed));
    }
    if (!folder.has_relative_path()) return {};
  }
}

/// Whose files will do: this user's and root's, or those of whoever keeps the software here.
enum class Owners { trusted, all };

Status check_writers(const fs::path& file, Owners owners) {
  std::error_code missing;
  const fs::path real = fs::canonical(file, missing);
  if (missing) return fail(ErrorCode::not_found, "there is no such file");
  struct stat status {};
  if (::stat(real.c_str(), &status) != 0) return fail(ErrorCode::not_found, "it cannot be read");
  const auto is_strangers = [&] {
    return owners == Owners::trusted && status.st_uid != 0 && status.st_uid != ::geteuid();
  };
  if ((status.st_mode & S_IWOTH) != 0)
    return fail(ErrorCode::denied, "everybody may write to it: " + std::string(kNotUsed));
  if (is_strangers())
    return fail(ErrorCode::denied, "it belongs to another user: " + std::string(kNotUsed));
  CK_CHECK(check_folders(real));
  // A link can be turned elsewhere: its owner and its folders count too.
  if (::lstat(file.c_str(), &status) != 0) return fail(ErrorCode::not_found, "it cannot be read");
  if (is_strangers())
    return fail(ErrorCode::denied, "the link belongs to another user: " + std::string(kNotUsed));
  return check_folders(fs::absolute(file, missing));
}

}  // namespace

Result<std::vector<fs::path>> find_files(const FileSearch& search, FolderListings& listings,
                                         const sys::Cancel& cancel) {
  return Walk(search, listings, cancel).run();
}

Status check_owner(const fs::path& file) { return check_writers(file, Owners::trusted); }

Status check_shown(const fs::path& file) {
  return check_writers(file, is_library_or_header(file) ? Owners::all : Owners::trusted);
}

Status check_place(const fs::path& file, const std::vector<fs::path>& trusted) {
  if (is_below(file, trusted)) return {};
  if (lies_among(file, {"share", "doc", "man", "include", "completions", "overrides"}) ||
      !lies_among(file, {"bin", "sbin", "libexec", "lib", "opt"}))
    return fail(ErrorCode::denied, "it does not lie where programs lie: " + std::string(kNotUsed) +
                                       " (--full_path= names it)");
  return {};
}

Status check_runnable(const fs::path& file, const std::vector<fs::path>& trusted) {
  std::error_code missing;
  const fs::path real = fs::canonical(file, missing);
  if (missing) return fail(ErrorCode::not_found, "there is no such file");
  CK_CHECK(install::check_executable(real));
  CK_CHECK(check_owner(file));
  return check_place(file, trusted);
}

Status check_asked(const fs::path& file, const std::vector<fs::path>& trusted) {
  CK_CHECK(check_shown(file));
  return is_library_or_header(file) ? Status() : check_place(file, trusted);
}

}  // namespace ck::collective
