// Programs of Collective Knowledge: compiled, run, measured, archived and replayed.

#include "collective_fixture.hpp"

namespace ck::test {
namespace {

/// Turns its input file around, writes how often it did and a timer file; fails when told to.
constexpr std::string_view kSource = R"(
#include <stdio.h>
#include <stdlib.h>
int main(int count, char** words) {
  static char text[4096];
  const char* repeat = getenv("CT_REPEAT_MAIN");
  if (getenv("FAIL")) { fprintf(stderr, "told to fail\n"); return atoi(getenv("FAIL")); }
  if (count < 3) return 2;
  FILE* in = fopen(words[1], "r");
  if (!in) { perror(words[1]); return 4; }
  size_t size = fread(text, 1, sizeof text, in);
  FILE* out = fopen(words[2], "w");
  while (size > 0) fputc(text[--size], out);
  fclose(out);
  FILE* timer = fopen("timer.json", "w");
  fprintf(timer, "{\"execution_time\": 2.5, \"state\": {\"n\": %d}}\n", N);
  fclose(timer);
  printf("repeat %s, mode %s\n", repeat ? repeat : "?", getenv("MODE") ? getenv("MODE") : "?");
  return 0;
}
)";

constexpr std::string_view kCommands = R"({
  "default": {"dataset_tags": ["text"],
    "run_time": {"run_cmd_main": "$#BIN_FILE#$ $#dataset_path#$$#dataset_filename#$ out.tmp",
      "run_cmd_out1": "stdout.log", "run_cmd_out2": "stderr.log",
      "fine_grain_timer_file": "timer.json", "print_files_after_run": ["stdout.log"],
      "run_output_files": ["out.tmp", "timer.json"],
      "run_correctness_output_files": ["out.tmp"], "output_invariant_of_repeat": "yes"}},
  "tolerant": {"ignore_return_code": "yes",
    "run_time": {"run_cmd_main": "FAIL=5 $#BIN_FILE#$"}},
  "plain": {"run_time": {"run_cmd_main": "$#BIN_FILE#$ $#src_path#$main.c out.tmp"}}})";

class CollectiveProgram : public CollectiveTest {
 protected:
  CollectiveProgram() {
    repository.compiler();
    repository.dataset("words", "text,words", "words.txt", "abc");
    program();
  }

  void program(const std::string& more = "", std::string_view commands = kCommands,
               const std::string& name = "turn") const {
    repository.program(name, kSource, commands,
                       R"("build_compiler_vars": {"N": "7"},
                          "run_vars": {"CT_REPEAT_MAIN": "1", "MODE": "calm",
                                       "SAID": "$<<MODE>>$ly",
                                       "BUILT": "by $<<CK_CC>>$"})" +
                           (more.empty() ? "" : ", " + more));
  }

  CkResult run(const std::string& more = "") const {
    return ck("run program:turn --cmd_key=default --skip_calibration " + more);
  }

  double metric(const Json& point, const std::string& name) const {
    for (const auto& one : point["metrics"]) {
      if (one["name"] == name) return one["value"].get<double>();
    }
    ADD_FAILURE() << "no " << name << " in " << point["metrics"].dump();
    return 0;
  }
};

TEST_F(CollectiveProgram, CompilesOnceAndRuns) {
  publish();
  const auto compiled = ck("compile program:turn --speed");
  ASSERT_TRUE(succeeds(compiled));
  const auto first = run("--speed");
  ASSERT_TRUE(succeeds(first));
  EXPECT_TRUE(says(first.out, "repeat 1, mode calm")) << first.out;
  EXPECT_FALSE(says(first.err, "compiling")) << first.err;
  const auto second = run("--speed --repeat=3");
  ASSERT_TRUE(succeeds(second));
  EXPECT_TRUE(says(second.out, "repeat 3, mode calm")) << second.out;
  EXPECT_EQ(environments().size(), 2U) << "the compiler and the program";
  const auto third = run("--speed --env.MODE=wild");
  ASSERT_TRUE(succeeds(third));
  EXPECT_TRUE(says(third.out, "repeat 1, mode wild")) << third.out;
  expect_clean();
  expect_untouched();
}

/// The original runs programs inside of their repository, and some write there.
TEST_F(CollectiveProgram, MayWriteIntoItsRepositoryWhichStaysAsItIs) {
  const std::string words = (repository.folder() / "dataset/words").string();
  repository.program("writer", "int main(void) { return 0; }\n",
                     R"({"default": {"run_time": {"run_cmd_main":
                        "cd )" +
                         words + R"( && echo new > made.txt && rm words.txt && ls"}}})");
  publish();
  const auto result = ck("run program:writer");
  const Json isolation = points("writer")[0]["repetitions"][0]["detail"]["isolation"];
  for (const auto& missing : isolation["missing"]) {
    if (missing["what"] == "changes to repositories set aside")
      GTEST_SKIP() << "this machine cannot: " << missing["why"];
  }
  ASSERT_TRUE(succeeds(result));
  EXPECT_TRUE(says(result.out, "made.txt")) << result.out;
  EXPECT_TRUE(says(result.err, "2 files: dataset/words/made.txt, dataset/words/words.txt"))
      << result.err;
  EXPECT_TRUE(says(isolation["enforced"].dump(), "changes to repositories set aside")) << isolation;
  EXPECT_NE(ck("run program:writer --profile=untrusted").code, 0) << "that profile bounds the disk";
  expect_untouched();
  expect_clean();
  ASSERT_TRUE(succeeds(ck("run program:writer --profile=host")));
  EXPECT_NE(repository.changes(), "");
}

TEST_F(CollectiveProgram, ACompilerErrorIsShown) {
  program();
  repository.file("program", "turn", "main.c", "int main(void) { return nothing; }\n");
  publish();
  const auto result = ck("compile program:turn");
  EXPECT_TRUE(fails(result, 1, "compiling program:turn"));
  EXPECT_TRUE(says(result.err, "nothing")) << result.err;
  EXPECT_EQ(environments().size(), 1U) << "the compiler alone";
  expect_clean();
}

TEST_F(CollectiveProgram, SeveralCommandsAreListedWhenNoneIsNamed) {
  program("", R"({"one": {"run_time": {"run_cmd_main": "true"}},
                  "two": {"run_time": {"run_cmd_main": "true"}}})");
  publish();
  const auto result = ck("run program:turn");
  EXPECT_TRUE(fails(result, 2, "one, two"));
  EXPECT_TRUE(says(result.err, "--cmd_key=")) << result.err;
  EXPECT_TRUE(fails(ck("run program:turn --cmd_key=tow"), 2, "two"));
  EXPECT_TRUE(succeeds(ck("run program:turn --cmd_key=two --skip_calibration")));
  // As the original with --quiet, and the lines of its time that name none.
  const auto measured =
      ck("benchmark program:turn --repetitions=2 --skip_calibration --record --record_uoa=first");
  EXPECT_TRUE(succeeds(measured));
  EXPECT_TRUE(says(measured.err, "the first is measured: one")) << measured.err;
}

TEST_F(CollectiveProgram, ACommandWithoutACommandLineIsAnError) {
  program("", R"({"default": {"run_time": {}}})");
  publish();
  EXPECT_TRUE(fails(ck("run program:turn --skip_calibration"), 1, "run_cmd_main"));
}

TEST_F(CollectiveProgram, ThatFailsEndsWithThree) {
  publish();
  const auto result = run("--env.FAIL=9");
  EXPECT_EQ(result.code, 3) << result.err;
  EXPECT_TRUE(says(result.err, "9") && says(result.err, "told to fail")) << result.err;
  EXPECT_TRUE(succeeds(ck("run program:turn --cmd_key=tolerant --skip_calibration")));
  expect_clean();
}

TEST_F(CollectiveProgram, WithoutItsTimerFileFailed) {
  program("", R"({"default": {"run_time": {"run_cmd_main": "true",
                  "fine_grain_timer_file": "timer.json"}}})");
  publish();
  const auto result = run();
  EXPECT_EQ(result.code, 3) << result.err;
  EXPECT_TRUE(says(result.err, "timer.json")) << result.err;
}

TEST_F(CollectiveProgram, DatasetsAreChosenAndTold) {
  repository.dataset("more", "text,more", "more.txt", "xyz");
  publish();
  const auto result = run();
  ASSERT_TRUE(succeeds(result));
  EXPECT_TRUE(says(result.err, "dataset:more is used") && says(result.err, "words")) << result.err;
  EXPECT_TRUE(succeeds(run("--dataset_uoa=words --dataset_file=words.txt")));
  EXPECT_TRUE(fails(run("--dataset_uoa=words --dataset_file=x.txt"), 2, "words.txt"));
  const auto unknown = run("--dataset_uoa=wrods");
  EXPECT_NE(unknown.code, 0);
  EXPECT_TRUE(says(unknown.err, "words")) << unknown.err;
  EXPECT_TRUE(fails(ck("run program:turn --cmd_key=plain --skip_calibration --dataset_uoa=words"),
                    2, "takes no dataset"));
}

TEST_F(CollectiveProgram, OptionsAreChecked) {
  publish();
  const auto typo = run("--sped");
  EXPECT_TRUE(fails(typo, 2, "there is no option '--sped'"));
  EXPECT_TRUE(says(typo.err, "speed")) << typo.err;
  EXPECT_TRUE(fails(ck("compile program:turn --flag=-g"), 2, "flags"));
  EXPECT_TRUE(fails(run("--repeat=0"), 2, "--repeat=0"));
  EXPECT_TRUE(fails(run("--compiler_tags=fortran"), 1, "fortran"));
  EXPECT_TRUE(fails(ck("compile program:turn --compiler_tags=fortran"), 1, "fortran"));
  EXPECT_TRUE(fails(run("--deps.compiler=00112233"), 1, "00112233"));
}

TEST_F(CollectiveProgram, BenchmarksAreArchivedAndReplayed) {
  publish();
  ASSERT_TRUE(
      succeeds(ck("benchmark program:turn --cmd_key=default --skip_calibration --repeat=2 "
                  "--speed --repetitions=2 --record --record_uoa=turned --tags=mine "
                  "--record_repo=local --skip_print_timers")));
  const Json recorded = points("turned");
  ASSERT_EQ(recorded.size(), 1U);
  EXPECT_TRUE(says(recorded.dump(), "total_execution_time")) << recorded.dump();
  const auto before = environments();
  ASSERT_TRUE(succeeds(ck("replay experiment:turned")));
  EXPECT_EQ(environments(), before);

  // All of it can be made again, and is the same.
  for (const auto& id : before) ASSERT_TRUE(succeeds(ck("rm env:" + id + " --force")));
  ASSERT_EQ(environments(), std::vector<std::string>());
  const auto replayed = ck("replay experiment:turned");
  ASSERT_TRUE(succeeds(replayed));
  EXPECT_EQ(environments(), before);
  EXPECT_FALSE(says(replayed.out + replayed.err, "differ")) << replayed.out << replayed.err;
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveProgram, ReplayBringsBackTheRecordedDataset) {
  publish();
  ASSERT_TRUE(succeeds(run("--record --record_uoa=turned")));
  repository.file("dataset", "words", "words.txt", "something else");
  const auto replayed = ck("replay experiment:turned");
  ASSERT_TRUE(succeeds(replayed));
  EXPECT_FALSE(says(replayed.out, "not the same")) << replayed.out;
}

TEST_F(CollectiveProgram, ReplayTellsAnotherDatasetWhereThereIsNoCommit) {
  ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + repository.folder().string()})));
  ASSERT_TRUE(succeeds(run("--record --record_uoa=turned")));
  repository.file("dataset", "words", "words.txt", "something else");
  const auto replayed = ck("replay experiment:turned");
  EXPECT_TRUE(says(replayed.out + replayed.err, "dataset:words")) << replayed.out << replayed.err;
}

TEST_F(CollectiveProgram, HooksWorkAroundTheRun) {
  program("", R"({"default": {"dataset_tags": ["text"], "run_time": {
      "pre_process_via_ck": {"script_name": "around"},
      "pre_process_cmds": ["echo $<<MODE>>$ $#dataset_filename#$ > prepared.txt"],
      "run_cmd_main": "echo \"$(cat prepared.txt) $SAID $FROM_HOOK $FROM_BAT $BUILT\"",
      "run_cmd_out1": "stdout.log", "print_files_after_run": "stdout.log",
      "post_process_via_ck": "yes",
      "post_process_cmds": ["python $#src_path#$around.py"],
      "fine_grain_timer_file": "timer.json"}}})");
  repository.file("program", "turn", "around.py", R"(import json, os

def ck_preprocess(i):
    assert i['env']['MODE'] == 'calm', i['env']
    i['misc']['seen'] = i['dataset_file']
    return {'return': 0, 'new_env': {'FROM_HOOK': 'hooked ' + i['params'].get('p', '')},
            'bat': 'export FROM_BAT="$FROM_HOOK!"'}

def ck_postprocess(i):
    lines = open('stdout.log').read().split('\n')
    assert lines[0].startswith('calm words.txt calmly hooked q hooked q! by /'), lines
    with open('timer.json', 'w') as f:
        json.dump({'execution_time': 0.5, 'lines': len(lines)}, f)
    return {'return': 0, 'characteristics': {'quality': 0.75}}
)");
  publish();
  const auto result = run("--params.p=q --record --record_uoa=hooked");
  ASSERT_TRUE(succeeds(result));
  const std::string shown = points("hooked").dump();
  EXPECT_TRUE(says(shown, "quality") && says(shown, "0.75")) << shown;
  const auto replayed = ck("replay experiment:hooked");
  EXPECT_TRUE(succeeds(replayed));
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveProgram, HooksKnowTheRunAndAddToItsCommand) {
  program("", R"({"default": {"dataset_tags": ["text"], "run_time": {
      "pre_process_via_ck": "yes", "run_cmd_main": "echo main > main.txt;",
      "post_process_cmds": ["cat extra.txt"]}}})");
  repository.file("program", "turn", "preprocess.py", R"(import os

def ck_preprocess(i):
    misc = i['misc']
    assert misc['cmd_key'] == 'default' and misc['dataset_uoa'] == 'words', misc
    assert misc['target_os_bits'] in ('32', '64') and misc['dataset_tags'] == ['text'], misc
    assert os.path.join(misc['path'], misc['tmp_dir']) == os.getcwd(), misc
    assert os.path.isfile(os.path.join(i['dataset_meta']['path'], i['dataset_meta']['file'])), i
    return {'return': 0, 'extra_post_process_cmd': 'cat main.txt > extra.txt'}
)");
  publish();
  EXPECT_TRUE(succeeds(run()));
  expect_clean();
}

TEST_F(CollectiveProgram, ItsScriptsMayAskTheKernel) {
  program("", R"({"default": {"run_time": {"run_cmd_main": "python $#src_path#$ask.py"}}})");
  repository.file("program", "turn", "ask.py", R"(import ck.kernel as ck

def ask(request):
    answer = ck.access(request)
    assert answer['return'] == 0, answer
    return answer

words = ask({'action': 'find', 'module_uoa': 'dataset', 'data_uoa': 'words'})
assert ask({'action': 'load', 'cid': 'dataset:words'})['dict']['dataset_files'], words
assert ask({'action': 'search', 'module_uoa': 'dataset', 'tags': 'words'})['lst'], words
refused = ck.access({'action': 'install', 'module_uoa': 'package', 'tags': 'x'})
assert refused['return'] > 0, refused
)");
  publish();
  EXPECT_TRUE(succeeds(run()));
}

TEST_F(CollectiveProgram, AHookThatRaisesFailsTheRun) {
  program("", R"({"default": {"run_time": {"pre_process_via_ck": "yes",
                  "run_cmd_main": "true"}}})");
  repository.file("program", "turn", "preprocess.py",
                  "def ck_preprocess(i):\n    raise ValueError('no input today')\n");
  publish();
  const auto result = run();
  EXPECT_EQ(result.code, 3) << result.err;
  EXPECT_TRUE(says(result.err, "no input today") && says(result.err, "preprocess.py"))
      << result.err;
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveProgram, OutputIsComparedWithTheReferenceOfARepository) {
  const std::string owner = "program-uid-" + uid_of("program:turn");
  repository.entry("program.output", owner, "{}");
  const fs::path reference = fs::path("default-" + uid_of("dataset:words")) / "out.tmp";
  repository.file("program.output", owner, reference, "cba");
  publish();
  ASSERT_TRUE(succeeds(run()));
  repository.file("program.output", owner, reference, "cbx");
  const auto wrong = run();
  EXPECT_EQ(wrong.code, 3) << wrong.err;
  EXPECT_TRUE(says(wrong.err, "out.tmp is not what it should be")) << wrong.err;
}

TEST_F(CollectiveProgram, MayCompareItsOutputItself) {
  program("", R"({"default": {"dataset_tags": ["text"], "run_time": {
      "run_cmd_main": "$#BIN_FILE#$ $#dataset_path#$$#dataset_filename#$ out.tmp",
      "post_process_via_ck": {"script_name": "check"}, "output_invariant_of_repeat": "yes",
      "run_correctness_output_files": ["out.tmp"]}}})");
  repository.file("program", "turn", "check.py",
                  "def ck_postprocess(i):\n  return {'return': 0}\n"
                  "def ck_check_output(i):\n"
                  "  a, b = [open(i[k]).read().strip().lower() for k in ('file1', 'file2')]\n"
                  "  return {'return': 0, 'failed': a != b}\n");
  const std::string owner = "program-uid-" + uid_of("program:turn");
  repository.entry("program.output", owner, "{}");
  const fs::path reference = fs::path("default-" + uid_of("dataset:words")) / "out.tmp";
  repository.file("program.output", owner, reference, "CBA");
  publish();
  ASSERT_TRUE(succeeds(run()));
  repository.file("program.output", owner, reference, "CBX");
  EXPECT_EQ(run().code, 3);
}

TEST_F(CollectiveProgram, VariablesOfARunMakeNoOtherBuild) {
  publish();
  ASSERT_TRUE(succeeds(run()));
  const auto before = environments();
  ASSERT_TRUE(succeeds(run("--env.MODE=wild")));
  EXPECT_EQ(environments(), before);
  ASSERT_TRUE(succeeds(run("--env.CK_FLAGS_DYNAMIC_BIN=-g")));
  EXPECT_GT(environments().size(), before.size());
}

TEST_F(CollectiveProgram, DependenciesOfARunGiveTheirVariables) {
  repository.package("weights", "model,weights", "echo 1 2 3 > $INSTALL_DIR/made\n");
  program("", R"({"default": {
      "run_deps": {"weights": {"local": "yes", "tags": "model,weights"}},
      "run_time": {"run_cmd_main": "cat $<<CK_ENV_)" +
                  uid_of("weights") + R"(>>$/made"}}})");
  publish();
  const auto result = run();
  ASSERT_TRUE(succeeds(result));
  EXPECT_TRUE(says(result.out, "1 2 3")) << result.out;
  EXPECT_EQ(environments().size(), 3U);
}

TEST_F(CollectiveProgram, QuirksOfRepositoriesAreRead) {
  // What is inherited, files of another program, a name that is a UID, nothing to compile.
  repository.entry("program", "child",
                   R"({"_base_entry": "turn", "_base_entry#": "for people", "base_uoa": "turn",
                       "run_vars": {"MODE": "wild"}})");
  repository.nameless("program", "00112233aabbccdd",
                      R"({"program": "yes", "no_compile": "yes", "tags": "a, b", "run_vars": {},
                          "run_cmds": {"only": {"run_time":
                            {"run_cmd_main": "echo $#src_path_local#$", "run_cmd_main_macos": 1}}}})");
  repository.entry("program", "empty", "{}");
  publish();
  const auto child = ck("run program:child --cmd_key=default --skip_calibration");
  ASSERT_TRUE(succeeds(child));
  EXPECT_TRUE(says(child.out, "mode wild")) << child.out;
  EXPECT_TRUE(succeeds(ck("run program:00112233aabbccdd")));
  EXPECT_TRUE(succeeds(
      ck("run program:" + uid_of("program:turn") + " --cmd_key=plain --skip_calibration")));
  EXPECT_TRUE(fails(ck("run program:empty"), 1, "run_cmds"));
  expect_untouched();
}

}  // namespace
}  // namespace ck::test
