// What the original got wrong, silently or not, and this engine must not. Each fault, and the tests
// that say how it is here; More is CollectiveMoreFaults, without a class it is CollectiveFaults.
//
//   time divided by a repetition count that was not used
//     TimeIsDividedByTheRepetitionsThatWereMade
//   one run's output becomes the reference of others
//     NoRunBecomesTheReferenceOfTheNext
//   a benchmark without -O
//     BenchmarksAreOptimisedUnlessToldOtherwise
//   no unit, no word of a busy machine
//     TimesHaveAUnitAndTheMachinesLoadBesideThem
//   exit 0 of what failed, or differs
//     FailuresEndWithAnotherCode
//     AReplayThatDiffersSaysSo
//   versions from sonames
//     ALibrarysVersionIsTheDistributionsNotItsSoname
//   one image registered as the dataset
//     More.OneImageIsNotTakenForAWholeDatasetWithoutAWord
//   one UID for two environments, two entries of one UID
//     DetectingAnotherFileMakesAnotherEnvironment
//     More.OfOneUidInTwoRepositoriesTheFirstRegisteredIsMeantAndBothAreTold
//   search ends early, or leaves out what is broken
//     AnEntryThatCannotBeReadIsTold
//     SearchAnswersOnceAndInOrder
//   results thrown away for want of a name
//     ARecordWithoutANameIsKept
//   points lost by recorders at once
//     SeveralAtOnceLoseNothing
//   a dead recorder's lock
//     More.ARecorderThatWasKilledHoldsNobodyUp
//   two runs of one program in one folder
//     SeveralAtOnceLoseNothing
//   a detection that deletes another environment
//     DetectingAnotherFileMakesAnotherEnvironment
//   a failed download or clone that blocks for ever
//     CollectiveInstall.AUrlThatIsGoneIsNamedAndAFileTakesItsPlace
//     Pull.KeepsWhatIsCompleteWhenANeedCannotBeHad
//   a half-built folder used again
//     CollectiveInstall.KilledInTheMiddleItStartsAnew
//   a moved home
//     AMovedHomeIsUsedAgain
//   URLs and paths as shell text
//     AUrlIsNoShellText
//     More.PathsMayHoldBlanksAndQuotes
//   code that is run by pulling
//     PullingExecutesNothing
//   files executed for their name
//     More.DetectionExecutesNoFileForItsNameAlone
//   the current folder in PATH
//     PathNeverHoldsTheCurrentFolder
//   a mistyped repository registered
//     TypingErrorsAreToldWithWhatIsMeant
//     RepositoriesAndTheirNeedsAreFoundByNameAlone
//   questions where nobody answers
//     More.NothingIsAskedEverAndWhatIsMissingIsListed
//   typing errors ignored
//     TypingErrorsAreToldWithWhatIsMeant
//   the cause above a banner, an arbitrary choice
//     TheCauseComesFirstAndShort
//   results twice, in any order
//     SearchAnswersOnceAndInOrder
//   hundreds of lines of output
//     QuietRunsSayNothing
//   hundreds of kilobytes a record
//     ARecordIsSmall

#include "collective_fixture.hpp"

namespace ck::test {
namespace {

/// Takes as long as it is told per repetition, by its own timer, and says how it was compiled.
constexpr std::string_view kSource = R"(
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  const char* repeat = getenv("CT_REPEAT_MAIN");
  const int times = repeat ? atoi(repeat) : 1;
  if (getenv("FAIL")) return 7;
#ifdef __OPTIMIZE__
  const int optimised = 1;
#else
  const int optimised = 0;
#endif
  FILE* timer = fopen("timer.json", "w");
  fprintf(timer, "{\"execution_time\": %.3f, \"optimised\": %d}\n", times * 0.5, optimised);
  fclose(timer);
  FILE* out = fopen("out.tmp", "w");
  fprintf(out, "%d%s\n", times, getenv("NOISE") ? getenv("NOISE") : "");
  fclose(out);
  printf("%s\n", getenv("PATH"));
  return 0;
}
)";

constexpr std::string_view kCommands = R"({"default": {"run_time": {
  "run_cmd_main": "$#BIN_FILE#$", "fine_grain_timer_file": "timer.json",
  "run_correctness_output_files": ["out.tmp"]}}})";

class CollectiveFaults : public CollectiveTest {
 protected:
  CollectiveFaults() {
    repository.compiler();
    repository.program("timed", kSource, kCommands, R"("run_vars": {"CT_REPEAT_MAIN": "1"})");
  }

  CkResult run(const std::string& more = "") const {
    return ck("run program:timed --skip_calibration " + more);
  }

  double metric(const CkResult& result, const std::string& name) const {
    const Json report = json_of(result);
    for (const auto& one : report["metrics"]) {
      if (one["name"] == name) return one["median"].get<double>();
    }
    ADD_FAILURE() << "no " << name;
    return -1;
  }
};

TEST_F(CollectiveFaults, TimeIsDividedByTheRepetitionsThatWereMade) {
  publish();
  const auto result = run("--repeat=8 --json");
  EXPECT_DOUBLE_EQ(metric(result, "total_execution_time"), 4.0);
  EXPECT_DOUBLE_EQ(metric(result, "execution_time"), 0.5);
}

TEST_F(CollectiveFaults, NoRunBecomesTheReferenceOfTheNext) {
  publish();
  ASSERT_TRUE(succeeds(run("--repeat=1")));
  ASSERT_TRUE(succeeds(run("--repeat=2")));
  ASSERT_TRUE(succeeds(run("--repeat=1 --env.NOISE=x")));
}

TEST_F(CollectiveFaults, BenchmarksAreOptimisedUnlessToldOtherwise) {
  publish();
  EXPECT_EQ(
      metric(ck("benchmark program:timed --skip_calibration --repetitions=1 --json"), "optimised"),
      1);
  EXPECT_EQ(metric(run("--flags=-O0 --json"), "optimised"), 0);
}

TEST_F(CollectiveFaults, TimesHaveAUnitAndTheMachinesLoadBesideThem) {
  publish();
  const Json report = json_of(run("--json"));
  for (const auto& one : report["metrics"]) {
    if (one["name"] == "execution_time") {
      EXPECT_EQ(one["unit"], "s");
    }
  }
  EXPECT_TRUE(says(ck("show experiment:timed --json").out, "load_before"));
}

TEST_F(CollectiveFaults, FailuresEndWithAnotherCode) {
  publish();
  EXPECT_EQ(run("--env.FAIL=1").code, 3);
  EXPECT_EQ(ck("benchmark program:timed --skip_calibration --env.FAIL=1 --repetitions=2").code, 3);
}

TEST_F(CollectiveFaults, AReplayThatDiffersSaysSo) {
  publish();
  // The output names the environment, which is made anew with other content of the repository.
  ASSERT_TRUE(succeeds(run("--record_uoa=x")));
  ASSERT_TRUE(succeeds(ck("replay experiment:x")));
  const fs::path source = repository.folder_of("program", "timed") / "main.c";
  std::string text = read_text(source);
  text.replace(text.find("%d%s\\n"), 6, "%d!%s\\n");
  write_text(source, text);
  ASSERT_TRUE(succeeds(ck("rm env:timed --force")));
  // Without the recorded commit there is only what lies there now.
  fs::remove_all(repository.folder() / ".git");
  EXPECT_EQ(ck("replay experiment:x").code, 4);
}

TEST_F(CollectiveFaults, ALibrarysVersionIsTheDistributionsNotItsSoname) {
  const fs::path library = "/usr/lib/x86_64-linux-gnu/libstdc++.so.6";
  if (!fs::exists(library) || find_program("dpkg").empty())
    GTEST_SKIP() << "no " << library << " of a distribution package";
  repository.entry("soft", "lib.stdcxx", R"({"soft_name": "C++ library", "tags": ["lib", "stdcxx"],
    "auto_detect": "yes", "customize": {"env_prefix": "CK_STDCXX",
      "soft_file_universal": "libstdc++.so.6"}})");
  repository.file("soft", "lib.stdcxx", "customize.py",
                  "def version_cmd(i):\n"
                  "  return {'return': 0, 'cmd': '', 'version': i['full_path'].split('.so.')[1]}\n"
                  "def setup(i):\n  return {'return': 0, 'bat': ''}\n");
  publish();
  ASSERT_TRUE(succeeds(ck("detect soft:lib.stdcxx --full_path=" + library.string())));
  const Json environment = environment_of("soft:lib.stdcxx");
  EXPECT_NE(environment["version"], "6");
  EXPECT_TRUE(
      says(environment["owner"].get<std::string>(), environment["version"].get<std::string>()))
      << environment.dump();
}

TEST_F(CollectiveFaults, DetectingAnotherFileMakesAnotherEnvironment) {
  repository.tool("frob");
  publish();
  for (const auto* version : {"1.0", "2.0"}) {
    const fs::path file = folder / version / "bin/frob";
    write_tool(file, version);
    ASSERT_TRUE(succeeds(ck("detect soft:frob --full_path=" + file.string())));
  }
  EXPECT_EQ(environments().size(), 2U);
  // Nor does a detection that fails take one away.
  EXPECT_NE(ck("detect soft:frob --full_path=/no/such/file").code, 0);
  EXPECT_EQ(environments().size(), 2U);
}

TEST_F(CollectiveFaults, AnEntryThatCannotBeReadIsTold) {
  repository.entry("soft", "broken", "{ this is no JSON");
  repository.entry("soft", "empty", "");
  publish();
  const auto result = ck("search soft");
  EXPECT_TRUE(says(result.err, "broken")) << result.err;
  EXPECT_TRUE(says(result.err, "empty")) << result.err;
  EXPECT_EQ(ck("doctor").code, 1);
}

TEST_F(CollectiveFaults, ARecordWithoutANameIsKept) {
  publish();
  ASSERT_TRUE(
      succeeds(ck("benchmark program:timed --skip_calibration --repetitions=2 --record --quiet")));
  EXPECT_EQ(points("timed").size(), 1U);
}

TEST_F(CollectiveFaults, SeveralAtOnceLoseNothing) {
  publish();
  ASSERT_TRUE(succeeds(ck("compile program:timed")));
  const std::string line =
      "benchmark program:timed --skip_calibration --repetitions=5 --record_uoa=many --quiet";
  auto one = start(line);
  auto two = start(line);
  auto three = start(line);
  ASSERT_TRUE(succeeds(ck(line)));
  for (auto* other : {&one, &two, &three}) ASSERT_TRUE(succeeds(other->wait()));
  const Json all = points("many");
  EXPECT_EQ(all.size(), 4U);
  for (const auto& point : all) EXPECT_EQ(point["repetitions"].size(), 5U);
  expect_clean();
}

TEST_F(CollectiveFaults, AMovedHomeIsUsedAgain) {
  publish();
  ASSERT_TRUE(succeeds(run()));
  const fs::path moved = folder / "moved";
  fs::rename(home(), moved);
  const auto result =
      ck("run program:timed --skip_calibration --record_uoa=moved", {{"CK_HOME", moved.string()}});
  ASSERT_TRUE(succeeds(result));
  EXPECT_FALSE(says(result.err, "compiling")) << result.err;
}

TEST_F(CollectiveFaults, AUrlIsNoShellText) {
  const fs::path mark = folder / "mark";
  const auto result = ck({"pull", "repo", "--url=https://127.0.0.1:1/x;touch " + mark.string()});
  EXPECT_NE(result.code, 0);
  EXPECT_FALSE(fs::exists(mark));
  repository.package("lib", "lib,thing", "echo ok > $INSTALL_DIR/made\n", "",
                     R"("install_env": {"PACKAGE_NAME": "x$(touch )" + mark.string() +
                         R"();`touch )" + mark.string() + R"(`"})");
  publish();
  static_cast<void>(ck("install package:lib"));
  EXPECT_FALSE(fs::exists(mark));
}

TEST_F(CollectiveFaults, PullingExecutesNothing) {
  const fs::path mark = folder / "mark";
  write_text(repository.folder() / "requirements.txt", "no-such-package\n");
  write_text(repository.folder() / "setup.py", "open('" + mark.string() + "', 'w').write('run')\n");
  repository.commit();
  ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=file://" + repository.folder().string()})));
  EXPECT_FALSE(fs::exists(mark));
}

TEST_F(CollectiveFaults, RepositoriesAndTheirNeedsAreFoundByNameAlone) {
  const CollectiveRepository first(folder / "hub/ctuning/ck-first", "ck-first",
                                   R"({"repo_deps": [{"repo_uoa": "ck-second"}]})");
  const CollectiveRepository second(folder / "hub/ctuning/ck-second", "ck-second");
  const CollectiveRepository third(folder / "hub/somebody/else", "else");
  for (const auto* one : {&first, &second, &third}) one->commit();
  const fs::path user = folder / "user";
  write_text(user / ".gitconfig", "[url \"file://" + (folder / "hub").string() +
                                      "/\"]\n\tinsteadOf = https://github.com/\n");
  const Variables at_home{{"HOME", user.string()}};
  ASSERT_TRUE(succeeds(ck("pull repo:ck-first", at_home)));
  ASSERT_TRUE(succeeds(ck("pull repo:somebody@else", at_home)));
  const std::string listed = ck("ls repo").out;
  for (const auto* name : {"ck-first", "ck-second", "else"})
    EXPECT_TRUE(says(listed, name)) << listed;
}

TEST_F(CollectiveFaults, PathNeverHoldsTheCurrentFolder) {
  repository.program("shown", kSource, R"({"default": {"run_time": {
    "run_cmd_main": "$#BIN_FILE#$"}}})");
  publish();
  const auto result = ck("run program:shown");
  ASSERT_TRUE(succeeds(result));
  const std::string path = result.out.substr(0, result.out.find('\n'));
  EXPECT_TRUE(says(path, "/usr/bin")) << path;
  EXPECT_FALSE(path.starts_with(":") || path.ends_with(":") || says(path, "::")) << path;
}

TEST_F(CollectiveFaults, TypingErrorsAreToldWithWhatIsMeant) {
  publish();
  const auto repository_typo = ck("pull repo:ck-autotunning");
  EXPECT_TRUE(fails(repository_typo, 1, "ck-autotuning"));
  EXPECT_TRUE(fails(ck("run program:tmied"), 1, "timed"));
  EXPECT_TRUE(fails(run("--skip_calibraton"), 2, "skip_calibration"));
  EXPECT_TRUE(fails(run("--repeet=5"), 2, "repeat"));
  EXPECT_TRUE(fails(ck("search progam"), 1, "program"));
  EXPECT_TRUE(says(ck("search soft --tags=compilr").err, "compiler"));
  EXPECT_FALSE(says(ck("ls repo").out, "autotunning"));
}

TEST_F(CollectiveFaults, TheCauseComesFirstAndShort) {
  repository.package("lib", "lib,thing", "echo the disk of the author is full >&2\nexit 4\n");
  publish();
  const auto result = ck("install package:lib");
  EXPECT_TRUE(fails(result, 1, "installing package:lib exited with 4"));
  EXPECT_TRUE(says(result.err, "the disk of the author is full"));
  EXPECT_LT(std::ranges::count(result.err, '\n'), 12) << result.err;
}

TEST_F(CollectiveFaults, SearchAnswersOnceAndInOrder) {
  for (const auto* name : {"c", "a", "b"}) repository.dataset(name, "one", "f", "x");
  publish();
  EXPECT_EQ(ck("ls dataset").out,
            "core:dataset:digits\npublic:dataset:a\npublic:dataset:b\npublic:dataset:c\n");
}

TEST_F(CollectiveFaults, QuietRunsSayNothing) {
  publish();
  ASSERT_TRUE(succeeds(run("--quiet")));
  const auto result = run("--quiet");
  EXPECT_EQ(result.err, "");
}

TEST_F(CollectiveFaults, ARecordIsSmall) {
  publish();
  const std::string line =
      "benchmark program:timed --skip_calibration --repetitions=3 --record_uoa=small --quiet";
  ASSERT_TRUE(succeeds(ck(line)));
  const auto size = [&] { return fs::file_size(home() / "ck.sqlite"); };
  const auto before = size();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(succeeds(ck(line)));
  EXPECT_LT(size() - before, 4 * 38'000U) << "a tenth of what the original writes";
}

}  // namespace
}  // namespace ck::test
