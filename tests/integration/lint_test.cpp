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
  EXPECT_FALSE(says(result, ".ckr.json")) << result.out;
}

TEST_F(Lint, ASoundRepositoryOfCollectiveKnowledgeHasNoError) {
  const CollectiveRepository repository(folder / "ck-sound", "ck-sound", R"({"desc": "sound",
    "repo_deps": [{"repo_uoa": "ck-env", "repo_url": "https://example.org/ck-env"}]})");
  repository.dataset("words", "dataset,words", "words.txt", "a b c\n");
  repository.tool("hammer");
  const auto sound = ck("lint --strict " + repository.folder().string());
  EXPECT_EQ(sound.code, 0) << sound.out;
  EXPECT_NE(sound.err.find("3 descriptors read: 0 errors, 0 warnings"), std::string::npos)
      << sound.err;
  EXPECT_TRUE(succeeds(ck("lint " + (repository.folder() / ".ckr.json").string())));
}

TEST_F(Lint, EntriesThatARepositorySpreadsOverFoldersAreFound) {
  const CollectiveRepository repository(folder / "ck-spread", "ck-spread",
                                        R"({"split_dirs": {"note": 2}})");
  repository.alias("note", "abc", "00000000000000aa");
  repository.file("note", "ab/abc", ".cm/meta.json", "{}");
  const auto sound = ck("lint --strict " + repository.folder().string());
  EXPECT_EQ(sound.code, 0) << sound.out;
  repository.alias("note", "gone", "00000000000000bb");
  repository.file("note", "ab/abd", ".cm/meta.json", "{}");
  const auto odd = ck("lint " + repository.folder().string());
  EXPECT_TRUE(says(odd, "alias-a-gone:1: warning: names an entry that does not exist")) << odd.out;
  EXPECT_TRUE(says(odd, "note/ab/abd:1: warning: has no alias file")) << odd.out;
}

TEST_F(Lint, ARepositoryOfCollectiveKnowledgeIsReadAsCkReadsIt) {
  const CollectiveRepository repository(folder / "ck-odd", "ck-odd");
  repository.dataset("words", "dataset,words", "words.txt", "a b c\n");
  repository.alias("dataset", "gone", "00000000000000aa");
  const auto odd = ck("lint " + repository.folder().string());
  EXPECT_EQ(odd.code, 0) << odd.out;
  EXPECT_TRUE(says(odd, "dataset/.cm/alias-a-gone:1: warning: names an entry that does not exist"))
      << odd.out;
  write_text(repository.folder() / ".ckr.json", R"({"data_uoa": "../out", "dict": {}})");
  const auto broken = ck("lint " + repository.folder().string());
  EXPECT_EQ(broken.code, 1);
  EXPECT_TRUE(says(broken, ".ckr.json:1: error: ")) << broken.out;
  EXPECT_TRUE(says(broken, "has no usable name")) << broken.out;
}

TEST_F(Lint, TheShippedRepositoryIsClean) {
  const auto result = ck(std::string("lint --strict ") + CK_SOURCE_DIR);
  EXPECT_EQ(result.code, 0) << result.out;
}

class LintFix : public Lint {
 protected:
  /// A descriptor with everything that can be corrected, and comments.
  void write_slips() {
    write_text(folder / "data.txt", "data");
    components.raw("package", "slips",
                   R"({
  // What it is.
  "schema": "ck.pakage/1",
  "name": "slip",
  "description": "a thing", "license": "MIT",
  "dependencys": {"gcc": {"tags": ["gcc"]}},
  "sources": [
    {"url": "file://)" +
                       (folder / "data.txt").string() +
                       R"(", "unpack": false}
  ],
  "build": {"system": "comands", "commands": [{"run": ["true"]}]} /* so */
})");
  }
};

TEST_F(LintFix, CorrectsWhatIsBeyondDoubtAndNothingElse) {
  write_slips();
  const auto before = read_text(whole("package", "slips"));
  const auto dry = lint("--fix --dry_run");
  EXPECT_TRUE(says(dry, "-  \"dependencys\": {")) << dry.out;
  EXPECT_TRUE(says(dry, "+  \"dependencies\": {")) << dry.out;
  EXPECT_TRUE(says(dry, "--- " + file("package", "slips"))) << dry.out;
  EXPECT_NE(dry.err.find("corrections to make in 1 file\n"), std::string::npos) << dry.err;
  EXPECT_EQ(read_text(whole("package", "slips")), before);
  const auto fixed = lint("--fix");
  EXPECT_EQ(fixed.code, 0) << fixed.out << read_text(whole("package", "slips"));
  const auto after = read_text(whole("package", "slips"));
  for (const auto* part :
       {"// What it is.", "/* so */", "\"schema\": \"ck.package/1\"", "\"name\": \"slips\"",
        "\"uid\": \"", "\"system\": \"commands\"",
        "\"sha256\": \"3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7\""})
    EXPECT_NE(after.find(part), std::string::npos) << part << "\n" << after;
  EXPECT_EQ(lint("--fix").err.find("0 corrections made in 0 files"), 0U);
  EXPECT_EQ(read_text(whole("package", "slips")), after);
}

TEST_F(LintFix, TellsItsChangesAsJson) {
  write_slips();
  const Json report = json_of(lint("--fix --json"));
  ASSERT_EQ(report["fixes"].size(), 1U);
  EXPECT_NE(report["fixes"][0]["changes"].dump().find("renamed to 'dependencies'"),
            std::string::npos);
  EXPECT_EQ(report["findings"].dump().find("\"error\""), std::string::npos) << report;
}

TEST_F(LintFix, LeavesWhatItCannotKnow) {
  components.raw("package", "unknown", R"({"schema": "ck.package/1", "name": "unknown",
    "uid": "0123456789abcdef", "colour": 1, "sources": [{"url": "https://example.org/x"}]})");
  components.raw("package", "broken", "{");
  const auto before = read_text(whole("package", "unknown"));
  const auto result = lint("--fix");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(says(result, "/colour is not a known key")) << result.out;
  EXPECT_EQ(read_text(whole("package", "unknown")), before);
  EXPECT_EQ(read_text(whole("package", "broken")), "{");
  EXPECT_TRUE(fails(lint("--dry_run"), 2, "--dry_run is for --fix"));
}

TEST_F(LintFix, PutsTheSchemaFirst) {
  components.raw("package", "late", R"({
  "name": "late", "uid": "0123456789ABCDEF",
  "description": "a thing", "license": "MIT",
  "schema": "ck.package/1"
})");
  components.raw("program", "none", R"({
  "name": "none", "uid": "0123456789abcde0", "description": "a thing", "license": "MIT",
  "commands": {"run": {"run": ["true"]}}
})");
  const auto result = lint("--fix");
  EXPECT_EQ(result.code, 0) << result.out << read_text(whole("package", "late"));
  EXPECT_TRUE(read_text(whole("package", "late")).starts_with(R"({
  "schema": "ck.package/1",
  "name": "late", "uid": "0123456789abcdef",)"))
      << read_text(whole("package", "late"));
  EXPECT_TRUE(
      read_text(whole("program", "none")).starts_with("{\n  \"schema\": \"ck.program/1\","));
}

}  // namespace
}  // namespace ck::test
