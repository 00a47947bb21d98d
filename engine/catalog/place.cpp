#include "catalog/place.hpp"

#include <system_error>

#include "base/strings.hpp"
#include "catalog/scan.hpp"

namespace ck::catalog {
namespace {

/// What of `path` lies below `folder`; nothing if it is not inside.
std::optional<std::string> below(const std::string& path, const std::string& folder) {
  if (path == folder) return std::string();
  if (!path.starts_with(folder + "/")) return std::nullopt;
  return path.substr(folder.size() + 1);
}

/// The innermost repository that holds the folder.
const Repository* repository_around(const std::string& folder,
                                    const std::vector<Repository>& repositories) {
  const Repository* found = nullptr;
  for (const Repository& one : repositories) {
    const bool inner = found == nullptr || one.path.native().size() > found->path.native().size();
    if (inner && below(folder, one.path.native())) found = &one;
  }
  return found;
}

Error in_no_repository(const fs::path& folder) {
  Error error(ErrorCode::not_found,
              "the folder " + printable(folder.string()) + " is in no registered repository");
  std::error_code ignored;
  for (fs::path at = folder; at != at.parent_path(); at = at.parent_path()) {
    if (!fs::exists(at / "ck-repo.json", ignored) && !fs::exists(at / ".ckr.json", ignored))
      continue;
    return error.hint("register the one around it with: ck import repo --path=" +
                      shell_quoted(at.string()));
  }
  return error.hint("'ck ls repo' lists the repositories");
}

bool is_component(const fs::path& folder, Format format) {
  std::error_code ignored;
  return fs::exists(folder / (format == Format::native ? "ck.json" : ".cm"), ignored);
}

}  // namespace

Result<Place> place_of(const fs::path& folder, const std::vector<Repository>& repositories) {
  const Repository* repository = repository_around(folder.native(), repositories);
  if (repository == nullptr) return fail(in_no_repository(folder));
  Place place{repository->name, {}, {}};
  const std::string inside = *below(folder.native(), repository->path.native());
  std::vector<BrokenComponent> unused;
  std::size_t longest = 0;
  for (const KindFolder& one : list_kind_folders(repository->path, repository->format, unused)) {
    const bool only_folders = holds_split_folders(repository->format, one.path);
    const std::string path = one.path.substr(0, one.path.size() - (only_folders ? 1 : 0));
    const auto rest = below(inside, path);
    if (!rest || path.size() <= longest) continue;
    longest = path.size();
    place.kind = one.kind;
    const std::string name = rest->substr(0, rest->find('/'));
    const bool component = !only_folders && !name.empty() &&
                           is_component(repository->path / path / name, repository->format);
    place.name = component ? name : "";
  }
  return place;
}

}  // namespace ck::catalog
