#include "collective/meta.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace ck::collective {
namespace {

const Json kObject = Json::parse(
    R"({"name": " x ", "on": "Yes", "n": 3, "list": ["a", "", 2], "text": "a, b,,c", "o": {"k": 1}})");

TEST(CollectiveMeta, WhatIsMissingOrOfAnotherTypeIsEmpty) {
  EXPECT_EQ(text_at(kObject, "none"), "");
  EXPECT_EQ(text_at(kObject, "list"), "");
  EXPECT_EQ(text_at(Json(), "name"), "");
  EXPECT_TRUE(object_at(kObject, "list").empty());
  EXPECT_TRUE(array_at(kObject, "o").empty());
}

TEST(CollectiveMeta, ScalarsAreTextWhateverTheirType) {
  EXPECT_EQ(text_at(kObject, "name"), "x");
  EXPECT_EQ(text_at(kObject, "n"), "3");
  EXPECT_TRUE(yes_at(kObject, "on"));
  EXPECT_FALSE(yes_at(kObject, "name"));
  EXPECT_EQ(number_at(kObject, "n", 7), 3);
  EXPECT_EQ(number_at(kObject, "name", 7), 7);
}

TEST(CollectiveMeta, ListsMayBeTextWithCommas) {
  EXPECT_EQ(texts_at(kObject, "list"), (std::vector<std::string>{"a", "2"}));
  EXPECT_EQ(texts_at(kObject, "text"), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(CollectiveMeta, MergingGoesIntoObjectsAndReplacesTheRest) {
  Json target = Json::parse(R"({"a": {"x": 1, "y": [1, 2]}, "b": 1})");
  merge(target, Json::parse(R"({"a": {"y": [3], "z": 4}, "b": {"c": 1}})"));
  EXPECT_EQ(target, Json::parse(R"({"a": {"x": 1, "y": [3], "z": 4}, "b": {"c": 1}})"));
}

}  // namespace
}  // namespace ck::collective
