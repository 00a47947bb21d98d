/// Repositories of CK that spread the entries of a module over folders.

#include "catalog/split_folders.hpp"

#include <nlohmann/json.hpp>
#include "catalog_fixture.hpp"

namespace ck::catalog {
namespace {

class SplitFolders : public CatalogTest {
 protected:
  SplitFolders() { add_repository("k", Format::ck); }

  fs::path module() const { return repository_path("k") / "note"; }
  void spread(const std::string& dict) const {
    test::write_text(repository_path("k") / ".ckr.json",
                     R"({"data_alias": "k", "dict": )" + dict + "}");
  }
  void write(const std::string& beginning, const std::string& name, unsigned uid,
             const std::string& meta = "{}") const {
    test::write_text(module() / beginning / name / ".cm/meta.json", meta);
    if (name != uid_of(uid))
      test::write_text(module() / ".cm" / ("alias-a-" + name), uid_of(uid) + "\n");
  }
};

TEST_F(SplitFolders, AreReadByNameByUidAndByTag) {
  spread(R"({"split_dirs": {"note": 2}})");
  write("ab", "abc", 1, R"({"tags": ["x"], "value": 5})");
  write("_", "ab", 2);
  write("00", uid_of(3), 3);
  write_entry("k", "soft", "gcc", uid_of(4), "{}");
  EXPECT_EQ(found("note"), (Names{"k:note:" + uid_of(3), "k:note:ab", "k:note:abc"}));
  EXPECT_EQ(found(""), (Names{"k:note:" + uid_of(3), "k:note:ab", "k:note:abc", "k:soft:gcc"}));
  EXPECT_EQ(found("note:abc"), Names{"k:note:abc"});
  EXPECT_EQ(found("note:" + uid_of(2)), Names{"k:note:ab"});
  EXPECT_EQ(found("", "x"), Names{"k:note:abc"});
  Catalog catalog = open();
  EXPECT_TRUE(catalog.broken().empty());
  const auto component = catalog.find({"", "note", uid_of(1)});
  ASSERT_OK(component);
  EXPECT_EQ(component->path, module() / "ab/abc");
  const auto document = catalog.load_document(*component);
  ASSERT_OK(document);
  EXPECT_EQ((*document)["value"], 5);
}

TEST_F(SplitFolders, OfAModuleThatIsNamedByItsUid) {
  test::write_text(repository_path("k") / ".cm/alias-a-note", uid_of(0xff) + "\n");
  spread(R"({"split_dirs": {"00000000000000ff": "1"}})");
  write("a", "abc", 1);
  EXPECT_EQ(found("note"), Names{"k:note:abc"});
}

TEST_F(SplitFolders, ShowEveryChangeAtTheNextCall) {
  spread(R"({"split_all_dirs": 2})");
  write("ab", "abc", 1);
  EXPECT_EQ(found("note"), Names{"k:note:abc"});
  write("ab", "abd", 2);
  write("xy", "xyz", 3);
  EXPECT_EQ(found("note"), (Names{"k:note:abc", "k:note:abd", "k:note:xyz"}));
  write("xy", "xyz", 3, R"({"tags": ["new"]})");
  EXPECT_EQ(found("note", "new"), Names{"k:note:xyz"});
  write("xy", "xyz", 9);
  EXPECT_EQ(found("note:" + uid_of(9)), Names{"k:note:xyz"});
  fs::remove_all(module() / "ab");
  EXPECT_EQ(found("note"), Names{"k:note:xyz"});
  spread("{}");
  EXPECT_EQ(found("note"), Names{});
}

TEST_F(SplitFolders, TellWhatCkWouldNotFindInThem) {
  spread(R"({"split_dirs": {"note": 2}})");
  write("ab", "xyz", 1);
  write(".", "direct", 2);
  write("abc", "abcd", 3);
  EXPECT_EQ(found("note"), Names{});
  const Catalog catalog = open();
  ASSERT_EQ(catalog.broken().size(), 2U) << "of a folder of another length nothing is read";
  for (const auto& one : catalog.broken())
    EXPECT_TRUE(test::is_error(one.error, ErrorCode::invalid, "beginning of its name"));
}

TEST_F(SplitFolders, AreNotReadThroughLinks) {
  spread(R"({"split_dirs": {"note": 2}})");
  write("ab", "abc", 1);
  fs::rename(module() / "ab", repository_path("k") / ".elsewhere");
  fs::create_directory_symlink("../.elsewhere", module() / "ab");
  EXPECT_EQ(found("note"), Names{});
  ASSERT_EQ(open().broken().size(), 1U);
  EXPECT_TRUE(test::is_error(open().broken().front().error, ErrorCode::denied, "symbolic link"));
}

TEST_F(SplitFolders, ADescriptorThatIsNoneIsTold) {
  test::write_text(repository_path("k") / ".ckr.json", "{");
  write_entry("k", "soft", "gcc", uid_of(4), "{}");
  EXPECT_EQ(found(""), Names{"k:soft:gcc"});
  ASSERT_EQ(open().broken().size(), 1U);
  EXPECT_EQ(open().broken().front().file, repository_path("k") / ".ckr.json");
  EXPECT_ERROR(split_folders_of(repository_path("k")), invalid, ".ckr.json");
}

}  // namespace
}  // namespace ck::catalog
