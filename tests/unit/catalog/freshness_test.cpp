#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "catalog/index.hpp"
#include "catalog_fixture.hpp"

namespace ck::catalog {
namespace {

class Freshness : public CatalogTest {
 protected:
  Freshness() {
    add_repository("r");
    write_package("r", "a", 1, "x");
    write_package("r", "b", 2, "x,y");
  }

  /// Brings the index up to date when nothing is too young to be trusted any more, without waiting:
  /// all that has been written is taken for older than it is.
  void settle() {
    found("");
    auto index = Index::open(home.index());
    ASSERT_OK(index);
    auto writer = IndexWriter::create(*index);
    ASSERT_OK(writer);
    const auto folders = index->folders();
    ASSERT_OK(folders);
    for (const KnownFolder& folder : *folders) {
      auto state = unpack_folder(index->states({folder.id})->front());
      ASSERT_TRUE(state);
      state->stamps.settled = true;
      for (Entry& entry : state->entries) entry.settled = true;
      ASSERT_OK(writer->store_folder(folder.id, *state));
    }
  }
};

TEST_F(Freshness, ShowsEditsAdditionsRenamesAndRemovalsAtTheNextCall) {
  EXPECT_EQ(found("package", "x"), (Names{"r:package:a", "r:package:b"}));
  write_package("r", "a", 1, "z");
  EXPECT_EQ(found("package", "x"), Names{"r:package:b"});
  EXPECT_EQ(found("package", "z"), Names{"r:package:a"});
  write_package("r", "c", 3, "x");
  EXPECT_EQ(found("package", "x"), (Names{"r:package:b", "r:package:c"}));
  fs::rename(repository_path("r") / "packages/c", repository_path("r") / "packages/d");
  write_package("r", "d", 3, "x");
  EXPECT_EQ(found("package", "x"), (Names{"r:package:b", "r:package:d"}));
  fs::remove_all(repository_path("r") / "packages/b");
  EXPECT_EQ(found("package", "x"), Names{"r:package:d"});
  fs::remove_all(repository_path("r") / "packages");
  EXPECT_EQ(found("package"), Names{});
}

TEST_F(Freshness, ShowsManyQuickEditsOfOneSize) {
  for (const char tag : std::string("pqrstu")) {
    write_package("r", "a", 1, std::string(1, tag));
    EXPECT_EQ(found("package", std::string(1, tag)), Names{"r:package:a"});
  }
  EXPECT_EQ(found("package", "p"), Names{});
}

TEST_F(Freshness, ShowsAComponentThatBreaksAndIsMended) {
  EXPECT_EQ(found("package").size(), 2u);
  test::write_text(repository_path("r") / "packages/a/ck.json", "{");
  {
    const Catalog catalog = open();
    ASSERT_EQ(catalog.broken().size(), 1u);
    EXPECT_EQ(catalog.broken().front().file, repository_path("r") / "packages/a/ck.json");
    EXPECT_EQ(open().broken().size(), 1u) << "told again although it is not read again";
  }
  EXPECT_EQ(found("package"), Names{"r:package:b"});
  write_package("r", "a", 1, "x");
  EXPECT_TRUE(open().broken().empty());
  EXPECT_EQ(found("package").size(), 2u);
}

TEST_F(Freshness, ShowsChangedUidsAndAliasesOfCk) {
  add_repository("ckr", Format::ck);
  write_entry("ckr", "soft", "gcc", uid_of(7), R"({"tags": ["compiler"]})");
  write_entry("ckr", "soft", uid_of(8), uid_of(8), R"({"tags": ["compiler"]})");
  EXPECT_EQ(found("soft:" + uid_of(7)), Names{"ckr:soft:gcc"});
  EXPECT_EQ(found("soft", "compiler"), (Names{"ckr:soft:" + uid_of(8), "ckr:soft:gcc"}));
  test::write_text(repository_path("ckr") / "soft/.cm/alias-a-gcc", uid_of(9) + "\n");
  EXPECT_EQ(found("soft:" + uid_of(7)), Names{});
  EXPECT_EQ(found("soft:" + uid_of(9)), Names{"ckr:soft:gcc"});
  const fs::path soft = repository_path("ckr") / "soft";
  fs::rename(soft / "gcc", soft / "cc");
  fs::rename(soft / ".cm/alias-a-gcc", soft / ".cm/alias-a-cc");
  EXPECT_EQ(found("soft:" + uid_of(9)), Names{"ckr:soft:cc"});
  fs::remove(soft / ".cm/alias-a-cc");
  EXPECT_EQ(open().broken().size(), 1u);
}

TEST_F(Freshness, ShowsTheUidOfAnAliasEditedInPlaceLongAgo) {
  add_repository("ckr", Format::ck);
  write_entry("ckr", "soft", "gcc", uid_of(7), R"({"tags": ["compiler"]})");
  write_entry("ckr", "soft", "clang", "no UID", R"({"tags": ["compiler"]})");
  const fs::path aliases = repository_path("ckr") / "soft/.cm";
  settle();
  EXPECT_EQ(open().broken().size(), 1u);
  const auto edit = [](const fs::path& file, const std::string& text) {
    std::fstream(file, std::ios::in | std::ios::out) << text;
  };
  edit(aliases / "alias-a-gcc", uid_of(9) + "\n\n");
  edit(aliases / "alias-a-clang", uid_of(8) + "\n\n");
  const auto by_tag = open_only().search({{}, model::TagQuery::parse("compiler"), {}});
  ASSERT_OK(by_tag);
  ASSERT_EQ(by_tag->size(), 2u);
  EXPECT_EQ((*by_tag)[0].id.uid, uid_of(8));
  EXPECT_EQ((*by_tag)[1].id.uid, uid_of(9));
  settle();
  edit(aliases / "alias-a-gcc", uid_of(6) + "\n\n\n");
  EXPECT_EQ(found("soft:" + uid_of(6)), Names{"ckr:soft:gcc"});
}

TEST_F(Freshness, LooksOnlyAtTheKindsAskedFor) {
  write_component("r", "programs/p", "program", "p", 3, "x");
  test::write_text(repository_path("r") / "programs/q/ck.json", "{");
  Catalog catalog = open_only();
  EXPECT_OK(catalog.search({{"", "package", ""}, {}, {}}));
  EXPECT_TRUE(catalog.broken().empty());
  EXPECT_OK(catalog.search({{"", "program", ""}, {}, {}}));
  EXPECT_EQ(catalog.broken().size(), 1u);
}

TEST_F(Freshness, FollowsARepositoryThatChangesItsFormat) {
  EXPECT_EQ(found("").size(), 2u);
  repositories.front().format = Format::ck;
  EXPECT_EQ(found(""), Names{});
  write_entry("r", "soft", "gcc", uid_of(7), "{}");
  EXPECT_EQ(found(""), Names{"r:soft:gcc"});
}

TEST_F(Freshness, TellsOfARepositoryWhoseFolderIsGone) {
  EXPECT_EQ(found("").size(), 2u);
  fs::remove_all(repository_path("r"));
  const Catalog catalog = open();
  ASSERT_EQ(catalog.broken().size(), 1u);
  EXPECT_TRUE(test::is_error(catalog.broken().front().error, ErrorCode::not_found, "ck rm repo:r"));
  EXPECT_EQ(found(""), Names{});
}

TEST_F(Freshness, RebuildsAnIndexOfAnotherVersion) {
  EXPECT_EQ(found("").size(), 2u);
  {
    auto database = sys::Database::open(home.index());
    ASSERT_OK(database);
    ASSERT_OK(database->set_user_version(99));
  }
  EXPECT_EQ(found("").size(), 2u);
  EXPECT_EQ(events.of<Note>().size(), 1u);
  EXPECT_EQ(found("").size(), 2u);
  EXPECT_EQ(events.of<Note>().size(), 1u);
}

TEST_F(Freshness, RebuildsADamagedIndex) {
  EXPECT_EQ(found("").size(), 2u);
  test::write_text(home.index(), std::string(20'000, 'x'));
  EXPECT_EQ(found("").size(), 2u);
  EXPECT_EQ(events.of<Note>().size(), 1u);
}

TEST_F(Freshness, RebuildsAnIndexWithDamagedPages) {
  EXPECT_EQ(found("", "x").size(), 2u);
  const auto size = fs::file_size(home.index());
  for (std::uintmax_t page = 4096; page < size; page += 4096) {
    std::fstream file(home.index(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(page));
    file << std::string(64, '\xff');
  }
  EXPECT_EQ(found("", "x").size(), 2u);
  EXPECT_EQ(found("", "x").size(), 2u);
}

TEST_F(Freshness, RebuildsAnIndexWithStateThatIsNoState) {
  EXPECT_EQ(found("", "x").size(), 2u);
  {
    auto database = sys::Database::open(home.index());
    ASSERT_OK(database);
    ASSERT_OK(database->execute("UPDATE folder SET state = x'0102'"));
  }
  EXPECT_EQ(found("", "x").size(), 2u);
  {
    auto database = sys::Database::open(home.index());
    ASSERT_OK(database->execute("UPDATE component SET tags = x'05'"));
  }
  EXPECT_EQ(found("", "x").size(), 2u);
}

TEST_F(Freshness, AnswersWhereTheIndexCannotBeWritten) {
  fs::create_directories(home.index() / "in-the-way");
  EXPECT_EQ(found("", "x").size(), 2u);
  EXPECT_FALSE(events.of<Note>().empty());
  EXPECT_TRUE(fs::exists(home.index() / "in-the-way"));
}

TEST_F(Freshness, AnswersWhileAnotherHoldsAnOldView) {
  const Catalog old = open();
  write_package("r", "c", 3, "x");
  EXPECT_EQ(found("", "x").size(), 3u);
  fs::remove_all(repository_path("r") / "packages/a");
  EXPECT_EQ(found("", "x").size(), 2u);
}

TEST_F(Freshness, StopsWhenCancelled) {
  const sys::Cancel cancel;
  cancel.request();
  EXPECT_ERROR(Catalog::open(home, repositories, events, cancel), interrupted, "");
}

TEST_F(Freshness, ServesSeveralProcessesThatChangeAndRead) {
  constexpr int kProcesses = 4;
  constexpr unsigned kRounds = 10;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = ::fork();
    if (child == 0) {
      bool right = true;
      const std::string own = "p" + std::to_string(process);
      for (unsigned round = 0; round < kRounds && right; ++round) {
        const std::string tag = own + "-" + std::to_string(round);
        write_package("r", own, 100 + static_cast<unsigned>(process), tag);
        right =
            found("package", tag) == Names{"r:package:" + own} && found("package", "y").size() == 1;
      }
      ::_exit(right ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(found("package").size(), 2u + kProcesses);
}

TEST_F(Freshness, ForgetsRepositoriesWhoseFolderIsGone) {
  add_repository("gone");
  write_package("gone", "g", 5, "x");
  EXPECT_EQ(found("").size(), 3u);
  fs::remove_all(repository_path("gone"));
  repositories.pop_back();
  write_package("r", "c", 3, "x");
  EXPECT_EQ(found("").size(), 3u);
  auto index = Index::open(home.index());
  ASSERT_OK(index);
  const auto folders = index->folders();
  ASSERT_OK(folders);
  for (const KnownFolder& folder : *folders) EXPECT_EQ(folder.repository, repository_path("r"));
}

}  // namespace
}  // namespace ck::catalog
