#include "store/similar_documents.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace ck::store {
namespace {

/// What reading it alone gives.
std::string alone(const std::string& text) {
  const auto json = parse_json(text, "document");
  return json ? to_text(*json) : "damaged";
}

class SimilarDocumentsTest : public testing::Test {
 protected:
  std::string read(const std::string& text) {
    const Json* json = documents_.read(text);
    return json == nullptr ? "damaged" : to_text(*json);
  }
  void expect_same(const std::string& text) { EXPECT_EQ(read(text), alone(text)) << text; }

  SimilarDocuments documents_;
};

TEST_F(SimilarDocumentsTest, AreWhatEachIsAlone) {
  for (const std::string text : {
           R"({"a": 1, "b": {"x": "one", "y": [1, 2]}, "c": "end"})",
           R"({"a": 1, "b": {"x": "two", "y": [1, 2]}, "c": "end"})",
           R"({"a": 1, "b": {"x": "longer than before", "y": [1, 2]}, "c": "end"})",
           R"({"a": 1, "b": {"x": "longer than before", "y": [1, 2]}, "c": "other"})",
           R"({"a": 12, "b": {"x": "longer than before", "y": [1, 2]}, "c": "other"})",
           R"({"a": 12, "b": {"x": "longer than before", "y": [1, 2]}, "c": "other"})",
           R"({"a": 12, "new": 1, "b": {"x": "longer than before", "y": [1, 2]}, "c": "other"})",
           R"({"a": 12, "new": 1, "b": {"x": "\"},\"c\":\"", "y": [1, 2]}, "c": "other"})",
           R"({"a": 12, "new": 1, "b": 2, "c": "other"})",
           R"({"a": 12, "new": 1, "b": 2 /* 3 */, "c": "other"})",
           R"({"a": 12, "new": 1, "b": 2 /* 4 */, "c": "other"})",
           R"({"a": 12, "new": 1, "b": 2, "b": 3, "c": "other"})",
           R"({"a": 12, "new": 1, "b": , "c": "other"})",
           R"({})",
           R"([1, 2])",
           R"({"a\"": 1, "b": 2})",
           R"({"a\"": 1, "b": 3})",
           "",
           R"({"a": {"b": "c"}})",
           R"({"a": {"b": "d"}})",
       })
    expect_same(text);
}

TEST_F(SimilarDocumentsTest, ACommentDoesNotSwallowWhatStandsBehindIt) {
  expect_same("{\"a\": 1,\n\"b\": 2}");
  expect_same("{\"a\": 1 //,\n\"b\": 2}");
  expect_same("{\"a\": 1,\n\"b\": 2}");
  expect_same("{\"a\": 1 /*,\n\"b\": 2}");
}

TEST_F(SimilarDocumentsTest, AreWhatEachIsAloneHoweverTheyDiffer) {
  const std::string first =
      R"({"schema": "ck.record/1", "plan": {"n": "1", "list": [1, {"k": null}]}, "host": "h\\"})";
  const std::string alphabet = R"({}[]",:\/ 01an)";
  std::mt19937 bits(7);
  std::string text = first;
  for (int i = 0; i < 20'000; ++i) {
    if (i % 3 == 0) text = first;
    const std::size_t place = bits() % text.size();
    const char byte = alphabet[bits() % alphabet.size()];
    switch (bits() % 3) {
      case 0:
        text[place] = byte;
        break;
      case 1:
        text.insert(place, 1, byte);
        break;
      default:
        if (text.size() > 1) text.erase(place, 1);
    }
    ASSERT_EQ(read(text), alone(text)) << text;
    if (i % 2 == 0) {
      ASSERT_EQ(read(first), alone(first));
    }
  }
}

}  // namespace
}  // namespace ck::store
