#include <fstream>

#include "catalog_fixture.hpp"

namespace ck::catalog {
namespace {

class Hostile : public CatalogTest {
 protected:
  Hostile() {
    add_repository("r");
    write_package("r", "good", 1, "x");
    test::write_text(home_folder / "outside/ck.json", "{}");
  }
  fs::path packages() const { return repository_path("r") / "packages"; }

  /// The only broken component; the good one must still be found.
  void expect_broken(const std::string& name, ErrorCode code, const std::string& words) {
    const Catalog catalog = open();
    ASSERT_EQ(catalog.broken().size(), 1u);
    EXPECT_EQ(catalog.broken().front().file, packages() / name / "ck.json");
    EXPECT_TRUE(test::is_error(catalog.broken().front().error, code, words));
    EXPECT_EQ(found(""), Names{"r:package:good"});
  }
};

TEST_F(Hostile, ListsAHugeDescriptorAsBrokenWithoutReadingIt) {
  fs::create_directories(packages() / "huge");
  std::ofstream(packages() / "huge/ck.json") << "{";
  fs::resize_file(packages() / "huge/ck.json", 100u << 20);
  expect_broken("huge", ErrorCode::invalid, "larger");
}

TEST_F(Hostile, ListsADeepDescriptorAsBroken) {
  test::write_text(packages() / "deep/ck.json",
                   std::string(10'000, '[') + std::string(10'000, ']'));
  expect_broken("deep", ErrorCode::invalid, "deep/ck.json");
}

TEST_F(Hostile, ListsWrongTypesNamesAndKindsAsBroken) {
  test::write_text(packages() / "list/ck.json", "[]");
  write_component("r", "packages/kind", "program", "kind", 7, "x");
  write_component("r", "packages/name", "package", "other", 8, "x");
  const Catalog catalog = open();
  ASSERT_EQ(catalog.broken().size(), 3u);
  EXPECT_TRUE(test::is_error(catalog.broken()[0].error, ErrorCode::invalid, "describes a program"));
  EXPECT_TRUE(test::is_error(catalog.broken()[1].error, ErrorCode::invalid, "list"));
  EXPECT_TRUE(test::is_error(catalog.broken()[2].error, ErrorCode::invalid, "name"));
  EXPECT_EQ(found(""), Names{"r:package:good"});
}

TEST_F(Hostile, RefusesAComponentFolderThatLeavesTheRepository) {
  fs::create_directory_symlink(home_folder / "outside", packages() / "out");
  expect_broken("out", ErrorCode::denied, "symbolic link");
}

TEST_F(Hostile, RefusesADescriptorThatLeavesTheRepository) {
  fs::create_directories(packages() / "out");
  fs::create_symlink("/etc/passwd", packages() / "out/ck.json");
  expect_broken("out", ErrorCode::denied, "symbolic link");
}

TEST_F(Hostile, RefusesAKindFolderThatLeavesTheRepository) {
  fs::create_directory_symlink(home_folder / "outside", repository_path("r") / "programs");
  const Catalog catalog = open();
  ASSERT_EQ(catalog.broken().size(), 1u);
  EXPECT_TRUE(test::is_error(catalog.broken().front().error, ErrorCode::denied, "symbolic link"));
}

TEST_F(Hostile, FollowsLinksThatStayInsideAndSeesWhenTheyMove) {
  test::write_text(repository_path("r") / "shared/one/ck.json",
                   R"({"schema": "ck.package/1", "name": "link", "uid": "00000000000000aa",
                       "version": "1", "tags": ["one"]})");
  test::write_text(repository_path("r") / "shared/two/ck.json",
                   R"({"schema": "ck.package/1", "name": "link", "uid": "00000000000000ab",
                       "version": "1", "tags": ["two"]})");
  fs::create_directory_symlink("../shared/one", packages() / "link");
  EXPECT_EQ(found("", "one"), Names{"r:package:link"});
  fs::remove(packages() / "link");
  fs::create_directory_symlink("../shared/two", packages() / "link");
  EXPECT_EQ(found("", "two"), Names{"r:package:link"});
  EXPECT_EQ(found("", "one"), Names{});
  fs::remove(packages() / "link");
  fs::create_directory_symlink(home_folder / "outside", packages() / "link");
  EXPECT_EQ(found(""), Names{"r:package:good"});
  fs::remove(packages() / "link");
  fs::create_directory_symlink(packages() / "link", packages() / "link");
  EXPECT_EQ(open().broken().size(), 1u);
}

TEST_F(Hostile, TellsOfFoldersInComponentsThatAreNoKind) {
  fs::create_directories(repository_path("r") / "components/schemas");
  fs::create_directories(repository_path("r") / "components/dataset");
  EXPECT_TRUE(open().broken().empty());
  fs::create_directories(repository_path("r") / "components/datasets");
  const Catalog catalog = open();
  ASSERT_EQ(catalog.broken().size(), 1u);
  EXPECT_TRUE(test::is_error(catalog.broken().front().error, ErrorCode::invalid, "'dataset'"));
}

TEST_F(Hostile, ToleratesFilesWhereFoldersShouldBe) {
  test::write_text(repository_path("r") / "programs", "");
  test::write_text(repository_path("r") / "components", "");
  test::write_text(packages() / "file", "");
  fs::create_directories(packages() / "folder/ck.json");
  const Catalog catalog = open();
  ASSERT_EQ(catalog.broken().size(), 1u);
  EXPECT_EQ(catalog.broken().front().file, packages() / "folder/ck.json");
  EXPECT_EQ(found(""), Names{"r:package:good"});
}

TEST_F(Hostile, ListsCkEntriesWithoutUsableUidOrMetaAsBroken) {
  add_repository("k", Format::ck);
  write_entry("k", "soft", "good", uid_of(7), "{}");
  write_entry("k", "soft", "bad-uid", "no-uid", "{}");
  write_entry("k", "soft", "torn", uid_of(8), "{");
  test::write_text(repository_path("k") / "soft/no-alias/.cm/meta.json", "{}");
  test::write_text(repository_path("k") / "soft/old/.cm/data.json", R"({"tags": ["old"]})");
  test::write_text(repository_path("k") / "soft/.cm/alias-a-old", uid_of(9));
  test::write_text(repository_path("k") / "soft/no-entry/README.md", "");
  const Catalog catalog = open();
  ASSERT_EQ(catalog.broken().size(), 3u);
  EXPECT_TRUE(test::is_error(catalog.broken()[0].error, ErrorCode::invalid, "no UID"));
  EXPECT_TRUE(test::is_error(catalog.broken()[1].error, ErrorCode::invalid, "alias-a-no-alias"));
  EXPECT_TRUE(test::is_error(catalog.broken()[2].error, ErrorCode::invalid, "torn"));
  EXPECT_EQ(found("soft"), (Names{"k:soft:good", "k:soft:old"}));
  EXPECT_EQ(found("soft", "old"), Names{"k:soft:old"});
}

}  // namespace
}  // namespace ck::catalog
