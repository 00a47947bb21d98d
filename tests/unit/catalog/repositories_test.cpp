#include "catalog/repositories.hpp"

#include <gtest/gtest.h>

#include "catalog/registrations.hpp"
#include "support/temporary_home.hpp"

namespace ck::catalog {
namespace {

/// These tests must not need any remote.
class NoTransfer final : public sys::Transfer {
 public:
  Result<sys::Git*> git() override { return fail(ErrorCode::unsupported, "no git here"); }
  Result<sys::Http*> http() override { return fail(ErrorCode::unsupported, "no HTTP here"); }
  Result<sys::Archives*> archives() override { return fail(ErrorCode::unsupported, "none here"); }
};

class RepositoriesTest : public testing::Test {
 protected:
  RepositoriesTest() { EXPECT_OK(Home::open(home.root)); }

  fs::path make_repository(const std::string& name, const std::string& uid,
                           const std::string& place = "") {
    const fs::path path = folder / (place.empty() ? name : place);
    test::write_text(path / "ck-repo.json", R"({"schema": "ck.repo/1", "name": ")" + name +
                                                R"(", "uid": ")" + uid + R"("})");
    return path;
  }
  Repositories open(const fs::path& shipped = {}) {
    auto repositories = Repositories::open(home, shipped);
    if (!repositories) throw std::runtime_error(test::text_of(repositories.error()));
    return std::move(*repositories);
  }

  test::TemporaryHome folder;
  Home home{folder / "home"};
  NoTransfer transfer;
  sys::SystemClock clock;
  test::RecordingEvents events;
};

TEST_F(RepositoriesTest, ImportsAFolderWhereItLies) {
  const fs::path path = make_repository("mine", "00000000000000a1");
  Repositories repositories = open();
  const auto imported = repositories.import(path, transfer, clock);
  ASSERT_OK(imported);
  EXPECT_EQ(imported->path, path);
  EXPECT_EQ(imported->commit, "");
  EXPECT_OK(repositories.import(path, transfer, clock));
  ASSERT_EQ(open().all().size(), 1u);
  const Repository again = open().find("00000000000000a1").value();
  EXPECT_EQ(again.name, "mine");
  EXPECT_EQ(again.origin, Repository::Origin::imported);
  EXPECT_EQ(again.path, path);
}

TEST_F(RepositoriesTest, ImportFollowsARenamedDescriptor) {
  const fs::path path = make_repository("before", "00000000000000a1", "place");
  Repositories repositories = open();
  ASSERT_OK(repositories.import(path, transfer, clock));
  make_repository("after", "00000000000000a1", "place");
  ASSERT_OK(repositories.import(path, transfer, clock));
  ASSERT_EQ(open().all().size(), 1u);
  EXPECT_EQ(open().all().front().name, "after");
}

TEST_F(RepositoriesTest, ImportRefusesWhatIsNoRepositoryAndClashes) {
  Repositories repositories = open();
  fs::create_directories(folder / "empty");
  EXPECT_ERROR(repositories.import(folder / "empty", transfer, clock), invalid, "ck-repo.json");
  EXPECT_ERROR(repositories.import(folder / "nowhere", transfer, clock), not_found, "nowhere");
  ASSERT_OK(repositories.import(make_repository("a", "00000000000000a1"), transfer, clock));
  EXPECT_ERROR(repositories.import(make_repository("a", "00000000000000a2", "x"), transfer, clock),
               conflict, "the name of 'a'");
  EXPECT_ERROR(repositories.import(make_repository("b", "00000000000000a1"), transfer, clock),
               conflict, "the UID of 'a'");
  EXPECT_EQ(open().all().size(), 1u);
}

TEST_F(RepositoriesTest, RefusesDescriptorsThatLeaveTheRepositoryOrAreTorn) {
  fs::create_directories(folder / "link");
  fs::create_symlink("/etc/passwd", folder / "link/ck-repo.json");
  EXPECT_ERROR(read_repository_folder(folder / "link"), denied, "symbolic link");
  test::write_text(folder / "torn/ck-repo.json", "{");
  EXPECT_ERROR(read_repository_folder(folder / "torn"), invalid, "torn/ck-repo.json");
  test::write_text(folder / "ckr/.ckr.json", R"({"data_alias": "a b/c", "data_uid": "x"})");
  EXPECT_FALSE(read_repository_folder(folder / "ckr"));
}

TEST_F(RepositoriesTest, CreatesAnEmptyRepository) {
  Repositories repositories = open();
  const auto created = repositories.create("fresh", {}, clock);
  ASSERT_OK(created);
  EXPECT_EQ(created->path, home.repositories() / "fresh");
  EXPECT_TRUE(model::is_uid(created->uid));
  EXPECT_EQ(read_repository_folder(created->path)->name, "fresh");
  EXPECT_OK(repositories.create("elsewhere", folder / "a/b", clock));
  EXPECT_ERROR(repositories.create("fresh", {}, clock), conflict, "fresh");
  EXPECT_ERROR(repositories.create("other", folder / "a/b", clock), conflict, "import repo");
  EXPECT_ERROR(repositories.create("../up", {}, clock), usage, "../up");
  EXPECT_EQ(open().all().size(), 2u);
}

TEST_F(RepositoriesTest, ForgetsAnImportedFolderAndKeepsItsFiles) {
  const fs::path path = make_repository("mine", "00000000000000a1");
  Repositories repositories = open();
  ASSERT_OK(repositories.import(path, transfer, clock));
  ASSERT_OK(repositories.remove("mine", false, transfer));
  EXPECT_TRUE(open().all().empty());
  EXPECT_TRUE(fs::exists(path / "ck-repo.json"));
  EXPECT_ERROR(repositories.remove("mine", false, transfer), not_found, "mine");
}

TEST_F(RepositoriesTest, SuggestsRegisteredNames) {
  Repositories repositories = open();
  EXPECT_ERROR(repositories.find("x"), not_found, "registered are");
  ASSERT_OK(repositories.import(make_repository("ck-env", "00000000000000a1"), transfer, clock));
  EXPECT_ERROR(repositories.find("ck-evn"), not_found, "'ck-env'");
}

TEST_F(RepositoriesTest, PutsTheShippedRepositoryLastUnlessOneTakesItsPlace) {
  const fs::path shipped = make_repository("core", "00000000000000c0", "shipped");
  Repositories repositories = open(shipped);
  EXPECT_ERROR(repositories.remove("core", true, transfer), denied, "core");
  ASSERT_OK(repositories.import(make_repository("mine", "00000000000000a1"), transfer, clock));
  ASSERT_EQ(repositories.all().size(), 2u);
  EXPECT_EQ(repositories.all().back().origin, Repository::Origin::shipped);
  const fs::path own = make_repository("core", "00000000000000c0", "own-core");
  ASSERT_OK(repositories.import(own, transfer, clock));
  ASSERT_OK(repositories.import(make_repository("later", "00000000000000a2"), transfer, clock));
  ASSERT_EQ(repositories.all().size(), 3u);
  EXPECT_EQ(repositories.all().back().path, own);
  EXPECT_EQ(repositories.all().back().rank, 2);
  ASSERT_OK(repositories.remove("core", false, transfer));
  EXPECT_EQ(repositories.all().back().origin, Repository::Origin::shipped);
}

TEST_F(RepositoriesTest, RefusesDamagedRegistrationsNamingTheFile) {
  test::write_text(home.registrations(), "{");
  EXPECT_ERROR(Repositories::open(home, {}), invalid, "repositories.json");
  test::write_text(home.registrations(), R"({"schema": "ck.repositories/9", "repositories": []})");
  EXPECT_ERROR(Repositories::open(home, {}), unsupported, "ck.repositories/9");
  test::write_text(home.registrations(),
                   R"({"schema": "ck.repositories/1", "repositories": [{"name": "../x"}]})");
  EXPECT_ERROR(Repositories::open(home, {}), invalid, "/repositories/0");
}

TEST_F(RepositoriesTest, TellsOfADamagedInstallation) {
  fs::create_directories(folder / "shipped");
  EXPECT_ERROR(Repositories::open(home, folder / "shipped"), invalid, "install it again");
  EXPECT_ERROR(Repositories::open(home, folder / "none"), not_found, "none");
}

TEST_F(RepositoriesTest, PullNeedsGit) {
  Repositories repositories = open();
  EXPECT_ERROR(repositories.pull({"x", "", {}, false}, transfer, clock, events, {}), unsupported,
               "no git here");
}

}  // namespace
}  // namespace ck::catalog
