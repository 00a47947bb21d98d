#include "base/json_lines.hpp"

#include <gtest/gtest.h>

namespace ck {
namespace {

TEST(JsonLines, KnowsTheLineOfEachKeyAndElement) {
  const JsonLines lines(R"({
  // a comment with "quotes"
  "a": 1, "b": [
    {"c": "x\"y"},
    /* two
       lines */ 2
  ],
  "d/e": {"f~": null}
})");
  EXPECT_EQ(lines.of(""), 1u);
  EXPECT_EQ(lines.of("/a"), 3u);
  EXPECT_EQ(lines.of("/b"), 3u);
  EXPECT_EQ(lines.of("/b/0"), 4u);
  EXPECT_EQ(lines.of("/b/0/c"), 4u);
  EXPECT_EQ(lines.of("/b/1"), 6u);
  EXPECT_EQ(lines.of("/d~1e/f~0"), 8u);
}

TEST(JsonLines, WhatIsNotThereStandsWhereItsSurroundingsDo) {
  const JsonLines lines("{\n\"a\": {\n\"b\": 1}}");
  EXPECT_EQ(lines.of("/a/missing/deep"), 2u);
  EXPECT_EQ(lines.of("/nothing"), 1u);
}

TEST(JsonLines, EndsWithTheTextWhateverStandsThere) {
  for (const char* text : {"", "{", "[", "{\"a", "{\"a\":", "[1,", "/*", "{\"a\" 1 2}", "]", "[}"})
    EXPECT_EQ(JsonLines(text).of("/x"), 1u) << text;
  EXPECT_EQ(JsonLines(std::string(10'000, '[')).of("/0/0"), 1u);
}

TEST(JsonLines, KnowsWhereKeysAndValuesBeginAndEnd) {
  const std::string text = "{ // a\n \"a\": [1, {\"b\" : \"x\"}], \"a~/\": null }";
  const JsonLines lines(text);
  const auto part = [&](const JsonLines::Span& span) {
    return text.substr(span.begin, span.end - span.begin);
  };
  EXPECT_EQ(part(lines.place("")->value), text);
  EXPECT_EQ(lines.place("")->key, std::nullopt);
  EXPECT_EQ(part(*lines.place("/a")->key), "\"a\"");
  EXPECT_EQ(part(lines.place("/a")->value), "[1, {\"b\" : \"x\"}]");
  EXPECT_EQ(part(lines.place("/a/0")->value), "1");
  EXPECT_EQ(lines.place("/a/0")->key, std::nullopt);
  EXPECT_EQ(part(*lines.place("/a/1/b")->key), "\"b\"");
  EXPECT_EQ(part(lines.place("/a/1/b")->value), "\"x\"");
  EXPECT_EQ(part(lines.place("/a~0~1")->value), "null");
  EXPECT_EQ(lines.place("/c"), std::nullopt);
}

}  // namespace
}  // namespace ck
