#include "run/runner.hpp"

#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "run_fixture.hpp"

namespace ck::run {
namespace {

class Runner : public RunTest {
 protected:
  /// Runs a script that must fail as a program, archived whole all the same; gives the failure.
  Error failure_of(const RunPlan& plan) {
    auto outcome = run(plan);
    EXPECT_OK(outcome);
    if (!outcome || !outcome->failure) return {};
    EXPECT_FALSE(outcome->repetition.ok);
    EXPECT_FALSE(outcome->repetition.ending.empty());
    EXPECT_EQ(outcome->keys.size(), outcome->repetition.metrics.size());
    return *outcome->failure;
  }

  bool work_is_empty() const { return fs::is_empty(home_.work()); }
};

double value_of(const RunOutcome& outcome, const std::string& name) {
  for (std::size_t i = 0; i < outcome.keys.size(); ++i) {
    if (outcome.keys[i].name == name) return outcome.repetition.metrics.at(i);
  }
  return std::nan("");
}

TEST_F(Runner, GivesTheProgramExactlyThePlansVariables) {
  RunPlan plan = shell("");
  plan.argv = {"/usr/bin/env"};
  plan.variables = {{"A", "1"}, {"EMPTY", ""}, {"Z", "with = and spaces"}};
  ::setenv("CK_TEST_LEAK", "leaked", 1);
  const auto outcome = run(plan);
  ::unsetenv("CK_TEST_LEAK");
  ASSERT_OK(outcome);
  ASSERT_FALSE(outcome->failure) << outcome->failure->message;
  EXPECT_EQ(blob(outcome->repetition.out_sha256), "A=1\nEMPTY=\nZ=with = and spaces\n");
}

TEST_F(Runner, TellsTimesOfOneIterationToo) {
  RunPlan plan = shell("echo total $((ROUNDS * 3)); echo each 3");
  plan.metrics = {pattern_metric("total", "total (.*)"), pattern_metric("each", "each (.*)")};
  plan.variables.push_back({"ROUNDS", "1"});
  plan.iterations = Iterations{"ROUNDS", {"total"}, 1};
  set_iterations(plan, 8);
  EXPECT_EQ(plan.variables.back().second, "8");
  const auto outcome = run(plan);
  ASSERT_OK(outcome);
  EXPECT_EQ(value_of(*outcome, "total"), 3) << "divided";
  EXPECT_EQ(value_of(*outcome, "each"), 3);
  EXPECT_EQ(value_of(*outcome, "iteration_time"), value_of(*outcome, "wall_time") / 8);
  EXPECT_EQ(value_of(*outcome, "iteration_cpu_time"), value_of(*outcome, "cpu_time") / 8);
  EXPECT_TRUE(std::isnan(value_of(*run(shell("")), "iteration_time"))) << "of others not";
}

TEST_F(Runner, PutsThePlacesIntoArgumentsAndVariables) {
  RunPlan plan = shell("echo \"$1 $V\"; pwd; ls -d $HOME $TMPDIR");
  plan.argv.insert(plan.argv.end(), {"sh", "${home}/envs"});
  plan.variables.push_back({"HOME", "${work}/home"});
  plan.variables.push_back({"TMPDIR", "${work}/tmp"});
  plan.variables.push_back({"V", "${home}:${work}"});
  const auto outcome = run(plan);
  ASSERT_OK(outcome);
  ASSERT_FALSE(outcome->failure) << test::text_of(*outcome->failure);
  const std::string out = blob(outcome->repetition.out_sha256);
  const std::string root = home_.root.string();
  EXPECT_TRUE(out.starts_with(root + "/envs " + root + ":" + home_.work().string() + "/")) << out;
  EXPECT_NE(out.find("/run\n"), std::string::npos) << "works in a folder of its own: " << out;
}

TEST_F(Runner, StartsInAnEmptyFolderThatIsRemovedAfterwards) {
  const auto outcome = run(shell("test -z \"$(ls -A)\" && mkdir -p a/b && touch a/b/c && pwd"));
  ASSERT_OK(outcome);
  ASSERT_FALSE(outcome->failure) << test::text_of(*outcome->failure);
  EXPECT_FALSE(fs::exists(blob(outcome->repetition.out_sha256)));
  EXPECT_TRUE(work_is_empty());
}

TEST_F(Runner, KeepsOutputsByTheirHash) {
  RunPlan plan = shell("mkdir sub; printf hello > sub/out.txt");
  plan.outputs = {output("greeting", "sub/out.txt")};
  const auto outcome = run(plan);
  ASSERT_OK(outcome);
  ASSERT_EQ(outcome->repetition.outputs.size(), 1U);
  const auto& output = outcome->repetition.outputs.front();
  EXPECT_EQ(output.name, "greeting");
  EXPECT_EQ(output.path, "sub/out.txt");
  EXPECT_EQ(output.size_bytes, 5U);
  EXPECT_EQ(output.sha256, sha256_hex("hello"));
  EXPECT_TRUE(output.kept);
  EXPECT_EQ(blob(output.sha256), "hello");
}

TEST_F(Runner, OnlyHashesOutputsThatAreTooLargeToKeep) {
  constexpr std::size_t kSize = (16u << 20) + 1;
  RunPlan plan = shell("head -c " + std::to_string(kSize) + " /dev/zero > big");
  plan.outputs = {output("big", "big")};
  const auto outcome = run(plan);
  ASSERT_OK(outcome);
  ASSERT_EQ(outcome->repetition.outputs.size(), 1U);
  const auto& output = outcome->repetition.outputs.front();
  EXPECT_FALSE(output.kept);
  EXPECT_EQ(output.size_bytes, kSize);
  EXPECT_EQ(output.sha256, sha256_hex(std::string(kSize, '\0')));
  EXPECT_FALSE(machine_.context().store.blobs().contains(output.sha256));
}

TEST_F(Runner, MeasuresWhatTheProgramDoesNot) {
  // More memory than this test has itself: less could not be told from it.
  RunPlan plan =
      shell("awk 'BEGIN { s = \"x\"; while (length(s) < 200000000) s = s s }'; echo wall 3");
  plan.metrics = {pattern_metric("wall_time", "wall (.*)")};
  const auto outcome = run(plan);
  ASSERT_OK(outcome);
  std::vector<std::string> names;
  for (const auto& key : outcome->keys) names.push_back(key.name + " " + key.unit);
  EXPECT_EQ(names, (std::vector<std::string>{"wall_time ", "user_time ns", "system_time ns",
                                             "cpu_time ns", "peak_memory bytes"}));
  EXPECT_EQ(value_of(*outcome, "wall_time"), 3) << "the program's own number wins";
  EXPECT_GT(value_of(*outcome, "peak_memory"), 200e6);
  EXPECT_GT(outcome->repetition.wall_ns, 0);
  EXPECT_GT(outcome->repetition.started_ns, 1'600'000'000'000'000'000);
}

TEST_F(Runner, TakesTheDescriptionOfAMetricAsItsKey) {
  RunPlan plan = shell("echo 1");
  auto metric = pattern_metric("top1", "(.*)");
  metric.unit = "fraction";
  metric.role = "accuracy";
  metric.direction = model::Metric::Direction::higher;
  plan.metrics = {metric};
  const auto outcome = run(plan);
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->keys.at(0).unit, "fraction");
  EXPECT_EQ(outcome->keys.at(0).direction, "higher");
  EXPECT_EQ(outcome->keys.at(0).role, "accuracy");
}

TEST_F(Runner, TellsWhatHappenedInTheDetail) {
  const auto outcome = run(shell("exit 0"));
  ASSERT_OK(outcome);
  const auto detail = parse_json(outcome->repetition.detail, "detail");
  ASSERT_OK(detail);
  EXPECT_EQ((*detail)["exit"], 0);
  EXPECT_TRUE((*detail)["load_before"].contains("load_1min"));
  EXPECT_TRUE((*detail)["load_after"].contains("load_1min"));
  EXPECT_EQ((*detail)["out_truncated"], false);
}

TEST_F(Runner, PassesTheOutputOnWhileItRuns) {
  std::string out;
  std::string err;
  const PassThrough pass{[&](std::string_view piece) { out += piece; },
                         [&](std::string_view piece) { err += piece; }};
  auto with = context(machine_.processes);
  const auto outcome = run_once(shell("echo to out; echo to err >&2"), 3, pass, with);
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->repetition.number, 3);
  EXPECT_EQ(out, "to out\n");
  EXPECT_EQ(err, "to err\n");
  EXPECT_EQ(blob(outcome->repetition.err_sha256), "to err\n");
}

TEST_F(Runner, ReportsAnExitCodeWithTheLastWords) {
  const Error failure =
      failure_of(shell("for i in $(seq 20); do echo \"line $i\" >&2; done; exit 3"));
  EXPECT_EQ(failure.message, "program:demo exited with 3");
  EXPECT_ERROR(failure, program_failed, "line 11\nline 12");
  EXPECT_EQ(test::text_of(failure).find("line 10\n"), std::string::npos) << "only the last ten";
  EXPECT_TRUE(work_is_empty());
}

TEST_F(Runner, WhereTheSandboxKeptItFromWritingThatIsSaid) {
  RunPlan plan = shell("echo \"data: Read-only file system\" >&2; exit 1");
  plan.profile = "clean";
  EXPECT_TRUE(failure_of(plan).hints.empty());
  plan.isolation.level = model::Isolation::Level::wanted;
  ASSERT_EQ(failure_of(plan).hints.size(), 1U);
  EXPECT_NE(failure_of(plan).hints[0].find("--profile=host"), std::string::npos);
}

TEST_F(Runner, AcceptsTheExitCodesOfThePlan) {
  RunPlan plan = shell("exit 7");
  plan.accept_exit = {0, 7};
  const auto outcome = run(plan);
  ASSERT_OK(outcome);
  EXPECT_FALSE(outcome->failure);
  EXPECT_EQ(outcome->repetition.ending, "exited with 7");
  plan.accept_exit = {7};
  plan.argv.back() = "exit 0";
  EXPECT_EQ(failure_of(plan).message, "program:demo exited with 0");
}

TEST_F(Runner, NamesTheSignalOfACrash) {
  EXPECT_ERROR(failure_of(shell("kill -SEGV $$")), program_failed, "killed by signal 11 (SIGSEGV)");
}

TEST_F(Runner, StopsAtTheTimeLimit) {
  RunPlan plan = shell("sleep 60");
  plan.limits.timeout_seconds = 0.03;
  EXPECT_ERROR(failure_of(plan), program_failed, "stopped after");
}

TEST_F(Runner, StopsAFloodOfOutput) {
  RunPlan plan = shell("exec yes");
  plan.limits.output_bytes = 100'000;
  EXPECT_ERROR(failure_of(plan), program_failed, "stopped for too much output");
}

TEST_F(Runner, CallsAMissingOutputTheProgramsFailure) {
  for (const auto* path : {"out.txt", "folder/out.txt", "file/out.txt", "link"}) {
    RunPlan plan = shell("touch file; ln -s /etc/passwd link");
    plan.outputs = {output("result", path)};
    const Error failure = failure_of(plan);
    EXPECT_ERROR(failure, program_failed, "output result: ");
    EXPECT_ERROR(failure, program_failed, "after program:demo exited with 0");
  }
}

TEST_F(Runner, CallsAMissingMetricTheProgramsFailure) {
  RunPlan plan = shell("echo nothing");
  plan.metrics = {pattern_metric("top1", "top-1: (.*)")};
  EXPECT_ERROR(failure_of(plan), program_failed, "metric top1: no line of stdout matches");
  plan.metrics = {json_metric("top1", "/top1")};
  EXPECT_ERROR(failure_of(plan), program_failed, "metric top1: the program wrote no file");
}

TEST_F(Runner, IsInterruptedByCancellation) {
  FakeProcesses cancelled([](const sys::ProcessSpec&) {
    sys::ProcessResult result;
    result.ending = sys::Signaled{SIGTERM};
    result.killed_for = sys::KilledFor::cancelled;
    return result;
  });
  const auto outcome = run(shell(""), cancelled);
  ASSERT_OK(outcome);
  ASSERT_TRUE(outcome->failure);
  EXPECT_ERROR(*outcome->failure, interrupted, "program:demo was interrupted");
}

TEST_F(Runner, IsInterruptedWhileItHashesALargeOutput) {
  FakeProcesses writes([&](const sys::ProcessSpec& spec) {
    test::write_text(spec.directory / "big", "");
    fs::resize_file(spec.directory / "big", 64u << 20);
    machine_.cancel.request();
    return sys::ProcessResult{};
  });
  RunPlan plan = shell("");
  plan.outputs = {output("big", "big")};
  const auto outcome = run(plan, writes);
  ASSERT_OK(outcome);
  ASSERT_TRUE(outcome->failure);
  EXPECT_EQ(outcome->failure->code, ErrorCode::interrupted);
}

TEST_F(Runner, AsksForWhatThePlanSays) {
  FakeProcesses fake([](const sys::ProcessSpec& spec) {
    test::write_text(spec.directory / "result.json", R"({"a": 1})");
    sys::ProcessResult result;
    result.wall_ns = 10;
    result.user_ns = 20;
    result.system_ns = 30;
    result.max_rss_bytes = 40;
    return result;
  });
  RunPlan plan = shell("");
  plan.argv = {"tool", "--in=${home}/x", "${work}"};
  plan.limits.memory_bytes = 1000;
  plan.limits.timeout_seconds = 1.5;
  plan.metrics = {json_metric("a", "/a")};
  const auto outcome = run(plan, fake);
  ASSERT_OK(outcome);
  ASSERT_EQ(fake.asked.size(), 1U);
  const auto& spec = fake.asked.front();
  EXPECT_EQ(spec.directory.filename(), "run");
  EXPECT_EQ(spec.argv, (std::vector<std::string>{"tool", "--in=" + home_.root.string() + "/x",
                                                 spec.directory.parent_path().string()}));
  EXPECT_EQ(spec.variables, plan.variables);
  EXPECT_FALSE(spec.inherit_stdin);
  EXPECT_EQ(spec.limits.memory_bytes, 1000U);
  EXPECT_EQ(spec.limits.wall_time, std::chrono::milliseconds(1500));
  EXPECT_EQ(outcome->repetition.metrics, (std::vector<double>{1, 10, 20, 30, 50, 40}));
}

TEST_F(Runner, DoesNotTakeItsOwnMemoryForThatOfThePrograms) {
  FakeProcesses fake([](const sys::ProcessSpec&) {
    sys::ProcessResult result;
    result.max_rss_bytes = 40;
    result.max_rss_floor_bytes = 40;
    return result;
  });
  const auto outcome = run(shell(""), fake);
  ASSERT_OK(outcome);
  ASSERT_EQ(outcome->keys.back().name, "peak_memory");
  EXPECT_TRUE(std::isnan(outcome->repetition.metrics.back()));
  EXPECT_EQ(outcome->repetition.max_rss_bytes, 40U);
}

TEST_F(Runner, PassesOnThatNothingCouldBeStarted) {
  RunPlan plan = shell("");
  plan.argv = {"no-such-program-anywhere"};
  EXPECT_ERROR(run(plan), not_found, "no-such-program-anywhere");
  EXPECT_TRUE(work_is_empty());
}

TEST_F(Runner, CallsAStoreThatCannotBeWrittenOurFailure) {
  fs::remove_all(home_.blobs());
  test::write_text(home_.blobs(), "in the way");
  EXPECT_ERROR(run(shell("echo x")), io, "blobs");
}

TEST_F(Runner, CleansUpAfterKilledOnes) {
  const fs::path left = home_.work() / "ck-left";
  test::write_text(left / "owner", "no:such:process");
  ASSERT_OK(run(shell("true")));
  EXPECT_FALSE(fs::exists(left));
}

}  // namespace
}  // namespace ck::run
