#include "model/ck_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "documents.hpp"

#include "support/temporary_home.hpp"

namespace ck::model {
namespace {

CkComponent component(std::string_view meta) {
  auto read = read_ck_component(meta, "package", "lib-x", "0123456789abcdef", "file");
  EXPECT_TRUE(read.has_value()) << meta;
  return read ? *read : CkComponent();
}

std::string version_of(std::string_view meta) { return component(meta).version.text(); }

TEST(CkComponent, TakesItsIdentityFromItsFolder) {
  const CkComponent read = component(R"({"data_name": " My x ", "tags": ["b", "a"]})");
  EXPECT_EQ(read.kind, "package");
  EXPECT_EQ(read.name, "lib-x");
  EXPECT_EQ(read.uid, "0123456789abcdef");
  EXPECT_EQ(read.data_name, "My x");
  EXPECT_EQ(read.tags.text(), "a,b");
  EXPECT_TRUE(read.version.unknown());
  EXPECT_EQ(read.meta, R"({"data_name":" My x ","tags":["b","a"]})");
}

TEST(CkComponent, TakesItsVersionFromCustomizeOrElseFromItsTags) {
  EXPECT_EQ(version_of(R"({"customize": {"version": "1.2.3"}, "tags": ["v9"]})"), "1.2.3");
  EXPECT_EQ(version_of(R"({"customize": {"version": 2}})"), "2");
  EXPECT_EQ(version_of(R"({"customize": {"version": 1.5}})"), "1.5");
  EXPECT_EQ(version_of(R"({"customize": {"version": "trunk"}, "tags": ["v7.0"]})"), "7.0");
  EXPECT_EQ(version_of(R"({"customize": {"version": ""}, "tags": ["v7"]})"), "7");
  EXPECT_EQ(version_of(R"({"customize": [], "tags": ["v1", "v1.2.10", "v1.2"]})"), "1.2.10");
  EXPECT_EQ(version_of(R"({"tags": ["v1.2", "v3.4"]})"), "3.4");
  EXPECT_EQ(version_of(R"({"tags": ["vcpu", "v", "v.1", "v1.", "v1..2", "version1", "1.2"]})"), "");
}

TEST(CkComponent, ToleratesOddValues) {
  EXPECT_EQ(component(R"({"tags": "b, a"})").tags.size(), 2u);
  EXPECT_EQ(component(R"({"tags": ["a", 1, null, ["b"], ""]})").tags.text(), "a");
  EXPECT_TRUE(component(R"({"tags": {"a": 1}, "customize": 3, "data_name": []})").tags.empty());
  EXPECT_EQ(version_of(R"({"customize": {"version": ["1"]}})"), "");
  EXPECT_EQ(component(R"({"a": 1, "a": 2})").meta, R"({"a":2})");
  EXPECT_TRUE(component(R"({"tags": ["machine learning"]})").tags.contains("machine learning"));
}

TEST(CkComponent, MustBeAJsonObject) {
  for (const char* text : {"", "[]", "\"x\"", "{", "{} {}"}) {
    const auto read = read_ck_component(text, "k", "n", "u", "file");
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, ErrorCode::invalid);
    EXPECT_NE(read.error().message.find("file"), std::string::npos);
  }
}

TEST(CkRepository, ReadsBothPlacesOfItsNeeds) {
  const auto read = read_ck_repository(R"({
    "data_alias": "mine", "data_uoa": "mine", "data_uid": "0f1e2d3c4b5a6978",
    "repo_deps": [{"repo_uoa": "old"}, {"repo_uoa": "ck-env"}],
    "dict": {
      "desc": "what it is",
      "url": " https://example.org/me/mine ",
      "repo_deps": [
        {"repo_uoa": "ck-env"},
        {"repo_uoa": "other", "repo_url": " git@example.org:other.git", "branch": "main"},
        {"repo_uoa": "at-commit", "branch": "main", "checkout": "5efde26"},
        {"repo_uoa": "at-tag", "checkout": "v1.0"},
        {"repo_uoa": "plain-git", "repo_url": "git://example.org/x"},
        ["ignored"]
      ]
    }})",
                                       "file");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->format, RepositoryDescriptor::Format::ck);
  EXPECT_EQ(read->name, "mine");
  EXPECT_EQ(read->uid, "0f1e2d3c4b5a6978");
  EXPECT_EQ(read->description, "what it is");
  EXPECT_EQ(read->url, "https://example.org/me/mine");
  ASSERT_EQ(read->needs.size(), 6u);
  EXPECT_EQ(read->needs[0].name, "ck-env");
  EXPECT_EQ(read->needs[1].url, "git@example.org:other.git");
  EXPECT_EQ(read->needs[1].branch, "main");
  EXPECT_EQ(read->needs[2].commit, "5efde26");
  EXPECT_EQ(read->needs[2].branch, "");
  EXPECT_EQ(read->needs[3].tag, "v1.0");
  EXPECT_EQ(read->needs[5].name, "old");
}

TEST(CkRepository, ReadsOneWithoutDetails) {
  const auto read = read_ck_repository(
      R"({"data_uoa": "mine", "url": "https://example.org/mine", "dict": []})", "file");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->name, "mine");
  EXPECT_EQ(read->url, "https://example.org/mine");
}

TEST(CkRepository, TellsHowItSpreadsEntriesOverFolders) {
  const auto with = [](const std::string& dict) {
    return read_ck_repository(
        R"({"data_alias": "r", "data_uid": "0123456789abcdef", "dict": )" + dict + "}",
        ".ckr.json");
  };
  const std::string uid = "00000000000000ff";
  const auto split =
      with(R"({"split_dirs": {"experiment": "2", "00000000000000ff": 3, "env": "x"}})");
  ASSERT_OK(split);
  EXPECT_EQ(split->split.characters("experiment", ""), 2U);
  EXPECT_EQ(split->split.characters("experiment", uid), 3U) << "the UID counts first, as in CK";
  EXPECT_EQ(split->split.characters("env", ""), 0U);
  const auto all = with(R"({"split_all_dirs": 1, "split_dirs": {"experiment": 2}})");
  ASSERT_OK(all);
  EXPECT_EQ(all->split.characters("experiment", ""), 1U);
  for (const char* none : {R"({"split_all_dirs": "", "split_dirs": {}})",
                           R"({"split_all_dirs": 0, "split_dirs": []})", "{}"}) {
    const auto read = with(none);
    ASSERT_OK(read);
    EXPECT_TRUE(read->split.empty()) << none;
  }
  EXPECT_ERROR(with(R"({"split_all_dirs": -1})"), invalid, "/dict/split_all_dirs");
  EXPECT_ERROR(with(R"({"split_dirs": {"env": 1e300}})"), invalid, "/dict/split_dirs/env");
}

TEST(CkRepository, NamesTheFolderOfAnEntryByItsBeginning) {
  EXPECT_EQ(split_folder("abcdef", 2), "ab");
  EXPECT_EQ(split_folder("abc", 2), "ab");
  EXPECT_EQ(split_folder("ab", 2), "_");
  EXPECT_EQ(split_folder("a", 2), "_");
  EXPECT_EQ(split_folder("äöü", 2), "äö") << "characters are counted, not bytes";
}

TEST(CkRepository, RefusesNamesAndUrlsThatCouldDoHarm) {
  for (const char* text :
       {R"({})", R"({"data_alias": "../x"})", R"({"data_alias": "x", "url": "--upload-pack=x"})",
        R"({"data_alias": "x", "url": "https://a/b; touch y"})",
        R"({"data_alias": "x", "dict": {"repo_deps": [{"repo_uoa": "a/b"}]}})",
        R"({"data_alias": "x", "dict": {"repo_deps": [{"repo_uoa": "a", "repo_url": "`id`"}]}})"}) {
    EXPECT_FALSE(read_ck_repository(text, "file").has_value()) << text;
  }
  const auto read = read_ck_repository(
      R"({"data_alias": "x", "dict": {"repo_deps": [{"repo_uoa": "ok"}, {"repo_uoa": "a b"}]}})",
      "file");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().message, "file: /dict/repo_deps/1 has no usable name: 'a b'");
}

std::string merged(const char* base, const char* child) {
  return to_text(merge_ck_meta(Json::parse(base), Json::parse(child)));
}

TEST(CkInheritance, MergesObjectsAndReplacesTheRest) {
  EXPECT_EQ(merged(R"({"a": {"x": 1, "y": [1, 2]}, "b": 1})",
                   R"({"_base_entry": "0123", "_base_entry#": "base", "a": {"y": [3], "z": 2}})"),
            R"({"a":{"x":1,"y":[3],"z":2},"b":1})");
  EXPECT_EQ(merged(R"({"a": {"x": 1}})", R"({"a": 2})"), R"({"a":2})");
  EXPECT_EQ(merged(R"({"a": 2})", R"({"a": {"x": 1}})"), R"({"a":{"x":1}})");
  EXPECT_EQ(merged("[1]", R"({"a": 1})"), R"({"a":1})");
  EXPECT_EQ(merged(R"({"a": 1})", "[1]"), "[1]");
  EXPECT_EQ(merged(R"({"a": 1})", "{}"), R"({"a":1})");
}

TEST(CkInheritance, IsQuickForLargeObjects) {
  Json base = Json::object();
  std::string text = "{";
  for (int i = 0; i < 50000; ++i) text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  base = parse_json(text + "}", "file").value();
  const Json merged = merge_ck_meta(base, base);
  EXPECT_EQ(merged.size(), 50000u);
}

// Metadata of real repositories, kept beside the checkout.
class CkCorpus : public testing::Test {
 protected:
  const fs::path root_ = fs::path(CK_SOURCE_DIR) / "../shared/ck-corpus";
  void SetUp() override {
    if (!fs::is_directory(root_)) GTEST_SKIP() << "needs ../shared/ck-corpus beside the checkout";
  }

  /// Every component by "repo:kind:name".
  std::map<std::string, CkComponent> components() {
    std::map<std::string, CkComponent> found;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (entry.path().filename() != "meta.json") continue;
      const fs::path folder = entry.path().parent_path().parent_path();
      const std::string name = folder.filename().string();
      const std::string kind = folder.parent_path().filename().string();
      const std::string repo = folder.parent_path().parent_path().filename().string();
      auto read =
          read_ck_component(test::content_of(entry.path()), kind, name, "", entry.path().string());
      EXPECT_TRUE(read.has_value()) << read.error().message;
      if (read) found.emplace(repo + ":" + kind + ":" + name, std::move(*read));
    }
    return found;
  }
};

TEST_F(CkCorpus, AllComponentsRead) {
  const auto all = components();
  EXPECT_GT(all.size(), 1000u);
  const auto versioned = std::count_if(
      all.begin(), all.end(), [](const auto& entry) { return !entry.second.version.unknown(); });
  EXPECT_GT(versioned, 100);
}

TEST_F(CkCorpus, AllRepositoriesRead) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(root_)) {
    const fs::path file = entry.path() / ".ckr.json";
    if (!fs::exists(file)) continue;
    const auto read = read_ck_repository(test::content_of(file), file.string());
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read->name, entry.path().filename().string());
    ++count;
  }
  EXPECT_EQ(count, 5u);
}

TEST_F(CkCorpus, TagsMatchWhatTheOriginalFinds) {
  const auto all = components();
  const Json expected =
      parse_json(test::content_of(root_ / "expected/search_by_tags.json"), "expected").value();
  for (const auto& [kind, queries] : expected.items()) {
    for (const auto& [tags, wanted] : queries.items()) {
      const TagQuery query = TagQuery::parse(tags);
      std::set<std::string> found;
      for (const auto& [id, component] : all) {
        if (component.kind == kind && query.matches(component.tags)) found.insert(id);
      }
      std::set<std::string> names;
      for (const Json& id : wanted) {
        const std::string text = id.get<std::string>();
        names.insert(text.substr(0, text.rfind(':')));
      }
      EXPECT_EQ(found, names) << kind << " " << tags;
    }
  }
}

}  // namespace
}  // namespace ck::model
