/// Parameters and variations: complete_values, offered_tags, active_dependencies.

#include <gtest/gtest.h>

#include "install/resolver.hpp"
#include "support/temporary_home.hpp"

namespace ck::install {
namespace {

model::Dependency dependency(const std::string& key, const std::string& tags) {
  model::Dependency dependency;
  dependency.key = key;
  dependency.tags = model::TagQuery::parse(tags);
  return dependency;
}

/// --model (required choice), --epochs (integer, 10), group backend (cpu*, cuda), group debug (on).
model::Recipe recipe() {
  using Type = model::Parameter::Type;
  model::Recipe recipe;
  recipe.parameters = {
      {"model", Type::choice, {"mlp16", "cnn16"}, std::nullopt, "which network", ""},
      {"epochs", Type::integer, {}, "10", "", ""}};
  model::Variation cpu{"cpu", model::Tags({"on-cpu"}), {}, {}, {}, {}};
  model::Variation cuda{"cuda", model::Tags({"on-gpu"}), {}, {dependency("cuda", "lib,cuda")}, {},
                        {}};
  model::Variation on{"on", {}, {}, {}, {}, {}};
  recipe.variations = {{"backend", "cpu", {cpu, cuda}}, {"debug", std::nullopt, {on}}};
  return recipe;
}

TEST(CompleteValues, LaysChoicesOverDefaults) {
  const auto values = complete_values(recipe(), {{"model", "cnn16"}, {"backend", "cuda"}}, "x");
  ASSERT_OK(values);
  EXPECT_EQ(
      *values,
      (model::Values{{"model", "cnn16"}, {"epochs", "10"}, {"backend", "cuda"}, {"debug", ""}}));
}

TEST(CompleteValues, KeepsSecretsOutOfBuilds) {
  auto changed = recipe();
  changed.parameters.push_back({"pin", model::Parameter::Type::string, {}, "", "", "", true});
  EXPECT_OK(complete_values(changed, {{"model", "mlp16"}, {"pin", "1234"}}, "package:net"));
  changed.build.options = {{"PIN", "${pin}"}};
  EXPECT_ERROR(complete_values(changed, {{"model", "mlp16"}}, "package:net"), invalid,
               "the parameter 'pin' of package:net is secret, and its build uses it");
}

TEST(CompleteValues, WantsAValueForWhatHasNoDefault) {
  const auto values = complete_values(recipe(), {}, "package:net");
  EXPECT_ERROR(values, usage, "package:net needs a value for 'model'");
  EXPECT_ERROR(values, usage, "--model= takes mlp16, cnn16");
  EXPECT_ERROR(values, usage, "model: which network");
}

TEST(CompleteValues, RefusesWhatTheComponentDoesNotHave) {
  const auto values =
      complete_values(recipe(), {{"model", "mlp16"}, {"epoch", "3"}}, "package:net");
  EXPECT_ERROR(values, usage, "package:net has no parameter 'epoch'");
  EXPECT_ERROR(values, usage, "did you mean 'epochs'?");
  EXPECT_ERROR(values, usage, "parameters: --model, --epochs, --backend, --debug");
  EXPECT_ERROR(complete_values({}, {{"a", "b"}}, "package:net"), usage, "it has none");
}

TEST(CompleteValues, RefusesValuesOfTheWrongKind) {
  EXPECT_FALSE(complete_values(recipe(), {{"model", "mlp17"}}, "package:net"));
  const auto epochs = complete_values(recipe(), {{"model", "mlp16"}, {"epochs", "many"}}, "p");
  EXPECT_FALSE(epochs);
  EXPECT_NE(test::text_of(epochs.error()).find("epochs"), std::string::npos);
  const auto backend = complete_values(recipe(), {{"model", "mlp16"}, {"backend", "cud"}}, "p");
  EXPECT_ERROR(backend, usage, "p: 'cud' is no variation of group 'backend'");
  EXPECT_ERROR(backend, usage, "did you mean 'cuda'?");
  EXPECT_ERROR(backend, usage, "variations: cpu, cuda");
}

TEST(OfferedTags, AreThoseOfTheComponentItsKindAndItsVariations) {
  catalog::Component component;
  component.id.kind = "package";
  component.tags = model::Tags({"net"});
  const auto tags =
      offered_tags(component, recipe(),
                   {{"model", "mlp16"}, {"epochs", "1"}, {"backend", "cuda"}, {"debug", "on"}});
  EXPECT_EQ(tags.text(), "cuda,net,on,on-gpu,package");
  const auto plain =
      offered_tags(component, recipe(),
                   {{"model", "mlp16"}, {"epochs", "1"}, {"backend", "cpu"}, {"debug", ""}});
  EXPECT_EQ(plain.text(), "cpu,net,on-cpu,package");
}

std::vector<std::string> keys(const Result<std::vector<model::Dependency>>& dependencies) {
  std::vector<std::string> keys;
  EXPECT_OK(dependencies);
  if (dependencies)
    for (const auto& dependency : *dependencies) keys.push_back(dependency.key);
  return keys;
}

TEST(ActiveDependencies, FollowConditionsAndVariations) {
  model::Recipe all = recipe();
  all.dependencies = {dependency("data", "dataset,digits"), dependency("gpu", "gpu")};
  all.dependencies[1].when.any_of = {{"backend", {"cuda"}}, {"model", {"cnn16", "cnn32"}}};
  using Keys = std::vector<std::string>;
  model::Values values{{"model", "cnn16"}, {"backend", "cuda"}, {"debug", ""}};
  EXPECT_EQ(keys(active_dependencies(all, values)), (Keys{"data", "gpu", "cuda"}));
  values["model"] = "mlp16";
  EXPECT_EQ(keys(active_dependencies(all, values)), (Keys{"data", "cuda"}));
  values["backend"] = "cpu";
  EXPECT_EQ(keys(active_dependencies(all, values)), Keys{"data"});
  EXPECT_EQ(keys(active_dependencies(all, {})), Keys{"data"});
}

TEST(ActiveDependencies, AreExpanded) {
  model::Recipe all;
  all.dependencies = {dependency("weights", "model,${model}")};
  const auto active = active_dependencies(all, {{"model", "cnn16"}});
  ASSERT_OK(active);
  EXPECT_EQ(active->front().tags.all, (std::vector<std::string>{"cnn16", "model"}));
  EXPECT_ERROR(active_dependencies(all, {}), invalid, "model");
}

}  // namespace
}  // namespace ck::install
