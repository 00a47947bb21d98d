#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.hpp"

namespace ck {
namespace {

using Words = std::vector<std::string>;

/// A document, a reader of it and the problems they find.
struct Reading {
  explicit Reading(std::string_view text)
      : json(*parse_json(text, "ck.json")), problems("ck.json"), reader(json, "", problems) {}

  /// "PATH MESSAGE" of each problem.
  Words found() const {
    Words texts;
    for (const JsonProblem& problem : problems.all()) {
      texts.push_back(problem.path + " " + problem.message);
    }
    return texts;
  }

  Json json;
  JsonProblems problems;
  ObjectReader reader;
};

TEST(ObjectReader, ReadsEveryType) {
  Reading r(R"({"s": "x", "b": true, "n": 1.5, "i": -7, "list": ["p", "q"],
                "map": {"K": "v"}, "pick": "two"})");
  EXPECT_TRUE(r.reader.has("s"));
  EXPECT_EQ(r.reader.string("s"), "x");
  EXPECT_EQ(r.reader.optional_string("s"), "x");
  EXPECT_EQ(r.reader.optional_bool("b"), true);
  EXPECT_EQ(r.reader.optional_number("n"), 1.5);
  EXPECT_EQ(r.reader.optional_number("i"), -7.0);
  EXPECT_EQ(r.reader.optional_integer("i"), -7);
  EXPECT_EQ(r.reader.strings("list"), (Words{"p", "q"}));
  EXPECT_EQ(r.reader.string_map("map"),
            (std::vector<std::pair<std::string, std::string>>{{"K", "v"}}));
  EXPECT_EQ(r.reader.choice("pick", Words{"one", "two"}), "two");
  EXPECT_NE(r.reader.required("s"), nullptr);
  r.reader.finish();
  EXPECT_TRUE(r.problems.empty());
}

TEST(ObjectReader, FindsNothingInAnEmptyObject) {
  Reading r("{}");
  EXPECT_FALSE(r.reader.has("x"));
  EXPECT_EQ(r.reader.optional("x"), nullptr);
  EXPECT_EQ(r.reader.optional_string("x"), std::nullopt);
  EXPECT_EQ(r.reader.optional_bool("x"), std::nullopt);
  EXPECT_EQ(r.reader.optional_number("x"), std::nullopt);
  EXPECT_EQ(r.reader.optional_integer("x"), std::nullopt);
  EXPECT_EQ(r.reader.strings("x"), Words{});
  EXPECT_TRUE(r.reader.string_map("x").empty());
  EXPECT_EQ(r.reader.choice("x", Words{"a", "b"}, "b"), "b");
  r.reader.each("x", [](const Json&, const std::string&) { FAIL(); });
  r.reader.finish();
  EXPECT_TRUE(r.problems.empty());
}

TEST(ObjectReader, ReportsMissingKeys) {
  Reading r("{}");
  EXPECT_EQ(r.reader.string("name"), "");
  EXPECT_EQ(r.reader.required("build"), nullptr);
  EXPECT_EQ(r.reader.choice("kind", Words{"a", "b"}), "a");
  EXPECT_EQ(r.found(), (Words{"/name is missing", "/build is missing", "/kind is missing"}));
}

TEST(ObjectReader, ReportsWrongTypesAndGoesOn) {
  Reading r(R"({"s": 3, "e": "", "b": "yes", "n": "1", "i": 3.0, "big": 9223372036854775808,
                "list": {}, "map": [], "mixed": ["a", 1], "pairs": {"a": null}})");
  EXPECT_EQ(r.reader.string("s"), "");
  EXPECT_EQ(r.reader.string("e"), "");
  EXPECT_EQ(r.reader.optional_bool("b"), std::nullopt);
  EXPECT_EQ(r.reader.optional_number("n"), std::nullopt);
  EXPECT_EQ(r.reader.optional_integer("i"), std::nullopt);
  EXPECT_EQ(r.reader.optional_integer("big"), std::nullopt);
  EXPECT_EQ(r.reader.strings("list"), Words{});
  EXPECT_TRUE(r.reader.string_map("map").empty());
  EXPECT_EQ(r.reader.strings("mixed"), Words{"a"});
  EXPECT_TRUE(r.reader.string_map("pairs").empty());
  EXPECT_EQ(r.found(), (Words{
                           "/s is 3, but must be a string",
                           "/e must not be empty",
                           "/b is 'yes', but must be true or false",
                           "/n is '1', but must be a number",
                           "/i is 3.0, but must be a whole number of 64 bits",
                           "/big is 9223372036854775808, but must be a whole number of 64 bits",
                           "/list is an object, but must be an array",
                           "/map is an array, but must be an object",
                           "/mixed/1 is 1, but must be a string",
                           "/pairs/a is null, but must be a string",
                       }));
}

TEST(ObjectReader, ChecksTheRangeOfIntegers) {
  Reading r(R"({"port": 70000, "count": 0, "offset": 5})");
  EXPECT_EQ(r.reader.optional_integer("port", 1, 65535), std::nullopt);
  EXPECT_EQ(r.reader.optional_integer("count", 1), std::nullopt);
  EXPECT_EQ(r.reader.optional_integer("offset", INT64_MIN, 4), std::nullopt);
  EXPECT_EQ(r.reader.optional_integer("offset", 5, 5), 5);
  EXPECT_EQ(r.found(), (Words{"/port is 70000, but must be a whole number from 1 to 65535",
                              "/count is 0, but must be a whole number of at least 1",
                              "/offset is 5, but must be a whole number of at most 4"}));
}

TEST(ObjectReader, SuggestsANearChoice) {
  Reading r(R"({"build": "cmkae", "other": 1})");
  const Words systems = {"cmake", "make", "script"};
  EXPECT_EQ(r.reader.choice("build", systems, "make"), "make");
  EXPECT_EQ(r.reader.choice("other", systems), "cmake");
  ASSERT_EQ(r.problems.all().size(), 2u);
  EXPECT_EQ(r.problems.all()[0].message,
            "is 'cmkae', but must be one of 'cmake', 'make', 'script'");
  EXPECT_EQ(r.problems.all()[0].hint, "did you mean 'cmake'?");
  EXPECT_EQ(r.problems.all()[1].hint, "");
}

TEST(ObjectReader, ReportsUnknownKeysWithASuggestion) {
  Reading r(R"({"dependancies": [], "x-mine": 1, "tags": [], "zzz": 1})");
  r.reader.each("dependencies", [](const Json&, const std::string&) {});
  r.reader.strings("tags");
  r.reader.finish();
  EXPECT_EQ(r.found(), (Words{"/dependancies is not a known key", "/zzz is not a known key"}));
  EXPECT_EQ(r.problems.all()[0].hint, "did you mean 'dependencies'?");
  EXPECT_EQ(r.problems.all()[1].hint, "known here: dependencies, tags");
}

TEST(ObjectReader, ReportsAValueThatIsNoObjectOnce) {
  JsonProblems problems("ck.json");
  const Json list = Json::array();
  ObjectReader reader(list, "/build", problems);
  EXPECT_EQ(reader.string("name"), "");
  EXPECT_FALSE(reader.has("x"));
  reader.finish();
  ASSERT_EQ(problems.all().size(), 1u);
  EXPECT_EQ(problems.all()[0].path, "/build");
  EXPECT_EQ(problems.all()[0].message, "is an array, but must be an object");
}

TEST(ObjectReader, GivesElementsAndMembersTheirPaths) {
  Reading r(R"({"list": [{"a": 1}, 2], "map": {"a/b": 1, "c~d": 2}})");
  Words paths;
  r.reader.each("list", [&](const Json& element, const std::string& path) {
    paths.push_back(path + "=" + to_text(element));
  });
  r.reader.each_member("map",
                       [&](const std::string& name, const Json& value, const std::string& path) {
                         paths.push_back(name + " " + path + "=" + to_text(value));
                       });
  EXPECT_EQ(paths, (Words{"/list/0={\"a\":1}", "/list/1=2", "a/b /map/a~1b=1", "c~d /map/c~0d=2"}));
}

TEST(ObjectReader, ReadsNestedObjectsIntoTheSameProblems) {
  Reading r(R"({"build": {"system": 1}})");
  ObjectReader build(*r.reader.required("build"), r.reader.path_of("build"), r.reader.problems());
  build.string("system");
  build.problem("system", "needs a version");
  EXPECT_EQ(build.path(), "/build");
  EXPECT_EQ(r.found(),
            (Words{"/build/system is 1, but must be a string", "/build/system needs a version"}));
}

TEST(JsonProblems, MakeOneSentenceOfOneProblem) {
  JsonProblems problems("ck.json");
  problems.add("/name", "is missing", "add a name");
  const Error error = problems.to_error();
  EXPECT_EQ(error.code, ErrorCode::invalid);
  EXPECT_EQ(error.message, "ck.json: /name is missing");
  EXPECT_EQ(error.hints, Words{"add a name"});
}

TEST(JsonProblems, ListSeveralProblemsOneALine) {
  JsonProblems problems("ck.json");
  problems.add("", "is 3, but must be an object");
  problems.add("/nmae", "is not a known key", "did you mean 'name'?");
  EXPECT_EQ(problems.to_error().message,
            "ck.json has 2 problems:\n"
            "  the document is 3, but must be an object\n"
            "  /nmae is not a known key (did you mean 'name'?)");
}

TEST(JsonProblems, CountWhatTheyDoNotList) {
  JsonProblems problems("f");
  for (int i = 0; i < 5000; ++i) problems.add("/k" + std::to_string(i), "is wrong");
  const std::string message = problems.to_error().message;
  EXPECT_EQ(message.substr(0, message.find('\n')), "f has 5000 problems:");
  EXPECT_NE(message.find("\n  /k19 is wrong\n  and 4980 more"), std::string::npos);
  EXPECT_EQ(problems.all().size(), 1000u);
}

TEST(JsonProblems, DoNotLetTheDocumentTalkToTheTerminal) {
  Reading r(R"({"\u001b[2J": "\u001b]0;x\u0007"})");
  r.reader.optional_bool("\x1b[2J");
  const std::string message = r.problems.to_error().message;
  EXPECT_EQ(message, "ck.json: /\\x1b[2J is '\\x1b]0;x\\x07', but must be true or false");
}

TEST(WithoutCommon, LeavesWhatOnlyOneListHas) {
  const auto of = [](const char* list, const char* other) {
    return to_text(without_common(Json::parse(list), Json::parse(other)));
  };
  EXPECT_EQ(of(R"(["b", 1, "a", "b"])", R"(["a"])"), R"(["b",1,"b"])");
  EXPECT_EQ(of(R"(["a"])", R"(["a"])"), "[]");
  EXPECT_EQ(of(R"({"a": 1})", R"(["a"])"), R"({"a":1})");
  EXPECT_EQ(of(R"(["a"])", "null"), R"(["a"])");
}

}  // namespace
}  // namespace ck
