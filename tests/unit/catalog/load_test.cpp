#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "catalog_fixture.hpp"

namespace ck::catalog {
namespace {

class Load : public CatalogTest {
 protected:
  Load() {
    add_repository("n");
    add_repository("k", Format::ck);
    write_package("n", "zlib", 1, "lib");
  }
  Component component(Catalog& catalog, const std::string& pattern) {
    auto found = catalog.find(*model::ComponentPattern::parse(pattern));
    if (!found) throw std::runtime_error(test::text_of(found.error()));
    return *found;
  }
};

TEST_F(Load, ReadsADescriptorAsItIsNow) {
  Catalog catalog = open();
  const Component zlib = component(catalog, "package:zlib");
  const auto descriptor = catalog.load(zlib);
  ASSERT_OK(descriptor);
  EXPECT_EQ(std::get<model::Package>(*descriptor).common.name, "zlib");
  EXPECT_EQ(catalog.load_document(zlib)->at("name"), "zlib");
  test::write_text(zlib.path / "ck.json", R"({"schema": "ck.package/1", "nmae": "zlib"})");
  EXPECT_ERROR(catalog.load(zlib), invalid, "nmae");
  fs::remove(zlib.path / "ck.json");
  EXPECT_ERROR(catalog.load(zlib), not_found, "ck.json");
}

TEST_F(Load, AppliesInheritanceOfCkAcrossKindsAndRepositories) {
  add_repository("k2", Format::ck);
  write_entry("k2", "program.template", "root", uid_of(10),
              R"({"tags": ["root"], "env": {"A": "1", "B": "1"}, "list": [1, 2]})");
  write_entry("k", "program", "middle", uid_of(11),
              R"({"_base_entry": "program.template:root", "env": {"B": "2"}, "list": [3]})");
  write_entry(
      "k", "program", "leaf", uid_of(12),
      R"({"_base_entry#": "middle", "_base_entry": ")" + uid_of(11) + R"(", "tags": ["leaf"]})");
  Catalog catalog = open();
  const Component leaf = component(catalog, "program:leaf");
  const auto document = catalog.load_document(leaf);
  ASSERT_OK(document);
  EXPECT_EQ(to_text(*document), R"({"tags":["leaf"],"env":{"A":"1","B":"2"},"list":[3]})");
  const auto descriptor = catalog.load(leaf);
  ASSERT_OK(descriptor);
  EXPECT_EQ(std::get<model::CkComponent>(*descriptor).meta, to_text(*document));
}

TEST_F(Load, FindsABaseWhoseModuleIsGivenByUid) {
  test::write_text(repository_path("k") / ".cm/alias-u-00000000000000ff", "program.template\n");
  write_entry("k", "program.template", "root", uid_of(10), R"({"a": 1})");
  write_entry("k", "program", "leaf", uid_of(12),
              R"({"_base_entry": "00000000000000ff:root", "b": 2})");
  Catalog catalog = open();
  EXPECT_EQ(to_text(*catalog.load_document(component(catalog, "program:leaf"))),
            R"({"a":1,"b":2})");
}

TEST_F(Load, RefusesInheritanceThatGoesRoundOrNowhere) {
  write_entry("k", "program", "a", uid_of(10), R"({"_base_entry": "b"})");
  write_entry("k", "program", "b", uid_of(11), R"({"_base_entry": "a"})");
  write_entry("k", "program", "c", uid_of(12), R"({"_base_entry": "nobody"})");
  Catalog catalog = open();
  EXPECT_ERROR(catalog.load_document(component(catalog, "program:a")), invalid, "_base_entry");
  EXPECT_ERROR(catalog.load_document(component(catalog, "program:c")), not_found, "nobody");
}

TEST_F(Load, HashesTheWholeFolderAndSeesChangesInIt) {
  Catalog catalog = open();
  const Component zlib = component(catalog, "package:zlib");
  const auto before = catalog.content_hash(zlib);
  ASSERT_OK(before);
  EXPECT_EQ(catalog.content_hash(zlib).value(), *before);
  test::write_text(zlib.path / "src/a.c", "int a;");
  const auto with_file = catalog.content_hash(zlib);
  ASSERT_OK(with_file);
  EXPECT_NE(*with_file, *before);
  test::write_text(zlib.path / "src/a.c", "int b;");
  EXPECT_NE(catalog.content_hash(zlib).value(), *with_file);
  fs::remove_all(zlib.path / "src");
  EXPECT_EQ(catalog.content_hash(zlib).value(), *before);
  fs::remove_all(zlib.path);
  EXPECT_ERROR(catalog.content_hash(zlib), not_found, "zlib");
}

TEST_F(Load, KeepsTheHashOfAFolderThatHasNotChangedForAWhile) {
  Catalog catalog = open();
  Component old = component(catalog, "package:zlib");
  // A folder of the system that is surely older than this test.
  old.path = "/usr/share/perl-openssl-defaults";
  if (!fs::is_directory(old.path)) old.path = "/etc/apt";
  if (!fs::is_directory(old.path)) GTEST_SKIP() << "this machine has no folder known to be old";
  const auto first = catalog.content_hash(old);
  ASSERT_OK(first);
  EXPECT_EQ(open().content_hash(old).value(), *first);
}

}  // namespace
}  // namespace ck::catalog
