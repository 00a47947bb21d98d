#include "catalog/place.hpp"

#include "catalog_fixture.hpp"

namespace ck::catalog {
namespace {

class PlaceOf : public CatalogTest {
 protected:
  PlaceOf() {
    add_repository("k", Format::ck);
    write_entry("k", "soft", "gcc", uid_of(1), "{}");
    fs::create_directories(repository_path("k") / "soft/gcc/deep/down");
    add_repository("n");
    write_package("n", "zlib", 2, "x");
    write_component("n", "components/model/m", "model", "m", 3, "x");
  }
  /// repository:kind:name around a folder of a repository.
  std::string around(const std::string& repository, const std::string& folder) const {
    const auto place =
        place_of((repository_path(repository) / folder).lexically_normal(), repositories);
    EXPECT_OK(place);
    return place ? place->repository + ":" + place->kind + ":" + place->name : "";
  }
};

TEST_F(PlaceOf, TellsRepositoryKindAndComponent) {
  EXPECT_EQ(around("k", "soft/gcc"), "k:soft:gcc");
  EXPECT_EQ(around("k", "soft/gcc/deep/down"), "k:soft:gcc");
  EXPECT_EQ(around("k", "soft"), "k:soft:");
  EXPECT_EQ(around("k", "soft/.cm"), "k:soft:");
  EXPECT_EQ(around("k", "soft/none"), "k:soft:");
  EXPECT_EQ(around("n", "packages/zlib"), "n:package:zlib");
  EXPECT_EQ(around("n", "components/model/m"), "n:model:m");
  EXPECT_EQ(around("n", "components"), "n::");
}

TEST_F(PlaceOf, FollowsEntriesThatAreSpreadOverFolders) {
  test::write_text(repository_path("k") / ".ckr.json",
                   R"({"data_alias": "k", "dict": {"split_dirs": {"note": 2}}})");
  test::write_text(repository_path("k") / "note/ab/abc/.cm/meta.json", "{}");
  EXPECT_EQ(around("k", "note"), "k:note:");
  EXPECT_EQ(around("k", "note/ab"), "k:note:");
  EXPECT_EQ(around("k", "note/ab/abc"), "k:note:abc");
}

TEST_F(PlaceOf, TakesTheInnermostRepository) {
  add_repository("inner");
  repositories.back().path = repository_path("k") / "soft/gcc/deep";
  EXPECT_EQ(around("k", "soft/gcc/deep/down"), "inner::");
}

TEST_F(PlaceOf, IsAnErrorElsewhere) {
  EXPECT_ERROR(place_of(home.root, repositories), not_found, "no registered repository");
  const fs::path other = repository_path("other");
  test::write_text(other / ".ckr.json", "{}");
  EXPECT_ERROR(place_of(other / "soft", repositories), not_found, "ck import repo --path=");
  const fs::path beside = repository_path("k").string() + "2";
  EXPECT_ERROR(place_of(beside, repositories), not_found, "no registered repository");
}

}  // namespace
}  // namespace ck::catalog
