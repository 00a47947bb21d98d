#pragma once
/// Repositories in a temporary home, and a catalog over them.

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog.hpp"
#include "support/temporary_home.hpp"

namespace ck::catalog {

using Format = model::RepositoryDescriptor::Format;

inline std::string uid_of(unsigned number) {
  char text[17];
  std::snprintf(text, sizeof text, "%016x", number);
  return text;
}

/// A list of words as JSON.
inline std::string json_list(const std::string& comma_separated) {
  std::string list = "[\"";
  for (const char c : comma_separated) list += c == ',' ? std::string("\",\"") : std::string(1, c);
  return list + "\"]";
}

class CatalogTest : public testing::Test {
 protected:
  CatalogTest() : home{home_folder / "home"} { EXPECT_OK(Home::open(home.root)); }

  fs::path repository_path(const std::string& name) const { return home_folder / "r" / name; }

  /// Adds a repository to what `open` opens.
  void add_repository(const std::string& name, Format format = Format::native) {
    Repository repository;
    repository.name = name;
    repository.uid = uid_of(0x1000 + static_cast<unsigned>(repositories.size()));
    repository.format = format;
    repository.path = repository_path(name);
    repository.rank = static_cast<int>(repositories.size());
    fs::create_directories(repository.path);
    repositories.push_back(repository);
  }

  /// A package of the native repository `repository`.
  void write_package(const std::string& repository, const std::string& name, unsigned uid,
                     const std::string& tags, const std::string& version = "1.0") const {
    write_component(repository, "packages/" + name, "package", name, uid, tags, version);
  }

  void write_component(const std::string& repository, const std::string& folder,
                       const std::string& kind, const std::string& name, unsigned uid,
                       const std::string& tags, const std::string& version = "1.0") const {
    test::write_text(repository_path(repository) / folder / "ck.json",
                     R"({"schema": "ck.)" + kind + R"(/1", "name": ")" + name + R"(", "uid": ")" +
                         uid_of(uid) + R"(", "version": ")" + version + R"(", "tags": )" +
                         json_list(tags) + "}");
  }

  /// An entry of the CK repository `repository`.
  void write_entry(const std::string& repository, const std::string& module,
                   const std::string& name, const std::string& uid, const std::string& meta) const {
    const fs::path folder = repository_path(repository) / module;
    test::write_text(folder / name / ".cm/meta.json", meta);
    if (name != uid) test::write_text(folder / ".cm" / ("alias-a-" + name), uid + "\n");
  }

  /// A catalog that has not looked at anything yet.
  Catalog open_only() {
    auto catalog = Catalog::open(home, repositories, events, {});
    if (!catalog) throw std::runtime_error(test::text_of(catalog.error()));
    return std::move(*catalog);
  }

  /// A catalog that has looked at everything.
  Catalog open() {
    Catalog catalog = open_only();
    const auto kinds = catalog.kinds();
    if (!kinds) throw std::runtime_error(test::text_of(kinds.error()));
    return catalog;
  }

  /// repo:kind:name of what a new catalog finds.
  std::vector<std::string> found(const std::string& pattern, const std::string& tags = "",
                                 const std::string& none = "") {
    return names_in(open_only(), pattern, tags, none);
  }

  static std::vector<std::string> names_in(Catalog catalog, const std::string& pattern,
                                           const std::string& tags = "",
                                           const std::string& none = "") {
    SearchQuery query;
    if (!pattern.empty()) query.pattern = *model::ComponentPattern::parse(pattern);
    query.tags = model::TagQuery::parse(tags, none);
    const auto components = catalog.search(query);
    if (!components) throw std::runtime_error(test::text_of(components.error()));
    std::vector<std::string> names;
    for (const Component& one : *components) names.push_back(one.id.full_text());
    return names;
  }

  using Names = std::vector<std::string>;

  test::TemporaryHome home_folder;
  Home home;
  std::vector<Repository> repositories;
  test::RecordingEvents events;
};

}  // namespace ck::catalog
