// What the original CK finds in five real repositories, ck finds too.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

fs::path corpus() { return fs::path(CK_SOURCE_DIR).parent_path() / "shared" / "ck-corpus"; }

class Corpus : public CkTest {
 protected:
  void SetUp() override {
    if (!fs::exists(corpus() / "expected"))
      GTEST_SKIP() << "needs " << corpus().string() << ", which is not there";
    for (const auto& entry : fs::directory_iterator(corpus())) {
      if (fs::exists(entry.path() / ".ckr.json")) {
        ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + entry.path().string()})));
      }
    }
  }
};

TEST_F(Corpus, SearchByTagsGivesWhatTheOriginalGives) {
  const auto expected =
      parse_json(read_text(corpus() / "expected/search_by_tags.json"), "expected");
  ASSERT_OK(expected);
  for (const auto& [kind, queries] : expected->items()) {
    for (const auto& [tags, wanted] : queries.items()) {
      SCOPED_TRACE(kind + " --tags=" + tags);
      const Json json = json_of(ck({"search", kind, "--tags=" + tags, "--json"}));
      std::vector<std::string> found;
      for (const auto& one : json["components"]) {
        if (one["repo"] == "core") continue;  // not among what the original was asked
        found.push_back(one["repo"].get<std::string>() + ":" + one["kind"].get<std::string>() +
                        ":" + one["name"].get<std::string>() + ":" + one["uid"].get<std::string>());
      }
      std::ranges::sort(found);
      EXPECT_EQ(found, wanted.get<std::vector<std::string>>());
    }
  }
}

TEST_F(Corpus, ResultsAreSortedByRepositoryKindAndName) {
  const Json json = json_of(ck("search * --json"));
  std::vector<std::vector<std::string>> keys;
  for (const auto& one : json["components"])
    keys.push_back({one["repo"], one["kind"], one["name"]});
  EXPECT_GT(keys.size(), 900u);
  EXPECT_TRUE(std::ranges::is_sorted(keys));
}

}  // namespace
}  // namespace ck::test
