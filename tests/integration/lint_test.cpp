// ck lint: what it says, where, and how it ends.
#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"
#include "support/collective_repository.hpp"

namespace ck::test {
namespace {

constexpr std::string_view kWhole = R"("description": "a thing", "license": "MIT")";

class Lint : public CkTest {
 protected:
  CkResult lint(const std::string& more = "") {
    return ck("lint " + components.folder().string() + (more.empty() ? "" : " " + more));
  }
  /// As it is told: from the folder that the call works in.
  std::string file(const std::string& kind, const std::string& name) const {
    return whole(kind, name).lexically_relative(folder.path()).string();
  }
  fs::path whole(const std::string& kind, const std::string& name) const {
    return components.folder_of(kind, name) / "ck.json";
  }
  static bool says(const CkResult& result, const std::string& line) {
    return result.out.find(line) != std::string::npos;
  }
};

TEST_F(Lint, WhatIsRightIsPassedOver) {
  components.component("package", "good", std::string(kWhole));
  const auto result = lint("--strict");
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("2 descriptors read: 0 errors, 0 warnings"), std::string::npos);
}

TEST_F(Lint, ErrorsOfTheReaderHaveFileAndLine) {
  components.raw("package", "bad", R"({
  "schema": "ck.package/1",
  "name": "bad",
  "uid": "0123456789abcdef",
  "dependencys": {},
  "sources": [
    {"url": "https://example.org/x.tar"}
  ]
})");
  const auto result = lint();
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(says(result, file("package", "bad") + ":5: error: /dependencys is not a known key"))
      << result.out;
  EXPECT_TRUE(
      says(result, file("package", "bad") + ":7: error: /sources/0/sha256 is missing [format]"))
      << result.out;
}

TEST_F(Lint, TextThatIsNoJsonHasItsLine) {
  components.raw("package", "bad", "{\n\n  \"schema\" \"x\"\n}");
  const auto result = lint();
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(says(result, file("package", "bad") + ":3: error: ")) << result.out;
  EXPECT_TRUE(says(result, "[syntax]")) << result.out;
}

TEST_F(Lint, WarningsAloneFailWithStrictOnly) {
  components.component("package", "bare", "");
  const auto result = lint();
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(says(result, ":1: warning: the component has no description")) << result.out;
  EXPECT_TRUE(says(result, "[no-license]")) << result.out;
  EXPECT_EQ(lint("--strict").code, 1);
}

TEST_F(Lint, OneUidForTwoIsAnError) {
  const std::string text = R"({"schema": "ck.package/1", "uid": "0123456789abcdef", )" +
                           std::string(kWhole) + R"(, "name": ")";
  components.raw("package", "one", text + "one\"}");
  components.raw("package", "two", text + "two\"}");
  const auto result = lint();
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(says(result, file("package", "two") + ":1: error: /uid is that of " +
                               whole("package", "one").string() + " too"))
      << result.out;
}

TEST_F(Lint, NeedsThatNothingServesSuggestTheTagThatWasMeant) {
  components.component("package", "library", std::string(kWhole) + R"(, "tags": ["lib", "matrices"],
                         "variations": {"threads": {"options": {"openmp": {"tags": ["fast"]}}}})");
  components.component("package", "user", std::string(kWhole) + R"(, "dependencies": {
    "a": {"tags": ["lib", "matrixes"]}, "b": {"tags": ["lib", "openmp"]},
    "c": {"tags": ["${x}"]}, "d": {"name": "library", "tags": ["package", "fast"]}},
    "parameters": {"x": {"type": "string", "default": ""}})");
  const auto result = lint();
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(says(result, "warning: /dependencies/a is served by nothing")) << result.out;
  EXPECT_TRUE(says(result, "did you mean 'matrices'?")) << result.out;
  for (const auto* key : {"/b", "/c", "/d"})
    EXPECT_FALSE(says(result, std::string("/dependencies") + key)) << result.out;
}

TEST_F(Lint, ATagThatIsOneSlipAwayFromACommonOneIsTold) {
  for (const auto* name : {"a", "b", "c"})
    components.component("package", name, std::string(kWhole) + R"(, "tags": ["imagenet"])");
  components.component("package", "d", std::string(kWhole) + R"(, "tags": ["imagnet"])");
  EXPECT_TRUE(
      says(lint(), "/tags has 'imagnet', which nothing else has (did you mean 'imagenet'?)"));
}

TEST_F(Lint, OneDescriptorAndNamesOfWhatIsRegisteredAreLookedAtToo) {
  components.component("package", "bare", "");
  import();
  EXPECT_TRUE(says(ck("lint " + file("package", "bare")), "[no-description]"));
  EXPECT_TRUE(says(ck("lint package:bare"), "[no-description]"));
  EXPECT_TRUE(says(ck("lint repo:tiny"), "[no-description]"));
  EXPECT_TRUE(fails(ck("lint /no/such/folder"), 1, "/no/such/folder"));
  EXPECT_TRUE(fails(ck("lint " + home().string()), 1, "there is no component below"));
}

TEST_F(Lint, AnswersInJson) {
  components.component("package", "bare", "");
  const auto json = json_of(lint("--json"));
  EXPECT_EQ(json["schema"], "ck.lint/1");
  EXPECT_EQ(json["files"], 2);
  EXPECT_EQ(json["findings"][0]["rule"], "no-description");
  EXPECT_EQ(json["findings"][0]["severity"], "warning");
  EXPECT_EQ(json["findings"][0]["line"], 1);
}

TEST_F(Lint, EntriesOfCollectiveKnowledgeHaveTheirOddities) {
  const fs::path repository = folder / "ck-old";
  write_text(repository / ".ckr.json",
             R"({"data_uoa": "ck-old", "data_uid": "0123456789abcdef", "dict": {}})");
  write_text(repository / "package/x/.cm/meta.json", R"({"tags": ["Big Tag"], "customize": {}})");
  write_text(repository / "package/y/.cm/meta.json", "{\n\n,");
  const auto result = ck("lint " + repository.string());
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(says(result, "package/x/.cm/meta.json:1: warning: tag 'Big Tag' holds a blank"))
      << result.out;
  EXPECT_TRUE(says(result, "package/y/.cm/meta.json:3: error: ")) << result.out;
}

TEST_F(Lint, TheShippedRepositoryIsClean) {
  const auto result = ck(std::string("lint --strict ") + CK_SOURCE_DIR);
  EXPECT_EQ(result.code, 0) << result.out;
}

}  // namespace
}  // namespace ck::test
