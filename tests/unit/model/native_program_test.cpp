#include <gtest/gtest.h>

#include <algorithm>

#include "documents.hpp"
#include "model/native_reader.hpp"

namespace ck::model {
namespace {

using test::problems_of;

Program program(const Json& document = test::example("program.json")) {
  const auto descriptor = read_descriptor(to_text(document), "example", "file");
  EXPECT_TRUE(descriptor.has_value());
  return descriptor ? std::get<Program>(*descriptor) : Program();
}

TEST(ProgramReader, ReadsCommands) {
  const Program read = program();
  ASSERT_EQ(read.commands.size(), 2u);
  EXPECT_EQ(read.commands[0].name, "classify");
  EXPECT_EQ(read.commands[0].run.size(), 3u);
  EXPECT_EQ(read.commands[0].timeout_seconds, 0.5);
  EXPECT_EQ(read.commands[0].accept_exit, (std::vector<int>{0, 3}));
  EXPECT_EQ(read.commands[1].accept_exit, std::vector<int>{0});
  EXPECT_EQ(read.default_command, "classify");
  EXPECT_EQ(read.variables.size(), 2u);
  EXPECT_EQ(read.secrets, std::vector<std::string>{"BATCH_SIZE"});
  EXPECT_EQ(std::ranges::count(read.recipe.parameters, true, &Parameter::secret), 1);
}

TEST(ProgramReader, ReadsMetricsOutputsAndLimits) {
  const Program read = program();
  ASSERT_EQ(read.metrics.size(), 2u);
  const Metric& top1 = read.metrics[0];
  EXPECT_EQ(top1.unit, "%");
  EXPECT_EQ(top1.direction, Metric::Direction::higher);
  EXPECT_EQ(std::get<JsonMetric>(top1.from).pointer, "/top1/a~0b~1");
  EXPECT_EQ(top1.role, "accuracy");
  EXPECT_FALSE(top1.required);
  EXPECT_EQ(top1.absolute_tolerance, 0.1);
  EXPECT_EQ(top1.relative_tolerance, 0);
  const Metric& latency = read.metrics[1];
  EXPECT_EQ(std::get<PatternMetric>(latency.from).pattern, "p99: ([0-9.]+) ms");
  EXPECT_TRUE(latency.required);
  EXPECT_FALSE(latency.absolute_tolerance.has_value());

  ASSERT_EQ(read.outputs.size(), 6u);
  EXPECT_EQ(read.outputs[0].compare, Output::Compare::exact);
  EXPECT_EQ(read.outputs[1].compare, Output::Compare::numeric);
  EXPECT_EQ(read.outputs[1].relative_tolerance, 1e-3);
  EXPECT_EQ(read.outputs[2].compare, Output::Compare::ulp);
  EXPECT_EQ(read.outputs[2].ulps, 4U);
  EXPECT_TRUE(read.outputs[2].single_precision);
  EXPECT_EQ(read.outputs[3].compare, Output::Compare::statistical);
  EXPECT_EQ(read.outputs[3].margin, 0.05);
  EXPECT_EQ(read.outputs[4].compare, Output::Compare::image);
  EXPECT_EQ(read.outputs[4].pixel_difference, 2);
  EXPECT_EQ(read.outputs[4].psnr_db, 40);
  EXPECT_EQ(read.outputs[4].ssim, 0.98);
  EXPECT_EQ(read.outputs[5].compare, Output::Compare::none);
  ASSERT_TRUE(read.repetition);
  EXPECT_EQ(read.repetition->variable, "BATCH_SIZE");
  EXPECT_EQ(read.repetition->totals, std::vector<std::string>{"latency.p99"});
  EXPECT_EQ(read.repetition->seconds, 2);
  EXPECT_EQ(read.limits.memory_bytes, 4294967296u);
  EXPECT_EQ(read.limits.timeout_seconds, 120.5);
}

TEST(ProgramReader, ComparesOutputsAsText) {
  const Program read = program(
      test::changed(test::example("program.json"), R"({"outputs": {"log": {"compare": "text"}}})"));
  EXPECT_EQ(read.outputs.back().compare, Output::Compare::text);
}

TEST(ProgramReader, NeedNotRepeatItsWorkInsideOneRun) {
  EXPECT_FALSE(
      program(test::changed(test::example("program.json"), R"({"repeat": null})")).repetition);
}

TEST(ProgramReader, TakesAllFilesAsSourcesUnlessToldOtherwise) {
  const Program read =
      program(test::changed(test::example("program.json"), R"({"sources": null})"));
  ASSERT_EQ(read.recipe.sources.size(), 1u);
  EXPECT_EQ(std::get<FilesSource>(read.recipe.sources[0]).path, ".");
  EXPECT_TRUE(program(test::changed(test::example("program.json"), R"({"sources": []})"))
                  .recipe.sources.empty());
}

TEST(ProgramReader, MayNeedThingsForItsRunsAlone) {
  const Recipe recipe = program().recipe;
  ASSERT_EQ(recipe.dependencies.size(), 3u);
  EXPECT_FALSE(recipe.dependencies[0].run_only);
  EXPECT_TRUE(recipe.dependencies[2].run_only);
  EXPECT_NE(problems_of("package.json", R"({"dependencies": {"tool": {"run_only": true}}})")
                .find("/dependencies/tool/run_only"),
            std::string::npos);
}

TEST(ProgramReader, RunsTheOnlyCommandByDefault) {
  const Json document = test::changed(test::example("program.json"),
                                      R"({"commands": {"help": null}, "default_command": null})");
  EXPECT_EQ(program(document).default_command, "classify");
}

struct Wrong {
  const char* patch;
  const char* problem;
};
class WrongProgram : public testing::TestWithParam<Wrong> {};

TEST_P(WrongProgram, IsRefusedWithTheReason) {
  const std::string expected = std::string("file: ") + GetParam().problem;
  const std::string problem = problems_of("program.json", GetParam().patch);
  EXPECT_EQ(problem.substr(0, expected.size()), expected) << GetParam().patch;
}

const Wrong kCases[] = {
    {R"({"default_command": null})", "/default_command is missing"},
    {R"({"default_command": "clasify"})",
     "/default_command is 'clasify', but must be one of 'classify', 'help' (did you mean "
     "'classify'?)"},
    {R"({"commands": null, "default_command": null})",
     "/commands must hold from 1 to 1000 commands"},
    {R"({"commands": {"help": {"run": null}}})", "/commands/help/run is missing"},
    {R"({"commands": {"help": {"run": "x"}}})", "/commands/help/run is 'x', but must be an array"},
    {R"({"commands": {"help": {"timeout_seconds": 0}}})",
     "/commands/help/timeout_seconds must be above 0"},
    {R"({"commands": {"help": {"accept_exit": []}}})",
     "/commands/help/accept_exit must hold at least one exit code"},
    {R"({"commands": {"help": {"accept_exit": [0, 256]}}})",
     "/commands/help/accept_exit/1 must be an exit code from 0 to 255"},
    {R"({"commands": {"help": {"accept_exit": [0, 1.5]}}})",
     "/commands/help/accept_exit/1 must be an exit code"},
    {R"({"commands": {"help": {"accept_exit": [18446744073709551615, 0]}}})",
     "/commands/help/accept_exit/0 must be an exit code"},
    {R"({"commands": {"help": {"accept_exit": [-1, 0]}}})",
     "/commands/help/accept_exit/0 must be an exit code"},
    {R"({"commands": {"he lp": {"run": ["x"]}}})", "/commands/he lp must be a name"},
    {R"({"commands": {"help": {"run": ["${progam.path}"]}}})",
     "/commands/help/run/0 uses ${progam.path}, which has no meaning here (did you mean "
     "'program.path'?)"},
    {R"({"dependencies": {"program": {"tags": ["x"]}}})",
     "/dependencies/program must have another key"},
    {R"({"parameters": {"work": {"type": "string"}}})", "/parameters/work must have another name"},
    {R"({"variables": {"A B": "x"}})",
     "/variables/A B must be the name of an environment variable"},
    {R"({"metrics": {"top1": {"unit": ""}}})", "/metrics/top1/unit must not be empty"},
    {R"({"metrics": {"top1": {"unit": "\u0001"}}})", "/metrics/top1/unit must not hold control"},
    {R"({"metrics": {"top1": {"direction": "up"}}})",
     "/metrics/top1/direction is 'up', but must be one of 'lower', 'higher', 'none'"},
    {R"({"metrics": {"top1": {"from": null}}})", "/metrics/top1/from is missing"},
    {R"-({"metrics": {"top1": {"from": {"stdout": "(x)"}}}})-",
     "/metrics/top1/from must have either 'json' and 'pointer' or 'stdout'"},
    {R"({"metrics": {"top1": {"from": {"pointer": "top1"}}}})",
     "/metrics/top1/from/pointer is 'top1', but must be a JSON pointer"},
    {R"({"metrics": {"top1": {"from": {"pointer": "/a~2"}}}})",
     "/metrics/top1/from/pointer is '/a~2', but must be a JSON pointer"},
    {R"({"metrics": {"top1": {"from": {"json": "/etc/passwd"}}}})",
     "/metrics/top1/from/json is '/etc/passwd', but must be a relative path"},
    {R"({"metrics": {"latency.p99": {"from": {"stdout": "p99"}}}})",
     "/metrics/latency.p99/from/stdout 'p99' is no usable pattern: it has 0 groups"},
    {R"({"metrics": {"latency.p99": {"from": {"stdout": "(a+)+"}}}})",
     "/metrics/latency.p99/from/stdout '(a+)+' is no usable pattern: it repeats something"},
    {R"({"metrics": {"top1": {"role": "speed"}}})", "/metrics/top1/role is 'speed', but must be"},
    {R"({"metrics": {"top1": {"tolerance": {"absolute": -1}}}})",
     "/metrics/top1/tolerance/absolute must be at least 0"},
    {R"({"metrics": {"latency.p99": {"tolerance": {}}}})",
     "/metrics/latency.p99/tolerance must have 'absolute' or 'relative'"},
    {R"({"outputs": {"log": {"path": null}}})", "/outputs/log/path is missing"},
    {R"({"outputs": {"log": {"path": "../log"}}})", "/outputs/log/path is '../log', but must be"},
    {R"({"outputs": {"log": {"compare": "fuzzy"}}})", "/outputs/log/compare must be 'exact'"},
    {R"({"outputs": {"log": {"compare": {"numeric": {}}}}})",
     "/outputs/log/compare/numeric must have 'absolute' or 'relative'"},
    {R"({"outputs": {"log": {"compare": {}}}})", "/outputs/log/compare/numeric is missing"},
    {R"({"outputs": {"log": {"compare": {"ulp": -1}}}})",
     "/outputs/log/compare/ulp is -1, but must"},
    {R"({"outputs": {"log": {"compare": {"ulp": 1, "precision": "half"}}}})",
     "/outputs/log/compare/precision is 'half', but must be"},
    {R"({"outputs": {"log": {"compare": {"statistical": {"margin": 0}}}}})",
     "/outputs/log/compare/statistical/margin must be above 0"},
    {R"({"outputs": {"log": {"compare": {"statistical": {}}}}})",
     "/outputs/log/compare/statistical/margin is missing"},
    {R"({"outputs": {"log": {"compare": {"image": {}}}}})",
     "/outputs/log/compare/image must hold 'pixel', 'psnr' or 'ssim'"},
    {R"({"outputs": {"log": {"compare": {"image": {"pixel": 256}}}}})",
     "/outputs/log/compare/image/pixel must be from 0 to 255"},
    {R"({"outputs": {"log": {"compare": {"image": {"ssim": -0.5}}}}})",
     "/outputs/log/compare/image/ssim must be from 0 to 1"},
    {R"({"outputs": {"log": {"compare": {"image": {"pixel": 1, "snr": 3}}}}})",
     "/outputs/log/compare/image/snr is not a known key"},
    {R"({"repeat": {"variable": "NONE"}})",
     "/repeat/variable must be one of the program's 'variables'"},
    {R"({"repeat": 3})", "/repeat is"},
    {R"({"variables": {"N": "many"}, "repeat": {"variable": "N"}})",
     "/repeat/variable must have a number from 1 up as its default"},
    {R"({"variables": {"N": "1"}, "repeat": {"variable": "N", "totals": ["nothing"]}})",
     "/repeat/totals names 'nothing', which is none of the 'metrics'"},
    {R"({"variables": {"N": "1"}, "repeat": {"variable": "N", "seconds": 0}})",
     "/repeat/seconds must be above 0"},
    {R"({"limits": {"memory_bytes": 0}})", "/limits/memory_bytes is 0, but must be a whole number"},
    {R"({"limits": {"memory_bytes": 1e9}})", "/limits/memory_bytes is 1000000000.0, but must be"},
    {R"({"limits": {"timeout_seconds": -1}})", "/limits/timeout_seconds must be above 0"},
    {R"({"limits": {"memory": 1}})",
     "/limits/memory is not a known key (did you mean 'memory_bytes'?)"},
    {R"({"parameters": {"label": {"default": "1234"}}})",
     "/parameters/label/default of a secret would be known to everybody"},
    {R"({"secrets": ["A-B"]})", "/secrets 'A-B' is no name of a variable"},
    {R"({"secrets": "A"})", "/secrets is 'A', but must be"},
};
INSTANTIATE_TEST_SUITE_P(All, WrongProgram, testing::ValuesIn(kCases));

}  // namespace
}  // namespace ck::model
