// Ctrl-C, and the end that other programs ask for.

#include <signal.h>

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

class Interrupt : public CkTest {
 protected:
  Interrupt() {
    components.program("sound", "echo fine");
    components.program("long", waiting());
    components.package("slow", waiting(), R"("tags": ["slow"])");
    import();
  }
  ~Interrupt() override {
    EXPECT_EQ(ck("run program:sound --quiet").out, "fine\n");
    expect_clean();
  }

  /// A script that tells that it runs, starts a child and does not end by itself.
  static std::string waiting() { return "sleep 1000 & touch started; sleep 1000"; }

  /// Starts a call, waits until its script runs, sends the signal to the group as a terminal does.
  CkResult interrupted(std::string_view line, int number = SIGINT) const {
    CkProcess process = start(line);
    wait_for_inside("started");
    process.signal_group(number);
    return process.wait();
  }
};

TEST_F(Interrupt, CtrlCInARunEndsItAndIsArchived) {
  const auto result = interrupted("run program:long");
  EXPECT_TRUE(fails(result, 130, "interrupted"));
  EXPECT_EQ(leftover_processes(), std::vector<std::string>());
  const Json all = points("long");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["state"], "interrupted");
  EXPECT_EQ(all[0]["repetitions"].size(), 1u);
}

TEST_F(Interrupt, RequestToTerminateIsTheSame) {
  EXPECT_TRUE(fails(interrupted("run program:long", SIGTERM), 130, "interrupted"));
  EXPECT_EQ(points("long")[0]["state"], "interrupted");
}

TEST_F(Interrupt, ClosedTerminalIsTheSame) {
  EXPECT_TRUE(fails(interrupted("run program:long", SIGHUP), 130, "interrupted"));
}

TEST_F(Interrupt, CtrlCInABuildLeavesNeitherFilesNorProcesses) {
  EXPECT_TRUE(fails(interrupted("install package:slow"), 130, "interrupted"));
  EXPECT_EQ(leftover_processes(), std::vector<std::string>());
  EXPECT_EQ(names_in("staging"), std::vector<std::string>());
  EXPECT_EQ(environments(), std::vector<std::string>());
}

TEST_F(Interrupt, CtrlCInTheBuildOfADependencyRecordsNothing) {
  components.program("needy", "true", R"("dependencies": {"lib": {"tags": ["slow"]}})");
  EXPECT_TRUE(fails(interrupted("run program:needy"), 130, "interrupted"));
  EXPECT_EQ(points("needy").size(), 0u);
}

TEST_F(Interrupt, CtrlCInABenchmarkKeepsTheRunsBeforeIt) {
  components.program("second", "if mkdir '" + (folder / "first").string() +
                                   "' 2>/dev/null; then exit 0; fi; " + waiting());
  EXPECT_TRUE(fails(interrupted("benchmark program:second --repetitions=5 --profile=host"), 130,
                    "interrupted"));
  const Json all = points("second");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["state"], "interrupted");
  ASSERT_EQ(all[0]["repetitions"].size(), 2u);
  EXPECT_EQ(all[0]["repetitions"][0]["ok"], true);
}

TEST_F(Interrupt, WhoeverWaitsForAnothersBuildCanBeInterrupted) {
  CkProcess builder = start("install package:slow");
  wait_for_inside("started");
  CkProcess waiter = start("install package:slow --verbose");
  EXPECT_FALSE(waiter.ends_within(std::chrono::milliseconds(50)));
  waiter.signal_group(SIGINT);
  EXPECT_TRUE(fails(waiter.wait(), 130, "interrupted"));
  builder.signal_group(SIGINT);
  EXPECT_EQ(builder.wait().code, 130);
}

TEST_F(Interrupt, JsonTellsItToo) {
  const auto result = interrupted("install package:slow --json");
  EXPECT_EQ(result.code, 130);
  const Json json = json_of(result);
  EXPECT_EQ(json["schema"], "ck.error/1");
  EXPECT_EQ(json["error"]["code"], "interrupted");
}

TEST_F(Interrupt, ReaderThatGoesAwayEndsIt) {
  const auto result = shell("set -o pipefail; ck ls program | true; ck --help | head -1; true");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.output.find("bug"), std::string::npos) << result.output;
}

}  // namespace
}  // namespace ck::test
