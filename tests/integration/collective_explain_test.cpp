// Why the needs of a program of Collective Knowledge are answered as they are.

#include "collective_fixture.hpp"

namespace ck::test {
namespace {

class CollectiveExplain : public CollectiveTest {
 protected:
  void program(const std::string& needs) const {
    repository.entry("program", "p", R"({"tags": ["p"], "run_deps": )" + needs + "}");
  }
  void package(const std::string& name, const std::string& version,
               const std::string& needs = "{}") const {
    repository.package(name, "lib,thing", "touch \"$INSTALL_DIR/made\"\n", R"("deps": )" + needs,
                       R"("version": ")" + version + "\"");
  }
};

TEST_F(CollectiveExplain, NamesThePackageThatWouldBeInstalledAndInstallsNothing) {
  package("lib-old", "1.0");
  package("lib-new", "2.0", R"({"other": {"tags": "lib,other", "sort": 10}})");
  repository.package("lib-other", "lib,other", "false");
  program(R"({"thing": {"tags": "lib,thing", "version_from": [1], "sort": 10}})");
  publish();
  const auto told = ck("explain program:p");
  ASSERT_TRUE(succeeds(told));
  EXPECT_TRUE(says(told.out, "thing: package:lib-new@2.0 (would be installed")) << told.out;
  EXPECT_TRUE(says(told.out, "asked for by program:p: lib,thing version >=1")) << told.out;
  EXPECT_TRUE(says(told.out, "not package:lib-old: less preferred")) << told.out;
  EXPECT_TRUE(says(told.out, "other: package:lib-other@1.0 (would be installed")) << told.out;
  EXPECT_TRUE(says(told.out, "asked for by package:lib-new: lib,other")) << told.out;
  EXPECT_EQ(environments(), std::vector<std::string>());
}

TEST_F(CollectiveExplain, TellsWhyRegisteredEnvironmentsDoNotDo) {
  package("lib-old", "1.0");
  package("lib-new", "2.0");
  program(R"({"thing": {"tags": "lib,thing", "version_from": [2]}})");
  publish();
  ASSERT_TRUE(succeeds(ck("install package:lib-old")));
  const auto told = ck("explain program:p");
  ASSERT_TRUE(succeeds(told));
  EXPECT_TRUE(says(told.out, "thing: package:lib-new@2.0 (would be installed")) << told.out;
  EXPECT_TRUE(says(told.out, "version 1.0 is not version >= 2")) << told.out;
}

TEST_F(CollectiveExplain, WhatCannotBeHadIsTheErrorThatRunningItWouldBe) {
  package("lib-old", "1.0");
  program(R"({"thing": {"tags": "lib,thing", "version_from": [2]}})");
  publish();
  const auto told = ck("explain program:p");
  EXPECT_TRUE(fails(told, 1, "no package answers lib,thing version >= 2"));
  EXPECT_TRUE(says(told.err, "dependency 'thing'")) << told.err;
  EXPECT_TRUE(says(told.err, "package:lib-old of public is version 1.0")) << told.err;
  EXPECT_FALSE(says(told.err, "not hint")) << told.err;
}

TEST_F(CollectiveExplain, TakesWhatIsRegistered) {
  package("lib-old", "1.0");
  package("lib-new", "2.0");
  program(R"({"thing": {"tags": "lib,thing"}})");
  publish();
  ASSERT_TRUE(succeeds(ck("install package:lib-old")));
  const auto told = ck("explain program:p");
  ASSERT_TRUE(succeeds(told));
  EXPECT_TRUE(says(told.out, "thing: package:lib-old@1.0 (env:")) << told.out;
  EXPECT_TRUE(says(told.out, "(registered)")) << told.out;
}

TEST_F(CollectiveExplain, AnswersWhyNotThatOne) {
  package("lib-old", "1.0");
  package("lib-new", "2.0");
  program(R"({"thing": {"tags": "lib,thing"}})");
  publish();
  const auto told = ck("explain program:p --why_not=package:lib-old");
  ASSERT_TRUE(succeeds(told));
  EXPECT_EQ(told.out,
            "package:lib-old is not 'thing': less preferred: comes later by version and name\n");
  const auto json = json_of(ck("explain program:p --why_not=package:lib-new --json"));
  EXPECT_EQ(json["why_not"][0]["chosen"], true);
}

}  // namespace
}  // namespace ck::test
