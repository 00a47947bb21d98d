#include "collective/flat_keys.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/temporary_home.hpp"

namespace ck::collective {
namespace {

const Json kDocument =
    Json::parse(R"({"a": {"b": [5, {"c": null}], "empty": {}, "none": []}, "x": "text"})");

TEST(FlatKeys, EveryScalarHasOneAndEmptyContainersHaveNone) {
  EXPECT_EQ(flatten(kDocument), Json::parse(R"({"##a#b@0": 5, "##a#b@1#c": null, "##x": "text"})"));
  EXPECT_EQ(flatten(Json::object()), Json::object());
}

TEST(FlatKeys, PatternsChoose) {
  const std::vector<std::string> patterns = {"##x", "##a#b@1*"};
  EXPECT_EQ(flatten(kDocument, patterns), Json::parse(R"({"##a#b@1#c": null, "##x": "text"})"));
}

TEST(FlatKeys, GetFollowsThePath) {
  ASSERT_NE(flat_get(kDocument, "##a#b@0"), nullptr);
  EXPECT_EQ(*flat_get(kDocument, "##a#b@0"), 5);
  EXPECT_EQ(*flat_get(kDocument, "##a#b@1"), kDocument["a"]["b"][1]);
  EXPECT_EQ(*flat_get(kDocument, "#"), kDocument);
}

TEST(FlatKeys, GetFindsNothingWhereThereIsNothing) {
  for (const char* key : {"##none", "##a#b@2", "##a@0", "##x#y", "##x@0", "", "a", "#a", "##a#b@-1",
                          "##a#b@", "##a#b@99999999999999999999"}) {
    EXPECT_EQ(flat_get(kDocument, key), nullptr) << key;
  }
}

TEST(FlatKeys, SetMakesWhatIsMissing) {
  Json document;
  ASSERT_OK(flat_set(document, "##a#b@2", 7));
  ASSERT_OK(flat_set(document, "##x", "y"));
  EXPECT_EQ(document, Json::parse(R"({"a": {"b": [null, null, 7]}, "x": "y"})"));
  ASSERT_OK(flat_set(document, "##a@0", 1));
  EXPECT_EQ(document["a"], Json::parse("[1]"));
}

TEST(FlatKeys, SetRefusesWhatIsNoKey) {
  Json document;
  EXPECT_ERROR(flat_set(document, "a", 1), invalid, "begins with '#'");
  EXPECT_ERROR(flat_set(document, "#a", 1), invalid, "a step is '#' or '@'");
  EXPECT_ERROR(flat_set(document, "##a@1000001", 1), invalid, "'1000001' is no index");
  EXPECT_ERROR(flat_set(document, "##a@x", 1), invalid, "flat key '##a@x'");
}

}  // namespace
}  // namespace ck::collective
