// Locks through the program: made in one home, followed in another, and everything that may differ.

#include <nlohmann/json.hpp>

#include "collective_fixture.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

/// A second home elsewhere, with longer paths, for what was locked in the first.
class Lock : public CkTest {
 protected:
  Variables elsewhere() const { return {{"CK_HOME", (folder / "quite/another/place").string()}}; }
  std::vector<std::string> environments_elsewhere() const {
    return names_in("../quite/another/place/envs");
  }
  fs::path file() const { return folder / "ck.lock"; }

  void write_components(const std::string& what = "old") const {
    writer.package("lib", "echo " + what + " >\"$1/lib\"", R"("tags": ["lib"])");
    writer.component("package", "app",
                     R"("tags": ["app"], "dependencies": {"lib": {"tags": ["lib"]}},
                        "build": {"system": "commands", "commands": [
                          {"run": ["/bin/sh", "-c", "cp ${lib.path}/lib ${prefix}/app"]}]})");
    writer.component("program", "user", R"("build": {"system": "none"},
      "parameters": {"n": {"type": "integer", "default": 1}},
      "dependencies": {"app": {"tags": ["app"]}, "gcc": {"tags": ["compiler", "gcc"]}},
      "commands": {"run": {"run": ["/bin/sh", "-c", "cat ${app.path}/app; echo n=${n}"]}})");
  }

  Lock() {
    write_components();
    remote.commit("first");
  }

  Json lock() const { return Json::parse(read_text(file())); }

  CkResult pull(const Variables& more = {}) const {
    return ck({"pull", "repo", "--url=" + remote.url()}, more);
  }
  CkResult lock_program(const std::string& more = "") const {
    return ck("lock program:user --out=" + file().string() + " " + more);
  }
  CkResult run_locked(const std::string& more = "") const {
    return ck("run --locked=" + file().string() + " " + more, elsewhere());
  }

  const GitRemote remote{folder / "remotes"};
  const ComponentWriter writer{remote.work(), "far"};
};

TEST_F(Lock, GivesTheSameEnvironmentsInAnotherHome) {
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(lock_program("--n=5")));
  EXPECT_EQ(environments(), std::vector<std::string>()) << "nothing is built for a lock";
  ASSERT_TRUE(succeeds(ck("run program:user --n=5")));
  ASSERT_TRUE(succeeds(pull(elsewhere())));
  const auto result = run_locked();
  ASSERT_TRUE(succeeds(result));
  EXPECT_NE(result.out.find("old\nn=5"), std::string::npos) << result.out;
  EXPECT_EQ(environments_elsewhere(), environments());
  EXPECT_EQ(environments().size(), 3U);
  EXPECT_NE(run_locked("--n=6").out.find("n=6"), std::string::npos);
}

TEST_F(Lock, NamesNothingOfThisMachineAlone) {
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(lock_program()));
  EXPECT_EQ(read_text(file()).find(home().string()), std::string::npos);
  const auto first = read_text(file());
  ASSERT_TRUE(succeeds(ck("lock program:user --out=" + file().string())));
  EXPECT_EQ(read_text(file()), first) << "the same again, byte by byte";
  EXPECT_EQ(lock()["schema"], "ck.lock/2");
  EXPECT_EQ(lock()["request"]["component"], "program:user");
}

TEST_F(Lock, HoldsTheFactsOfTheMachineThatItReliesOn) {
  writer.package("lib", "echo x >\"$1/lib\"", R"("tags": ["lib"], "dependencies": {
    "glibc": {"name": "host.glibc", "version": ">=2.1"}, "arch": {"name": "host.arch"}})");
  remote.commit("needs a machine");
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(lock_program()));
  ASSERT_EQ(lock()["facts"].size(), 2U) << lock()["facts"];
  const Json glibc = lock()["facts"][1];
  EXPECT_EQ(glibc["name"], "host.glibc");
  EXPECT_EQ(glibc["wanted"], ">=2.1");
  EXPECT_EQ(glibc["by"], "package:lib");
  EXPECT_NE(glibc["value"], "");
  Json changed = lock();
  changed["facts"][1]["wanted"] = ">=99";
  changed["facts"][0]["name"] = "host.cpu.of-the-future";
  write_text(file(), changed.dump());
  const auto result = ck("run --locked=" + file().string());
  EXPECT_TRUE(fails(result, 1, "2 things are not what was locked"));
  EXPECT_TRUE(fails(result, 1, "locked: package:lib needs >=99, there was"));
  EXPECT_TRUE(fails(result, 1, "not a fact of this machine"));
  EXPECT_TRUE(succeeds(ck("run --locked=" + file().string() + " --allow_differences")));
}

TEST_F(Lock, CanBeMadeForAnotherMachine) {
  writer.package("lib", "echo x >\"$1/lib\"", R"("tags": ["lib"], "dependencies": {
    "glibc": {"name": "host.glibc", "version": ">=2.1"}})");
  remote.commit("needs a machine");
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(lock_program()));
  const Json here = lock();
  const auto old = lock_program("--host.glibc=2.17 --host.arch=aarch64");
  ASSERT_TRUE(succeeds(old));
  EXPECT_NE(old.err.find("what software the other machine has is not known"), std::string::npos);
  EXPECT_EQ(lock()["platform"]["libc"], "glibc 2.17");
  EXPECT_EQ(lock()["platform"]["architecture"], "aarch64");
  EXPECT_EQ(lock()["facts"][0]["value"], "2.17");
  EXPECT_FALSE(lock()["request"]["options"].contains("host.glibc"));
  EXPECT_NE(lock()["subject"], here["subject"]) << "it would be another environment";
  const auto result = ck("run --locked=" + file().string());
  EXPECT_TRUE(fails(result, 1, "use a machine like that, or lock anew for this one"));
  EXPECT_TRUE(fails(lock_program("--host.glibc=2.0"), 1, "host.glibc"));
}

TEST_F(Lock, OfAnExperimentInstallsTheSame) {
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(ck("run program:user --n=3")));
  ASSERT_TRUE(succeeds(ck("lock experiment:user --out=" + file().string())));
  ASSERT_TRUE(succeeds(pull(elsewhere())));
  const auto result = run_locked();
  ASSERT_TRUE(succeeds(result));
  EXPECT_NE(result.out.find("n=3"), std::string::npos) << result.out;
  EXPECT_EQ(environments_elsewhere(), environments());
}

TEST_F(Lock, UsesTheLockedCommitWhenTheRepositoryMovedOn) {
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(lock_program()));
  ASSERT_TRUE(succeeds(ck("run program:user")));
  write_components("new");
  remote.commit("second");
  ASSERT_TRUE(succeeds(pull(elsewhere())));
  const auto result = run_locked();
  ASSERT_TRUE(succeeds(result));
  EXPECT_NE(result.out.find("old"), std::string::npos) << result.out;
  EXPECT_EQ(environments_elsewhere(), environments());
  EXPECT_NE(ck("run program:user", elsewhere()).out.find("new"), std::string::npos);
}

TEST_F(Lock, ARepositoryThatIsNotHereIsTold) {
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(lock_program()));
  const auto result = run_locked();
  EXPECT_TRUE(fails(result, 1, "ck pull repo:far --url=" + remote.url() + " --commit="));
  EXPECT_TRUE(fails(result, 1, "1 thing is not what was locked"));
}

TEST_F(Lock, SoftwareThatDiffersIsRefusedOrAllowed) {
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(lock_program()));
  ASSERT_TRUE(succeeds(pull(elsewhere())));
  Json changed = lock();
  for (auto& environment : changed["environments"]) {
    auto& record = environment["environment"];
    if (record["origin"] == "detected") {
      EXPECT_FALSE(record.contains("isolation")) << "of this machine alone";
      record["id"] = std::string(32, '0');
      record["file_sha256"] = std::string(64, '0');
      record["owner"] = "gcc-12 12.2.0-99";
    } else if (record["component"]["name"] == "user") {
      record["dependencies"]["gcc"] = std::string(32, '0');
    }
  }
  changed["roots"]["gcc"] = std::string(32, '0');
  write_text(file(), changed.dump());
  const auto refused = run_locked();
  EXPECT_TRUE(fails(refused, 1, "the same version, but another file"));
  EXPECT_TRUE(fails(refused, 1, "apt-get install gcc-12=12.2.0-99"));
  EXPECT_EQ(environments_elsewhere(), std::vector<std::string>());
  const auto allowed = run_locked("--allow_differences");
  ASSERT_TRUE(succeeds(allowed));
  EXPECT_NE(allowed.err.find("not as locked: software:gcc"), std::string::npos) << allowed.err;
  const auto explained = ck("explain --locked=" + file().string(), elsewhere());
  ASSERT_TRUE(succeeds(explained));
  EXPECT_NE(explained.out.find("not as locked"), std::string::npos) << explained.out;
}

TEST_F(Lock, OfAnotherComponentIsAMistake) {
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(lock_program()));
  const std::string locked = " --locked=" + file().string();
  EXPECT_TRUE(fails(ck("run program:other" + locked), 2, "is of program:user"));
  EXPECT_TRUE(fails(ck("install package:app" + locked), 2, "is of program:user"));
  EXPECT_TRUE(fails(ck("run" + locked + " --dep.app=1"), 2, "the lock has chosen"));
  EXPECT_TRUE(fails(ck("run program:user --allow_differences"), 2, "--locked"));
  EXPECT_TRUE(fails(ck("run program:user --locked=nowhere.lock"), 1, "nowhere.lock"));
  write_text(file(), "{\"schema\": \"ck.lock/9\"}");
  EXPECT_TRUE(fails(ck("run" + locked), 1, "ck.lock/2"));
}

TEST_F(Lock, OfAPackageInstallsIt) {
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(ck("lock package:app --out=" + file().string())));
  ASSERT_TRUE(succeeds(ck("install package:app")));
  ASSERT_TRUE(succeeds(pull(elsewhere())));
  ASSERT_TRUE(succeeds(ck("install --locked=" + file().string(), elsewhere())));
  EXPECT_EQ(environments_elsewhere(), environments());
}

TEST_F(Lock, IsUpdatedForOneKey) {
  writer.package("second", "echo two >\"$1/lib\"", R"("tags": ["other"])");
  remote.commit("second package");
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(lock_program()));
  const auto before = read_text(file());
  const auto same = ck("lock --update=lib " + file().string());
  ASSERT_TRUE(succeeds(same));
  EXPECT_EQ(same.out, before);
  EXPECT_NE(same.err.find("nothing changed"), std::string::npos) << same.err;

  writer.component("package", "lib", R"("tags": ["lib"], "build": {"system": "commands",
    "commands": [{"run": ["/bin/sh", "-c", "echo newer > ${prefix}/lib"]}]})",
                   "2.0.0");
  remote.commit("another version");
  ASSERT_TRUE(succeeds(ck("pull repo:far")));
  const auto updated = ck("lock --update=lib " + file().string() + " --out=" + file().string());
  ASSERT_TRUE(succeeds(updated));
  EXPECT_NE(updated.err.find("lib: package:lib@1.0.0"), std::string::npos) << updated.err;
  EXPECT_NE(updated.err.find("package:lib@2.0.0"), std::string::npos) << updated.err;
  const auto run = ck("run --locked=" + file().string());
  EXPECT_NE(run.out.find("newer"), std::string::npos) << run.out << run.err;
  EXPECT_TRUE(fails(ck("lock --update=lbi " + file().string()), 2, "did you mean 'lib'"));
}

/// Of a program that a parameter has ask for other data, and another parameter has not.
class LockOfAChoice : public Lock {
 protected:
  LockOfAChoice() {
    for (const std::string name : {"a", "b"}) {
      writer.package("data-" + name, "echo data " + name + " >\"$1/data\"",
                     R"("tags": ["data", ")" + name + R"("])");
    }
    writer.component("program", "choosing", R"("build": {"system": "none"},
      "parameters": {"which": {"type": "choice", "choices": ["a", "b"], "default": "a"},
                     "more": {"type": "choice", "choices": ["yes", "no"], "default": "no"},
                     "n": {"type": "integer", "default": 1}},
      "dependencies": {"data": {"tags": ["data", "${which}"], "run_only": true},
                       "other": {"tags": ["data", "b"], "run_only": true,
                                 "when": {"more": "yes"}}},
      "commands": {"run": {"run": ["/bin/sh", "-c", "cat ${data.path}/data; echo n=${n}"]}})");
    remote.commit("a choice");
  }
  void SetUp() override {
    ASSERT_TRUE(succeeds(pull()));
    ASSERT_TRUE(succeeds(make_lock()));
  }
  CkResult make_lock(const std::string& options = "") const {
    return ck("lock program:choosing --out=" + file().string() + " " + options);
  }
  std::string locked() const { return " --locked=" + file().string(); }
};

TEST_F(LockOfAChoice, IsFollowedWithAnotherParameter) {
  const auto result = ck("run" + locked() + " --n=6");
  ASSERT_TRUE(succeeds(result));
  EXPECT_NE(result.out.find("data a\nn=6"), std::string::npos) << result.out;
}

TEST_F(LockOfAChoice, IsNotFollowedWhereAParameterAsksForAnother) {
  const auto refused = ck("run" + locked() + " --which=b");
  EXPECT_TRUE(fails(refused, 1, "program:choosing, dependency 'data'"));
  EXPECT_TRUE(fails(refused, 1, "locked: package:data-a@1.0.0"));
  EXPECT_TRUE(fails(refused, 1, "asked for is b,data, and the locked one lacks the tag b"));
  EXPECT_TRUE(fails(refused, 1, "ck lock --update=data --which=b FILE"));
  EXPECT_TRUE(fails(ck("run" + locked() + " --which=b --dry_run"), 1, "lacks the tag b"));
  EXPECT_EQ(points("choosing").size(), 0U) << "nothing is recorded";
  const auto allowed = ck("run" + locked() + " --which=b --allow_differences");
  ASSERT_TRUE(succeeds(allowed));
  EXPECT_NE(allowed.err.find("not as locked: program:choosing, dependency 'data'"),
            std::string::npos)
      << allowed.err;
}

TEST_F(LockOfAChoice, IsNotFollowedWhereAParameterAsksForMoreOrLess) {
  const auto more = ck("run" + locked() + " --more=yes");
  EXPECT_TRUE(fails(more, 1, "program:choosing, dependency 'other'"));
  EXPECT_TRUE(fails(more, 1, "lock anew: ck lock program:choosing --more=yes"));
  ASSERT_TRUE(succeeds(make_lock("--more=yes")));
  ASSERT_TRUE(succeeds(ck("run" + locked())));
  const auto less = ck("run" + locked() + " --more=no");
  EXPECT_TRUE(fails(less, 1, "here:   not asked for"));
  EXPECT_TRUE(fails(less, 1, "ck lock --update=other --more=no FILE"));
}

TEST_F(LockOfAChoice, CannotBeSweptOverWhatItChose) {
  EXPECT_TRUE(fails(ck("benchmark" + locked() + " --param.dep.data=package:data-a,package:data-b"),
                    2, "--param.dep.data and --locked: the lock has chosen"));
  EXPECT_TRUE(fails(ck("benchmark" + locked() + " --repetitions=1 --param.which=b,a"), 1,
                    "lacks the tag b"));
  EXPECT_EQ(points("choosing").size(), 0U);
}

TEST_F(LockOfAChoice, IsCheckedAgainstAllPointsOfASweepBeforeTheFirstRuns) {
  const std::string sweep = "benchmark" + locked() + " --repetitions=1 --param.n=1,2 ";
  const auto refused = ck(sweep + "--param.which=a,b");
  EXPECT_TRUE(fails(refused, 1, "the lock does not fit 2 of 4 points"));
  EXPECT_TRUE(fails(refused, 1, "n=1 which=b: "));
  EXPECT_TRUE(fails(refused, 1, "n=2 which=b: "));
  EXPECT_TRUE(fails(refused, 1, "lacks the tag b"));
  EXPECT_EQ(refused.err.find("which=a"), std::string::npos) << refused.err;
  EXPECT_TRUE(fails(ck(sweep + "--param.which=a,b --dry_run"), 1, "2 of 4 points"));
  EXPECT_TRUE(
      fails(ck("benchmark" + locked() + " --compare --param.which=a,b"), 1, "1 of 2 points"));
  EXPECT_EQ(points("choosing").size(), 0U) << "nothing is run";
  ASSERT_TRUE(succeeds(ck(sweep + "--param.which=a")));
  EXPECT_TRUE(fails(ck(sweep + "--param.which=a,b"), 1, "2 of 2 points that are still to be run"));
  EXPECT_TRUE(fails(ck(sweep + "--param.wich=a"), 2, "wich"));
  ASSERT_TRUE(succeeds(ck(sweep + "--param.which=a,b --allow_differences")));
  EXPECT_EQ(points("choosing").size(), 4U);
}

TEST_F(LockOfAChoice, IsUpdatedWithWhatIsAskedForNow) {
  const auto updated =
      ck("lock --update=data --which=b --n=7 " + file().string() + " --out=" + file().string());
  ASSERT_TRUE(succeeds(updated));
  EXPECT_NE(updated.err.find("data: package:data-a@1.0.0"), std::string::npos) << updated.err;
  EXPECT_EQ(lock()["request"]["component"], "program:choosing");
  EXPECT_EQ(lock()["request"]["options"]["which"], "b");
  const auto result = ck("run" + locked());
  ASSERT_TRUE(succeeds(result));
  EXPECT_NE(result.out.find("data b\nn=7"), std::string::npos) << result.out;
}

TEST_F(LockOfAChoice, IsOfOneVersion) {
  ASSERT_TRUE(succeeds(ck("lock package:app --out=" + file().string())));
  EXPECT_TRUE(fails(ck("install" + locked() + " --version=>=2"), 1, "package:app, version"));
  EXPECT_TRUE(succeeds(ck("install" + locked() + " --version=<2")));
}

// Collective Knowledge.

class CollectiveLock : public CollectiveTest {
 protected:
  CollectiveLock() {
    repository.compiler();
    repository.dataset("words", "text,words", "words.txt", "abc");
    repository.package("lib-x", "lib,x", "echo one > $INSTALL_DIR/made\n");
    repository.program("show", "int main(void) { return 0; }\n",
                       R"({"default": {"dataset_tags": ["text"], "run_time": {
                            "run_cmd_main": "cat $#dataset_path#$$#dataset_filename#$"}}})",
                       R"("run_deps": {"lib-x": {"local": "yes", "tags": "lib,x"}})");
    repository.commit();
  }

  void publish_remote() const {
    const auto made = run_git({"clone", "--quiet", "--bare", repository.folder().string(),
                               (folder / "public.git").string()},
                              folder.path());
    ASSERT_EQ(made.code, 0) << made.output;
  }
  void push() const {
    repository.commit();
    const auto pushed =
        run_git({"push", "--quiet", (folder / "public.git").string(), "HEAD"}, repository.folder());
    ASSERT_EQ(pushed.code, 0) << pushed.output;
  }
  CkResult pull(const Variables& more = {}) const {
    return ck({"pull", "repo", "--url=file://" + (folder / "public.git").string()}, more);
  }
  Variables elsewhere() const { return {{"CK_HOME", (folder / "quite/another/place").string()}}; }
  std::vector<std::string> environments_elsewhere() const {
    return names_in("../quite/another/place/envs");
  }
  fs::path file() const { return folder / "ck.lock"; }
};

TEST_F(CollectiveLock, GivesTheSameEnvironmentsInAnotherHome) {
  publish_remote();
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(ck("lock program:show --out=" + file().string())));
  EXPECT_FALSE(says(read_text(file()), home().string()));
  ASSERT_TRUE(succeeds(ck("run program:show")));
  // The other machine has pulled something newer.
  repository.file("dataset", "words", "words.txt", "xyz");
  repository.package("lib-x", "lib,x", "echo two > $INSTALL_DIR/made\n");
  push();
  ASSERT_TRUE(succeeds(pull(elsewhere())));
  const auto result = ck("run --locked=" + file().string(), elsewhere());
  ASSERT_TRUE(succeeds(result));
  EXPECT_TRUE(says(result.out, "abc")) << result.out << result.err;
  EXPECT_EQ(environments_elsewhere(), environments());
  EXPECT_EQ(environments().size(), 3U);
  EXPECT_TRUE(says(ck("run program:show", elsewhere()).out, "xyz"));
}

TEST_F(CollectiveLock, ASweepThatRebuildsCompilesEveryPlaceOnce) {
  repository.program("counting", "int main(void) { return 0; }\n",
                     R"({"default": {"run_time": {"run_cmd_main": "$#BIN_FILE#$"}}})",
                     R"("run_vars": {"ROUNDS": "1"})");
  publish();
  ASSERT_TRUE(succeeds(ck("lock program:counting --out=" + file().string())));
  const auto swept = ck("benchmark --locked=" + file().string() +
                        " --rebuild --param.env.ROUNDS=1,2 --repetitions=1");
  ASSERT_TRUE(succeeds(swept));
  std::size_t compiled = 0;
  constexpr std::string_view kCompiling = "compiling program:counting";
  for (auto at = swept.err.find(kCompiling); at != std::string::npos;
       at = swept.err.find(kCompiling, at + 1))
    ++compiled;
  EXPECT_EQ(compiled, 2U) << swept.err;
}

TEST_F(CollectiveLock, OfAnExperimentInstallsTheSame) {
  publish_remote();
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(ck("run program:show")));
  ASSERT_TRUE(succeeds(ck("lock experiment:show --out=" + file().string())));
  ASSERT_TRUE(succeeds(pull(elsewhere())));
  ASSERT_TRUE(succeeds(ck("run --locked=" + file().string(), elsewhere())));
  EXPECT_EQ(environments_elsewhere(), environments());
}

TEST_F(CollectiveLock, WithoutTheCommitTellsWhatDiffers) {
  publish();
  ASSERT_TRUE(succeeds(ck("lock program:show --out=" + file().string())));
  Json changed = Json::parse(read_text(file()));
  for (auto& one : changed["repositories"]) one.erase("commit");
  write_text(file(), changed.dump());
  for (const auto& id : environments()) ASSERT_TRUE(succeeds(ck("rm env:" + id + " --force")));
  repository.package("lib-x", "lib,x", "echo two > $INSTALL_DIR/made\n");
  const auto refused = ck("run --locked=" + file().string());
  EXPECT_TRUE(fails(refused, 1, "package:lib-x, recipe"));
  const auto allowed = ck("run --allow_differences --locked=" + file().string());
  ASSERT_TRUE(succeeds(allowed));
  EXPECT_TRUE(says(allowed.err, "not as locked: package:lib-x")) << allowed.err;
}

TEST_F(CollectiveLock, OfAPackageInstallsItAndUpdatesOfProgramsTakeAKey) {
  publish();
  ASSERT_TRUE(succeeds(ck("lock package:lib-x --out=" + file().string())));
  const auto before = environments();
  for (const auto& id : before) ASSERT_TRUE(succeeds(ck("rm env:" + id + " --force")));
  ASSERT_TRUE(succeeds(ck("install --locked=" + file().string())));
  EXPECT_EQ(environments(), before);
  ASSERT_TRUE(succeeds(ck("lock program:show --out=" + file().string())));
  const auto updated = ck("lock --update=lib-x " + file().string());
  ASSERT_TRUE(succeeds(updated));
  EXPECT_TRUE(says(updated.err, "nothing changed")) << updated.err;
}

TEST_F(CollectiveLock, ReplaysTheRecordedCommit) {
  publish_remote();
  ASSERT_TRUE(succeeds(pull()));
  ASSERT_TRUE(succeeds(ck("run program:show")));
  const auto before = environments();
  repository.file("dataset", "words", "words.txt", "xyz");
  repository.package("lib-x", "lib,x", "echo two > $INSTALL_DIR/made\n");
  push();
  ASSERT_TRUE(succeeds(ck("pull repo:public")));
  for (const auto& id : before) ASSERT_TRUE(succeeds(ck("rm env:" + id + " --force")));
  const auto replayed = ck("replay experiment:show");
  ASSERT_TRUE(succeeds(replayed));
  EXPECT_EQ(environments(), before);
  EXPECT_FALSE(says(replayed.out, "not the same")) << replayed.out;
}

}  // namespace
}  // namespace ck::test
