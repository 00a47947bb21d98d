#include "app/lint_files.hpp"

#include <algorithm>
#include <array>

namespace ck::app {
namespace {

using Form = DescriptorFile::Form;

constexpr std::size_t kMostFiles = 200'000;

bool is_file(const fs::path& path) {
  std::error_code missing;
  return fs::is_regular_file(fs::symlink_status(path, missing));
}

/// What a folder says it is.
void add_own(const fs::path& folder, std::vector<DescriptorFile>& files) {
  if (is_file(folder / "ck.json")) files.push_back({Form::component, folder / "ck.json"});
  if (is_file(folder / ".cm/meta.json"))
    files.push_back({Form::collective, folder / ".cm/meta.json"});
  if (is_file(folder / "ck-repo.json"))
    files.push_back({Form::repository, folder / "ck-repo.json"});
  if (is_file(folder / ".ckr.json"))
    files.push_back({Form::collective_repository, folder / ".ckr.json"});
}

Status add_below(const fs::path& folder, std::vector<DescriptorFile>& files) {
  add_own(folder, files);
  std::error_code failed;
  fs::recursive_directory_iterator walk(folder, failed);
  for (; !failed && walk != fs::recursive_directory_iterator(); walk.increment(failed)) {
    std::error_code gone;
    if (!fs::is_directory(walk->symlink_status(gone))) continue;
    if (walk->path().filename().string().starts_with('.')) {
      walk.disable_recursion_pending();
      continue;
    }
    add_own(walk->path(), files);
    if (files.size() > kMostFiles) {
      return fail(ErrorCode::denied, folder.string() + " holds more than " +
                                         std::to_string(kMostFiles) + " descriptors");
    }
  }
  if (failed) return fail(system_error("read " + folder.string(), failed.value()));
  return {};
}

Form form_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name == "meta.json") return Form::collective;
  if (name == ".ckr.json") return Form::collective_repository;
  return name == "ck-repo.json" ? Form::repository : Form::component;
}

}  // namespace

Result<std::vector<DescriptorFile>> descriptor_files(const fs::path& given) {
  std::error_code missing;
  const fs::path path = fs::canonical(given, missing);
  if (missing) return fail(system_error("look at " + given.string(), missing.value()));
  std::vector<DescriptorFile> files;
  if (!fs::is_directory(path, missing)) {
    files.push_back({form_of(path), path});
  } else if (is_file(path / "ck-repo.json")) {
    add_own(path, files);
    for (const char* folder : {"components", "environments", "packages", "programs"}) {
      if (fs::is_directory(fs::symlink_status(path / folder, missing)))
        CK_CHECK(add_below(path / folder, files));
    }
  } else {
    CK_CHECK(add_below(path, files));
  }
  std::ranges::sort(files, {}, &DescriptorFile::file);
  const auto same = [](const auto& a, const auto& b) { return a.file == b.file; };
  files.erase(std::unique(files.begin(), files.end(), same), files.end());
  if (!files.empty()) return files;
  return fail(Error(ErrorCode::not_found, "there is no component below " + path.string())
                  .hint("components are folders with a ck.json, or a .cm/meta.json of CK"));
}

}  // namespace ck::app
