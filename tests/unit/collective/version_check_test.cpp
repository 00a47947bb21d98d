#include "collective/version_check.hpp"

#include "collective/resolver.hpp"
#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

Need need_from(const VersionParts& from) {
  Need need;
  need.key = "lib";
  need.tags = {"lib"};
  need.from = from;
  return need;
}

Registered installed(const std::string& version, const std::string& revision = "") {
  Registered one;
  auto& record = one.environment.record;
  record.id = "0123456789abcdef0123456789abcdef";
  record.component.kind = "package";
  record.component.name = "lib-x";
  record.version = version + revision;
  one.meta["setup"] = {{"version", version}, {"version_split", version_parts(version)}};
  return one;
}

TEST(VersionsOfInstallations, AreHeldAgainstTheBounds) {
  EXPECT_OK(check_installed(need_from({3}), installed("3.1")));
  EXPECT_OK(check_installed(need_from({3, 1}), installed("3.1")));
  EXPECT_OK(check_installed(need_from({4}), installed(""))) << "not known";
  EXPECT_OK(check_installed({}, installed("3.1")));
  EXPECT_ERROR(check_installed(need_from({4}), installed("3.1")), not_found,
               "package:lib-x, now that it is installed, is version 3.1, and version >= 4 is "
               "wanted");
  auto exactly = need_from({3, 1});
  exactly.to = exactly.from;
  EXPECT_OK(check_installed(exactly, installed("3.1")));
  EXPECT_ERROR(check_installed(exactly, installed("3.1.1")), not_found,
               "version >= 3.1 and <= 3.1");
}

TEST(VersionsOfInstallations, AreTheirsAndNotTheirRevisions) {
  auto exactly = need_from({3, 1});
  exactly.to = exactly.from;
  EXPECT_OK(check_installed(exactly, installed("3.1", "-1234567")));
  EXPECT_EQ(installed("3.1", "-1234567").version(), (VersionParts{3, 1}));
  EXPECT_OK(check_installed(exactly, installed("", "1234567")));
}

TEST(VersionsOfInstallations, ThatAreNotKnownAreInNoRange) {
  Need need;
  need.key = "lib";
  need.range = *model::VersionRange::parse(">=4");
  EXPECT_OK(check_installed(need, installed("4.2")));
  EXPECT_ERROR(check_installed(need, installed("3.1")), not_found, "is version 3.1");
  EXPECT_ERROR(check_installed(need, installed("")), not_found, "does not tell its version");
  EXPECT_OK(check_before_installing(need, "package:lib-x", "")) << "it may tell it later";
}

TEST(VersionsOfInstallations, ThatDoNotDoAreToldWithWhatCanBeDone) {
  const auto checked = check_installed(need_from({4}), installed("3.1"));
  ASSERT_FALSE(checked);
  const auto said = test::text_of(checked.error());
  for (const auto* words : {"it stays registered", "ck rm env:0123456789ab",
                            "--dep.lib=package:", "--dep_add_tags.lib=", "--deps.lib="})
    EXPECT_NE(said.find(words), std::string::npos) << words << " in " << said;
}

TEST(VersionsThatPackagesTell, AreHeldAgainstTheBoundsBefore) {
  EXPECT_OK(check_before_installing(need_from({4}), "package:lib-x", "4.0"));
  EXPECT_OK(check_before_installing({}, "package:lib-x", "1"));
  const auto refused = check_before_installing(need_from({4}), "package:lib-x", "3.1");
  EXPECT_ERROR(refused, not_found, "package:lib-x is version 3.1, and version >= 4 is wanted");
  EXPECT_EQ(test::text_of(refused.error()).find("stays registered"), std::string::npos);
}

class OtherVersions : public WorkbenchTest {
 protected:
  void SetUp() override {
    WorkbenchTest::SetUp();
    repository.tool("frob");
    test::write_tool(world.folder / "opt/1/bin/frob", "1.2");
    wishes.search_folders = {world.folder / "opt"};
    need.key = "frob";
    need.tags = {"tool", "frob"};
  }

  Need need;
};

TEST_F(OtherVersions, OnTheMachineAreTold) {
  need.from = VersionParts{2};
  const auto others = others_by_version(need, bench());
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others.front(), "soft:frob@1.2 (" + (world.folder / "opt/1/bin/frob").string() +
                                ") is here, and is not version >= 2");
  const Json written = Json::parse(R"({"frob": {"tags": "tool,frob", "version_from": [2]}})");
  EXPECT_ERROR(resolve_needs(written, Json::object(), {}, bench()), not_found, "soft:frob@1.2");
}

TEST_F(OtherVersions, AreNoneWhereAnyVersionDoesOrThisOneDoes) {
  EXPECT_TRUE(others_by_version(need, bench()).empty());
  need.from = VersionParts{1};
  EXPECT_TRUE(others_by_version(need, bench()).empty());
}

TEST_F(OtherVersions, AreNotLookedForWhereSoftwareOfTheMachineDoesNotDo) {
  need.from = VersionParts{2};
  need.skip_detection = true;
  EXPECT_TRUE(others_by_version(need, bench()).empty());
}

}  // namespace
}  // namespace ck::collective
