// Homes that are chained to a team's store, which is only read.

#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

class SharedStore : public CkTest {
 protected:
  SharedStore() {
    components.package("base", "echo base >\"$1/base\"", R"("tags": ["base"])");
    components.package("tool", "echo tool >\"$1/tool\"",
                       R"("tags": ["mytool"], "dependencies": {"lib": {"tags": ["base"]}})");
    components.program("sound", "echo fine", R"("dependencies": {"t": {"tags": ["mytool"]}})");
    import();
    EXPECT_TRUE(succeeds(ck("import repo --path=" + components.folder().string(), team())));
    EXPECT_TRUE(succeeds(ck("install package:tool", team())));
    before_ = everything();
  }

  fs::path store() const { return folder / "team"; }
  Variables team() const { return {{"CK_HOME", store().string()}}; }
  Variables chained() const { return {{"CK_STORES", store().string()}}; }

  /// Every entry of the store with its times.
  std::string everything() const {
    std::string text;
    for (const auto& entry : fs::recursive_directory_iterator(store())) {
      struct stat status {};
      ::lstat(entry.path().c_str(), &status);
      text += entry.path().string() + " " + std::to_string(status.st_mode) + " " +
              std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec) +
              "\n";
    }
    return text;
  }
  void expect_untouched() const { EXPECT_EQ(everything(), before_); }

 private:
  std::string before_;
};

TEST_F(SharedStore, WhatIsThereIsUsedAndNotBuilt) {
  const auto installed = ck("install package:tool", chained());
  ASSERT_TRUE(succeeds(installed));
  EXPECT_EQ(installed.out.find(store().string()), 0U) << installed.out;
  EXPECT_EQ(environments(), std::vector<std::string>());
  EXPECT_EQ(ck("run program:sound --quiet", chained()).out, "fine\n");
  EXPECT_EQ(environments().size(), 1U) << "the program's own build";
  const Json shown = json_of(ck("show env --json", chained()));
  EXPECT_EQ(shown["environments"].size(), 3U);
  EXPECT_TRUE(succeeds(ck("replay experiment:sound", chained())));
  EXPECT_TRUE(succeeds(ck("verify env --all", chained())));
  expect_untouched();
}

TEST_F(SharedStore, ConfigurationNamesStoresToo) {
  write_text(home() / "config.json", R"({"stores": [")" + store().string() + R"("]})");
  EXPECT_TRUE(succeeds(ck("install package:tool")));
  EXPECT_EQ(environments(), std::vector<std::string>());
  write_text(home() / "config.json", R"({"stores": "team"})");
  EXPECT_TRUE(fails(ck("show env"), 1, "config.json"));
  write_text(home() / "config.json", R"({"stores": ["team"]})");
  EXPECT_TRUE(fails(ck("show env"), 2, "absolute"));
  expect_untouched();
}

TEST_F(SharedStore, WithoutItThingsAreBuiltHereWithTheSameIds) {
  const Json there = json_of(ck("show env --json", team()));
  ASSERT_TRUE(succeeds(ck("install package:tool", chained())));
  ASSERT_TRUE(succeeds(ck("install package:tool")));
  const Json here = json_of(ck("show env --json"));
  ASSERT_EQ(here["environments"].size(), there["environments"].size());
  for (std::size_t i = 0; i < here["environments"].size(); ++i)
    EXPECT_EQ(here["environments"][i]["id"], there["environments"][i]["id"]);
  const Json own = json_of(ck("show env --json", chained()));
  for (const auto& one : own["environments"])
    EXPECT_EQ(one["path"].get<std::string>().find(home().string()), 0U) << "the own one first";
}

TEST_F(SharedStore, NothingOfItIsRemovedCollectedOrRepaired) {
  EXPECT_TRUE(fails(ck("rm env:tool", chained()), 1, "shared store"));
  EXPECT_TRUE(fails(ck("rm env:tool --force", chained()), 1, "shared store"));
  EXPECT_TRUE(succeeds(ck("gc --older-than=0 --yes", chained())));
  const Json used = json_of(ck("du --json", chained()));
  ASSERT_EQ(used["environments"].size(), 2U);
  for (const auto& one : used["environments"]) EXPECT_EQ(one["shared"], true);
  const auto repaired = ck("repair env:tool --force", chained());
  EXPECT_EQ(repaired.code, 1);
  EXPECT_NE(repaired.err.find("only reads"), std::string::npos) << repaired.err;
  ASSERT_TRUE(succeeds(ck("install package:tool --rebuild", chained())));
  EXPECT_EQ(environments().size(), 1U) << "built anew, here";
  expect_untouched();
}

TEST_F(SharedStore, DamageInItIsFound) {
  const Json shown = json_of(ck("show env:tool --json", team()));
  const fs::path file = fs::path(shown["environments"].at(0)["path"].get<std::string>()) / "tool";
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  write_text(file, "evil\n");
  EXPECT_EQ(ck("verify env --all", chained()).code, 1);
}

TEST_F(SharedStore, ChainOfStores) {
  const fs::path between = folder / "between";
  write_text(between / "config.json", R"({"stores": [")" + store().string() + R"("]})");
  EXPECT_TRUE(succeeds(ck("install package:tool", {{"CK_STORES", between.string()}})));
  EXPECT_EQ(environments(), std::vector<std::string>());
  write_text(store() / "config.json", R"({"stores": [")" + between.string() + R"("]})");
  EXPECT_TRUE(succeeds(ck("install package:tool", {{"CK_STORES", between.string()}}))) << "a ring";
}

TEST_F(SharedStore, OneThatIsNotThereHasNothing) {
  EXPECT_TRUE(succeeds(ck("install package:tool", {{"CK_STORES", (folder / "no").string()}})));
  EXPECT_EQ(environments().size(), 2U);
}

}  // namespace
}  // namespace ck::test
