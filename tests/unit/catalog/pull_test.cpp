#include <nlohmann/json.hpp>

#include <thread>

#include "base/json.hpp"
#include "catalog/repositories.hpp"
#include "catalog_fixture.hpp"
#include "support/git_remote.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

/// Remotes, a home and the real transfer module.
class Pull : public testing::Test {
 protected:
  Pull() : transfer(sys::make_transfer(sys::default_transfer_module())) {
    EXPECT_OK(Home::open(home.root));
  }

  struct Need {
    std::string name;
    std::string url;
    std::string revision = "";  ///< more JSON: , "commit": "…"
  };

  /// A remote with a descriptor that names what it needs; the commit's hash.
  std::string publish(const test::GitRemote& remote, const std::string& name,
                      const std::vector<Need>& needs = {}) {
    std::string list;
    for (const Need& need : needs) {
      list += (list.empty() ? "" : ", ") + std::string(R"({"name": ")") + need.name + '"' +
              (need.url.empty() ? "" : R"(, "url": ")" + need.url + '"') + need.revision + "}";
    }
    // A UID per name, the same each time.
    const std::string uid = sha_prefix(name);
    remote.write("ck-repo.json", R"({"schema": "ck.repo/1", "name": ")" + name + R"(", "uid": ")" +
                                     uid + R"(", "needs": [)" + list + "]}\n");
    remote.write("serial", std::to_string(++serial));
    return remote.commit("publish " + name);
  }
  static std::string sha_prefix(const std::string& name) {
    std::string uid = "0000000000000000";
    for (std::size_t at = 0; at < name.size() && at < 16; ++at) {
      uid[at] = "0123456789abcdef"[static_cast<unsigned char>(name[at]) % 16];
    }
    return uid;
  }

  Repositories open(const fs::path& shipped = {}) {
    auto repositories = Repositories::open(home, shipped);
    if (!repositories) throw std::runtime_error(test::text_of(repositories.error()));
    return std::move(*repositories);
  }
  Result<std::vector<PulledRepository>> pull(const PullRequest& request,
                                             const fs::path& shipped = {}) {
    Repositories repositories = open(shipped);
    return repositories.pull(request, *transfer, clock, events, cancel);
  }
  Result<std::vector<PulledRepository>> pull_url(const test::GitRemote& remote) {
    return pull({"", remote.url(), {}, false});
  }
  std::vector<std::string> registered() {
    std::vector<std::string> names;
    const Repositories repositories = open();
    for (const Repository& one : repositories.all()) names.push_back(one.name);
    return names;
  }
  bool staging_is_empty() const { return fs::is_empty(home.staging()); }

  using Names = std::vector<std::string>;
  static Names names_of(const std::vector<PulledRepository>& pulled) {
    Names names;
    for (const PulledRepository& one : pulled) names.push_back(one.name);
    return names;
  }

  test::TemporaryHome folder;
  Home home{folder / "home"};
  sys::SystemClock clock;
  sys::Cancel cancel;
  test::RecordingEvents events;
  std::unique_ptr<sys::Transfer> transfer;
  int serial = 0;
};

TEST_F(Pull, ClonesAndRegistersAndUpdates) {
  const test::GitRemote remote(folder.path());
  const std::string first = publish(remote, "mine");
  auto pulled = pull_url(remote);
  ASSERT_OK(pulled);
  ASSERT_EQ(pulled->size(), 1u);
  EXPECT_EQ(pulled->front().name, "mine");
  EXPECT_EQ(pulled->front().old_commit, "");
  EXPECT_EQ(pulled->front().commit, first);
  EXPECT_EQ(pulled->front().path, home.repositories() / "mine");
  const Repository mine = open().find("mine").value();
  EXPECT_EQ(mine.origin, Repository::Origin::cloned);
  EXPECT_EQ(mine.url, remote.url());
  EXPECT_EQ(mine.commit, first);
  EXPECT_GT(mine.pulled_ns, 0);

  const std::string second = publish(remote, "mine");
  pulled = pull({"mine", "", {}, false});
  ASSERT_OK(pulled);
  EXPECT_EQ(pulled->front().old_commit, first);
  EXPECT_EQ(pulled->front().commit, second);
  EXPECT_EQ(open().find("mine")->commit, second);
  pulled = pull({"", "", {}, true});
  ASSERT_OK(pulled);
  EXPECT_EQ(pulled->front().old_commit, second);
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(Pull, TakesWhatItNeedsWithCyclesAndDiamondsOnce) {
  const test::GitRemote a(folder.path(), "a");
  const test::GitRemote b(folder.path(), "b");
  const test::GitRemote c(folder.path(), "c");
  const test::GitRemote d(folder.path(), "d");
  publish(a, "a", {{"b", b.url()}, {"c", c.url()}});
  publish(b, "b", {{"d", d.url()}, {"a", a.url()}});
  publish(c, "c", {{"d", d.url()}});
  publish(d, "d", {{"a", ""}});
  const auto pulled = pull_url(a);
  ASSERT_OK(pulled);
  EXPECT_EQ(names_of(*pulled), (Names{"a", "b", "c", "d"}));
  EXPECT_EQ((*pulled)[3].needed_by, "b");
  EXPECT_EQ(registered(), (Names{"a", "b", "c", "d"}));
  const auto again = pull({"a", "", {}, false});
  ASSERT_OK(again);
  EXPECT_EQ(again->size(), 4u);
}

TEST_F(Pull, HoldsARepositoryAtTheCommitThatIsNeeded) {
  const test::GitRemote a(folder.path(), "a");
  const test::GitRemote b(folder.path(), "b");
  const test::GitRemote d(folder.path(), "d");
  const std::string old_d = publish(d, "d");
  const std::string new_d = publish(d, "d");
  publish(b, "b", {{"d", d.url()}});
  publish(a, "a", {{"b", b.url()}, {"d", d.url(), R"(, "commit": ")" + old_d + '"'}});
  ASSERT_OK(pull_url(a));
  EXPECT_EQ(open().find("d")->commit, old_d);
  // It was taken without a commit first; now the other way round.
  ASSERT_OK(pull({"b", "", {}, false}));
  EXPECT_EQ(open().find("d")->commit, old_d) << "stays where it was put";
  ASSERT_OK(pull({"d", "", {std::nullopt, std::nullopt, new_d}, false}));
  EXPECT_EQ(open().find("d")->commit, new_d);
}

TEST_F(Pull, RefusesTwoCommitsOfOneRepositoryNamingBoth) {
  const test::GitRemote a(folder.path(), "a");
  const test::GitRemote b(folder.path(), "b");
  const test::GitRemote d(folder.path(), "d");
  const std::string one = publish(d, "d");
  const std::string two = publish(d, "d");
  publish(b, "b", {{"d", d.url(), R"(, "commit": ")" + two + '"'}});
  publish(a, "a", {{"d", d.url(), R"(, "commit": ")" + one + '"'}, {"b", b.url()}});
  const auto pulled = pull_url(a);
  EXPECT_ERROR(pulled, conflict, one);
  EXPECT_ERROR(pulled, conflict, two);
  EXPECT_ERROR(pulled, conflict, "'a'");
  EXPECT_ERROR(pulled, conflict, "'b'");
  // Also when the other one was pulled long before.
  EXPECT_ERROR(pull({"b", "", {}, false}), conflict, one);
}

TEST_F(Pull, KeepsWhatIsCompleteWhenANeedCannotBeHad) {
  const test::GitRemote a(folder.path(), "a");
  const test::GitRemote b(folder.path(), "b");
  publish(b, "b");
  publish(a, "a", {{"b", b.url()}, {"missing", "file:///nowhere/at/all"}});
  const auto pulled = pull_url(a);
  ASSERT_FALSE(pulled);
  EXPECT_NE(test::text_of(pulled.error()).find("'missing', needed by 'a'"), std::string::npos);
  EXPECT_EQ(registered(), (Names{"a", "b"}));
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(Pull, LeavesNothingOfARepositoryWithoutDescriptor) {
  const test::GitRemote remote(folder.path());
  remote.write("README", "no components here");
  remote.commit("first");
  EXPECT_ERROR(pull_url(remote), invalid, "ck-repo.json");
  EXPECT_EQ(registered(), Names{});
  EXPECT_TRUE(fs::is_empty(home.repositories()));
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(Pull, KeepsTheOldStateWhenTheRemoteIsGoneOrBroken) {
  const test::GitRemote remote(folder.path());
  const std::string good = publish(remote, "mine");
  ASSERT_OK(pull_url(remote));
  remote.git({"rm", "-q", "ck-repo.json"});
  remote.commit("no descriptor any more");
  EXPECT_ERROR(pull({"mine", "", {}, false}), invalid, "ck-repo.json");
  EXPECT_EQ(open().find("mine")->commit, good);
  EXPECT_TRUE(fs::exists(home.repositories() / "mine/ck-repo.json"));
  publish(remote, "another-name");
  EXPECT_ERROR(pull({"mine", "", {}, false}), conflict, "another-name");
  EXPECT_TRUE(fs::exists(home.repositories() / "mine/ck-repo.json"));
  const std::string mended = publish(remote, "mine");
  ASSERT_OK(pull({"mine", "", {}, false}));
  EXPECT_EQ(open().find("mine")->commit, mended);
  fs::remove_all(remote.bare());
  EXPECT_FALSE(pull({"mine", "", {}, false}));
  EXPECT_FALSE(pull({"", "", {}, true}));
  EXPECT_EQ(events.of<Warning>().size(), 1u);
  EXPECT_EQ(open().find("mine")->commit, mended);
}

TEST_F(Pull, NeverOverwritesLocalChanges) {
  const test::GitRemote remote(folder.path());
  publish(remote, "mine");
  ASSERT_OK(pull_url(remote));
  const fs::path serial_file = home.repositories() / "mine/serial";
  test::write_text(serial_file, "changed here");
  publish(remote, "mine");
  EXPECT_ERROR(pull({"mine", "", {}, false}), conflict, "serial");
  EXPECT_EQ(test::read_text(serial_file), "changed here");
  Repositories repositories = open();
  EXPECT_ERROR(repositories.remove("mine", false, *transfer), conflict, "serial");
  EXPECT_OK(repositories.remove("mine", true, *transfer));
  EXPECT_FALSE(fs::exists(home.repositories() / "mine"));
  EXPECT_EQ(registered(), Names{});
}

TEST_F(Pull, ClearsAwayWhatAKilledPullLeft) {
  const test::GitRemote remote(folder.path());
  publish(remote, "mine");
  test::write_text(home.staging() / "pull-killed/clone/file", "half");
  // Killed after the rename and before the registration.
  ASSERT_EQ(test::run_git({"clone", "-q", remote.url(), (home.repositories() / "mine").string()},
                          folder.path())
                .code,
            0);
  ASSERT_OK(pull_url(remote));
  EXPECT_EQ(registered(), Names{"mine"});
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(Pull, DoesNotTakeAFolderThatIsNotIts) {
  const test::GitRemote remote(folder.path());
  publish(remote, "mine");
  test::write_text(home.repositories() / "mine/precious", "work");
  EXPECT_ERROR(pull_url(remote), conflict, "not registered");
  EXPECT_EQ(test::read_text(home.repositories() / "mine/precious"), "work");
}

TEST_F(Pull, StopsWhenCancelledWithNothingLeft) {
  const test::GitRemote remote(folder.path());
  publish(remote, "mine");
  cancel.request();
  EXPECT_ERROR(pull_url(remote), interrupted, "");
  EXPECT_EQ(registered(), Names{});
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(Pull, RefusesOtherRepositoriesOfTheSameName) {
  const test::GitRemote one(folder.path(), "one");
  const test::GitRemote two(folder.path(), "two");
  publish(one, "same");
  publish(two, "same");
  ASSERT_OK(pull_url(one));
  EXPECT_ERROR(pull_url(two), conflict, one.url());
  EXPECT_ERROR(pull({"same", two.url(), {}, false}), conflict, "ck rm repo:same");
  EXPECT_EQ(registered(), Names{"same"});
  EXPECT_OK(pull({"same", one.url(), {}, false}));
}

TEST_F(Pull, RefusesHostileNamesAndUrls) {
  EXPECT_ERROR(pull({"", "ext::sh -c id", {}, false}), invalid, "https://");
  EXPECT_ERROR(pull({"../up", "", {}, false}), invalid, "../up");
  EXPECT_ERROR(pull({"", "", {}, false}), usage, "--all");
  const test::GitRemote remote(folder.path());
  publish(remote, "../../up");
  EXPECT_ERROR(pull_url(remote), invalid, "up");
  const test::GitRemote evil(folder.path(), "evil");
  publish(evil, "evil", {{"x", "ext::touch /tmp/x"}});
  EXPECT_FALSE(pull_url(evil));
  EXPECT_EQ(registered(), Names{});
  EXPECT_TRUE(fs::is_empty(home.repositories()));
}

TEST_F(Pull, LetsOnlyTheUserReplaceTheShippedRepository) {
  const test::GitRemote core(folder.path(), "own-core");
  publish(core, "core");
  const test::GitRemote stranger(folder.path(), "stranger");
  publish(stranger, "stranger", {{"helper", core.url()}});
  EXPECT_ERROR(pull_url(stranger), denied, "core");
  EXPECT_EQ(registered(), Names{"stranger"});
  EXPECT_ERROR(pull_url(core), denied, "ck pull repo:core --url=");
  EXPECT_EQ(registered(), Names{"stranger"});
  ASSERT_OK(pull({"core", core.url(), {}, false}));
  EXPECT_EQ(registered(), (Names{"stranger", "core"}));
}

TEST_F(Pull, LetsARepositoryWithTheShippedProfilesReplaceTheShippedOne) {
  const fs::path shipped = folder / "shipped";
  test::write_text(shipped / "ck-repo.json",
                   R"({"schema": "ck.repo/1", "name": "core", "uid": "00000000000000c0"})");
  test::write_text(shipped / "environments/clean/ck.json", "{}");
  const test::GitRemote core(folder.path(), "own-core");
  core.write("environments/clean/ck.json", R"({"pass": ["*"]})");
  publish(core, "core");
  EXPECT_ERROR(pull({"", core.url(), {}, false}, shipped), denied, "ck pull repo:core --url=");
  core.write("environments/clean/ck.json", "{}");
  publish(core, "core");
  EXPECT_OK(pull({"", core.url(), {}, false}, shipped));
}

TEST_F(Pull, AsksForTheUrlOfAnUnknownName) {
  EXPECT_ERROR(pull({"nowhere", "", {}, false}), not_found, "--url=");
}

TEST_F(Pull, KnowsRepositoriesOfTheShippedList) {
  const test::GitRemote remote(folder.path());
  const std::string pinned = publish(remote, "ck-known");
  publish(remote, "ck-known");
  const fs::path shipped = folder / "shipped";
  test::write_text(shipped / "ck-repo.json",
                   R"({"schema": "ck.repo/1", "name": "core", "uid": "0000000000000001"})");
  test::write_text(
      shipped / "repos/known.json",
      R"({"schema": "ck.known-repositories/1", "repositories": [{"name": "ck-known", "url": ")" +
          remote.url() + R"(", "commit": ")" + pinned + R"("}]})");
  EXPECT_ERROR(pull({"ck-know", "", {}, false}, shipped), not_found, "'ck-known'");
  const auto pulled = pull({"ck-known", "", {}, false}, shipped);
  ASSERT_OK(pulled);
  EXPECT_EQ(pulled->front().commit, pinned);
  const Repositories repositories = open(shipped);
  ASSERT_EQ(repositories.all().size(), 2u);
  EXPECT_EQ(repositories.all().back().name, "core");
  EXPECT_EQ(repositories.all().back().rank, 1);
}

TEST_F(Pull, PullsOfTwoAtOnceFollowEachOther) {
  const test::GitRemote remote(folder.path());
  publish(remote, "mine");
  const auto pull_alone = [&] {
    NoEvents nobody;
    auto repositories = Repositories::open(home, {});
    const auto own = sys::make_transfer(sys::default_transfer_module());
    return repositories &&
           repositories->pull({"", remote.url(), {}, false}, *own, clock, nobody, {});
  };
  bool first = false;
  std::thread other([&] { first = pull_alone(); });
  const bool second = pull_alone();
  other.join();
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_EQ(registered(), Names{"mine"});
}

TEST_F(Pull, TakesRepositoriesOfCk) {
  const test::GitRemote dep(folder.path(), "dep");
  dep.write(".ckr.json", R"({"data_alias": "dep", "data_uoa": "dep", "data_uid": "00000000000000d0",
                             "data_name": "dep", "dict": {}})");
  dep.commit("dep");
  const test::GitRemote top(folder.path(), "top");
  top.write(".ckr.json",
            R"({"data_alias": "top", "data_uoa": "top", "data_uid": "00000000000000d1",
                "data_name": "top", "dict": {"repo_deps": [{"repo_uoa": "dep", "repo_url": " )" +
                dep.url() + R"( "}]}})");
  top.commit("top");
  ASSERT_OK(pull_url(top));
  EXPECT_EQ(registered(), (Names{"top", "dep"}));
  EXPECT_EQ(open().find("00000000000000d0")->format, Format::ck);
}

TEST_F(Pull, TakesTheNeedsOfAnImportedFolderWithoutTouchingIt) {
  const test::GitRemote dep(folder.path(), "dep");
  publish(dep, "dep");
  const test::GitRemote own(folder.path(), "own");
  const std::string commit = publish(own, "own", {{"dep", dep.url()}});
  Repositories repositories = open();
  const auto imported = repositories.import(own.work(), *transfer, clock);
  ASSERT_OK(imported);
  EXPECT_EQ(imported->commit, commit);
  EXPECT_EQ(imported->origin, Repository::Origin::imported);
  const auto pulled = pull({"own", "", {}, false});
  ASSERT_OK(pulled);
  EXPECT_EQ(names_of(*pulled), (Names{"own", "dep"}));
  EXPECT_ERROR(pull({"own", "", {"branch", std::nullopt, std::nullopt}, false}), unsupported,
               "git");
}

}  // namespace
}  // namespace ck::catalog
