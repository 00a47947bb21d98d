#include "run/plan.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/temporary_home.hpp"

namespace ck::run {
namespace {

using install::Variables;

class PlanRun : public ::testing::Test {
 protected:
  PlanRun() {
    program_.common.name = "classify";
    program_.default_command = "default";
    model::Command command;
    command.name = "default";
    command.run = {"${program.path}/classify", "--model=${model.file}", "--out=${work}/out"};
    program_.commands = {command};
    command.name = "train";
    command.run = {"train", "${BATCH}"};
    program_.commands.push_back(command);
    program_.variables = {{"BATCH_SIZE", "${BATCH}"}, {"OMP_NUM_THREADS", "1"}};
    profile_.common.name = "default";
    profile_.pass = {"LANG", "LC_*"};
    profile_.variables = {{"PATH", "/usr/bin:/bin"}, {"HOME", "${work}/home"}};

    add("program-id", "program", {});
    auto& model = add("model-id", "model", {{"data", "data-id"}});
    model.exports.values = {{"file", "${prefix}/model.onnx"}};
    model.exports.variables = {{"MODEL", "${prefix}"}};
    model.exports.prepend = {{"PATH", "${prefix}/bin"}};
    auto& data = add("data-id", "dataset", {});
    data.exports.variables = {{"MODEL", "overridden by who needs it"}, {"DATA", "${prefix}"}};
    installed_.roots = {{"model", "model-id"}};
    installed_.subject = "program-id";
  }

  store::EnvironmentRecord& add(const std::string& id, const std::string& kind,
                                std::map<std::string, std::string> dependencies) {
    store::EnvironmentRecord record;
    record.id = id;
    record.component = {"core", kind, kind, ""};
    record.version = "1.0";
    record.dependencies = std::move(dependencies);
    return closure_.emplace(id, install::make_environment(record, catalog::Home{"/data/ck"}))
        .first->second.record;
  }

  Result<RunPlan> plan(const RunRequest& request = {}) {
    return plan_run(program_, installed_, closure_, {{"BATCH", "16"}}, profile_, request, host_,
                    "/data/ck");
  }

  model::Program program_;
  model::Profile profile_;
  install::Closure closure_;
  install::InstallPlan installed_;
  Variables host_{{"LANG", "C"}, {"LC_ALL", "C.UTF-8"}, {"SECRET", "token"}};
};

TEST_F(PlanRun, IsClosedButForItsPlaces) {
  program_.limits.memory_bytes = 100;
  profile_.limits.memory_bytes = 50;
  profile_.limits.cpu_seconds = 7;
  program_.commands[0].timeout_seconds = 60;
  program_.commands[0].accept_exit = {0, 1};
  program_.outputs.resize(1);
  program_.metrics.resize(1);
  const auto made = plan();
  ASSERT_OK(made);
  EXPECT_EQ(made->subject, "program:classify");
  EXPECT_EQ(made->command, "default");
  EXPECT_EQ(made->argv, (std::vector<std::string>{"${home}/envs/program-id/classify",
                                                  "--model=${home}/envs/model-id/model.onnx",
                                                  "--out=${work}/out"}));
  EXPECT_EQ(made->variables, (Variables{{"BATCH_SIZE", "16"},
                                        {"DATA", "${home}/envs/data-id"},
                                        {"HOME", "${work}/home"},
                                        {"LANG", "C"},
                                        {"LC_ALL", "C.UTF-8"},
                                        {"MODEL", "${home}/envs/model-id"},
                                        {"OMP_NUM_THREADS", "1"},
                                        {"PATH", "${home}/envs/model-id/bin:/usr/bin:/bin"}}));
  EXPECT_EQ(made->environments, (std::vector<std::string>{"data-id", "model-id", "program-id"}));
  EXPECT_EQ(made->parameters, (model::Values{{"BATCH", "16"}}));
  EXPECT_EQ(made->profile, "default");
  EXPECT_EQ(made->limits.memory_bytes, 50U);
  EXPECT_EQ(made->limits.cpu_seconds, 7U);
  EXPECT_EQ(made->limits.timeout_seconds, 60);
  EXPECT_EQ(made->accept_exit, (std::vector<int>{0, 1}));
  EXPECT_EQ(made->metrics.size(), 1U);
  EXPECT_EQ(made->outputs.size(), 1U);
}

TEST_F(PlanRun, LaysTheUsersWishesOverIt) {
  RunRequest request;
  request.variables = {{"BATCH_SIZE", "32"}, {"NEW", "/data/ck/x"}};
  request.arguments = {"--verbose", "${work}"};
  request.timeout_seconds = 5;
  program_.commands[0].timeout_seconds = 60;
  const auto made = plan(request);
  ASSERT_OK(made);
  EXPECT_EQ(made->argv.at(3), "--verbose");
  EXPECT_EQ(made->argv.at(4), "${work}");
  EXPECT_EQ(made->limits.timeout_seconds, 5);
  const std::map<std::string, std::string> variables(made->variables.begin(),
                                                     made->variables.end());
  EXPECT_EQ(variables.at("BATCH_SIZE"), "32");
  EXPECT_EQ(variables.at("NEW"), "${home}/x");
  EXPECT_EQ(variables.size(), made->variables.size()) << "each name once";
}

TEST_F(PlanRun, KnowsHowOftenTheWorkIsRepeated) {
  program_.variables.emplace_back("ROUNDS", "5");
  program_.repetition = model::InnerRepetition{"ROUNDS", {"time"}, 0.5};
  ASSERT_OK(plan());
  EXPECT_EQ(plan()->iterations->count, 5U) << "the default of the variable";
  RunRequest request;
  request.variables = {{"ROUNDS", "20"}};
  EXPECT_EQ(plan(request)->iterations->count, 20U);
  EXPECT_EQ(plan(request)->iterations->totals, std::vector<std::string>{"time"});
  for (const auto* wrong : {"0", "-3", "often", "1.5"}) {
    request.variables = {{"ROUNDS", wrong}};
    EXPECT_ERROR(plan(request), usage, "--env.ROUNDS=");
  }
}

TEST_F(PlanRun, KnowsTheHomeOnlyAsAWholePath) {
  RunRequest request;
  request.variables = {
      {"A", "/data/ck-old/x:/data/ck:/data/ck2"}, {"B", "-L/data/ck/lib"}, {"C", "/data/ck"}};
  const auto made = plan(request);
  ASSERT_OK(made);
  const std::map<std::string, std::string> variables(made->variables.begin(),
                                                     made->variables.end());
  EXPECT_EQ(variables.at("A"), "/data/ck-old/x:${home}:/data/ck2");
  EXPECT_EQ(variables.at("B"), "-L${home}/lib");
  EXPECT_EQ(variables.at("C"), "${home}");
}

TEST_F(PlanRun, HasNoValueOfASecretParameterInItsTexts) {
  model::Parameter password;
  password.name = "BATCH";
  password.secret = true;
  program_.recipe.parameters = {password};
  program_.secrets = {"DATA"};
  test::TemporaryHome folder;
  const auto home = *catalog::Home::open(folder.path());
  RunRequest request;
  request.command = "train";
  const auto made = plan_run(program_, installed_, closure_, {{"BATCH", "not to be told"}},
                             profile_, request, host_, home.root);
  ASSERT_OK(made);
  EXPECT_EQ(made->argv, (std::vector<std::string>{"train", "${secret:BATCH}"}));
  EXPECT_EQ(made->parameters, (model::Values{{"BATCH", "${secret:BATCH}"}}));
  EXPECT_EQ(made->hidden, (Variables{{"BATCH", "not to be told"}}));
  const std::string text = to_text(to_json(*made));
  EXPECT_EQ(text.find("not to be told"), std::string::npos) << text;
  const auto back = run_plan_from_json(to_json(*made), "record");
  ASSERT_OK(back);
  ASSERT_EQ(back->secrets.size(), 2U);
  EXPECT_EQ(back->secrets.at(0).name, "BATCH");
  EXPECT_EQ(back->secrets.at(1).name, "DATA") << "the program says so";
  EXPECT_EQ(scrubber_of(*made).scrub("it is not to be told"), "it is ${secret:BATCH}");
}

TEST_F(PlanRun, TakesTheCommandThatIsAskedFor) {
  RunRequest request;
  request.command = "train";
  const auto made = plan(request);
  ASSERT_OK(made);
  EXPECT_EQ(made->command, "train");
  EXPECT_EQ(made->argv, (std::vector<std::string>{"train", "16"}));
}

TEST_F(PlanRun, SuggestsCommands) {
  RunRequest request;
  request.command = "trian";
  EXPECT_ERROR(plan(request), usage, "program:classify has no command 'trian'");
  EXPECT_ERROR(plan(request), usage, "did you mean 'train'?");
  EXPECT_ERROR(plan(request), usage, "--cmd_key takes one of: default, train");
}

TEST_F(PlanRun, SuggestsVariablesThatAreNearlyRight) {
  RunRequest request;
  request.variables = {{"BATCHSIZE", "1"}};
  EXPECT_ERROR(plan(request), usage, "did you mean 'BATCH_SIZE'?");
  request.variables = {{"LD_LIBRARY_PATH", "/x"}};
  EXPECT_OK(plan(request));
}

TEST_F(PlanRun, NamesTheTextThatUsesAnUnknownName) {
  program_.commands[0].run.push_back("${modle.file}");
  EXPECT_ERROR(plan(), invalid, "command 'default' of program:classify");
  EXPECT_ERROR(plan(), invalid, "did you mean 'model.file'?");
  program_.commands[0].run = {"x"};
  program_.variables.emplace_back("BAD", "${model.nothing}");
  EXPECT_ERROR(plan(), invalid, "variable 'BAD' of program:classify");
}

TEST_F(PlanRun, NeedsNoEnvironmentOfItsOwn) {
  installed_ = {};
  program_.commands[0].run = {"/bin/true"};
  const auto made = plan();
  ASSERT_OK(made);
  EXPECT_TRUE(made->environments.empty());
  program_.commands[0].run = {"${program.path}"};
  EXPECT_ERROR(plan(), invalid, "program.path");
}

}  // namespace
}  // namespace ck::run
