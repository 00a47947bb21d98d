#include "install/environment.hpp"

#include <gtest/gtest.h>

#include "support/temporary_home.hpp"

namespace ck::install {
namespace {

Environment environment(const std::string& id,
                        std::map<std::string, std::string> dependencies = {}) {
  store::EnvironmentRecord record;
  record.id = id;
  record.version = "1.2";
  record.dependencies = std::move(dependencies);
  return make_environment(record, catalog::Home{"/home/ck"});
}

/// app -> lib, tool; tool -> lib.
Closure diamond() {
  Closure closure;
  closure.emplace("app", environment("app", {{"l", "lib"}, {"t", "tool"}}));
  closure.emplace("tool", environment("tool", {{"l", "lib"}}));
  closure.emplace("lib", environment("lib"));
  return closure;
}

TEST(Environment, LiesInTheHomeWhenBuiltAndWhereItWasFoundOtherwise) {
  EXPECT_EQ(environment("abc").path, "/home/ck/envs/abc");
  store::EnvironmentRecord record;
  record.origin = store::EnvironmentRecord::Origin::detected;
  record.path = "/usr";
  EXPECT_EQ(make_environment(record, catalog::Home{"/home/ck"}).path, "/usr");
}

TEST(Environment, GivesItsValues) {
  Environment built = environment("abc");
  built.record.exports.values = {{"file", "${prefix}/model.onnx"}, {"inputs", "64"}};
  EXPECT_EQ(built.value("path"), "/home/ck/envs/abc");
  EXPECT_EQ(built.value("version"), "1.2");
  EXPECT_EQ(built.value("id"), "abc");
  EXPECT_EQ(built.value("file"), "/home/ck/envs/abc/model.onnx");
  EXPECT_EQ(built.value("inputs"), "64");
  EXPECT_EQ(built.value("nothing"), std::nullopt);
  EXPECT_EQ(built.value_names(),
            (std::vector<std::string>{"path", "version", "id", "file", "inputs"}));
}

TEST(Environment, NamesTheFileItWasRecognisedBy) {
  Environment detected = environment("abc");
  EXPECT_EQ(detected.value("file"), std::nullopt);
  detected.record.file = "/usr/bin/gcc";
  EXPECT_EQ(detected.value("file"), "/usr/bin/gcc");
  EXPECT_EQ(detected.value_names(), (std::vector<std::string>{"path", "version", "id", "file"}));
}

TEST(ClosureOrder, PutsDependenciesFirstAndEachOnce) {
  using Ids = std::vector<std::string>;
  EXPECT_EQ(closure_order(diamond(), {"app"}), (Ids{"lib", "tool", "app"}));
  EXPECT_EQ(closure_order(diamond(), {"tool", "app", "tool"}), (Ids{"lib", "tool", "app"}));
  EXPECT_EQ(closure_order(diamond(), {"lib", "unknown"}), Ids{"lib"});
  EXPECT_TRUE(closure_order(diamond(), {}).empty());
}

TEST(ClosureOrder, EndsWithCircles) {
  Closure closure;
  closure.emplace("a", environment("a", {{"b", "b"}}));
  closure.emplace("b", environment("b", {{"a", "a"}}));
  EXPECT_EQ(closure_order(closure, {"a"}), (std::vector<std::string>{"b", "a"}));
}

TEST(SetVariable, KeepsThePlace) {
  Variables variables{{"A", "1"}, {"B", "2"}};
  set_variable(variables, "A", "3");
  set_variable(variables, "C", "4");
  EXPECT_EQ(variables, (Variables{{"A", "3"}, {"B", "2"}, {"C", "4"}}));
}

TEST(WithExports, LaysThemOverTheBaseInClosureOrder) {
  Closure closure = diamond();
  closure.at("lib").record.exports.variables = {{"LIB", "${prefix}"}, {"WHO", "lib"}};
  closure.at("lib").record.exports.prepend = {{"PATH", "${prefix}/bin"}, {"LD", "${prefix}/lib"}};
  closure.at("app").record.exports.variables = {{"WHO", "app"}};
  closure.at("app").record.exports.prepend = {{"PATH", "${prefix}/bin"}};
  const auto variables = with_exports({{"PATH", "/bin"}, {"WHO", "host"}}, closure, {"app"});
  EXPECT_EQ(variables, (Variables{{"PATH", "/home/ck/envs/app/bin:/home/ck/envs/lib/bin:/bin"},
                                  {"WHO", "app"},
                                  {"LIB", "/home/ck/envs/lib"},
                                  {"LD", "/home/ck/envs/lib/lib"}}));
}

TEST(WithExports, LeavesNoEmptyElementInAPath) {
  Closure closure;
  closure.emplace("a", environment("a"));
  closure.at("a").record.exports.prepend = {{"PATH", "/x"}};
  EXPECT_EQ(with_exports({{"PATH", ""}}, closure, {"a"}), (Variables{{"PATH", "/x"}}));
  EXPECT_EQ(with_exports({}, closure, {"a"}), (Variables{{"PATH", "/x"}}));
}

}  // namespace
}  // namespace ck::install
