// ck import experiments, ck export, and what ls, show and replay say of imported ones.

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"
#include "support/collective_entry.hpp"
#include "support/collective_repository.hpp"

namespace ck::test {
namespace {

class ExperimentExchange : public CkTest {
 protected:
  ExperimentExchange() { write_collective_results(folder / "results"); }
  std::string results() const { return (folder / "results").string(); }
};

TEST_F(ExperimentExchange, ARegisteredRepositoryIsNamed) {
  ASSERT_TRUE(succeeds(ck("import repo --path=" + results())));
  const auto imported = ck("import experiments results");
  ASSERT_TRUE(succeeds(imported));
  EXPECT_NE(imported.out.find("speed"), std::string::npos);
  const Json again = json_of(ck("import experiments repo:results speed --json"));
  ASSERT_EQ(again["experiments"].size(), 1U);
  EXPECT_EQ(again["experiments"][0]["points_added"], 0);
  EXPECT_EQ(again["experiments"][0]["points_known"], 2);
}

TEST_F(ExperimentExchange, ImportedOnesAreListedShownAndNotReplayed) {
  ASSERT_TRUE(succeeds(ck("import experiments " + results())));
  EXPECT_EQ(json_of(ck("ls experiment --tags=demo --json"))["experiments"].size(), 2U);
  const auto shown = ck("show experiment:speed");
  ASSERT_TRUE(succeeds(shown));
  EXPECT_NE(shown.out.find("run.execution_time"), std::string::npos);
  const Json told = points("speed");
  EXPECT_EQ(told.at(1)["record"]["imported"]["point"]["choices"]["data_uoa"], "susan");
  EXPECT_TRUE(fails(ck("replay experiment:speed"), 1, "keeps no plan"));
}

TEST_F(ExperimentExchange, LongListsAreCut) {
  std::string layers;
  for (int i = 0; i < 60; ++i) layers += (i > 0 ? ", " : "") + std::to_string(i);
  write_collective_entry(folder / "results", "long", "1212121212121212",
                         R"({"run": {"time": 1, "layers": [)" + layers + "]}}");
  ASSERT_TRUE(succeeds(ck("import experiments " + results() + " long")));
  const auto shown = ck("show experiment:long");
  EXPECT_NE(shown.out.find("run.time"), std::string::npos);
  EXPECT_NE(shown.out.find("60 more metrics; --json shows all"), std::string::npos) << shown.out;
  EXPECT_EQ(points("long").at(0)["metrics"].size(), 61U);
}

TEST_F(ExperimentExchange, DamageIsToldAndTheRestImported) {
  write_text(folder / "results" / "experiment" / "bad" / ".cm" / "meta.json", "{");
  const auto result = ck("import experiments " + results());
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.out.find("speed"), std::string::npos);
  EXPECT_NE(result.err.find("bad/.cm/meta.json"), std::string::npos);
  EXPECT_EQ(points("speed").size(), 2U);
}

TEST_F(ExperimentExchange, WhatGoesOutComesInAgain) {
  ASSERT_TRUE(succeeds(ck("import experiments " + results())));
  const Json before = points("speed");
  const std::string out = (folder / "out").string();
  ASSERT_TRUE(succeeds(ck("export experiment:speed --format=ck --out=" + out)));
  EXPECT_TRUE(fails(ck("export experiment:speed --format=ck --out=" + out), 1, "exists already"));
  ASSERT_TRUE(succeeds(ck("rm experiment:speed --yes")));
  ASSERT_TRUE(succeeds(ck("import experiments " + out)));
  EXPECT_EQ(points("speed"), before);
  expect_clean();
}

TEST_F(ExperimentExchange, ARepositoryThatSpreadsEntriesOverFoldersGetsThemThere) {
  ASSERT_TRUE(succeeds(ck("import experiments " + results())));
  const CollectiveRepository spread(folder / "spread", "spread",
                                    R"({"split_dirs": {"experiment": "2"}})");
  ASSERT_TRUE(succeeds(ck("import repo --path=" + spread.folder().string())));
  ASSERT_TRUE(succeeds(ck("export experiment:speed --format=ck --repo=spread")));
  const fs::path entry = spread.folder() / "experiment/sp/speed";
  EXPECT_EQ(ck("find spread:experiment:speed").out, entry.string() + "\n");
  EXPECT_EQ(ck("find experiment:" + std::string(kSpeedUid)).out, entry.string() + "\n");
  EXPECT_EQ(ck_in(entry, "find ^").out, entry.string() + "\n");
  const Json again = json_of(ck("import experiments spread speed --json"));
  EXPECT_EQ(again["experiments"][0]["points_known"], 2) << again;
}

TEST_F(ExperimentExchange, WrongLinesAreExplained) {
  EXPECT_TRUE(fails(ck("import experiments"), 2, "from where"));
  EXPECT_TRUE(fails(ck("import experiments nowhere"), 1, "no folder of that name"));
  EXPECT_TRUE(fails(ck("import experiments --path=x y"), 2, "ck import experiments FOLDER"));
  EXPECT_TRUE(fails(ck("export experiment --format=ck"), 2, "which experiment"));
  EXPECT_TRUE(fails(ck("export experiment:x --format=csv"), 2, "--format=ck"));
  EXPECT_TRUE(fails(ck("export experiment:x --format=ck --out=a --repo=b"), 2, "both"));
  fs::create_directories(folder / "empty");
  EXPECT_TRUE(fails(ck("import experiments " + (folder / "empty").string()), 1, "no experiments"));
}

}  // namespace
}  // namespace ck::test
