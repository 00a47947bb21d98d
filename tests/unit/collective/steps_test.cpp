#include "collective/steps.hpp"

#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

using Texts = std::vector<std::string>;

class StepsTest : public WorkbenchTest {
 protected:
  Status step(const std::string& script, install::BuildLog* log = nullptr,
              std::optional<std::chrono::milliseconds> limit = {}) {
    return run_step({"doing it", script, world.folder.path(), {{"A", "a b"}}, log, limit}, bench());
  }

  Result<install::Variables> after(const Texts& lines) {
    return variables_after(lines, {{"PATH", "/usr/bin:/bin"}, {"A", "1"}}, world.folder.path(),
                           bench());
  }
};

TEST_F(StepsTest, RunsInItsFolderWithItsVariablesAlone) {
  ASSERT_OK(step("echo \"$A|$HOME|$PWD\" > seen; echo \"[[ x ]]\" && [[ 1 == 1 ]]"));
  EXPECT_EQ(test::read_text(world.folder / "seen"), "a b||" + world.folder.path().string() + "\n");
}

TEST_F(StepsTest, AFailureShowsTheLastWordsAndTheLogHoldsAll) {
  auto log = install::BuildLog::create(world.folder / "log");
  ASSERT_OK(log);
  const auto failed = step("echo to-stdout; echo 'the reason' >&2; exit 4", &*log);
  EXPECT_ERROR(failed, build_failed, "doing it");
  EXPECT_ERROR(failed, build_failed, "the reason");
  EXPECT_ERROR(failed, build_failed, "4");
  ASSERT_OK(log->close());
  const auto text = test::read_text(world.folder / "log");
  EXPECT_NE(text.find("to-stdout"), std::string::npos) << text;
  EXPECT_NE(text.find("exit 4"), std::string::npos) << text;
  EXPECT_ERROR(step("echo only-stdout; false"), build_failed, "only-stdout");
}

TEST_F(StepsTest, WhatWasPrintedIsThereAlsoOfAStepThatFailed) {
  const auto printed = [&](const std::string& script) {
    return printed_by({"asking", script, world.folder.path(), {}, nullptr, {}}, bench());
  };
  const auto good = printed("echo told; echo aside >&2");
  ASSERT_OK(good);
  EXPECT_EQ(good->text, "told\n");
  EXPECT_FALSE(good->failure);
  const auto bad = printed("echo told; echo 'the reason' >&2; exit 3");
  ASSERT_OK(bad);
  EXPECT_EQ(bad->text, "told\n");
  ASSERT_TRUE(bad->failure);
  EXPECT_EQ(bad->failure->code, ErrorCode::build_failed);
  EXPECT_NE(test::text_of(*bad->failure).find("the reason"), std::string::npos);
}

TEST_F(StepsTest, TheShorterTimeLimitHolds) {
  EXPECT_ERROR(step("while :; do :; done", nullptr, std::chrono::milliseconds(50)), build_failed,
               "doing it");
  world.profile.limits.timeout_seconds = 0.05;
  reopen();
  EXPECT_ERROR(step("while :; do :; done", nullptr, std::chrono::hours(1)), build_failed, "");
  EXPECT_ERROR(step("while :; do :; done"), build_failed, "");
}

TEST_F(StepsTest, CancellingIsNoFailureOfTheStep) {
  bench();
  world.cancel.request();
  EXPECT_ERROR(step("sleep 9"), interrupted, "");
}

TEST_F(StepsTest, VariablesAreThoseThatScriptsLeave) {
  const auto variables =
      after({"export B=\"x=y\nz\"", "unset A", "C=local", "echo noise", "cd /", "export D="});
  ASSERT_OK(variables);
  EXPECT_EQ(*variables,
            (install::Variables{{"B", "x=y\nz"}, {"D", ""}, {"PATH", "/usr/bin:/bin"}}));
  EXPECT_ERROR(after({"echo 'no such place' >&2", "exit 3"}), build_failed, "no such place");
}

TEST_F(StepsTest, MembersAreExportedAsTheyStand) {
  const auto lines = export_lines(
      Json::parse(R"({"Z": "1", "A": "${Z} b", "N": 3, "T": true, "O": {"a": 1}, "E": ""})"));
  ASSERT_OK(lines);
  EXPECT_EQ(*lines, (Texts{"export Z=1", "export A=\"${Z} b\"", "export N=3", "export T=yes",
                           "export O=", "export E="}));
  EXPECT_ERROR(export_lines({{"A; rm -rf /", "x"}}), invalid, "A; rm -rf /");
}

TEST_F(StepsTest, ShellLinesOfAHookAreTextOrNothing) {
  EXPECT_EQ(shell_lines_of({{"bat", "export A=1\n"}}, "h").value_or("?"), "export A=1\n");
  EXPECT_EQ(shell_lines_of(Json::object(), "h").value_or("?"), "");
  EXPECT_EQ(shell_lines_of({{"bat", nullptr}}, "h").value_or("?"), "");
  EXPECT_ERROR(shell_lines_of({{"bat", {1, 2}}}, "setup of x"), program_failed,
               "setup of x returned a \"bat\" that is no text but [1,2]");
}

}  // namespace
}  // namespace ck::collective
