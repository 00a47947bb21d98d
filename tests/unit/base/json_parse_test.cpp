#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.hpp"

namespace ck {
namespace {

std::string message_of(const Result<Json>& result) {
  return result ? "no error" : result.error().message;
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(ParseJson, KeepsTheOrderOfKeys) {
  const auto json = parse_json(R"({"z": 1, "a": {"y": [1, 2.5, -3], "b": null}, "m": "x"})", "f");
  ASSERT_TRUE(json) << message_of(json);
  EXPECT_EQ(to_text(*json), R"({"z":1,"a":{"y":[1,2.5,-3],"b":null},"m":"x"})");
}

TEST(ParseJson, ReadsEveryKindOfValue) {
  for (const char* text : {"null", "true", "false", "0", "-1", "18446744073709551615", "1.5",
                           "\"x\"", "[]", "{}", "[[],{}]"}) {
    const auto json = parse_json(text, "f");
    ASSERT_TRUE(json) << text << ": " << message_of(json);
    EXPECT_EQ(to_text(*json), text);
  }
}

TEST(ParseJson, AcceptsCommentsUnlessToldOtherwise) {
  const char* text = "// first\n{\"a\": /* here */ 1} // last";
  EXPECT_TRUE(parse_json(text, "f"));
  JsonLimits strict;
  strict.comments = false;
  const auto refused = parse_json(text, "f", strict);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
}

TEST(ParseJson, NamesSourceLineAndColumn) {
  const auto json = parse_json("{\n  \"a\": 1,\n  \"\u00e9\" 2\n}", "ck.json");
  EXPECT_EQ(message_of(json),
            "ck.json, line 3, column 7: syntax error while parsing object separator - unexpected "
            "number literal; expected ':'");
}

TEST(ParseJson, AdvisesOnATrailingComma) {
  for (const char* text : {"{\"a\": 1,\n}", "[1, 2, ]"}) {
    const auto json = parse_json(text, "f");
    ASSERT_FALSE(json);
    EXPECT_EQ(json.error().hints, std::vector<std::string>{"remove the comma before it"});
  }
}

TEST(ParseJson, AdvisesOnSingleQuotes) {
  const auto json = parse_json("{'a': 1}", "f");
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().hints.size(), 1u);
}

TEST(ParseJson, RefusesWhatIsNoJson) {
  for (const char* text : {"{", "[1", "tru", "{}x", "{} {}", "\"a", "\"\xff\"", "\"\\ud800\"", "01",
                           "+1", "NaN", "Infinity", "1e999", "\"\t\"", "{1: 2}", "/* open", "]"}) {
    const auto json = parse_json(text, "f");
    ASSERT_FALSE(json) << text;
    EXPECT_EQ(json.error().code, ErrorCode::invalid);
    EXPECT_NE(json.error().message.find("f, line 1, column "), std::string::npos) << text;
  }
}

TEST(ParseJson, SaysWhenThereIsNothing) {
  EXPECT_EQ(message_of(parse_json("", "a.json")), "a.json is empty");
  EXPECT_EQ(message_of(parse_json(" \n", "a.json")), "a.json is empty");
}

TEST(ParseJson, RefusesAKeyThatStandsTwice) {
  const auto json = parse_json("{\"a\": 1,\n \"b\": {\"a\": 2},\n \"a\": 3}", "f");
  EXPECT_EQ(message_of(json), "f, line 3, column 4: the key 'a' stands twice in one object");
}

TEST(ParseJson, RefusesAKeyThatStandsTwiceInALargeObject) {
  std::string text = "{\"k0\": 0";
  for (int i = 1; i < 100; ++i) text += ", \"k" + std::to_string(i) + "\": 0";
  EXPECT_TRUE(parse_json(text + "}", "f"));
  EXPECT_NE(message_of(parse_json(text + ", \"k7\": 1}", "f")).find("'k7' stands twice"),
            std::string::npos);
}

TEST(ParseJson, LetsTheLastDuplicateWinWhereTheyAreAccepted) {
  JsonLimits lenient;
  lenient.duplicate_keys = true;
  const auto json = parse_json(R"({"a": {"x": 1}, "b": 2, "a": [3]})", "f", lenient);
  ASSERT_TRUE(json) << message_of(json);
  EXPECT_EQ(to_text(*json), R"({"a":[3],"b":2})");
}

TEST(ParseJson, RefusesDeepNestingWithoutUsingTheStack) {
  EXPECT_TRUE(parse_json(nested(64), "f"));
  EXPECT_EQ(message_of(parse_json(nested(65), "f")),
            "f, line 1, column 65: nested deeper than 64 levels");
  EXPECT_FALSE(parse_json(std::string(10'000, '['), "f"));
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(parse_json(objects, "f"));
}

TEST(ParseJson, ReadsAndFreesManyLevelsWhenAllowed) {
  JsonLimits deep;
  deep.max_depth = 200'000;
  EXPECT_TRUE(parse_json(nested(200'000), "f", deep));
}

TEST(ParseJson, RefusesHugeInputBeforeReadingIt) {
  const std::string huge(100'000'000, '[');
  EXPECT_EQ(message_of(parse_json(huge, "big.json")),
            "big.json has 100000000 bytes, but at most 16777216 are read");
}

TEST(ParseJson, ReadsAnObjectOfManyKeysInLinearTime) {
  std::string text = "{\"k\": 0";
  for (int i = 0; i < 50'000; ++i) text += ",\"k" + std::to_string(i) + "\":0";
  EXPECT_TRUE(parse_json(text + "}", "f"));
}

TEST(ParseJson, ShowsNeitherLongTokensNorTerminalEscapes) {
  const auto text = parse_json("\"" + std::string(100'000, 'a'), "f");
  EXPECT_LT(message_of(text).size(), 400u);
  const auto key = parse_json("{\"\\u001b[2J\": 1, \"\\u001b[2J\": 2}", "a\x1b");
  EXPECT_EQ(message_of(key),
            "a\\x1b, line 1, column 28: the key '\\x1b[2J' stands twice in one object");
}

RC_GTEST_PROP(ParseJson, NeverFailsOtherwiseThanByAnError, (const std::string& noise)) {
  const std::string text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("{}[],:\"'0123456789.eE+-truefalsn/*\\ \n") + noise));
  const auto json = parse_json(text, "f");
  if (!json) RC_ASSERT(json.error().code == ErrorCode::invalid);
}

/// Any document of a few levels.
Json some_json(int levels) {
  const int kind = *rc::gen::inRange(0, levels > 0 ? 7 : 5);
  if (kind == 0) return nullptr;
  if (kind == 1) return *rc::gen::arbitrary<bool>();
  if (kind == 2) return *rc::gen::arbitrary<std::int64_t>();
  if (kind == 3) return *rc::gen::arbitrary<double>();
  if (kind == 4) return *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
  Json value = kind == 5 ? Json::array() : Json::object();
  const int size = *rc::gen::inRange(0, 20);
  for (int i = 0; i < size; ++i) {
    if (kind == 5) {
      value.push_back(some_json(levels - 1));
    } else {
      value["k" + std::to_string(i)] = some_json(levels - 1);
    }
  }
  return value;
}

RC_GTEST_PROP(ToText, IsReadBackByParseJson, ()) {
  const Json value = some_json(3);
  const auto compact = parse_json(to_text(value), "f");
  const auto pretty = parse_json(to_pretty_text(value), "f");
  RC_ASSERT(compact && *compact == value);
  RC_ASSERT(pretty && *pretty == value);
}

TEST(ToText, ReplacesStringsThatAreNoUtf8) { EXPECT_EQ(to_text(Json("a\xff")), "\"a\ufffd\""); }

TEST(ToPrettyText, IndentsByTwoAndEndsTheLine) {
  const Json value = {{"a", {1}}};
  EXPECT_EQ(to_pretty_text(value), "{\n  \"a\": [\n    1\n  ]\n}\n");
}

}  // namespace
}  // namespace ck
