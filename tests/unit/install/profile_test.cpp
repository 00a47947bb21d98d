#include "install/profile.hpp"

#include <gtest/gtest.h>

#include "support/installation.hpp"

namespace ck::install {
namespace {

using std::chrono::milliseconds;

TEST(ProfileVariables, PassWhatThePatternsName) {
  model::Profile profile;
  profile.pass = {"LANG", "LC_*", "X?"};
  const Variables host{{"LANG", "C"}, {"LANGUAGE", "de"}, {"LC_ALL", "C"},
                       {"XY", "1"},   {"XYZ", "2"},       {"SECRET", "s"}};
  EXPECT_EQ(profile_variables(profile, host, "/w"),
            (Variables{{"LANG", "C"}, {"LC_ALL", "C"}, {"XY", "1"}}));
  profile.pass.clear();
  EXPECT_TRUE(profile_variables(profile, host, "/w").empty());
}

TEST(ProfileVariables, AreFixedByTheProfileWhateverTheHostSays) {
  model::Profile profile;
  profile.pass = {"*"};
  profile.variables = {{"HOME", "${work}/home"}, {"TMPDIR", "${work}/tmp"}, {"A", "${other}"}};
  EXPECT_EQ(
      profile_variables(profile, {{"HOME", "/root"}, {"B", "${work}"}}, "/w"),
      (Variables{{"B", "${work}"}, {"HOME", "/w/home"}, {"TMPDIR", "/w/tmp"}, {"A", "${other}"}}));
}

TEST(ProcessLimits, AreTheTighterOfBoth) {
  model::Limits profile;
  profile.memory_bytes = 100;
  profile.cpu_seconds = 5;
  profile.timeout_seconds = 2.5;
  model::Limits component;
  component.memory_bytes = 200;
  component.cpu_seconds = 3;
  component.processes = 7;
  component.file_bytes = 8;
  component.output_bytes = 9;
  const auto limits = process_limits(profile, component);
  EXPECT_EQ(limits.memory_bytes, 100U);
  EXPECT_EQ(limits.cpu_seconds, 3U);
  EXPECT_EQ(limits.processes, 7U);
  EXPECT_EQ(limits.file_bytes, 8U);
  EXPECT_EQ(limits.output_bytes, 9U);
  EXPECT_EQ(limits.wall_time, milliseconds(2500));
  EXPECT_EQ(process_limits({}, {}).wall_time, std::nullopt);
}

TEST(ProcessLimits, TakeAnyTimeout) {
  model::Limits limits;
  limits.timeout_seconds = 0.0001;
  EXPECT_EQ(process_limits(limits, {}).wall_time, milliseconds(1)) << "not no time at all";
  limits.timeout_seconds = 1e300;
  EXPECT_GT(process_limits(limits, {}).wall_time, std::chrono::hours(24 * 365));
  EXPECT_LT(process_limits(limits, {}).wall_time, std::chrono::hours(24 * 36500));
}

TEST(LoadProfile, FindsItInTheCatalog) {
  test::Installation machine;
  machine.component("profile", "strict", R"("pass": ["LANG"], "variables": {"A": "1"})");
  const auto profile = load_profile("strict", machine.context());
  ASSERT_OK(profile);
  EXPECT_EQ(profile->pass, std::vector<std::string>{"LANG"});
  EXPECT_EQ(profile->common.name, "strict");
  EXPECT_ERROR(load_profile("strikt", machine.context()), not_found, "strict");
}

}  // namespace
}  // namespace ck::install
