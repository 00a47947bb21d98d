#include "catalog_fixture.hpp"

namespace ck::catalog {
namespace {

class Search : public CatalogTest {
 protected:
  Search() {
    add_repository("one");
    add_repository("two");
    write_package("one", "zlib", 1, "lib,compression", "1.3");
    write_package("one", "zstd", 2, "lib,compression,fast");
    write_component("one", "programs/bench", "program", "bench", 3, "lib,benchmark");
    write_component("one", "environments/quiet", "profile", "quiet", 4, "measure");
    write_component("one", "components/dataset/digits", "dataset", "digits", 5, "images");
    write_package("two", "zlib", 6, "lib,compression,fork");
  }
};

TEST_F(Search, FindsByAllTagsSortedByRepositoryKindAndName) {
  EXPECT_EQ(found("", "lib"), (Names{"one:package:zlib", "one:package:zstd", "one:program:bench",
                                     "two:package:zlib"}));
  EXPECT_EQ(found("package", "lib, compression"),
            (Names{"one:package:zlib", "one:package:zstd", "two:package:zlib"}));
  EXPECT_EQ(found("package", "lib,compression", "fast,fork"), Names{"one:package:zlib"});
  EXPECT_EQ(found("package", "", "fast"), (Names{"one:package:zlib", "two:package:zlib"}));
  EXPECT_EQ(found("package", "nobody-has-this"), Names{});
  EXPECT_EQ(found("package", "lib,,compression"), Names{}) << "an empty tag matches nothing";
}

TEST_F(Search, NarrowsByPatternsAndUids) {
  EXPECT_EQ(found("package:z*"),
            (Names{"one:package:zlib", "one:package:zstd", "two:package:zlib"}));
  EXPECT_EQ(found("two:package:zlib"), Names{"two:package:zlib"});
  EXPECT_EQ(found("t*:*:*"), Names{"two:package:zlib"});
  EXPECT_EQ(found("package:" + uid_of(2)), Names{"one:package:zstd"});
  EXPECT_EQ(found("package:" + uid_of(2), "fast"), Names{"one:package:zstd"});
  EXPECT_EQ(found(uid_of(0x1001) + ":package:*"), Names{"two:package:zlib"});
  EXPECT_EQ(found("dataset"), Names{"one:dataset:digits"});
  EXPECT_EQ(found("profile:quiet"), Names{"one:profile:quiet"});
  EXPECT_EQ(found("package:[!z]*"), Names{});
}

TEST_F(Search, TellsAllThatTheIndexKnows) {
  Catalog catalog = open();
  const auto all = catalog.search({{"one", "package", "zlib"}, {}, std::nullopt});
  ASSERT_OK(all);
  ASSERT_EQ(all->size(), 1u);
  const Component& zlib = all->front();
  EXPECT_EQ(zlib.id.uid, uid_of(1));
  EXPECT_EQ(zlib.version, "1.3");
  EXPECT_EQ(zlib.tags.text(), "compression,lib");
  EXPECT_EQ(zlib.path, repository_path("one") / "packages/zlib");
  EXPECT_EQ(zlib.format, Format::native);
  EXPECT_EQ(zlib.repository_rank, 0);
}

TEST_F(Search, KeepsToALimit) {
  Catalog catalog = open();
  const auto two = catalog.search({{}, model::TagQuery::parse("lib"), 2});
  ASSERT_OK(two);
  EXPECT_EQ(two->size(), 2u);
  EXPECT_EQ(two->front().id.name, "zlib");
}

TEST_F(Search, GivesProvidersOfEveryRepository) {
  Catalog catalog = open();
  const auto any = catalog.providers(model::TagQuery::parse("compression"), "", "");
  ASSERT_OK(any);
  EXPECT_EQ(any->size(), 3u);
  const auto named = catalog.providers({}, "package", "zlib");
  ASSERT_OK(named);
  EXPECT_EQ(named->size(), 2u);
}

TEST_F(Search, CountsTagsAndListsKindsThatHaveComponents) {
  fs::create_directories(repository_path("two") / "programs");
  fs::create_directories(repository_path("two") / "components/script");
  Catalog catalog = open();
  const auto counts = catalog.tag_counts();
  ASSERT_OK(counts);
  EXPECT_EQ(counts->size(), 7u);
  EXPECT_NE(
      std::find(counts->begin(), counts->end(), std::pair<std::string, std::int64_t>("lib", 4)),
      counts->end());
  EXPECT_EQ(catalog.kinds().value(), (Names{"dataset", "package", "profile", "program"}));
}

TEST_F(Search, LeavesOutRepositoriesThatAreNotRegistered) {
  EXPECT_EQ(found("package:zlib").size(), 2u);
  repositories.pop_back();
  EXPECT_EQ(found("package:zlib"), Names{"one:package:zlib"});
  EXPECT_EQ(found("package", "lib"), (Names{"one:package:zlib", "one:package:zstd"}));
}

TEST_F(Search, FindPrefersTheLowestRankAndNamesTheOthers) {
  Catalog catalog = open();
  std::vector<Component> shadowed;
  const auto zlib = catalog.find({"", "package", "zlib"}, &shadowed);
  ASSERT_OK(zlib);
  EXPECT_EQ(zlib->id.repo, "one");
  ASSERT_EQ(shadowed.size(), 1u);
  EXPECT_EQ(shadowed.front().id.full_text(), "two:package:zlib");
  EXPECT_EQ(catalog.find({"two", "package", "zlib"})->id.repo, "two");
  EXPECT_EQ(catalog.find({"", "package", uid_of(6)})->id.repo, "two");
  EXPECT_EQ(catalog.find({"", "", "bench"})->id.kind, "program");
}

TEST_F(Search, FindRefusesTwoOfOneRepositoryAndListsBoth) {
  write_package("one", "copied", 1, "lib");
  write_component("one", "components/package/zstd", "package", "zstd", 9, "lib");
  Catalog catalog = open();
  const auto by_uid = catalog.find({"", "package", uid_of(1)});
  EXPECT_ERROR(by_uid, conflict, "one:package:zlib");
  EXPECT_ERROR(by_uid, conflict, "one:package:copied");
  EXPECT_ERROR(catalog.find({"", "package", "zstd"}), conflict, "components/package/zstd");
}

TEST_F(Search, FindSuggestsNamesAndKinds) {
  Catalog catalog = open();
  EXPECT_ERROR(catalog.find({"", "package", "zlip"}), not_found, "'zlib'");
  EXPECT_ERROR(catalog.find({"", "pakage", "zlib"}), not_found, "'package'");
  EXPECT_ERROR(catalog.find({"", "nothing-like-it", "zlib"}), not_found, "kinds are: dataset");
  EXPECT_ERROR(catalog.find({"", "program", "zlib"}), not_found, "there is one:package:zlib");
  EXPECT_ERROR(catalog.find({"", "package", "qqqqqq"}), not_found, "ck ls package");
}

TEST_F(Search, FindTellsWhyAComponentCannotBeRead) {
  test::write_text(repository_path("one") / "packages/torn/ck.json", "{\"schema\": ");
  Catalog catalog = open();
  EXPECT_ERROR(catalog.find({"", "package", "torn"}), invalid, "torn/ck.json");
}

}  // namespace
}  // namespace ck::catalog
