#include "collective/surroundings.hpp"

#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

Surroundings maximal() {
  Surroundings all;
  all.program = "0123456789abcdef";
  all.program_name = "demo";
  all.command = "default";
  all.repeat = "12";
  all.out_file = "out.log";
  all.err_file = "err.log";
  all.timer_file = "timer.json";
  all.files_to_print = {"a", "b"};
  all.files_to_remove = {"c"};
  all.folders_to_make = {"d/e"};
  all.before = {"  echo 'a, b' ", ""};
  all.after = {"cat \"x\"\n"};
  all.hooks_before = {{"${home}/envs/x", "pre.py", "ck_preprocess"}};
  all.hooks_after = {{"/repo/p", "post.py", "ck_postprocess"}};
  all.correctness_files = {"out"};
  all.reference = "${home}/r";
  all.dataset = {{"name", "d"}, {"file", "f"}};
  all.dependencies = {{"k", {{"tags", "a,b"}}}};
  all.params = {{"p", "1"}};
  all.environment = {{"Z", "1"}, {"A", " blanks "}};
  return all;
}

TEST(SurroundingsJson, RoundTripsEverything) {
  const Json json = to_json(maximal());
  const auto read = surroundings_from_json(Json::parse(to_text(json)), "plan");
  ASSERT_OK(read);
  EXPECT_EQ(to_json(*read), json);
  EXPECT_EQ(read->before, maximal().before) << "shell lines come back as they are";
  EXPECT_EQ(read->environment, maximal().environment);
}

TEST(SurroundingsJson, RoundTripsNothing) {
  const auto read = surroundings_from_json(to_json(Surroundings{}), "plan");
  ASSERT_OK(read);
  EXPECT_EQ(to_json(*read), to_json(Surroundings{}));
}

TEST(SurroundingsJson, AnotherFormIsRefused) {
  EXPECT_ERROR(surroundings_from_json({{"schema", "ck.collective-run/9"}}, "the plan"), unsupported,
               "the plan");
  EXPECT_ERROR(surroundings_from_json(Json::array(), "the plan"), unsupported, "the plan");
}

class Phases : public WorkbenchTest {
 protected:
  Phases() {
    plan.subject = "program:demo";
    plan.command = "default";
    plan.profile = "clean";
    plan.argv = {"/bin/bash", "-c", "true"};
    plan.variables = {{"PATH", "/usr/bin:/bin"}, {"KEPT", "as it is"}};
    plan.accept_exit = {0};
    all.command = "default";
    repository.entry("program", "demo", R"({"program": "yes", "run_cmds": {"default": {}}})");
    all.program = test::uid_of("program:demo");
    all.program_name = "demo";
  }

  Result<run::RunOutcome> run() {
    plan.surroundings = to_text(to_json(all));
    auto& context = world.context();
    CK_TRY(phases,
           phases_of(plan, {[this](std::string_view text) { shown += text; }, {}}, context));
    return run::run_once(plan, 1, {}, context, phases);
  }

  double metric(const std::string& name) {
    const auto outcome = run();
    EXPECT_OK(outcome);
    if (!outcome || outcome->failure) {
      ADD_FAILURE() << (outcome ? test::text_of(*outcome->failure) : "");
      return -1;
    }
    for (std::size_t i = 0; i < outcome->keys.size(); ++i) {
      if (outcome->keys[i].name == name) return outcome->repetition.metrics[i];
    }
    ADD_FAILURE() << "no " << name;
    return -1;
  }

  void hook(const std::string& text) {
    const fs::path folder = repository.folder_of("program", "demo");
    test::write_text(folder / "around.py", text);
    all.hooks_before = {{folder.string(), "around.py", "ck_preprocess"}};
  }

  std::string failure() {
    const auto outcome = run();
    EXPECT_OK(outcome);
    return outcome && outcome->failure ? test::text_of(*outcome->failure) : "none";
  }

  run::RunPlan plan;
  Surroundings all;
  std::string shown;
};

TEST_F(Phases, NumbersComeFromTheTimerFileByName) {
  plan.argv[2] = R"(echo '{"execution_time": 3, "a": {"b": [1, "2.5"]}, "t": "text"}' > t.json)";
  all.timer_file = "t.json";
  all.repeat = "2";
  EXPECT_EQ(metric("execution_time"), 1.5);
  EXPECT_EQ(metric("total_execution_time"), 3);
  EXPECT_EQ(metric("a.b.1"), 2.5);
}

TEST_F(Phases, ATimerFileThatIsMissingOrBrokenIsAFailure) {
  all.timer_file = "t.json";
  EXPECT_NE(failure().find("t.json"), std::string::npos);
  plan.argv[2] = "echo nonsense > t.json";
  EXPECT_NE(failure().find("t.json"), std::string::npos);
  plan.argv[2] = "echo '[1, 2]' > t.json";
  EXPECT_EQ(failure(), "none") << "a list has numbers too";
  all.timer_file = "../t.json";
  EXPECT_NE(failure(), "none");
}

TEST_F(Phases, StepsRunBeforeAndAfter) {
  all.before = {"echo 4 > n", "test -d made"};
  all.folders_to_make = {"made"};
  all.files_to_remove = {"old"};
  plan.argv[2] = "cat n > made/m";
  all.after = {"echo \"{\\\"n\\\": $(cat made/m)}\" > t.json"};
  all.timer_file = "t.json";
  all.files_to_print = {"made/m"};
  EXPECT_EQ(metric("n"), 4);
  EXPECT_EQ(shown, "4\n");
  all.before = {"echo why >&2; false"};
  EXPECT_NE(failure().find("why"), std::string::npos);
  all.before = {};
  all.files_to_remove = {"../../x"};
  EXPECT_NE(failure(), "none");
}

TEST_F(Phases, AHookChangesVariablesAndLeavesTheOthersAlone) {
  all.environment = {{"KEPT", "${RAW} text"}, {"NEW", "old"}};
  plan.variables.push_back({"NEW", "old"});
  hook(R"(
def ck_preprocess(i):
    i['env']['NEW'] = ' new '
    return {'return': 0, 'new_env': {'MORE': 5}, 'bat': 'export LINE="$NEW$MORE"'}
)");
  plan.argv[2] = R"(test "$KEPT" = "as it is" && test "$NEW" = " new " && test "$LINE" = " new 5")";
  EXPECT_EQ(failure(), "none");
}

TEST_F(Phases, AHookThatReturnsNonsenseIsAFailure) {
  hook("def ck_preprocess(i):\n    return {'return': 0, 'bat': ['x']}\n");
  EXPECT_NE(failure().find("bat"), std::string::npos);
  hook("def ck_preprocess(i):\n    return {'return': 0, 'new_env': 'x'}\n");
  EXPECT_EQ(failure(), "none");
  hook("def ck_preprocess(i):\n    return 'x'\n");
  EXPECT_NE(failure().find("around.py"), std::string::npos);
}

TEST_F(Phases, OutputsAreComparedWithTheReference) {
  test::write_text(world.folder / "reference/out", "right\n");
  all.reference = (world.folder / "reference").string();
  all.correctness_files = {"out", "not-in-the-reference"};
  plan.argv[2] = "echo right > out";
  EXPECT_EQ(failure(), "none");
  plan.argv[2] = "echo wrong > out";
  EXPECT_NE(failure().find("output out is not what it should be"), std::string::npos);
  plan.argv[2] = "true";
  EXPECT_NE(failure().find("out"), std::string::npos);
}

TEST_F(Phases, StreamsInFilesAreTheProgramsOutput) {
  all.out_file = "o.log";
  all.err_file = "e.log";
  plan.argv[2] = "echo said > o.log; echo cried > e.log";
  const auto outcome = run();
  ASSERT_OK(outcome);
  auto text = world.context().store.blobs().get(outcome->repetition.out_sha256);
  ASSERT_OK(text);
  EXPECT_EQ(*text, "said\n");
}

TEST_F(Phases, AProgramOfOursHasNone) {
  auto phases = phases_of(plan, {}, world.context());
  ASSERT_OK(phases);
  EXPECT_FALSE(phases->before || phases->ended || phases->measured);
}

}  // namespace
}  // namespace ck::collective
