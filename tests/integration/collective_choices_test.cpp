// What a command line asks of the dependencies of Collective Knowledge's components, dry runs, and
// dependencies that are not answered alike.

#include "collective_fixture.hpp"

namespace ck::test {
namespace {

class CollectiveChoices : public CollectiveTest {
 protected:
  /// program:prog needs a, in any version, and b, whose package needs an old a. program:one needs
  /// only a.
  CollectiveChoices() {
    repository.compiler();
    library("liba1", "lib,a", "1.0");
    library("liba2", "lib,a", "2.0");
    library("libb", "lib,b", "1.0", R"({"a": {"tags": "lib,a", "version_to": [1]}})");
    program("prog", R"({"a": {"tags": "lib,a", "sort": 1}, "b": {"tags": "lib,b", "sort": 2}})");
    program("one", R"({"a": {"tags": "lib,a"}})");
  }

  void library(const std::string& name, const std::string& tags, const std::string& version,
               const std::string& needs = "{}") const {
    repository.package(name, tags, "touch \"$INSTALL_DIR/made\"\n", R"("deps": )" + needs,
                       R"("version": ")" + version + "\"");
  }
  void program(const std::string& name, const std::string& needs) const {
    repository.program(name, "int main(void) { return 0; }\n",
                       R"({"default": {"run_time": {"run_cmd_main": "$#BIN_FILE#$ written"}}})",
                       R"("run_deps": )" + needs);
  }

  std::size_t count(const std::string& component) const {
    std::size_t found = 0;
    const Json shown = json_of(ck("show env --json"));
    for (const auto& one : shown["environments"]) {
      found += component == one["component"]["kind"].get<std::string>() + ":" +
                                one["component"]["name"].get<std::string>();
    }
    return found;
  }
};

TEST_F(CollectiveChoices, ADryRunOfAProgramInstallsNothing) {
  publish();
  const auto dry = ck("run program:prog --dry-run");
  ASSERT_TRUE(succeeds(dry));
  for (const auto* words : {"soft:compiler.cc", "package:liba2", "package:libb", "package:liba1",
                            "program:prog", "$#BIN_FILE#$ written"})
    EXPECT_TRUE(says(dry.out, words)) << words << " in " << dry.out;
  EXPECT_EQ(environments(), std::vector<std::string>());
  EXPECT_TRUE(points("prog").empty());
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveChoices, ADryRunWhereAllIsThereTellsTheWholePlan) {
  publish();
  ASSERT_TRUE(succeeds(ck("run program:one")));
  const auto before = environments();
  const auto dry = ck("run program:one --dry-run");
  ASSERT_TRUE(succeeds(dry));
  EXPECT_TRUE(says(dry.out, "a.out written")) << dry.out;
  EXPECT_FALSE(says(dry.out, "would be")) << dry.out;
  EXPECT_EQ(environments(), before);
  EXPECT_TRUE(says(ck("run program:one --dry-run --flags=-O3").out, "$#BIN_FILE#$ written"));
  EXPECT_EQ(environments(), before) << "it would be compiled";
}

TEST_F(CollectiveChoices, ADryInstallationInstallsNothing) {
  publish();
  const auto dry = ck("install package:libb --dry-run");
  ASSERT_TRUE(succeeds(dry));
  EXPECT_TRUE(says(dry.out, "package:liba1")) << dry.out;
  EXPECT_TRUE(says(dry.out, "package:libb")) << dry.out;
  EXPECT_EQ(environments(), std::vector<std::string>());
  expect_clean();
}

TEST_F(CollectiveChoices, ADryRunOfALockSaysWhatIsHere) {
  publish();
  const std::string lock = (folder / "libb.lock").string();
  ASSERT_TRUE(succeeds(ck("lock package:libb --out=" + lock)));
  const auto here = ck("install --locked=" + lock + " --dry-run");
  ASSERT_TRUE(succeeds(here));
  EXPECT_TRUE(says(here.out, "locked, and here")) << here.out;
  EXPECT_FALSE(says(here.out, "not here")) << here.out;
  const auto there =
      ck("install --locked=" + lock + " --dry-run", {{"CK_HOME", (folder / "other").string()}});
  ASSERT_TRUE(succeeds(there));
  EXPECT_TRUE(says(there.out, "locked, and not here: would be installed")) << there.out;
  EXPECT_EQ(names_in("../other/envs"), std::vector<std::string>());
}

TEST_F(CollectiveChoices, ADependencyCanBeNamedOrBounded) {
  publish();
  ASSERT_TRUE(succeeds(ck("run program:one")));
  EXPECT_EQ(count("package:liba1"), 0U);
  const auto named = ck("explain program:one --dep.a=package:liba1");
  ASSERT_TRUE(succeeds(named));
  EXPECT_TRUE(says(named.out, "a: package:liba1@1.0 (would be installed")) << named.out;
  EXPECT_TRUE(says(named.out, "is not package:liba1")) << named.out;
  ASSERT_TRUE(succeeds(ck({"run", "program:one", "--dep.a=<2"})));
  EXPECT_EQ(count("package:liba1"), 1U);
  const std::string id = environment_of("package:liba1")["id"].get<std::string>();
  const auto exact = ck("explain program:one --dep.a=env:" + id.substr(0, 6));
  ASSERT_TRUE(succeeds(exact));
  EXPECT_TRUE(says(exact.out, "a: package:liba1@1.0 (env:" + id.substr(0, 12) + ")")) << exact.out;
  expect_clean();
}

TEST_F(CollectiveChoices, PointsOfASweepAreWhatTheyAreCalled) {
  publish();
  ASSERT_TRUE(
      succeeds(ck("benchmark program:one --param.dep.a=package:liba1,package:liba2 "
                  "--repetitions=1")));
  EXPECT_EQ(count("package:liba1"), 1U);
  EXPECT_EQ(count("package:liba2"), 1U);
}

TEST_F(CollectiveChoices, ALockedSweepGoesOnWhereItEnded) {
  repository.entry("program", "nap", R"({"program": "yes", "no_compile": "yes",
      "run_cmds": {"default": {"run_time": {"run_cmd_main": "echo $N"}}}})");
  publish();
  const std::string lock = (folder / "nap.lock").string();
  write_text(lock, ck("lock program:nap").out);
  const std::string line =
      "benchmark program:nap --locked=" + lock + " --param.env.N=1,2 --repetitions=1";
  ASSERT_TRUE(succeeds(ck(line)));
  const auto again = ck(line);
  ASSERT_TRUE(succeeds(again));
  EXPECT_FALSE(says(again.err, "left aside")) << again.err;
  EXPECT_TRUE(says(again.out, "was there")) << again.out;
}

TEST_F(CollectiveChoices, WhatWasBuiltWithAnotherChoiceIsNotTaken) {
  library("libc", "lib,c", "1.0", R"({"a": {"tags": "lib,a"}})");
  program("deep", R"({"c": {"tags": "lib,c"}})");
  publish();
  ASSERT_TRUE(succeeds(ck("install package:libc")));
  EXPECT_TRUE(says(ck("explain program:deep").out, "c: package:libc@1.0 (env:"));
  ASSERT_TRUE(succeeds(ck("run program:deep --dep.a=package:liba1")));
  EXPECT_EQ(count("package:libc"), 2U);
  EXPECT_EQ(count("package:liba1"), 1U);
}

TEST_F(CollectiveChoices, AnImpossibleChoiceSaysWhatThereIs) {
  publish();
  for (const auto* verb : {"explain", "run", "lock", "compile"}) {
    const std::string key = verb == std::string("compile") ? "compiler" : "a";
    const auto result = ck(std::string(verb) + " program:one --dep." + key + "=tags:nope");
    EXPECT_TRUE(fails(result, 1, "nope")) << verb;
    EXPECT_TRUE(says(result.err, "without --dep." + key + "=tags:nope there is ")) << result.err;
  }
  const auto bounded = ck("explain program:one --dep.a=7");
  EXPECT_TRUE(fails(bounded, 1, "no package answers lib,a in version 7"));
  EXPECT_TRUE(says(bounded.err, "package:liba2 of public is version 2.0")) << bounded.err;
  EXPECT_TRUE(fails(ck("install package:libb --dep.a=package:liba2"), 1, "package:liba2"));
  EXPECT_EQ(count("package:liba2"), 0U);
}

TEST_F(CollectiveChoices, AnUnknownKeyIsRefusedWithTheKeysThereAre) {
  publish();
  for (const auto* verb : {"explain", "run", "compile", "lock"}) {
    const auto result = ck(std::string(verb) + " program:one --dep.nonsense=1");
    EXPECT_TRUE(fails(result, 2, "nothing that program:one needs has the key 'nonsense'")) << verb;
    EXPECT_TRUE(says(result.err, "keys: a, compiler")) << result.err;
  }
  EXPECT_TRUE(fails(ck("install package:libb --dep.b=1"), 2, "has the key 'b'"));
  EXPECT_EQ(count("program:one"), 0U);
}

TEST_F(CollectiveChoices, AnotherMachineIsRefused) {
  publish();
  constexpr std::string_view kWhy = "do not say what of the machine they need";
  EXPECT_TRUE(fails(ck("explain program:one --host.glibc=2.20"), 2, kWhy));
  EXPECT_TRUE(fails(ck("run program:one --dry-run --host.glibc=2.20"), 2, kWhy));
  EXPECT_TRUE(fails(ck("install package:libb --dry-run --host.glibc=2.20"), 2, kWhy));
}

TEST_F(CollectiveChoices, AKeyThatIsNotAnsweredAlikeIsTold) {
  publish();
  constexpr std::string_view kWarning = "dependency 'a' is not answered alike";
  const auto told = ck("explain program:prog");
  ASSERT_TRUE(succeeds(told));
  EXPECT_TRUE(says(told.err, kWarning)) << told.err;
  const auto result = ck("run program:prog");
  ASSERT_TRUE(succeeds(result));
  EXPECT_TRUE(says(result.err, kWarning)) << result.err;
  EXPECT_TRUE(says(result.err, "package:liba1@1.0 (env:")) << result.err;
  EXPECT_TRUE(says(result.err, ") by package:libb")) << result.err;
  EXPECT_TRUE(says(result.err, ") by program:prog")) << result.err;
  EXPECT_FALSE(says(ck("run program:one").err, kWarning));
}

}  // namespace
}  // namespace ck::test
