/// The flat index answers as the index does, or not at all.

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include <nlohmann/json.hpp>
#include "catalog_fixture.hpp"

namespace ck::catalog {
namespace {

class FlatIndexOf : public CatalogTest {
 protected:
  FlatIndexOf() {
    add_repository("r");
    write_package("r", "a", 1, "x");
    write_package("r", "b", 2, "x,y", "2.5");
    add_repository("k", Format::ck);
    write_entry("k", "soft", "gcc", uid_of(3), R"({"tags": ["x", "compiler"]})");
    write_entry("k", "package", "lib", uid_of(4), R"({"tags": ["x"]})");
  }

  fs::path file() const { return home.root / "index.flat"; }

  /// Asks until the flat index is there, which is when nothing is too young to be trusted.
  void wait_until_written() {
    fs::remove(file());
    for (int round = 0; round < 200 && !fs::exists(file()); ++round) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      found("");
    }
    ASSERT_TRUE(fs::exists(file()));
  }

  /// Asks when there is no index: what is found then, the flat index told.
  Names found_without_index(const std::string& pattern, const std::string& tags = "",
                            const std::string& none = "") {
    fs::remove(home.index());
    auto names = found(pattern, tags, none);
    EXPECT_FALSE(fs::exists(home.index())) << "the flat index had no answer";
    return names;
  }
};

TEST_F(FlatIndexOf, AnswersWithoutTheIndex) {
  const Names all = found("");
  wait_until_written();
  EXPECT_EQ(found_without_index(""), all);
  EXPECT_EQ(found_without_index("package", "x"),
            (Names{"k:package:lib", "r:package:a", "r:package:b"}));
  EXPECT_EQ(found_without_index("package", "x", "y"), (Names{"k:package:lib", "r:package:a"}));
  EXPECT_EQ(found_without_index("", "x,nothing-has-this"), Names{});
  EXPECT_EQ(found_without_index("soft:g*"), Names{"k:soft:gcc"});
  EXPECT_EQ(found_without_index("r:package:b"), Names{"r:package:b"});
  EXPECT_EQ(found_without_index(":" + uid_of(3)), Names{"k:soft:gcc"});
  EXPECT_EQ(found_without_index("package:" + uid_of(2)), Names{"r:package:b"});
}

TEST_F(FlatIndexOf, TellsOfAComponentWhatTheIndexTells) {
  const auto by_index = open_only().find({"r", "package", "b"});
  ASSERT_OK(by_index);
  wait_until_written();
  fs::remove(home.index());
  const auto flat = open_only().find({"r", "package", "b"});
  ASSERT_OK(flat);
  EXPECT_EQ(flat->id.full_text(), by_index->id.full_text());
  EXPECT_EQ(flat->id.uid, by_index->id.uid);
  EXPECT_EQ(flat->version, "2.5");
  EXPECT_EQ(flat->tags, by_index->tags);
  EXPECT_EQ(flat->path, by_index->path);
  EXPECT_FALSE(fs::exists(home.index()));
}

TEST_F(FlatIndexOf, KnowsTheTagsOfVariations) {
  test::write_text(repository_path("r") / "packages/lib/ck.json",
                   R"({"schema": "ck.package/1", "name": "lib", "uid": "0000000000000005",
                       "version": "1.0", "tags": ["x"],
                       "variations": {"speed": {"options": {"fast": {"tags": ["quick"]}}}}})");
  wait_until_written();
  fs::remove(home.index());
  Catalog catalog = open_only();
  const auto providers = catalog.providers(model::TagQuery::parse("x,quick"), "", "");
  ASSERT_OK(providers);
  ASSERT_EQ(providers->size(), 1u);
  EXPECT_EQ(providers->front().id.full_text(), "r:package:lib");
  EXPECT_EQ(found_without_index("", "quick"), Names{});
}

TEST_F(FlatIndexOf, ToFindANameLooksAtNoOtherEntry) {
  wait_until_written();
  write_package("r", "b", 2, "changed");
  EXPECT_EQ(found_without_index("package:a"), Names{"r:package:a"});
  EXPECT_EQ(found_without_index("r:package:a", "x"), Names{"r:package:a"});
  EXPECT_EQ(found("package:b", "changed"), Names{"r:package:b"});
}

TEST_F(FlatIndexOf, TellsWhyANameCannotBeRead) {
  write_entry("k", "soft", "bad", uid_of(9), "{");
  wait_until_written();
  Catalog catalog = open_only();
  EXPECT_OK(catalog.search({*model::ComponentPattern::parse("soft:bad"), {}, {}}));
  EXPECT_EQ(catalog.broken().size(), 1u);
  EXPECT_ERROR(open_only().find({"", "soft", "bad"}), invalid, "meta.json");
}

TEST_F(FlatIndexOf, FindsWhatAnEntryInheritsFrom) {
  write_entry("k", "soft", "child", uid_of(8), R"({"_base_entry": "gcc", "own": 1})");
  write_entry("k", "soft", "orphan", uid_of(9), R"({"_base_entry": "nobody"})");
  wait_until_written();
  fs::remove(home.index());
  Catalog catalog = open_only();
  const auto child = catalog.find({"", "soft", "child"});
  ASSERT_OK(child);
  const auto document = catalog.load_document(*child);
  ASSERT_OK(document);
  EXPECT_TRUE(document->contains("tags")) << "of its base";
  EXPECT_FALSE(fs::exists(home.index()));
  const auto orphan = catalog.find({"", "soft", "orphan"});
  ASSERT_OK(orphan);
  EXPECT_ERROR(catalog.load_document(*orphan), not_found, "nobody");
}

TEST_F(FlatIndexOf, TellsWhatCannotBeRead) {
  write_entry("k", "soft", "bad", uid_of(9), "{");
  wait_until_written();
  fs::remove(home.index());
  Catalog catalog = open_only();
  EXPECT_OK(catalog.search({*model::ComponentPattern::parse("soft"), {}, {}}));
  EXPECT_FALSE(fs::exists(home.index()));
  ASSERT_EQ(catalog.broken().size(), 1u);
  EXPECT_EQ(catalog.broken().front().file, repository_path("k") / "soft/bad/.cm/meta.json");
  // With the index asked for another kind too, it is told once.
  EXPECT_OK(catalog.kinds());
  EXPECT_EQ(catalog.broken().size(), 1u);
}

/// Each change is seen by the next call, with a flat index that does not know of it.
TEST_F(FlatIndexOf, SeesEveryChange) {
  const std::vector<std::pair<std::string, std::function<void()>>> changes = {
      {"edited in place", [&] { write_package("r", "a", 1, "z"); }},
      {"added", [&] { write_package("r", "new", 10, "x"); }},
      {"removed", [&] { fs::remove_all(repository_path("r") / "packages/b"); }},
      {"renamed",
       [&] { fs::rename(repository_path("k") / "soft/gcc", repository_path("k") / "soft/cc"); }},
      {"folder replaced by another entry",
       [&] {
         fs::remove_all(repository_path("r") / "packages/a");
         write_package("r", "a", 1, "q");
       }},
      {"alias edited", [&] { write_entry("k", "soft", "cc", uid_of(77), R"({"tags": ["x"]})"); }},
      {"descriptor removed", [&] { fs::remove(repository_path("r") / "packages/new/ck.json"); }},
      {"new kind", [&] { write_entry("k", "program", "p", uid_of(11), R"({"tags": ["x"]})"); }},
      {"new native kind",
       [&] { write_component("r", "components/model/m", "model", "m", 12, "x"); }},
      {"second of a new kind",
       [&] { write_component("r", "components/dataset/d", "dataset", "d", 13, "x"); }},
      {"kind removed", [&] { fs::remove_all(repository_path("k") / "program"); }},
      {"repository removed", [&] { repositories.pop_back(); }},
      {"repository added",
       [&] {
         add_repository("third");
         write_package("third", "t", 14, "x");
       }},
  };
  for (const auto& [what, change] : changes) {
    wait_until_written();
    change();
    const Names with_flat = found("", "x");
    const Names with_uid = found(":" + uid_of(77));
    const Names with_name = found("package:a");
    fs::remove(file());
    fs::remove(home.index());
    EXPECT_EQ(with_flat, found("", "x")) << what;
    EXPECT_EQ(with_uid, found(":" + uid_of(77))) << what;
    EXPECT_EQ(with_name, found("package:a")) << what;
  }
}

TEST_F(FlatIndexOf, SeesWhatComesAndGoesWhereEntriesAreSpreadOverFolders) {
  const fs::path repository = repository_path("k");
  const auto spread = [&](const std::string& characters) {
    test::write_text(
        repository / ".ckr.json",
        R"({"data_alias": "k", "dict": {"split_dirs": {"note": )" + characters + "}}}");
  };
  const auto write = [&](const std::string& beginning, const std::string& name, unsigned uid) {
    test::write_text(repository / "note" / beginning / name / ".cm/meta.json",
                     R"({"tags": ["n"]})");
    test::write_text(repository / "note/.cm" / ("alias-a-" + name), uid_of(uid) + "\n");
  };
  spread("2");
  write("ab", "abc", 20);
  wait_until_written();
  EXPECT_EQ(found_without_index("note"), Names{"k:note:abc"});
  EXPECT_EQ(found_without_index("note:" + uid_of(20)), Names{"k:note:abc"});
  write("ab", "abd", 21);
  EXPECT_EQ(found("note", "n"), (Names{"k:note:abc", "k:note:abd"}));
  wait_until_written();
  write("xy", "xyz", 22);
  EXPECT_EQ(found("note:xyz"), Names{"k:note:xyz"}) << "in a folder that is new";
  wait_until_written();
  test::write_text(repository / "note/.cm/alias-a-abc", uid_of(30) + "\n");
  EXPECT_EQ(found("note:" + uid_of(30)), Names{"k:note:abc"});
  wait_until_written();
  fs::remove_all(repository / "note/ab");
  EXPECT_EQ(found("note"), Names{"k:note:xyz"});
  wait_until_written();
  spread("3");
  EXPECT_EQ(found("note"), Names{}) << "CK, too, looks for it in note/_";
}

TEST_F(FlatIndexOf, ShowsTheUidOfAnAliasThatWasEditedInPlace) {
  wait_until_written();
  test::write_text(repository_path("k") / "soft/.cm/alias-a-gcc", uid_of(99) + "\n");
  const auto component = open_only().find({"", "soft", "gcc"});
  ASSERT_OK(component);
  EXPECT_EQ(component->id.uid, uid_of(99));
}

TEST_F(FlatIndexOf, IsWrittenAgainWhenAFolderThatHoldsNoComponentsCame) {
  wait_until_written();
  fs::create_directories(repository_path("r") / "unrelated");
  const auto written = fs::last_write_time(file());
  for (int round = 0; round < 200 && fs::last_write_time(file()) == written; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    found("package");
  }
  EXPECT_EQ(found_without_index("package:a"), Names{"r:package:a"});
}

TEST_F(FlatIndexOf, IsNotWrittenWhereALinkLeadsToAKind) {
  fs::rename(repository_path("r") / "packages", repository_path("r") / "elsewhere");
  fs::create_directory_symlink("elsewhere", repository_path("r") / "packages");
  fs::remove(file());
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(found("package:a"), Names{"r:package:a"});
  }
  EXPECT_FALSE(fs::exists(file()));
}

TEST_F(FlatIndexOf, IsLeftAloneWhileItIsRight) {
  wait_until_written();
  const auto written = fs::last_write_time(file());
  for (int round = 0; round < 5; ++round) found("");
  EXPECT_EQ(fs::last_write_time(file()), written);
}

TEST_F(FlatIndexOf, DamageIsNoticedAndRepaired) {
  wait_until_written();
  std::ifstream stream(file(), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(stream)), {});
  const Names all = found("");
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    test::write_text(file(), whole.substr(0, size));
    EXPECT_EQ(found(""), all) << "cut off after " << size;
  }
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    std::string damaged = whole;
    for (std::size_t byte = at; byte < std::min(at + 4, whole.size()); ++byte)
      damaged[byte] = '\xff';
    test::write_text(file(), damaged);
    found("");  // whatever it holds: neither a crash nor an endless loop
  }
}

}  // namespace
}  // namespace ck::catalog
