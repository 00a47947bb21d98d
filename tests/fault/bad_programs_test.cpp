// Builds that fail and programs that misbehave: archived, named, and nothing of them stays.

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

class BadPrograms : public CkTest {
 protected:
  BadPrograms() {
    components.program("sound", "echo fine");
    import();
  }
  ~BadPrograms() override {
    EXPECT_EQ(ck("run program:sound --quiet").out, "fine\n");
    expect_clean();
  }

  /// The one point of an experiment, which must be there.
  Json point_of(const std::string& experiment) const {
    const Json all = points(experiment);
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? Json::object() : all[0];
  }
};

TEST_F(BadPrograms, FailedBuildShowsItsLastLinesAndWhereTheLogIs) {
  components.package("broken", "seq 1 100; echo 'no such header' >&2; exit 7");
  const auto result = ck("install package:broken");
  EXPECT_TRUE(fails(result, 1, "building package:broken 1.0.0 failed"));
  EXPECT_TRUE(fails(result, 1, "no such header"));
  EXPECT_EQ(result.err.find("\n50\n"), std::string::npos) << "more than the last lines";
  const auto logs = names_in("logs");
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_TRUE(fails(result, 1, (home() / "logs" / logs[0]).string()));
  EXPECT_NE(read_text(home() / "logs" / logs[0]).find("\n50\n"), std::string::npos);
  EXPECT_EQ(environments(), std::vector<std::string>());
}

TEST_F(BadPrograms, FailedBuildOfADependencyStopsTheRunBeforeItIsRecorded) {
  components.package("broken", "exit 7", R"("tags": ["broken"])");
  components.program("needy", "true", R"("dependencies": {"lib": {"tags": ["broken"]}})");
  EXPECT_TRUE(fails(ck("run program:needy"), 1, "building package:broken 1.0.0 failed"));
  EXPECT_EQ(points("needy").size(), 0u);
}

TEST_F(BadPrograms, BuildWithoutTheDeclaredResultFails) {
  components.package("empty", "echo >\"$1/other\"", R"("check": {"files": ["lib/wanted.a"]})");
  EXPECT_TRUE(fails(ck("install package:empty"), 1, "lib/wanted.a"));
  EXPECT_EQ(environments(), std::vector<std::string>());
}

TEST_F(BadPrograms, CompilerThatIsMissingIsNamed) {
  components.component("package", "tools",
                       R"("build": {"system": "commands",
                           "commands": [{"run": ["no-such-compiler", "-c"]}]})");
  EXPECT_TRUE(fails(ck("install package:tools"), 1, "no-such-compiler"));
}

TEST_F(BadPrograms, ExitCodeOfTheProgramIsToldAndArchived) {
  components.program("fails", "echo 'last words' >&2; exit 9");
  const auto result = ck("run program:fails --quiet");
  EXPECT_EQ(result.code, 3);
  EXPECT_NE(result.err.find("ck: program:fails exited with 9"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("last words"), std::string::npos);
  const Json point = point_of("fails");
  EXPECT_EQ(point["state"], "failed");
  EXPECT_EQ(point["error"]["code"], "program_failed");
  ASSERT_EQ(point["repetitions"].size(), 1u);
  EXPECT_EQ(point["repetitions"][0]["ok"], false);
}

TEST_F(BadPrograms, CrashIsToldBySignalAndArchived) {
  components.program("crashes", "kill -SEGV $$");
  EXPECT_TRUE(fails(ck("run program:crashes"), 3, "SIGSEGV"));
  const Json point = point_of("crashes");
  EXPECT_EQ(point["state"], "failed");
  EXPECT_NE(point["repetitions"][0]["ending"].get<std::string>().find("SIGSEGV"),
            std::string::npos);
}

TEST_F(BadPrograms, CrashIsJsonWithJson) {
  components.program("crashes", "kill -SEGV $$");
  const auto result = ck("run program:crashes --json");
  EXPECT_EQ(result.code, 3);
  const Json json = json_of(result);
  EXPECT_EQ(json["schema"], "ck.run/1");
  EXPECT_EQ(json["failure"]["code"], "program_failed");
  EXPECT_EQ(json["point"]["state"], "failed");
}

TEST_F(BadPrograms, ProgramThatHangsIsStoppedWithEverythingItStarted) {
  components.program("hangs", "sleep 1000 & sleep 1000");
  EXPECT_TRUE(fails(ck("run program:hangs --timeout=0.1"), 3, "program:hangs"));
  EXPECT_EQ(leftover_processes(), std::vector<std::string>());
  const Json point = point_of("hangs");
  EXPECT_EQ(point["state"], "failed");
  EXPECT_NE(point["repetitions"][0]["ending"].get<std::string>().find("stopped after"),
            std::string::npos)
      << point["repetitions"][0]["ending"];
}

TEST_F(BadPrograms, ProgramThatIgnoresItsEndIsKilled) {
  components.program("stubborn", "trap '' TERM INT; while :; do sleep 0.01; done");
  EXPECT_TRUE(fails(ck("run program:stubborn --timeout=0.1"), 3, "program:stubborn"));
}

TEST_F(BadPrograms, FloodOnStdoutIsCutOff) {
  components.program("floods", "yes", R"("limits": {"output_bytes": 100000})");
  const auto result = ck("run program:floods");
  EXPECT_EQ(result.code, 3);
  EXPECT_LT(result.out.size(), 1u << 20);
  EXPECT_NE(result.err.find("output"), std::string::npos) << result.err;
  EXPECT_EQ(point_of("floods")["state"], "failed");
}

TEST_F(BadPrograms, FileThatGrowsForEverIsCutOff) {
  components.program("grows", "yes >file", R"("limits": {"file_bytes": 100000})");
  EXPECT_EQ(ck("run program:grows").code, 3);
  EXPECT_EQ(point_of("grows")["state"], "failed");
}

TEST_F(BadPrograms, ProgramThatIsNotThereIsNamed) {
  components.component("program", "absent",
                       R"("build": {"system": "none"}, "sources": [{"files": "."}],
                           "commands": {"run": {"run": ["no-such-program", "x"]}})");
  components.file("program", "absent", "file", "x");
  EXPECT_TRUE(fails(ck("run program:absent"), 1, "no-such-program"));
  EXPECT_EQ(point_of("absent")["state"], "failed");
}

TEST_F(BadPrograms, MissingMetricIsTheProgramsFailure) {
  components.program("silent", "true", R"("metrics": {"speed": {"unit": "1/s",
      "direction": "higher", "from": {"stdout": "speed: ([0-9.]+)$"
}
}
})");
  EXPECT_TRUE(fails(ck("run program:silent"), 3, "speed"));
  EXPECT_EQ(point_of("silent")["state"], "failed");
}

TEST_F(BadPrograms, MissingOutputIsTheProgramsFailure) {
  components.program("silent", "true", R"("outputs": {"table": {"path": "table.csv"}})");
  EXPECT_TRUE(fails(ck("run program:silent"), 3, "table.csv"));
}

TEST_F(BadPrograms, OutputThatLeadsOutOfTheWorkFolderIsNotArchived) {
  components.program("thief", "ln -s /etc/passwd table.csv",
                     R"("outputs": {"table": {"path": "table.csv"}})");
  EXPECT_TRUE(fails(ck("run program:thief"), 3, "table.csv"));
}

TEST_F(BadPrograms, BenchmarkKeepsTheRunsBeforeTheFailure) {
  components.program("third", "n=$(cat '" + (folder / "count").string() + "'); echo $((n + 1)) >'" +
                                  (folder / "count").string() + "'; test $n -lt 2");
  write_text(folder / "count", "0");
  EXPECT_TRUE(
      fails(ck("benchmark program:third --repetitions=5 --profile=host"), 3, "program:third"));
  const Json point = point_of("third");
  EXPECT_EQ(point["state"], "failed");
  ASSERT_EQ(point["repetitions"].size(), 3u);
  EXPECT_EQ(point["repetitions"][1]["ok"], true);
  EXPECT_EQ(point["repetitions"][2]["ok"], false);
}

}  // namespace
}  // namespace ck::test
