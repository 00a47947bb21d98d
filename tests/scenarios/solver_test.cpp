/// Every .txt below tests/scenarios is one test: what stands above "---" is solved, and what comes
/// of it must be what stands below. With CK_ACCEPT=1 the files are rewritten instead of compared.

#include "solve/solver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/path.hpp"
#include "support/solver_scenario.hpp"

namespace {

using ck::fs::path;

std::string content_of(const path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  return content.str();
}

std::vector<path> scenario_files() {
  std::vector<path> files;
  const auto folder = path(CK_SOURCE_DIR) / "tests/scenarios";
  for (const auto& entry : ck::fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string test_name(const testing::TestParamInfo<path>& info) {
  auto name = info.param.stem().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class SolverScenario : public testing::TestWithParam<path> {};

TEST_P(SolverScenario, comes_out_as_written) {
  auto scenario = ck::test::parse_scenario(content_of(GetParam()));
  ASSERT_TRUE(scenario) << scenario.error().message << ", " << scenario.error().context.front();
  const auto solve = [&] {
    return ck::test::outcome_text(ck::solve::solve(scenario->universe, scenario->request),
                                  scenario->show_rejected);
  };
  const auto actual = solve();
  if (std::getenv("CK_ACCEPT") != nullptr) {
    std::ofstream(GetParam(), std::ios::binary) << scenario->given << actual;
    return;
  }
  EXPECT_EQ(actual, scenario->expected) << "in " << GetParam();

  auto& candidates = scenario->universe.candidates;
  std::reverse(candidates.begin(), candidates.end());
  EXPECT_EQ(solve(), actual) << "the order of candidates in the universe must not matter";
}

/// What the folder promises: whatever its cases ask for cannot be had, and why is told.
TEST(UnsatisfiableScenarios, are_at_least_sixty_and_all_conflicts) {
  std::size_t count = 0;
  for (const auto& file : scenario_files()) {
    if (file.parent_path().filename() != "unsatisfiable") continue;
    ++count;
    const auto scenario = ck::test::parse_scenario(content_of(file));
    ASSERT_TRUE(scenario) << file;
    const auto outcome = ck::solve::solve(scenario->universe, scenario->request);
    ASSERT_TRUE(outcome) << file;
    EXPECT_TRUE(std::holds_alternative<ck::solve::Conflict>(*outcome)) << file;
  }
  EXPECT_GE(count, 60u);
}

INSTANTIATE_TEST_SUITE_P(files, SolverScenario, testing::ValuesIn(scenario_files()), test_name);

}  // namespace
