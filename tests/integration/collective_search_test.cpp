// Finding entries of Collective Knowledge by what they hold, and by the folder one is in.

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"
#include "support/collective_repository.hpp"

namespace ck::test {
namespace {

class CollectiveSearch : public CkTest {
 protected:
  CollectiveSearch() {
    repository.entry("soft", "gcc",
                     R"({"tags": ["compiler"], "flag": true, "number": 7,
                         "customize": {"version": "12", "deep": ["Deep Value"]}})");
    repository.entry("soft", "llvm", R"({"tags": ["compiler"], "customize": {"version": "14"}})");
    repository.entry("soft", "plugin", R"({"_base_entry": "llvm", "customize": {"of": "llvm"}})");
    repository.entry("note", "first", "{}");
    EXPECT_TRUE(succeeds(ck("import repo --path=" + repository.folder().string())));
  }

  /// What 'ck ls soft OPTIONS' lists, without "public:soft:".
  std::string listed(const std::string& options) const {
    const auto result = ck("ls soft " + options);
    EXPECT_TRUE(succeeds(result));
    return replaced(result.out);
  }
  static std::string replaced(std::string text) {
    const std::string prefix = "public:soft:";
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
      text.erase(at, prefix.size());
    for (char& c : text) c = c == '\n' ? ' ' : c;
    return text;
  }
  std::string found_in(const fs::path& where, const std::string& reference) const {
    const auto result = ck_in(repository.folder() / where, "find " + reference);
    EXPECT_TRUE(succeeds(result));
    return fs::path(result.out.substr(0, result.out.find('\n')))
        .lexically_relative(repository.folder())
        .string();
  }

  CollectiveRepository repository{folder / "public", "public"};
};

TEST_F(CollectiveSearch, ByAnyValue) {
  EXPECT_EQ(listed("--search_string=Deep*"), "gcc ") << "the blank is part of the value";
  EXPECT_EQ(listed("--search_string=deep*"), "");
  EXPECT_EQ(listed("--search_string=deep* --ignore_case"), "gcc ");
  EXPECT_EQ(listed("--search_string=True"), "gcc ");
  EXPECT_EQ(listed("--search_string=14"), "llvm ") << "as in CK without what plugin inherits";
  EXPECT_EQ(listed("--search_string=llvm --search_by_name=p*"), "plugin ");
  EXPECT_EQ(listed("--search_string=llvm --search_by_name=g*"), "");
  EXPECT_EQ(listed("--search_string=1? --tags=compiler"), "gcc llvm ");
}

TEST_F(CollectiveSearch, ByAPartOfTheDescription) {
  EXPECT_EQ(listed("--search_flat_dict.##customize#version=14"), "llvm plugin ")
      << "with what it inherits";
  EXPECT_EQ(listed("--search_dict={\"number\":7}"), "gcc ");
  EXPECT_EQ(listed("--search_dict.number=7"), "") << "7 is no text";
  const auto nested =
      ck({"list", "soft", "@@@{'search_dict': {'customize': {'deep': ['Deep Value']}}}"});
  EXPECT_EQ(replaced(nested.out), "gcc ");
  write_text(folder / "in.json", R"({"search_dict": {"customize": {"of": "llvm"}}})");
  const Json file = json_of(ck("search soft --json @" + (folder / "in.json").string()));
  ASSERT_EQ(file["components"].size(), 1U);
  EXPECT_EQ(file["components"][0]["name"], "plugin");
}

TEST_F(CollectiveSearch, SomeOfAll) {
  EXPECT_EQ(listed("--search_string=1? --limit_size=2"), "gcc llvm ");
  EXPECT_EQ(listed("--search_string=1? --limit_size=1 --start_from=1"), "llvm ");
  EXPECT_EQ(listed("--start_from=1 --limit_size=0"), "llvm plugin ");
  EXPECT_EQ(listed("--start_from=9"), "");
  EXPECT_EQ(listed("--search_string=* --time_out=-1"), "gcc llvm plugin ");
  const auto stopped = ck("ls soft --search_string=* --time_out=0");
  EXPECT_TRUE(succeeds(stopped));
  EXPECT_EQ(stopped.out, "");
  EXPECT_NE(stopped.err.find("there may be more"), std::string::npos) << stopped.err;
  EXPECT_EQ(json_of(ck("search soft --search_string=* --time_out=0 --json"))["timed_out"], true);
}

TEST_F(CollectiveSearch, WrongOptionsAreExplained) {
  EXPECT_TRUE(fails(ck("ls env --search_string=x"), 2, "looks at descriptions of components"));
  EXPECT_TRUE(fails(ck("search experiment x --search_string=x"), 2, "not at experiments"));
  EXPECT_TRUE(succeeds(ck("search experiment x --limit_size=1")));
  EXPECT_TRUE(fails(ck("ls experiment --limit=1 --limit_size=1"), 2, "counts experiments"));
  EXPECT_TRUE(fails(ck("search soft --search_dict=3"), 2, "--search_dict.KEY=value"));
  EXPECT_TRUE(fails(ck("search soft --search_flat_dict.x=1"), 1, "'x'"));
  EXPECT_TRUE(fails(ck("search soft --limit=1 --limit_size=1"), 2, "give one of them"));
}

TEST_F(CollectiveSearch, TheCurrentFolderTellsWhatAReferenceLeavesOut) {
  EXPECT_EQ(found_in("soft/gcc", "^"), "soft/gcc");
  EXPECT_EQ(found_in("soft/gcc/.cm", "#"), "soft/gcc");
  EXPECT_EQ(found_in("soft/gcc", "^llvm"), "soft/llvm");
  EXPECT_EQ(found_in("soft", "#llvm"), "soft/llvm");
  EXPECT_EQ(found_in("soft/gcc", "^note:first"), "note/first");
  EXPECT_EQ(found_in("", "^public:note:first"), "note/first");
  EXPECT_EQ(replaced(ck_in(repository.folder() / "soft", "ls ^").out), "gcc llvm plugin ");
  EXPECT_EQ(replaced(ck_in(repository.folder() / "soft/gcc", "ls ^*l*").out), "llvm plugin ");
  const auto loaded = ck_in(repository.folder_of("soft", "gcc"), "load ^");
  EXPECT_NE(loaded.out.find("Deep Value"), std::string::npos) << loaded.err;
  EXPECT_EQ(ck_in(repository.folder_of("soft", "gcc"), "show #").out, loaded.out);
}

TEST_F(CollectiveSearch, AFolderThatDoesNotTellIsNamed) {
  EXPECT_TRUE(fails(ck_in(repository.folder(), "find ^llvm"), 2, "write ^KIND:llvm"));
  EXPECT_TRUE(fails(ck("find ^"), 1, "is in no registered repository"));
  EXPECT_TRUE(fails(ck_in(repository.folder(), "find ^"), 2, "is in no component"));
  EXPECT_TRUE(fails(ck_in(repository.folder(), "ls ^"), 2, "is in no component"));
  EXPECT_TRUE(fails(ck_in(repository.folder() / "soft", "find #"), 2, "write #NAME"));
  EXPECT_TRUE(fails(ck_in(repository.folder() / "soft", "load ^"), 2, "is in no component"));
  EXPECT_TRUE(fails(ck_in(repository.folder() / "soft", "find ^a:b:c:d"), 2, "three parts"));
  EXPECT_TRUE(fails(ck_in(repository.folder() / "soft", "load ."), 2, "'^' stands for"));
}

}  // namespace
}  // namespace ck::test
