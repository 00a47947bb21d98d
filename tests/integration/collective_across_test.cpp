// What reaches across entries, repositories and machines: files of another program, variables that
// belong to a dataset's file, calibration, what a record keeps, software that is gone at a replay.

#include "base/sha256.hpp"
#include "collective_fixture.hpp"

namespace ck::test {
namespace {

/// Tells by its own timer that a repetition takes WORK thousandths of a second.
constexpr std::string_view kTimed = R"(
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  const char* repeat = getenv("CT_REPEAT_MAIN");
  FILE* timer = fopen("timer.json", "w");
  const char* work = getenv("WORK");
  fprintf(timer, "{\"execution_time\": %.3f}\n",
          (repeat ? atoi(repeat) : 1) * (work ? atoi(work) : 1) * 0.001);
  fclose(timer);
  return 0;
}
)";

class CollectiveAcross : public CollectiveTest {
 protected:
  CollectiveAcross() { repository.compiler(); }

  Json record_of(const std::string& experiment) const {
    const Json all = points(experiment);
    EXPECT_FALSE(all.empty());
    return all.empty() ? Json() : all.back()["record"];
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

TEST_F(CollectiveAcross, AProgramIsCalibratedToTheTimeAskedFor) {
  repository.program("timed", kTimed, R"({"default": {"run_time": {
      "run_cmd_main": "$#BIN_FILE#$", "fine_grain_timer_file": "timer.json"}}})",
                     R"("run_vars": {"CT_REPEAT_MAIN": "1"})");
  publish();
  const auto four = ck("run program:timed --json");
  EXPECT_NEAR(metric(four, "total_execution_time"), 4.0, 0.01);
  EXPECT_NEAR(metric(four, "execution_time"), 0.001, 1e-9);
  EXPECT_NEAR(metric(ck("run program:timed --calibration_time=2 --json"), "total_execution_time"),
              2.0, 0.01);
  const auto given = ck("run program:timed --env.CT_REPEAT_MAIN=3 --json");
  EXPECT_NEAR(metric(given, "total_execution_time"), 0.003, 1e-9);
  EXPECT_NEAR(metric(ck("run program:timed --skip_calibration --json"), "total_execution_time"),
              0.001, 1e-9);
}

class CollectiveRepeated : public CollectiveAcross {
 protected:
  CollectiveRepeated() {
    repository.program("timed", kTimed, R"({"default": {"run_time": {
        "run_cmd_main": "$#BIN_FILE#$", "fine_grain_timer_file": "timer.json"}}})",
                       R"("run_vars": {"CT_REPEAT_MAIN": "1", "WORK": "1"})");
  }

  std::vector<std::string> repeats() const {
    std::vector<std::string> counts;
    for (const auto& point : points("timed"))
      counts.push_back(point["record"]["plan"]["parameters"].value("repeat", "1"));
    return counts;
  }
};

TEST_F(CollectiveRepeated, ExplorationsCompareByTheRepetition) {
  publish();
  const std::string line =
      "explore program:timed --param.env.WORK=1,10 --strategy=exhaustive --calibration_time=1 "
      "--objective=total_execution_time --samples=";
  const Json json = json_of(ck(line + "1 --json"));
  EXPECT_EQ(repeats(), (std::vector<std::string>{"1000", "100"}));
  ASSERT_EQ(json["tried"].size(), 2U) << json;
  const auto median = [&](std::size_t i) {
    return json["tried"][i]["medians"]["total_execution_time"].get<double>();
  };
  EXPECT_NEAR(median(0), 0.001, 1e-9);
  EXPECT_NEAR(median(1), 0.010, 1e-9);
  const auto more = ck(line + "2 --verbose");
  ASSERT_TRUE(succeeds(more));
  EXPECT_FALSE(says(more.err, "calibrating")) << "as often as before: " << more.err;
  EXPECT_EQ(repeats(), (std::vector<std::string>{"1000", "100", "1000", "100"}));
}

TEST_F(CollectiveRepeated, VariantsAreRepeatedEquallyOften) {
  publish();
  ASSERT_TRUE(
      succeeds(ck("benchmark program:timed --compare --param.env.WORK=1,10 --calibration_time=1 "
                  "--time_budget=0.5 --metric=total_execution_time")));
  EXPECT_EQ(repeats(), (std::vector<std::string>{"1000", "1000", "1000"}));
}

TEST_F(CollectiveAcross, AProgramThatIgnoresTheCountIsNotRepeatedForEver) {
  repository.program("constant", R"(
      #include <stdio.h>
      int main(void) {
        FILE* timer = fopen("timer.json", "w");
        fprintf(timer, "{\"execution_time\": 0.6}\n");
        return fclose(timer);
      })",
                     R"({"default": {"run_time": {"run_cmd_main": "$#BIN_FILE#$",
                         "fine_grain_timer_file": "timer.json"}}})",
                     R"("run_vars": {"CT_REPEAT_MAIN": "1"})");
  publish();
  EXPECT_TRUE(succeeds(ck("run program:constant")));
}

TEST_F(CollectiveAcross, AReplayMayReplaceChoices) {
  repository.program("worded", R"(
      #include <stdio.h>
      #include <stdlib.h>
      int main(void) {
        FILE* timer = fopen("timer.json", "w");
        fprintf(timer, "{\"execution_time\": 1, \"value\": %d}\n", LEVEL + atoi(getenv("WORD")));
        return fclose(timer);
      })",
                     R"({"default": {"run_time": {"run_cmd_main": "$#BIN_FILE#$",
                         "fine_grain_timer_file": "timer.json"}}})",
                     R"("run_vars": {"WORD": "1"})");
  publish();
  ASSERT_TRUE(succeeds(ck("run program:worded --flags=-DLEVEL=100 --env.WORD=5")));
  const auto same = ck("replay experiment:worded --with flags=-DLEVEL=100");
  EXPECT_EQ(same.code, 0) << same.out << same.err;
  EXPECT_TRUE(fails(ck("bisect experiment:worded experiment:worded"), 1,
                    "program:worded is of Collective Knowledge"));
  const auto other = ck("replay experiment:worded --with flags=-DLEVEL=200");
  EXPECT_NE(other.out.find("parameter flags: -DLEVEL=200 instead of -DLEVEL=100"),
            std::string::npos)
      << other.out << other.err;
  const Json all = points("worded");
  ASSERT_EQ(all.size(), 3U);
  const std::string last = all[2].dump();
  EXPECT_TRUE(says(last, "205")) << "what the user had set in the environment stays: " << last;
  EXPECT_EQ(all[2]["replay_of"], all[0]["uid"]);
  EXPECT_TRUE(fails(ck("replay experiment:worded --with flgas=-O1"), 2, "flags"));
  const auto missing = ck("replay experiment:worded --with compiler=fortran");
  EXPECT_TRUE(fails(missing, 1, "fortran"));
  ASSERT_TRUE(succeeds(ck("run program:worded --flags=-DLEVEL=1 --record_uoa=more -- x")));
  EXPECT_TRUE(fails(ck("replay experiment:more --with flags=-DLEVEL=2"), 1, "after --"));
}

TEST_F(CollectiveAcross, EntriesInheritFromOtherRepositories) {
  const CollectiveRepository other(folder / "other", "other");
  other.program("parent", "#include <stdio.h>\nint main(void) { puts(WORD); return 0; }\n",
                R"({"default": {"run_time": {"run_cmd_main": "$#BIN_FILE#$"}}})",
                R"("build_compiler_vars": {"WORD": "\\\"parent\\\""}, "tags": ["inherited"])");
  other.file("program", "parent", "words.txt", "of the parent\n");
  other.commit();
  // What stands in the entry comes before what it inherits; files come from base_uoa.
  repository.entry("program", "child", R"({"_base_entry": "program:parent", "base_uoa": "parent",
      "tags": ["own"],
      "run_cmds": {"words": {"run_time": {"run_cmd_main": "cat ../words.txt ../own.txt"}}}})");
  repository.file("program", "child", "own.txt", "of the child\n");
  publish();
  EXPECT_NE(ck("run program:child --cmd_key=words").code, 0) << "the parent is not there yet";
  ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + other.folder().string()})));
  const auto words = ck("run program:child --cmd_key=words");
  ASSERT_TRUE(succeeds(words));
  EXPECT_TRUE(says(words.out, "of the parent\nof the child\n")) << words.out;
  const auto inherited = ck("run program:child --cmd_key=default");
  ASSERT_TRUE(succeeds(inherited));
  EXPECT_EQ(inherited.out, "parent\n");
  const Json document = Json::parse(ck("load program:child").out);
  EXPECT_EQ(document["tags"], Json::array({"own"}));
  EXPECT_FALSE(document.contains("_base_entry"));
  expect_untouched();
}

TEST_F(CollectiveAcross, ADatasetsFileBringsItsVariables) {
  repository.entry("dataset", "pair", R"({"tags": ["pair"], "dataset_files": ["a.raw", "b.raw"]})");
  repository.file("dataset", "pair", "a.raw", "a");
  repository.file("dataset", "pair", "a.json", R"({"WIDTH": 640, "HEIGHT": "480", "OWN": "x"})");
  repository.file("dataset", "pair", "b.raw", "b");
  repository.entry("program", "show", R"({"program": "yes", "no_compile": "yes",
      "run_vars": {"OWN": "mine"},
      "run_cmds": {"default": {"dataset_tags": ["pair"], "add_dataset_file_to_env": "yes",
        "run_time": {"run_cmd_main":
          "echo \"$CK_DATASET_FILENAME $WIDTH x $HEIGHT $OWN\" `cat $CK_DATASET_PATH$CK_DATASET_FILENAME`"}}}})");
  publish();
  EXPECT_EQ(ck("run program:show").out, "a.raw 640 x 480 mine a\n");
  EXPECT_EQ(ck("run program:show --dataset_file=b.raw").out, "b.raw  x  mine b\n")
      << "not every file has variables";
  EXPECT_EQ(ck("run program:show --env.WIDTH=1").out, "a.raw 1 x 480 mine a\n");
  repository.file("dataset", "pair", "a.json", "{ no json");
  EXPECT_TRUE(fails(ck("run program:show"), 1, "a.json"));
}

TEST_F(CollectiveAcross, ARecordNamesEveryHookWithTheHashOfItsFile) {
  repository.package("weights", "model,weights", "echo 1 2 3 > $INSTALL_DIR/made\n");
  repository.file("package", "weights", "custom.py", "def setup(i):\n  return {'return': 0}\n");
  repository.program("hooked", "int main(void) { return 0; }\n", R"({"default": {
      "run_deps": {"weights": {"local": "yes", "tags": "model,weights"}},
      "run_time": {"run_cmd_main": "$#BIN_FILE#$", "pre_process_via_ck": "yes"}}})");
  repository.file("program", "hooked", "preprocess.py",
                  "def ck_preprocess(i):\n  return {'return': 0}\n");
  publish();
  ASSERT_TRUE(succeeds(ck("benchmark program:hooked --repetitions=2 --record_uoa=first")));
  const Json first = record_of("first");
  const auto called = [](const Json& hooks, const std::string& hook) {
    for (const auto& one : hooks) {
      if (one["hook"] == hook) return one;
    }
    ADD_FAILURE() << hook << " is not in " << hooks.dump();
    return Json{{"sha256", ""}, {"calls", 0}};
  };
  const Json before = called(first["hooks"], "program:hooked preprocess.py ck_preprocess");
  EXPECT_EQ(before["sha256"],
            sha256_hex(read_text(repository.folder_of("program", "hooked") / "preprocess.py")));
  EXPECT_EQ(before["calls"], 2);
  EXPECT_EQ(called(first["hooks"], "package:weights custom.py setup")["calls"], 1);
  EXPECT_EQ(called(first["hooks"], "soft:compiler.cc customize.py setup")["sha256"],
            sha256_hex(read_text(repository.folder_of("soft", "compiler.cc") / "customize.py")));

  // What was made before keeps the hooks that made it, and the record has it in its lock.
  ASSERT_TRUE(succeeds(ck("run program:hooked --record_uoa=second")));
  const Json second = record_of("second");
  EXPECT_EQ(called(second["hooks"], "program:hooked preprocess.py ck_preprocess")["calls"], 1);
  bool kept = false;
  for (const auto& environment : second["lock"]["environments"]) {
    const std::string text = environment.dump();
    kept = kept || (says(text, "package:weights") && says(text, "custom.py setup"));
  }
  EXPECT_TRUE(kept) << second["lock"].dump(1);
}

TEST_F(CollectiveAcross, ARecordDoesNotTellWhereTheHomeIs) {
  repository.package("weights", "model,weights", "echo 1 2 3 > $INSTALL_DIR/made\n");
  repository.program("hooked", "int main(void) { return 0; }\n", R"({"default": {
      "run_deps": {"weights": {"local": "yes", "tags": "model,weights"}},
      "run_vars": {"OUT": "$#src_path#$out"},
      "run_time": {"run_cmd_main": "test -f $WHERE/made", "pre_process_via_ck": "yes",
                   "pre_process_cmds": ["test -d $#src_path#$"]}}})");
  repository.file("program", "hooked", "preprocess.py", R"(import os

def ck_preprocess(i):
    assert os.path.isdir(os.path.dirname(i['env']['OUT'])), i['env']
    env = i['deps']['weights']['dict']['env']
    return {'return': 0, 'new_env': {'WHERE': i['params']['where']}}
)");
  publish();
  const auto installed = ck("install package:weights");
  ASSERT_TRUE(succeeds(installed));
  const std::string where = installed.out.substr(0, installed.out.find('\n'));
  ASSERT_TRUE(succeeds(ck("run program:hooked --record_uoa=x --params.where=" + where)));
  Json document = record_of("x");
  document.erase("request");  // the command line as it was typed
  EXPECT_FALSE(says(document.dump(), home().string())) << document.dump(1);
  EXPECT_TRUE(succeeds(ck("replay experiment:x")));
}

TEST_F(CollectiveAcross, SoftwareThatIsGoneIsToldByAReplay) {
  repository.tool("frob");
  repository.entry("program", "show", R"({"program": "yes", "no_compile": "yes",
      "run_cmds": {"default": {"run_deps": {"frob": {"local": "yes", "tags": "tool,frob"}},
        "run_time": {"run_cmd_main": "$<<CK_TOOL_EXE>>$"}}}})");
  publish();
  const fs::path file = folder / "opt/1.2/bin/frob";
  write_tool(file, "1.2");
  ASSERT_TRUE(succeeds(ck("detect soft:frob --full_path=" + file.string())));
  ASSERT_TRUE(succeeds(ck("run program:show --record_uoa=shown")));
  ASSERT_TRUE(succeeds(ck("replay experiment:shown")));

  // The list of environments may be lost, and is made again.
  ASSERT_TRUE(succeeds(ck("rm env --tags=frob --force")));
  ASSERT_TRUE(succeeds(ck("replay experiment:shown")));

  ASSERT_TRUE(succeeds(ck("rm env --tags=frob --force")));
  fs::remove(file);
  const auto gone = ck("replay experiment:shown");
  EXPECT_TRUE(fails(gone, 1, "not on this machine"));
  EXPECT_TRUE(says(gone.err, file.string())) << gone.err;
  EXPECT_EQ(points("shown").size(), 3U) << "nothing was run, nothing is recorded";
  expect_clean();

  // Another version serves, and the difference is told.
  write_tool(file, "1.3");
  const auto other = ck("replay experiment:shown");
  EXPECT_TRUE(says(other.out + other.err, "1.3")) << other.out << other.err;
}

}  // namespace
}  // namespace ck::test
