#include "model/dependency.hpp"

#include <gtest/gtest.h>

namespace ck::model {
namespace {

TEST(Condition, HoldsWhenEveryNameHasOneOfItsValues) {
  const Condition condition{{{"model", {"cnn16", "cnn4"}}, {"openmp", {"true"}}}};
  EXPECT_TRUE(condition.holds({{"model", "cnn4"}, {"openmp", "true"}, {"other", "x"}}));
  EXPECT_FALSE(condition.holds({{"model", "mlp"}, {"openmp", "true"}}));
  EXPECT_FALSE(condition.holds({{"model", "cnn4"}}));
  EXPECT_TRUE(Condition().holds({}));
}

TEST(Condition, LeavesOtherChoicesToTheSolver) {
  Condition condition;
  condition.choices.push_back({"compiler", {TagQuery::parse("clang"), "", "", {}}});
  condition.choices.push_back({"python", {{}, "software", "python", {}}});
  EXPECT_TRUE(condition.holds({}));
  EXPECT_FALSE(condition.always());
  EXPECT_EQ(condition.choices_text(), "'compiler' is clang and 'python' is software:python");
}

TEST(Dependency, ForgetsTheConditionOnValuesWhenReplaced) {
  Dependency dependency;
  dependency.tags.any = {{"${model}", "x"}};
  dependency.when.any_of["model"] = {"a"};
  dependency.when.choices.push_back({"other", {TagQuery{{"${model}"}, {}}, "", "", {}}});
  const auto expanded = dependency.expanded({{"model", "a"}});
  ASSERT_TRUE(expanded.has_value());
  EXPECT_TRUE(expanded->when.any_of.empty());
  EXPECT_EQ(expanded->when.choices_text(), "'other' is a");
  EXPECT_EQ(expanded->tags.any_text(), "a,x");
}

TEST(Exclusion, ReplacesParameters) {
  Exclusion exclusion;
  exclusion.wish.tags.all = {"${model}"};
  exclusion.when.any_of["model"] = {"a"};
  const auto expanded = exclusion.expanded({{"model", "a"}});
  ASSERT_TRUE(expanded.has_value());
  EXPECT_EQ(expanded->wish.text(), "a");
  EXPECT_TRUE(expanded->when.always());
  const auto wrong = exclusion.expanded({});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().context, std::vector<std::string>{"conflict with ${model}"});
}

TEST(Dependency, NamesFactsAboutTheMachineWithoutAKind) {
  Dependency dependency;
  dependency.name = "host.glibc";
  dependency.version = *VersionRange::parse(">=2.31");
  EXPECT_EQ(dependency.text(), "host.glibc version >=2.31");
}

TEST(Dependency, ReplacesParametersInTagsAndName) {
  Dependency dependency;
  dependency.key = "weights";
  dependency.tags = {{"${model}", "onnx"}, {"no-${model}"}};
  dependency.name = "${model}-weights";
  const auto expanded = dependency.expanded({{"model", "cnn16"}});
  ASSERT_TRUE(expanded.has_value());
  EXPECT_EQ(expanded->tags, (TagQuery{{"cnn16", "onnx"}, {"no-cnn16"}}));
  EXPECT_EQ(expanded->name, "cnn16-weights");
  EXPECT_EQ(dependency.name, "${model}-weights");
}

TEST(Dependency, KeepsTagsSortedAndUniqueWhenReplaced) {
  Dependency dependency;
  dependency.tags.all = {"${b}", "z"};
  const auto expanded = dependency.expanded({{"b", "z"}});
  ASSERT_TRUE(expanded.has_value());
  EXPECT_EQ(expanded->tags.all, std::vector<std::string>{"z"});
}

TEST(Dependency, NamesAnUnknownParameter) {
  Dependency dependency;
  dependency.key = "weights";
  dependency.tags.all = {"${modl}"};
  const auto expanded = dependency.expanded({{"model", "cnn16"}});
  ASSERT_FALSE(expanded.has_value());
  EXPECT_EQ(expanded.error().code, ErrorCode::invalid);
  EXPECT_EQ(expanded.error().message, "nothing is called 'modl' in '${modl}'");
  EXPECT_EQ(expanded.error().context, std::vector<std::string>{"dependency 'weights'"});
  EXPECT_EQ(expanded.error().hints, std::vector<std::string>{"did you mean 'model'?"});
}

TEST(Dependency, RefusesATagThatBecomesEmpty) {
  Dependency dependency;
  dependency.tags.none = {"${model}"};
  const auto expanded = dependency.expanded({{"model", ""}});
  ASSERT_FALSE(expanded.has_value());
  EXPECT_EQ(expanded.error().message, "the tag '${model}' has an empty value");
  dependency.tags.none.clear();
  dependency.name = "${other}";
  EXPECT_FALSE(dependency.expanded({}).has_value());
}

TEST(Dependency, HasATextForMessages) {
  Dependency dependency;
  EXPECT_EQ(dependency.text(), "anything");
  dependency.tags.all = {"compiler", "cpp"};
  dependency.version = *VersionRange::parse(">=12");
  EXPECT_EQ(dependency.text(), "compiler,cpp version >=12");
  dependency.kind = "software";
  EXPECT_EQ(dependency.text(), "software compiler,cpp version >=12");
  dependency.name = "gcc";
  EXPECT_EQ(dependency.text(), "software:gcc compiler,cpp version >=12");
  dependency.kind.clear();
  EXPECT_EQ(dependency.text(), "*:gcc compiler,cpp version >=12");
}

}  // namespace
}  // namespace ck::model
