#include "collective/oddities.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "base/strings.hpp"
#include "catalog/split_folders.hpp"
#include "collective/meta.hpp"
#include "collective/need.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kAlias = "alias-a-";
constexpr std::string_view kUid = "alias-u-";

class Observer {
 public:
  explicit Observer(fs::path file) : file_(std::move(file)) {}

  void add(std::string message) { found_.push_back({file_, std::move(message)}); }
  std::vector<Oddity> take() { return std::move(found_); }

  void tags(const Json& document) {
    for (const auto& value : array_at(document, "tags")) {
      if (!value.is_string()) {
        add("a tag is no text: " + printable(to_text(value)));
        continue;
      }
      const auto& tag = value.get_ref<const std::string&>();
      if (tag.find_first_of(" \t") != std::string::npos)
        add("tag '" + printable(tag) + "' holds a blank");
      if (std::ranges::any_of(tag, [](unsigned char c) { return std::isupper(c) != 0; }))
        add("tag '" + printable(tag) + "' holds capital letters: tags are compared byte for byte");
    }
  }

  void dependencies(const Json& document) {
    for (const auto* list : {"deps", "compile_deps", "run_deps"}) {
      for (const auto& [key, dependency] : object_at(document, list).items()) {
        const std::string place = std::string(list) + "/" + key;
        if (!dependency.is_object()) {
          add(place + " is no object");
          continue;
        }
        for (const auto& name : misspelt_keys(dependency))
          add(place + " has the key '" + printable(name) + "', which is never read");
        if (text_at(dependency, "tags").find(' ') != std::string::npos)
          add(place + " has blanks in its tags: they are dropped");
      }
    }
  }

  void downloads(const Json& document) {
    const Json& environment = object_at(object_at(document, "customize"), "install_env");
    const auto url = text_at(environment, "PACKAGE_URL");
    if (url.starts_with("http://")) add("downloads over plain http: " + printable(url));
    if (text_at(environment, "PACKAGE_WGET") == "YES" && !has_checksum(environment))
      add("downloads " + printable(url) + " without a checksum");
    if (text_at(environment, "PACKAGE_GIT") == "YES" &&
        text_at(environment, "PACKAGE_GIT_CHECKOUT").empty())
      add("takes whatever " + printable(url) + " holds: no PACKAGE_GIT_CHECKOUT");
  }

 private:
  static bool has_checksum(const Json& environment) {
    return std::ranges::any_of(environment.items(), [](const auto& item) {
      const auto name = to_lower(item.key());
      return name.find("md5") != std::string::npos || name.find("sha") != std::string::npos;
    });
  }

  fs::path file_;
  std::vector<Oddity> found_;
};

using Uids = std::map<std::string, std::string>;  // by alias

/// The folders of entries, without those in which the repository spreads them by their beginnings.
std::vector<fs::path> entry_folders(const fs::path& folder, std::size_t characters) {
  std::vector<fs::path> folders;
  std::error_code unreadable;
  for (const auto& one : fs::directory_iterator(folder, unreadable)) {
    std::error_code missing;
    if (one.path().filename() == ".cm" || !one.is_directory(missing)) continue;
    if (characters == 0) {
      folders.push_back(one.path());
    } else if (!one.is_symlink(missing)) {
      const auto inner = entry_folders(one.path(), 0);
      folders.insert(folders.end(), inner.begin(), inner.end());
    }
  }
  return folders;
}

/// The alias tables of one folder of entries.
Uids check_tables(const fs::path& folder, std::size_t characters, std::vector<Oddity>& found) {
  const auto exists = [&](const std::string& name) {
    std::error_code missing;
    const std::string beginning = characters == 0 ? "." : model::split_folder(name, characters);
    return fs::exists(folder / beginning / name, missing);
  };
  std::error_code unreadable;
  Uids uid_of;
  for (const auto& entry : fs::directory_iterator(folder / ".cm", unreadable)) {
    const std::string name = entry.path().filename().string();
    const auto text = sys::read_file(entry.path(), 1u << 16);
    if (!text) continue;
    const std::string first(trim(std::string_view(*text).substr(0, text->find('\n'))));
    if (name.starts_with(kUid) && !exists(first))
      found.push_back({entry.path(), "points to '" + printable(first) + "', which does not exist"});
    if (!name.starts_with(kAlias)) continue;
    const std::string alias = name.substr(kAlias.size());
    if (!exists(alias)) found.push_back({entry.path(), "names an entry that does not exist"});
    for (const auto& [other, uid] : uid_of) {
      if (uid == first)
        found.push_back({entry.path(), "has the UID of '" + printable(other) + "': " + first});
    }
    uid_of[alias] = first;
  }
  return uid_of;
}

void check_aliases(const fs::path& folder, std::size_t characters, std::vector<Oddity>& found) {
  const Uids uid_of = check_tables(folder, characters, found);
  for (const auto& entry : entry_folders(folder, characters)) {
    const std::string name = entry.filename().string();
    std::error_code missing;
    if (!fs::exists(entry / ".cm", missing)) {
      found.push_back({entry, "is no entry: it has no .cm"});
    } else if (!model::is_uid(name) && !uid_of.contains(name)) {
      found.push_back({entry, "has no alias file: CK does not find it by name"});
    }
  }
}

}  // namespace

std::vector<Oddity> oddities_of(const catalog::Component& component, const Json& document) {
  Observer observer(component.path / ".cm/meta.json");
  observer.tags(document);
  observer.dependencies(document);
  if (component.id.kind == "package") observer.downloads(document);
  return observer.take();
}

std::vector<Oddity> oddities_in(const catalog::Repository& repository) {
  std::vector<Oddity> found;
  // A `.ckr.json` that cannot be read is told by whoever reads it.
  const auto split = catalog::split_folders_of(repository.path).value_or(model::SplitFolders{});
  std::error_code unreadable;
  for (const auto& folder : fs::directory_iterator(repository.path, unreadable)) {
    std::error_code missing;
    if (folder.path().filename() != ".cm" && fs::exists(folder.path() / ".cm", missing))
      check_aliases(
          folder.path(),
          catalog::split_characters(repository.path, split, folder.path().filename().string()),
          found);
  }
  return found;
}

}  // namespace ck::collective
