#include <array>
#include <system_error>
#include <utility>

#include "base/strings.hpp"
#include "catalog/looking.hpp"
#include "catalog/split_folders.hpp"
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

/// The folders over which the entries of a module of CK are spread.
void add_split_folders(const fs::path& repository, const std::string& module,
                       std::size_t characters, std::vector<KindFolder>& folders,
                       std::vector<BrokenComponent>& broken) {
  folders.push_back({module, module + "/"});
  auto listed = sub_folders(repository / module);
  if (!listed) return;  // which is told when the folder itself is looked at
  for (const SubFolder& one : *listed) {
    // Of what a link leads to the alias files would be looked for beside its target.
    if (one.link) {
      broken.push_back({repository / module / one.name,
                        Error(ErrorCode::denied,
                              "a folder over which entries are spread must be no symbolic link")});
    } else if (one.name == model::split_folder(one.name + "x", characters) || one.name == "_") {
      folders.push_back({module, module + "/" + one.name});
    }
  }
}

}  // namespace

std::vector<KindFolder> list_kind_folders(const fs::path& repository, Format format,
                                          std::vector<BrokenComponent>& broken) {
  if (format == Format::native) return native_folders(repository, broken);
  auto split = split_folders_of(repository);
  if (!split) broken.push_back({repository / ".ckr.json", std::move(split.error())});
  const model::SplitFolders rules = split ? *split : model::SplitFolders{};
  std::vector<KindFolder> folders;
  for (const std::string& name : names_of_folders(repository, "", broken)) {
    const std::size_t characters = split_characters(repository, rules, name);
    if (characters == 0) {
      folders.push_back({name, name});
    } else {
      add_split_folders(repository, name, characters, folders, broken);
    }
  }
  return folders;
}

}  // namespace ck::catalog
