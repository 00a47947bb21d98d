#include "solve/solver.hpp"

#include <gtest/gtest.h>

#include "support/solver_scenario.hpp"

namespace ck::solve {
namespace {

test::SolverScenario given(const std::string& text) {
  auto scenario = test::parse_scenario(text);
  EXPECT_TRUE(scenario) << scenario.error().message;
  return std::move(*scenario);
}

Resolution resolved(const std::string& text) {
  const auto scenario = given(text);
  const auto outcome = solve(scenario.universe, scenario.request);
  EXPECT_TRUE(outcome && std::holds_alternative<Resolution>(*outcome))
      << test::outcome_text(outcome, true);
  return std::get<Resolution>(*outcome);
}

Conflict refused(const std::string& text) {
  const auto scenario = given(text);
  const auto outcome = solve(scenario.universe, scenario.request);
  EXPECT_TRUE(outcome && std::holds_alternative<Conflict>(*outcome))
      << test::outcome_text(outcome, true);
  return std::get<Conflict>(*outcome);
}

const std::string kFooWithPrivateCompiler = R"(
detected software:gcc@12.2 tags compiler
buildable package:bar@1.0 tags bar
  needs compiler compiler
buildable package:foo@1.0 tags foo
  needs private compiler compiler
  needs bar bar
request program:x
  needs foo foo
)";

TEST(Resolution, lists_choices_after_what_they_need) {
  std::vector<std::string> order;
  for (const auto& choice : resolved(kFooWithPrivateCompiler).choices)
    order.push_back(choice.key + "/" + choice.scope);
  EXPECT_EQ(order,
            (std::vector<std::string>{"compiler/package:foo@1.0", "compiler/", "bar/", "foo/"}));
}

TEST(Resolution, holds_the_edges_of_the_closure) {
  const auto resolution = resolved(kFooWithPrivateCompiler);
  using Edges = std::map<std::string, std::string>;
  EXPECT_EQ(resolution.roots, (Edges{{"foo", "package:foo@1.0"}}));
  EXPECT_EQ(resolution.edges.size(), 3U);
  EXPECT_EQ(resolution.edges.at("package:foo@1.0"),
            (Edges{{"bar", "package:bar@1.0"}, {"compiler", "software:gcc@12.2"}}));
  EXPECT_EQ(resolution.edges.at("software:gcc@12.2"), Edges{});
}

TEST(Resolution, says_who_demands_what) {
  const auto resolution = resolved(R"(
detected software:gcc@12.2 tags compiler
buildable package:foo@1.0 tags foo
  needs compiler compiler version >=12
request program:x
  needs compiler compiler
  needs foo foo
)");
  const auto& compiler = resolution.choices.at(0);
  ASSERT_EQ(compiler.key, "compiler");
  ASSERT_EQ(compiler.demands.size(), 2U);
  EXPECT_EQ(compiler.demands[0].by, "program:x");
  EXPECT_EQ(compiler.demands[1].by, "package:foo@1.0");
  EXPECT_EQ(compiler.demands[1].dependency.version.text(), ">=12");
}

TEST(Resolution, gives_private_choices_of_the_request_its_subject_as_scope) {
  const auto resolution = resolved(R"(
detected software:gcc@12.2 tags compiler
request program:x
  needs private compiler compiler
)");
  EXPECT_EQ(resolution.choices.at(0).scope, "program:x");
}

TEST(Resolution, takes_a_key_written_twice_as_private_if_it_is_so_once) {
  const auto resolution = resolved(R"(
detected software:gcc@12.2 tags compiler
detected software:gcc@13.1 tags compiler
buildable package:foo@1.0 tags foo
  needs private compiler compiler
  needs compiler compiler version <13
request program:x
  needs foo foo
  needs compiler compiler
)");
  EXPECT_EQ(resolution.edges.at("package:foo@1.0").at("compiler"), "software:gcc@12.2");
  EXPECT_EQ(resolution.roots.at("compiler"), "software:gcc@13.1");
}

TEST(Resolution, tells_at_most_fifty_rejections) {
  std::string text;
  for (int i = 0; i < 80; ++i) text += "buildable package:foo@" + std::to_string(i) + " tags foo\n";
  const auto resolution = resolved(text + "request program:x\n  needs foo foo\n");
  ASSERT_EQ(resolution.choices.size(), 1U);
  EXPECT_EQ(resolution.choices[0].candidate, "package:foo@79");
  EXPECT_EQ(resolution.choices[0].rejected.size(), 50U);
  EXPECT_EQ(resolution.choices[0].rejected[0].candidate, "package:foo@78");
}

TEST(Resolution, does_not_depend_on_what_is_unreachable) {
  const std::string other = "buildable package:other@1.0 tags other\n  needs foo nonsense\n";
  EXPECT_EQ(resolved(other + kFooWithPrivateCompiler).edges,
            resolved(kFooWithPrivateCompiler).edges);
}

TEST(Conflict, becomes_an_error_with_tree_and_hints) {
  const auto error = refused(R"(
buildable model:mlp16@1.0 tags model,mlp16
request program:x
  needs weights model,mlp61
)")
                         .to_error();
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_EQ(error.message, "program:x needs 'weights' (mlp61,model), which nothing provides");
  ASSERT_EQ(error.hints.size(), 1U);
  EXPECT_NE(error.hints[0].find("did you mean 'mlp16'?"), std::string::npos);
}

TEST(Conflict, is_no_plain_want_when_a_pin_is_behind_it) {
  const std::string text =
      "detected software:gcc@12.2 tags compiler\nrequest program:x\n  needs compiler compiler\n";
  EXPECT_EQ(refused(text + "pin compiler version <12\n").code, ErrorCode::conflict);
}

TEST(Conflict, is_cut_short_when_it_is_long) {
  std::string text;
  for (int i = 0; i < 500; ++i)
    text += "buildable package:p" + std::to_string(i) + "@1 tags p" + std::to_string(i) +
            "\n  needs k" + std::to_string(i + 1) + " p" + std::to_string(i + 1) + "\n";
  const auto drawn = refused(text + "request program:x\n  needs k0 p0\n").tree.drawn();
  EXPECT_LT(std::count(drawn.begin(), drawn.end(), '\n'), 100);
  EXPECT_NE(drawn.find("and so on"), std::string::npos);
}

TEST(Conflict, of_a_very_long_chain_is_told_within_the_limit) {
  std::string text;
  for (int i = 0; i < 5'000; ++i)
    text += "buildable package:p" + std::to_string(i) + "@1 tags p" + std::to_string(i) +
            "\n  needs k" + std::to_string(i + 1) + " p" + std::to_string(i + 1) + "\n";
  const auto scenario = given(text + "request program:x\n  needs k0 p0\n");
  const auto outcome = solve(scenario.universe, scenario.request, {.max_steps = 200'000});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(std::holds_alternative<Conflict>(*outcome));
}

TEST(ConflictNode, is_drawn_with_branches) {
  const ConflictNode tree{"root", {{"a", {{"a1", {}}, {"a2", {}}}}, {"b", {{"b1", {}}}}}};
  EXPECT_EQ(tree.drawn(),
            "root\n"
            "├─ a\n"
            "│  ├─ a1\n"
            "│  └─ a2\n"
            "└─ b\n"
            "   └─ b1");
}

TEST(Solve, gives_up_at_its_limit) {
  const auto scenario = given(kFooWithPrivateCompiler);
  const auto outcome = solve(scenario.universe, scenario.request, {.max_steps = 5});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::unsupported);
  EXPECT_FALSE(outcome.error().hints.empty());
}

TEST(Solve, refuses_a_malformed_universe) {
  auto scenario = given(kFooWithPrivateCompiler);
  scenario.universe.candidates.push_back(scenario.universe.candidates[0]);
  EXPECT_EQ(solve(scenario.universe, scenario.request).error().code, ErrorCode::invalid);
}

TEST(ScenarioFormat, names_the_line_it_does_not_understand) {
  const auto scenario = test::parse_scenario("request program:x\n  wants foo\n");
  ASSERT_FALSE(scenario);
  EXPECT_EQ(scenario.error().context.front(), "line 2");
}

TEST(ScenarioFormat, writes_what_it_reads) {
  const auto first = given(kFooWithPrivateCompiler);
  const auto text = test::scenario_text(first.universe, first.request);
  const auto second = given(text);
  EXPECT_EQ(test::scenario_text(second.universe, second.request), text);
}

}  // namespace
}  // namespace ck::solve
