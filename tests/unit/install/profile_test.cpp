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

/// Beside the repository "test", which ranks before it, one that is called core.
class LoadProfile : public testing::Test {
 protected:
  LoadProfile() {
    catalog::Repository core;
    core.name = "core";
    core.uid = "00000000000000c0";
    core.path = machine.folder / "core";
    core.rank = 1;
    machine.repositories.push_back(core);
    test::write_text(core.path / "environments/strict/ck.json",
                     R"({"schema": "ck.profile/1", "name": "strict", "uid": "00000000000000c1",
                         "version": "1.0.0", "pass": ["LANG"], "variables": {"A": "1"}})");
  }

  test::Installation machine;
};

TEST_F(LoadProfile, FindsItInCore) {
  for (const auto* name : {"strict", "profile:strict", "core:profile:strict"}) {
    const auto profile = load_profile(name, machine.context());
    ASSERT_OK(profile);
    EXPECT_EQ(profile->pass, std::vector<std::string>{"LANG"});
    EXPECT_EQ(profile->common.name, "strict");
  }
  EXPECT_ERROR(load_profile("strikt", machine.context()), not_found, "strict");
  for (const auto* name : {"", "stri*", "*:profile:strict", "core:program:strict", "core:profile:"})
    EXPECT_ERROR(load_profile(name, machine.context()), usage, "REPO:profile:NAME");
}

TEST_F(LoadProfile, AnotherRepositoryGivesTheNameNoOtherMeaning) {
  machine.component("profile", "strict", R"("pass": ["*"])");
  const auto cores = load_profile("strict", machine.context());
  ASSERT_OK(cores);
  EXPECT_EQ(cores->pass, std::vector<std::string>{"LANG"});
  const auto typed = load_profile("test:profile:strict", machine.context());
  ASSERT_OK(typed);
  EXPECT_EQ(typed->pass, std::vector<std::string>{"*"});
  EXPECT_EQ(typed->common.name, "test:profile:strict");
}

TEST_F(LoadProfile, AnotherRepositorysHasToBeTypedInFull) {
  machine.component("profile", "own", R"("pass": [])");
  EXPECT_ERROR(load_profile("own", machine.context()), not_found, "--profile=test:profile:own");
  EXPECT_OK(load_profile("test:profile:own", machine.context()));
}

TEST_F(LoadProfile, ARecordChoosesOnlyAmongThoseOfCore) {
  for (const auto* name : {"", "strict", "profile:strict", "core:profile:strict"})
    EXPECT_OK(check_recorded_profile(name));
  EXPECT_ERROR(check_recorded_profile("test:profile:strict"), denied,
               "--profile=test:profile:strict");
}

TEST_F(LoadProfile, RecordedRepositoriesDoNotChangeWhatProfilesSay) {
  auto context = machine.context();
  test::Installation recorded;
  recorded.repositories.front().name = "core";
  recorded.component("profile", "strict", R"("pass": ["*"])");
  Context inner{recorded.home,         recorded.repositories, recorded.context().catalog,
                context.store,         context.processes,     context.transfer,
                context.clock,         context.events,        context.cancel,
                context.host_variables};
  EXPECT_EQ(load_profile("strict", inner)->pass, std::vector<std::string>{"*"});
  inner.shipped = &context.catalog;
  EXPECT_EQ(load_profile("strict", inner)->pass, std::vector<std::string>{"LANG"});
}

TEST_F(LoadProfile, DetectionDemandsWhatTheProfileInUseDemands) {
  machine.component("profile", "sealed", R"("isolation": {"level": "demanded"})");
  auto& context = machine.context();
  ASSERT_OK(load_profile("test:profile:sealed", context));
  EXPECT_TRUE(context.demands_isolation);
  ASSERT_OK(load_profile("strict", context));
  EXPECT_FALSE(context.demands_isolation);
}

TEST_F(LoadProfile, NamesakesAreFound) {
  EXPECT_TRUE(namesakes_of_profiles(machine.context().catalog)->empty());
  machine.component("profile", "strict", R"("pass": ["*"])");
  machine.component("profile", "own", R"("pass": [])");
  const auto found = namesakes_of_profiles(machine.context().catalog);
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_TRUE(namesake_text(found->front()).starts_with("test:profile:strict has the name"));
}

}  // namespace
}  // namespace ck::install
