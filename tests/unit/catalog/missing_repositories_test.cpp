#include "catalog/missing_repositories.hpp"

#include "catalog_fixture.hpp"

namespace ck::catalog {
namespace {

class Missing : public CatalogTest {
 protected:
  Missing() {
    add_repository("k", Format::ck);
    write_ckr("k", R"([{"repo_uoa": "other"}, {"repo_uoa": "far", "repo_url": "https://x/far"}])");
  }
  void write_ckr(const std::string& name, const std::string& needs) const {
    test::write_text(repository_path(name) / ".ckr.json", R"({"data_alias": ")" + name +
                                                              R"(", "data_uoa": ")" + name +
                                                              R"(", "data_uid": ")" + uid_of(7) +
                                                              R"(", "data_name": "x",
                         "dict": {"repo_deps": )" + needs + "}}");
  }
};

TEST_F(Missing, AreThoseThatOthersNeedAndNobodyRegistered) {
  add_repository("l", Format::ck);
  write_ckr("l", R"([{"repo_uoa": "other"}, {"repo_uoa": "k"}])");
  const auto missing = missing_repositories(repositories);
  ASSERT_EQ(missing.size(), 2u);
  EXPECT_EQ(pull_hint(missing[0]),
            "k needs the repository other, which is not here: ck pull repo:other");
  EXPECT_EQ(pull_hint(missing[1]),
            "k needs the repository far, which is not here: ck pull repo:far --url=https://x/far");
}

TEST_F(Missing, AreNoneOfARepositoryThatCannotBeRead) {
  test::write_text(repository_path("k") / ".ckr.json", "{");
  EXPECT_TRUE(missing_repositories(repositories).empty());
}

TEST_F(Missing, AreNamedWhereAComponentIsNotFound) {
  write_entry("k", "soft", "a", uid_of(1), R"({"tags": []})");
  EXPECT_ERROR(open_only().find({"", "soft", "nothing"}), not_found, "ck pull repo:other");
}

}  // namespace
}  // namespace ck::catalog
