#include <array>
#include <system_error>
#include <utility>

#include "base/strings.hpp"
#include "catalog/looking.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

bool is_folder_inside(const fs::path& repository, const std::string& relative,
                      std::vector<BrokenComponent>& broken) {
  std::error_code ignored;
  const auto type = fs::symlink_status(repository / relative, ignored).type();
  if (type == fs::file_type::directory) return true;
  if (type != fs::file_type::symlink) return false;
  auto inside = sys::contained_path(repository, relative);
  if (inside) return fs::is_directory(*inside, ignored);
  broken.push_back({repository / relative, std::move(inside.error())});
  return false;
}

/// Names of the folders in a folder of the repository, also of those that links lead to inside it.
std::vector<std::string> names_of_folders(const fs::path& repository, const std::string& relative,
                                          std::vector<BrokenComponent>& broken) {
  std::vector<std::string> names;
  auto listed = sub_folders(repository / relative);
  if (!listed) {
    broken.push_back({repository / relative, std::move(listed.error())});
    return names;
  }
  for (SubFolder& one : *listed) {
    const bool inside =
        !one.link ||
        is_folder_inside(repository, relative.empty() ? one.name : relative + "/" + one.name,
                         broken);
    if (inside) names.push_back(std::move(one.name));
  }
  return names;
}

constexpr std::array<model::Kind, 7> kKinds = {
    model::Kind::dataset, model::Kind::model,  model::Kind::software, model::Kind::package,
    model::Kind::program, model::Kind::script, model::Kind::profile};

Error no_kind(const std::string& name) {
  std::vector<std::string> kinds;
  for (const model::Kind kind : kKinds) kinds.emplace_back(model::name_of(kind));
  Error error(ErrorCode::invalid, "the folder 'components/" + printable(name) +
                                      "' has no name of a kind; its components are not listed");
  auto advice = did_you_mean(near_misses(name, kinds));
  error.hint(advice ? *advice : "kinds are: " + join(kinds, ", "));
  return error;
}

std::vector<KindFolder> native_folders(const fs::path& repository,
                                       std::vector<BrokenComponent>& broken) {
  std::vector<KindFolder> folders;
  if (is_folder_inside(repository, "components", broken)) {
    for (const std::string& name : names_of_folders(repository, "components", broken)) {
      const std::string path = "components/" + name;
      if (model::parse_kind(name)) {
        folders.push_back({name, path});
      } else if (name != "schemas" && name != "report") {
        broken.push_back({repository / path, no_kind(name)});
      }
    }
  }
  constexpr std::array<std::pair<const char*, model::Kind>, 3> kShort = {
      {{"environments", model::Kind::profile},
       {"packages", model::Kind::package},
       {"programs", model::Kind::program}}};
  for (const auto& [name, kind] : kShort) {
    if (is_folder_inside(repository, name, broken)) {
      folders.push_back({std::string(model::name_of(kind)), name});
    }
  }
  return folders;
}

}  // namespace

std::vector<KindFolder> list_kind_folders(const fs::path& repository, Format format,
                                          std::vector<BrokenComponent>& broken) {
  if (format == Format::native) return native_folders(repository, broken);
  std::vector<KindFolder> folders;
  for (const std::string& name : names_of_folders(repository, "", broken))
    folders.push_back({name, name});
  return folders;
}

}  // namespace ck::catalog
