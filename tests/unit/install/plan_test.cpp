/// From a resolution to environments with ids that are known before anything is built.

#include "install/plan.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "install/planner.hpp"
#include "support/installation.hpp"

namespace ck::install {
namespace {

using Action = PlannedEnvironment::Action;

class Plan : public ::testing::Test {
 protected:
  Plan() {
    machine_.package("lib", R"("tags": ["lib"], "exports": {"values": {
        "header": "${prefix}/lib.h"}, "variables": {"LIB": "${prefix}"}})");
    machine_.package("app", R"("tags": ["app"], "dependencies": {"lib": {"tags": ["lib"]}},
        "parameters": {"size": {"type": "integer", "default": 8}},
        "exports": {"values": {"text": "${version} ${size} ${lib.version} ${lib.header}"},
                    "prepend": {"PATH": "${prefix}/bin"}})");
  }

  InstallPlan plan(const model::Values& chosen = {}, bool rebuild = false) {
    auto plan = machine_.plan("package:app", chosen, rebuild);
    EXPECT_OK(plan);
    return plan.value_or(InstallPlan{});
  }

  std::string subject_id(const model::Values& chosen = {}) {
    return plan(chosen).subject.value_or("");
  }

  /// Leaves what makes an environment exist.
  void pretend_built(const PlannedEnvironment& step) {
    test::write_text(inputs_file(step.environment.path), step.inputs);
    Manifest manifest;
    manifest.record = step.environment.record;
    test::write_text(manifest_file(step.environment.path), to_text(manifest));
  }

  test::Installation machine_;
};

TEST_F(Plan, BuildsDependenciesFirst) {
  const InstallPlan made = plan();
  ASSERT_EQ(made.steps.size(), 2U);
  EXPECT_EQ(made.steps[0].component.id.text(), "package:lib");
  EXPECT_EQ(made.steps[1].component.id.text(), "package:app");
  EXPECT_EQ(made.steps[0].action, Action::build);
  EXPECT_EQ(made.steps[1].action, Action::build);
  EXPECT_EQ(made.steps[1].reason, "asked for");
  const std::string lib = made.steps[0].environment.record.id;
  EXPECT_EQ(made.roots, (std::map<std::string, std::string>{{"lib", lib}}));
  EXPECT_EQ(made.subject, made.steps[1].environment.record.id);
  EXPECT_EQ(made.steps[1].environment.record.dependencies, made.roots);
  EXPECT_EQ(made.steps[1].values, (model::Values{{"size", "8"}}));
}

TEST_F(Plan, NamesAnEnvironmentByItsReadableInputs) {
  const InstallPlan made = plan();
  const auto& step = made.steps.at(1);
  EXPECT_EQ(step.environment.record.id, sha256_hex(step.inputs).substr(0, 32));
  for (const auto* line : {"ck-environment 2\n", "component package:app ", "version 1.0.0\n",
                           "content ", "platform ", "profile test ", "value size \"8\"\n"})
    EXPECT_NE(step.inputs.find(line), std::string::npos) << line << step.inputs;
  EXPECT_NE(step.inputs.find("dependency lib " + made.roots.at("lib")), std::string::npos);
  EXPECT_EQ(step.environment.path, machine_.home.environments() / step.environment.record.id);
}

TEST_F(Plan, GivesTheSameIdToTheSameThing) {
  const std::string id = subject_id();
  EXPECT_EQ(subject_id(), id);
  EXPECT_EQ(subject_id({{"size", "8"}}), id) << "the default, said aloud";
  machine_.profile.limits.timeout_seconds = 5;
  EXPECT_EQ(subject_id(), id) << "limits do not change what is made";
}

TEST_F(Plan, GivesAnotherIdToAnotherThing) {
  std::set<std::string> ids{subject_id(), subject_id({{"size", "9"}})};
  machine_.package_file("app", "extra.txt", "recipe content");
  ids.insert(subject_id());
  machine_.package_file("lib", "extra.txt", "content below");
  ids.insert(subject_id());
  machine_.profile.variables.emplace_back("CFLAGS", "-O3");
  ids.insert(subject_id());
  machine_.profile.pass.emplace_back("LANG");
  ids.insert(subject_id());
  EXPECT_EQ(ids.size(), 6U);
}

TEST_F(Plan, WritesOutWhatIsExportedButForThePrefix) {
  const InstallPlan made = plan();
  const auto& exports = made.steps.at(1).environment.record.exports;
  const std::string lib = (machine_.home.environments() / made.roots.at("lib")).string();
  EXPECT_EQ(exports.values, (model::NamedTexts{{"text", "1.0.0 8 1.0.0 " + lib + "/lib.h"}}));
  EXPECT_EQ(exports.prepend, (model::NamedTexts{{"PATH", "${prefix}/bin"}}));
  EXPECT_EQ(made.steps.at(0).environment.record.exports.variables,
            (model::NamedTexts{{"LIB", "${prefix}"}}));
}

TEST_F(Plan, NamesAnExportWithAnUnknownName) {
  machine_.package("bad", R"("dependencies": {"lib": {"tags": ["lib"]}},
      "exports": {"values": {"x": "${lib.heder}"}})");
  EXPECT_ERROR(machine_.plan("package:bad"), invalid, "export 'x' of package:bad");
}

TEST_F(Plan, UsesWhatExistsUnlessItIsToBeRebuilt) {
  for (const auto& step : plan().steps) pretend_built(step);
  const InstallPlan again = plan();
  ASSERT_EQ(again.steps.size(), 2U);
  EXPECT_EQ(again.steps[0].action, Action::use);
  EXPECT_EQ(again.steps[1].action, Action::use);
  EXPECT_FALSE(again.steps[0].inputs.empty());
  const InstallPlan rebuilt = plan({}, true);
  EXPECT_EQ(rebuilt.subject, again.subject);
  EXPECT_EQ(rebuilt.steps[0].action, Action::use) << "only what was asked for";
  EXPECT_EQ(rebuilt.steps[1].action, Action::build);
  EXPECT_TRUE(rebuilt.steps[1].replace);
}

TEST_F(Plan, TellsThatWhatWasChosenWasRemoved) {
  const InstallPlan made = plan();
  Planner planner(machine_.profile, machine_.context());
  const auto status = planner.add_existing(made.steps.at(0).environment, "it was there");
  EXPECT_ERROR(status, conflict, "package:lib");
  EXPECT_ERROR(status, conflict, "was removed after it was chosen");
}

TEST_F(Plan, NeedsNothingToReplaceOnAFirstRebuild) {
  const InstallPlan made = plan({}, true);
  EXPECT_EQ(made.steps.at(1).action, Action::build);
  EXPECT_FALSE(made.steps.at(1).replace);
}

TEST_F(Plan, PlansWhatSeveralNeedOnce) {
  machine_.package("both", R"("dependencies": {"lib": {"tags": ["lib"]},
                                               "app": {"tags": ["app"]}})");
  const auto made = machine_.plan("package:both");
  ASSERT_OK(made);
  EXPECT_EQ(made->steps.size(), 3U);
}

TEST_F(Plan, AdoptsWhatTheHostHas) {
  test::write_text(machine_.folder / "host/bin/tool", "#!/bin/sh\necho 1.5\n");
  fs::permissions(machine_.folder / "host/bin/tool", fs::perms::owner_all);
  const Json software = {
      {"schema", "ck.software/1"},
      {"name", "tool"},
      {"uid", "00112233aabbccdd"},
      {"tags", {"tool"}},
      {"find", {{"executables", {"tool"}}, {"roots", {(machine_.folder / "host").string()}}}},
      {"version", {{"run", {"${file}"}}, {"pattern", "([0-9.]+)"}}}};
  test::write_text(machine_.component_folder("software", "tool") / "ck.json",
                   ck::to_text(software));
  machine_.package("user", R"("dependencies": {"tool": {"tags": ["tool"]}})");
  const auto made = machine_.plan("package:user");
  ASSERT_OK(made);
  ASSERT_EQ(made->steps.size(), 2U);
  EXPECT_EQ(made->steps[0].action, Action::adopt);
  EXPECT_EQ(made->steps[0].environment.record.version, "1.5");
  EXPECT_EQ(made->steps[0].inputs, "");
}

TEST_F(Plan, IsPrintedAsJson) {
  const InstallPlan made = plan();
  const Json json = to_json(made);
  EXPECT_EQ(json["schema"], "ck.plan/1");
  ASSERT_EQ(json["steps"].size(), 2U);
  EXPECT_EQ(json["steps"][0]["action"], "build");
  EXPECT_EQ(json["steps"][1]["environment"]["id"], *made.subject);
  EXPECT_EQ(json["steps"][1]["inputs"], made.steps[1].inputs);
  EXPECT_EQ(json["roots"]["lib"], made.roots.at("lib"));
  EXPECT_EQ(json["subject"], *made.subject);
  EXPECT_FALSE(to_json(InstallPlan{}).contains("subject"));
}

}  // namespace
}  // namespace ck::install
