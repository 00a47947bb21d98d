// What the original does around a compilation: scripts of the program, characteristics, plans.

#include "collective_fixture.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

constexpr std::string_view kSource = R"(
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  const char* platform = getenv("CK_COMPUTE_PLATFORM_ID");
  const char* device = getenv("CK_COMPUTE_DEVICE_ID");
  printf("N %d, device %s:%s\n", N, platform ? platform : "-", device ? device : "-");
  return 0;
}
)";

constexpr std::string_view kCommands = R"({
  "default": {"run_time": {"run_cmd_main": "$#BIN_FILE#$"}},
  "on_device": {"run_time": {"run_cmd_main": "$#BIN_FILE#$", "need_compute_device": "opencl"}}})";

class CollectiveCompile : public CollectiveTest {
 protected:
  CollectiveCompile() {
    repository.compiler();
    program();
  }

  void program(const std::string& more = R"("compile_vars": {"CK_OBJDUMP": "objdump -d"})") const {
    repository.program("count", kSource, kCommands,
                       R"("compiler_flags_as_env": "-DN=$<<COUNT>>$0", )" + more);
  }

  Json compiled(const std::string& more = "") const {
    return json_of(ck("compile program:count --json " + more));
  }

  /// A package of the tool that tells devices of OpenCL.
  void device_tool(const std::string& told) const {
    repository.entry("soft", "show", R"({"soft_name": "Shows devices", "auto_detect": "no",
        "tags": ["tool", "show-opencl-devices"],
        "customize": {"env_prefix": "CK_ENV_TOOL_SHOW_OPENCL_DEVICES"}})");
    repository.file("soft", "show", "customize.py", R"(
def setup(i):
    i['env'][i['customize']['env_prefix'] + '_FULL'] = i['customize']['full_path']
    return {'return': 0, 'bat': ''}
)");
    repository.entry("package", "show", R"({"tags": ["tool", "show-opencl-devices"],
        "soft_uoa": "show", "suggested_path": "show", "process_script": "install",
        "end_full_path": {"linux": "show"}, "customize": {"version": "1.0"}})");
    repository.file("package", "show", "install.sh",
                    "printf '#!/bin/sh\\nprintf \"" + told +
                        "\"\\n' > \"$INSTALL_DIR/show\"\nchmod +x \"$INSTALL_DIR/show\"\n");
  }
};

TEST_F(CollectiveCompile, ACustomizeScriptSetsVariablesWhateverItEndsWith) {
  repository.file("program", "count", "customize.sh", "export COUNT=\"${BASE:-1}2\"\nfalse\n");
  publish();
  const auto first = ck("run program:count --cmd_key=default");
  ASSERT_TRUE(succeeds(first));
  EXPECT_TRUE(says(first.out, "N 120")) << first.out;
  const auto second = ck("run program:count --cmd_key=default --env.BASE=7");
  ASSERT_TRUE(succeeds(second));
  EXPECT_TRUE(says(second.out, "N 720")) << second.out;
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveCompile, CharacteristicsAreThoseOfTheOriginal) {
  if (find_program("objdump").empty()) GTEST_SKIP() << "needs objdump";
  publish();
  const Json first = compiled()["characteristics"];
  const fs::path made = fs::path(compiled()["environment"]["path"].get<std::string>()) / "tmp";
  EXPECT_GT(first["compilation_time"].get<double>(), 0);
  EXPECT_EQ(first["binary_size"], fs::file_size(made / "a.out"));
  EXPECT_EQ(first["obj_size"], fs::file_size(made / "main.o"));
  EXPECT_EQ(first["obj_sizes"], (Json{{"main.o", fs::file_size(made / "main.o")}}));
  EXPECT_EQ(first["binary_sha256"].get<std::string>().size(), 64U);
  const auto summed = shell("cd '" + made.string() + "' && objdump -d a.out | md5sum");
  EXPECT_EQ(first["md5_sum"].get<std::string>() + "  -\n", summed.output);
  const auto head = run_git({"rev-parse", "HEAD"}, repository.folder());
  EXPECT_EQ(first["program_git_hash"].get<std::string>() + "\n", head.output);

  const Json again = compiled("--rebuild")["characteristics"];
  EXPECT_EQ(again["md5_sum"], first["md5_sum"]);
  const Json other = compiled("--env.COUNT=5")["characteristics"];
  EXPECT_NE(other["md5_sum"], first["md5_sum"]) << "the code is another";
  EXPECT_FALSE(fs::exists(made / "a.out.dump")) << "it would be copied into every run";
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveCompile, ATargetThatLiesElsewhereIsNoFailure) {
  program(R"("target_file": "../count", "use_compile_script": "yes",
             "compile_cmds": {"default": {"cmd": "echo '#!/bin/sh' > ../count.out"}})");
  publish();
  ASSERT_TRUE(succeeds(ck("compile program:count")));
  EXPECT_FALSE(compiled()["characteristics"].contains("binary_size"));
}

TEST_F(CollectiveCompile, WithoutDisassemblerThereIsNoMd5) {
  publish();
  for (const auto* more : {R"("compile_vars": {"CK_OBJDUMP": "no-such-objdump -d"})",
                           R"("compile_vars": {"CK_OBJDUMP": "objdump -d"}, "skip_objdump": "yes")",
                           R"("compile_vars": {"CK_OBJDUMP": "objdump -d"}, "skip_md5sum": "yes")",
                           R"("comment": "no CK_OBJDUMP")"}) {
    program(more);
    const Json report = compiled();
    EXPECT_EQ(report["built"], true) << more;
    EXPECT_FALSE(report["characteristics"].contains("md5_sum")) << more;
    EXPECT_TRUE(report["characteristics"].contains("binary_sha256")) << more;
  }
}

TEST_F(CollectiveCompile, RecordsHoldThemAndGiveThemBack) {
  publish();
  ASSERT_TRUE(succeeds(ck("run program:count --cmd_key=default --record_uoa=counted")));
  ASSERT_TRUE(succeeds(ck("run program:count --cmd_key=default --record_uoa=counted")));
  const Json there = compiled();
  EXPECT_EQ(there["built"], false);
  EXPECT_GT(there["environment"]["size_bytes"], 0) << "as it is kept";
  const Json known = there["characteristics"];
  const Json found =
      json_of(ck({"ls", "experiment:counted",
                  "--where=compile.binary_sha256 = '" + known["binary_sha256"].get<std::string>() +
                      "' and compile.obj_size > 100",
                  "--json"}));
  EXPECT_EQ(found["matched"], 2) << "also of the run that found it compiled: " << found;
  const std::string out = (folder / "exported").string();
  ASSERT_TRUE(succeeds(ck({"export", "experiment:counted", "--format=ck", "--out=" + out})));
  const auto written = shell("grep -rhw -A20 compile '" + out + "'");
  EXPECT_TRUE(says(written.output, known["binary_sha256"].get<std::string>())) << written.output;
  EXPECT_TRUE(says(written.output, "\"compilation_success\": \"yes\"")) << written.output;
}

TEST_F(CollectiveCompile, ADryRunPrintsThePlanAndMakesNothing) {
  publish();
  const auto planned = ck("compile program:count --dry_run");
  ASSERT_TRUE(succeeds(planned));
  EXPECT_TRUE(says(planned.out, "soft:compiler.cc")) << planned.out;
  EXPECT_TRUE(says(planned.out, "program:count")) << planned.out;
  EXPECT_EQ(environments(), std::vector<std::string>());
  const Json report = compiled("--dry_run");
  EXPECT_EQ(report["environment"], nullptr);
  EXPECT_EQ(report["built"], false);
  EXPECT_FALSE(report["plan"].empty());

  const Json made = compiled();
  const auto before = environments();
  const Json there = compiled("--dry_run");
  EXPECT_EQ(there["environment"]["id"], made["environment"]["id"]);
  const auto rebuilt = ck("compile program:count --dry_run --rebuild");
  ASSERT_TRUE(succeeds(rebuilt));
  EXPECT_TRUE(says(rebuilt.out, "program:count")) << rebuilt.out;
  EXPECT_EQ(environments(), before);
  EXPECT_TRUE(fails(ck("compile program:count --dry_run --sped"), 2, "--sped"));
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveCompile, AProgramIsToldTheDeviceThatItsToolTells) {
  device_tool(R"(Platform ID: 1\\nDevice ID: 3\\nDevice: Big\\n\\n)");
  publish();
  const auto planned = ck("run program:count --cmd_key=on_device --dry_run");
  ASSERT_TRUE(succeeds(planned));
  EXPECT_TRUE(says(planned.out, "package:show")) << planned.out;
  EXPECT_EQ(environments(), std::vector<std::string>());
  const auto first = ck("run program:count --cmd_key=on_device --record_uoa=told");
  ASSERT_TRUE(succeeds(first));
  EXPECT_TRUE(says(first.out, "device 1:3")) << first.out;
  const Json told =
      json_of(ck({"ls", "experiment:told", "--where=param.compute_device_id = 3", "--json"}));
  EXPECT_EQ(told["matched"], 1) << told;
  EXPECT_TRUE(
      fails(ck("run program:count --cmd_key=on_device --compute_device_id=8"), 1, "1:3 Big"));
  EXPECT_TRUE(fails(ck("run program:count --cmd_key=on_device --env.CK_COMPUTE_DEVICE_ID=8"), 1,
                    "1:3 Big"));
  const auto said =
      ck("run program:count --cmd_key=on_device --compute_platform_id=5 "
         "--env.CK_COMPUTE_DEVICE_ID=8");
  ASSERT_TRUE(succeeds(said));
  EXPECT_TRUE(says(said.out, "device 5:8")) << "nobody is asked: " << said.out;
  const auto replayed = ck("replay experiment:told");
  ASSERT_TRUE(succeeds(replayed));
  EXPECT_TRUE(fails(ck("run program:count --cmd_key=on_device --compute_device_id=x"), 2,
                    "--compute_device_id=x"));
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveCompile, WithoutADeviceTheErrorSaysSo) {
  device_tool("no platforms");
  publish();
  const auto result = ck("run program:count --cmd_key=on_device");
  EXPECT_TRUE(fails(result, 1, "there is none here"));
  EXPECT_TRUE(says(result.err, "--compute_device_id=N")) << result.err;
  EXPECT_TRUE(succeeds(ck("run program:count --cmd_key=default"))) << "it needs none";
}

TEST_F(CollectiveCompile, WithoutAToolTheFirstDeviceIsTakenAndTold) {
  publish();
  const auto result = ck("run program:count --cmd_key=on_device");
  ASSERT_TRUE(succeeds(result));
  EXPECT_TRUE(says(result.out, "device 0:0")) << result.out;
  EXPECT_TRUE(says(result.err, "tool,show-opencl-devices")) << result.err;
  const auto plain = ck("run program:count --cmd_key=default");
  ASSERT_TRUE(succeeds(plain));
  EXPECT_TRUE(says(plain.out, "device -:-")) << plain.out;
}

}  // namespace
}  // namespace ck::test
