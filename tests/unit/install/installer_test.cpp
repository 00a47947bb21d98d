#include "install/installer.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "support/installation.hpp"

namespace ck::install {
namespace {

using Names = std::vector<std::string>;

class InstallerTest : public testing::Test {
 protected:
  /// A package that is made by shell commands.
  void shell_package(const std::string& name, const std::string& script,
                     const std::string& more = "") {
    world.package_file(name, "build.sh", script);
    world.package(name, R"j("sources": [{"files": "."}],
        "build": {"system": "commands", "commands": [
          {"run": ["/bin/sh", "${source}/build.sh", "${prefix}", "${source}"]}]})j" +
                            (more.empty() ? "" : ", " + more));
  }

  void expect_nothing_left() const {
    EXPECT_EQ(world.names_in(world.home.environments()), Names());
    EXPECT_EQ(world.names_in(world.home.staging()), Names());
  }

  /// Waits (at most 20 s) until a build has come as far as to write the file.
  static bool appears(const fs::path& file) {
    for (int i = 0; i < 2000 && !fs::exists(file); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return fs::exists(file);
  }

  test::Installation world;
};

TEST_F(InstallerTest, CopiesSourcesThatNeedNoBuild) {
  world.package_file("plain", "include/plain.h", "#define PLAIN 1\n");
  world.package("plain",
                R"j("sources": [{"files": "."}], "check": {"files": ["include/plain.h"]})j");
  const auto made = world.install("package:plain");
  ASSERT_OK(made);
  EXPECT_EQ(test::read_text(made->path / "include/plain.h"), "#define PLAIN 1\n");
  EXPECT_FALSE(fs::exists(made->path / "ck.json"));
  EXPECT_EQ(made->path, world.home.environments() / made->record.id);
}

TEST_F(InstallerTest, AnEnvironmentIsReadOnlyListedAndTellsWhatItWasMadeFrom) {
  shell_package("tool", "echo working; mkdir $1/bin; echo x > $1/bin/tool; ln -s tool $1/bin/t");
  const auto made = world.install("package:tool");
  ASSERT_OK(made);
  const auto manifest = read_manifest(made->path);
  ASSERT_OK(manifest);
  Names paths;
  for (const auto& file : manifest->files) paths.push_back(file.path);
  EXPECT_EQ(paths, (Names{"bin", "bin/t", "bin/tool"}));
  EXPECT_EQ(manifest->record.id, made->record.id);
  EXPECT_GT(manifest->record.created_ns, 0);
  EXPECT_EQ(manifest->record.size_bytes, 2u);
  EXPECT_EQ(environment_id(test::read_text(inputs_file(made->path))), made->record.id);
  EXPECT_NE(test::read_text(log_file(made->path)).find("working"), std::string::npos);
  const auto writable = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  EXPECT_EQ(fs::status(made->path / "bin/tool").permissions() & writable, fs::perms::none);
  const auto listed = world.context().store.environments();
  ASSERT_OK(listed);
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->at(0).id, made->record.id);
  EXPECT_EQ(world.names_in(world.home.staging()), Names());
}

TEST_F(InstallerTest, BuildsOnceAndUsesItFromThenOn) {
  const fs::path count = world.folder / "count";
  shell_package("tool", "echo x >> " + count.string() + "; echo x > $1/file");
  ASSERT_OK(world.install("package:tool"));
  ASSERT_OK(world.install("package:tool"));
  EXPECT_EQ(test::read_text(count), "x\n");
}

TEST_F(InstallerTest, RebuildReplacesTheEnvironment) {
  const fs::path count = world.folder / "count";
  shell_package("tool", "echo x >> " + count.string() + "; cp " + count.string() + " $1/file");
  const auto first = world.install("package:tool");
  ASSERT_OK(first);
  const auto second = world.install("package:tool", {}, true);
  ASSERT_OK(second);
  EXPECT_EQ(first->path, second->path);
  EXPECT_EQ(test::read_text(second->path / "file"), "x\nx\n");
  EXPECT_EQ(world.names_in(world.home.staging()), Names());
}

TEST_F(InstallerTest, DependenciesAreBuiltFirstAndSeenByBuildsAndChecks) {
  shell_package("lower",
                "mkdir $1/bin; printf '#!/bin/sh\\necho lower $LOWER\\n' > $1/bin/lower; "
                "chmod +x $1/bin/lower",
                R"j("tags": ["low"], "exports": {"values": {"tool": "${prefix}/bin/lower"},
                   "variables": {"LOWER": "set"}, "prepend": {"PATH": "${prefix}/bin"}})j");
  world.package_file("upper", "build.sh", "lower > $1/out; echo $2 $3 >> $1/out");
  world.package("upper", R"j("dependencies": {"low": {"tags": ["low"]}},
      "sources": [{"files": "."}],
      "parameters": {"colour": {"type": "string", "default": "red"}},
      "build": {"system": "commands", "commands": [
        {"run": ["/bin/sh", "${source}/build.sh", "${prefix}", "${colour}", "${low.tool}"]}]},
      "exports": {"variables": {"UPPER": "${prefix}"}},
      "check": {"files": ["out"], "run": ["/bin/sh", "-c", "test -e $UPPER/out && lower"]})j");
  const auto made = world.install("package:upper", {{"colour", "green"}});
  ASSERT_OK(made);
  const std::string low =
      (world.home.environments() / made->record.dependencies.at("low")).string();
  EXPECT_EQ(test::read_text(made->path / "out"), "lower set\ngreen " + low + "/bin/lower\n");
}

TEST_F(InstallerTest, VariablesOfVariationsAndCommandsReachTheBuild) {
  world.package("tool", R"j("variations": {"mode": {"default": "fast", "options": {
        "fast": {"variables": {"MODE": "fast ${version}"}}, "slow": {"variables": {"MODE": "slow"}}}}},
      "build": {"system": "commands", "commands": [
        {"run": ["/bin/sh", "-c", "echo $MODE $OWN $PWD $SOURCE_DATE_EPOCH > $0/out", "${prefix}"],
         "cwd": "deep/below", "variables": {"OWN": "own ${mode}"}}]})j");
  const auto made = world.install("package:tool", {{"mode", "slow"}});
  ASSERT_OK(made);
  const std::string out = test::read_text(made->path / "out");
  EXPECT_TRUE(out.starts_with("slow own slow ")) << out;
  EXPECT_TRUE(out.ends_with("/build/deep/below 315532800\n")) << out;
}

TEST_F(InstallerTest, BuildSystemsUseTheCompilerThatWasChosen) {
  shell_package("compiler", "echo x > $1/x", R"j("tags": ["compiler"],
      "exports": {"values": {"cc": "/opt/our-cc", "cxx": "/opt/our-c++"}})j");
  shell_package("other", "echo x > $1/x", R"j("tags": ["other"],
      "exports": {"variables": {"CXX": "/opt/exported"}})j");
  world.package_file("made", "Makefile",
                     "all:\ninstall:\n\tmkdir -p $(DESTDIR)$(PREFIX)\n"
                     "\techo $(CC) $(CXX) > $(DESTDIR)$(PREFIX)/out\n");
  const std::string body = R"j("sources": [{"files": "."}], "build": {"system": "make"},
      "dependencies": {"compiler": {"tags": ["compiler"]})j";
  world.package("made", body + "}");
  auto made = world.install("package:made");
  ASSERT_OK(made);
  EXPECT_EQ(test::read_text(made->path / "out"), "/opt/our-cc /opt/our-c++\n");
  world.package("made", body + R"j(, "other": {"tags": ["other"]}})j");
  made = world.install("package:made");
  ASSERT_OK(made);
  EXPECT_EQ(test::read_text(made->path / "out"), "/opt/our-cc /opt/exported\n");
}

TEST_F(InstallerTest, AFailingBuildShowsItsLastLinesAndLeavesOnlyTheLog) {
  shell_package("broken",
                "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; done; "
                "echo it went wrong >&2; touch $1/file; exit 3");
  const auto made = world.install("package:broken");
  EXPECT_ERROR(made, build_failed,
               "building package:broken 1.0.0 failed: its command exited with 3");
  const std::string text = test::text_of(made.error());
  EXPECT_NE(text.find("it went wrong"), std::string::npos) << text;
  EXPECT_NE(text.find("line 12"), std::string::npos) << text;
  EXPECT_EQ(text.find("line 3\n"), std::string::npos) << text;
  EXPECT_NE(text.find("command /bin/sh"), std::string::npos) << text;
  const Names logs = world.names_in(world.home.logs());
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_NE(text.find("log file " + (world.home.logs() / logs[0]).string()), std::string::npos);
  EXPECT_NE(test::read_text(world.home.logs() / logs[0]).find("line 3\n"), std::string::npos);
  expect_nothing_left();
}

TEST_F(InstallerTest, ABuildThatUsesAMissingProgramSaysSo) {
  world.package("broken",
                R"j("build": {"system": "commands", "commands": [{"run": ["no-such-tool"]}]})j");
  const auto made = world.install("package:broken");
  EXPECT_ERROR(made, build_failed, "no-such-tool");
  expect_nothing_left();
}

TEST_F(InstallerTest, ABuildThatMakesNothingFails) {
  shell_package("empty", "true");
  EXPECT_ERROR(world.install("package:empty"), build_failed, "it made nothing");
  expect_nothing_left();
}

TEST_F(InstallerTest, ABuildMayNotUseTheEnginesOwnFolder) {
  shell_package("sly", "mkdir $1/.ck; touch $1/.ck/manifest.json");
  EXPECT_ERROR(world.install("package:sly"), build_failed, ".ck");
}

TEST_F(InstallerTest, ALinkIntoTheBuildFolderFailsAndItsPathInAFileIsAWarning) {
  shell_package("links", "touch $2/x; ln -s $2/x $1/link");
  EXPECT_ERROR(world.install("package:links"), build_failed, "the link link leads into the build");
  shell_package("names", "echo $2 > $1/notes.txt");
  ASSERT_OK(world.install("package:names"));
  const auto warnings = world.events.of<Warning>();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].message.find("notes.txt"), std::string::npos);
}

TEST_F(InstallerTest, AMissingOrDifferentFileFailsTheCheck) {
  shell_package("tool", "echo x > $1/file", R"j("check": {"files": ["other"]})j");
  EXPECT_ERROR(world.install("package:tool"), build_failed, "there is no other");
  shell_package(
      "hashed", "echo x > $1/file",
      R"j("check": {"files": [{"path": "file", "sha256": ")j" + std::string(64, 'a') + R"j("}]})j");
  EXPECT_ERROR(world.install("package:hashed"), verification, "expected aaaa");
  expect_nothing_left();
}

TEST_F(InstallerTest, AFailingCheckCommandFailsTheBuild) {
  shell_package("tool", "echo x > $1/file",
                R"j("check": {"run": ["/bin/sh", "-c", "echo unhappy; exit 9"]})j");
  const auto made = world.install("package:tool");
  EXPECT_ERROR(made, build_failed, "unhappy");
  EXPECT_ERROR(made, build_failed, "its check");
  expect_nothing_left();
}

TEST_F(InstallerTest, TheTimeLimitOfTheProfileHolds) {
  world.profile.limits.timeout_seconds = 0.05;
  shell_package("slow", "sleep 100");
  EXPECT_ERROR(world.install("package:slow"), build_failed, "the time limit of the profile");
  expect_nothing_left();
}

TEST_F(InstallerTest, AnInterruptedBuildLeavesNothing) {
  const fs::path started = world.folder / "started";
  shell_package("slow", "touch " + started.string() + "; sleep 100");
  const auto plan = world.plan("package:slow");
  ASSERT_OK(plan);
  std::thread impatient([&] {
    EXPECT_TRUE(appears(started));
    world.cancel.request();
  });
  const auto made = execute(*plan, world.profile, world.context());
  impatient.join();
  EXPECT_ERROR(made, interrupted, "interrupted");
  EXPECT_EQ(world.names_in(world.home.logs()), Names());
  expect_nothing_left();
}

/// A process of its own that installs a package; ends with 0 when that went well.
pid_t fork_installer(test::Installation& world, const std::string& package) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(world.install(package) ? 0 : 1);
  return child;
}

int code_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(InstallerTest, WhatAKilledProcessLeftIsCleanedUpByTheNext) {
  const fs::path started = world.folder / "started";
  shell_package("tool", "test -e " + started.string() +
                            " && { echo x > $1/file; exit; }; "
                            "echo half > $1/file; touch " +
                            started.string() + "; sleep 100");
  const pid_t child = fork_installer(world, "package:tool");
  ASSERT_GT(child, 0);
  EXPECT_TRUE(appears(started));
  ::kill(child, SIGKILL);
  code_of(child);
  EXPECT_EQ(world.names_in(world.home.environments()), Names());
  EXPECT_EQ(world.names_in(world.home.staging()).size(), 1u);

  const auto made = world.install("package:tool");
  ASSERT_OK(made);
  EXPECT_EQ(test::read_text(made->path / "file"), "x\n");
  EXPECT_EQ(world.names_in(world.home.staging()), Names());
}

TEST_F(InstallerTest, TwoProcessesBuildTheSameEnvironmentOnce) {
  const fs::path count = world.folder / "count";
  shell_package("tool", "echo x >> " + count.string() + "; sleep 0.05; echo x > $1/file");
  const pid_t first = fork_installer(world, "package:tool");
  const pid_t second = fork_installer(world, "package:tool");
  EXPECT_EQ(code_of(first), 0);
  EXPECT_EQ(code_of(second), 0);
  EXPECT_EQ(test::read_text(count), "x\n");
}

TEST_F(InstallerTest, AnEnvironmentThatVanishedAfterThePlanIsAConflict) {
  shell_package("tool", "echo x > $1/file");
  ASSERT_OK(world.install("package:tool"));
  const auto plan = world.plan("package:tool");
  ASSERT_OK(plan);
  ASSERT_OK(remove_environment(*plan->subject, false, world.context()));
  EXPECT_ERROR(execute(*plan, world.profile, world.context()), conflict, "run the command again");
}

TEST_F(InstallerTest, RemovingAsksForTheDependantsFirst) {
  shell_package("lower", "echo x > $1/file", R"j("tags": ["low"])j");
  shell_package("upper", "echo x > $1/file", R"j("dependencies": {"low": {"tags": ["low"]}})j");
  const auto made = world.install("package:upper");
  ASSERT_OK(made);
  const std::string low = made->record.dependencies.at("low");
  EXPECT_ERROR(remove_environment(low, false, world.context()), conflict, "package:upper 1.0.0");
  EXPECT_TRUE(fs::exists(world.home.environments() / low / "file"));
  EXPECT_OK(remove_environment(low, true, world.context()));
  EXPECT_FALSE(fs::exists(world.home.environments() / low));
  EXPECT_OK(remove_environment(made->record.id, false, world.context()));
  expect_nothing_left();
  EXPECT_EQ(world.context().store.environments()->size(), 0u);
  EXPECT_ERROR(remove_environment(low, false, world.context()), not_found, "no environment");
}

TEST_F(InstallerTest, DetectedSoftwareIsAdoptedAndOnlyItsRowIsRemoved) {
  const fs::path tool = world.folder / "opt/bin/tool";
  test::write_text(tool, "#!/bin/sh\necho tool 1.2\n");
  fs::permissions(tool, fs::perms::owner_all);
  world.component("software", "tool",
                  R"j("tags": ["tool"],
      "find": {"executables": ["tool"], "roots": [")j" +
                      (world.folder / "opt").string() + R"j("]},
      "version": {"run": ["${file}"], "pattern": "tool ([0-9.]+)"
},
      "exports": {"values": {"exe": "${file}"}})j");
  world.package("user", R"j("dependencies": {"tool": {"tags": ["tool"], "version": ">=1"}},
      "build": {"system": "commands", "commands": [
        {"run": ["/bin/sh", "-c", "${tool.exe} > ${prefix}/out"]}]})j");
  const auto made = world.install("package:user");
  ASSERT_OK(made);
  EXPECT_EQ(test::read_text(made->path / "out"), "tool 1.2\n");
  const std::string id = made->record.dependencies.at("tool");
  EXPECT_OK(remove_environment(id, true, world.context()));
  EXPECT_TRUE(fs::exists(tool));
}

TEST_F(InstallerTest, MakeGetsPrefixAndDestdir) {
  world.package_file(
      "made", "Makefile",
      "all:\n\techo $(PREFIX) $(COLOUR) > out\n"
      "install:\n\tmkdir -p $(DESTDIR)$(PREFIX)\n\tcp out $(DESTDIR)$(PREFIX)/out\n");
  world.package("made", R"j("sources": [{"files": "."}],
      "build": {"system": "make", "options": {"COLOUR": "blue"}})j");
  const auto made = world.install("package:made");
  ASSERT_OK(made);
  EXPECT_EQ(test::read_text(made->path / "out"), made->path.string() + " blue\n");
  EXPECT_TRUE(world.events.of<Warning>().empty());
}

TEST_F(InstallerTest, MakeThatIgnoresDestdirOrThePrefixFails) {
  world.package_file("direct", "Makefile",
                     "all:\ninstall:\n\tmkdir -p $(PREFIX)\n\techo x > $(PREFIX)/out\n");
  world.package("direct", R"j("sources": [{"files": "."}], "build": {"system": "make"})j");
  EXPECT_ERROR(world.install("package:direct"), build_failed, "it ignores DESTDIR");
  world.package_file("astray", "Makefile",
                     "all:\ninstall:\n\tmkdir -p $(DESTDIR)/etc\n\techo x > $(DESTDIR)/etc/out\n");
  world.package("astray", R"j("sources": [{"files": "."}], "build": {"system": "make"})j");
  EXPECT_ERROR(world.install("package:astray"), build_failed, "it installs /etc");
  expect_nothing_left();
}

TEST_F(InstallerTest, CmakeBuildsWithTheFinalPrefixAndFindsItsDependencies) {
  // Without a language, so that no compiler is looked for.
  world.package_file("lower", "CMakeLists.txt",
                     "cmake_minimum_required(VERSION 3.16)\nproject(lower NONE)\n"
                     "install(FILES lowerConfig.cmake DESTINATION lib/cmake/lower)\n");
  world.package_file("lower", "lowerConfig.cmake", "set(LOWER_SAYS hello)\n");
  world.package("lower",
                R"j("tags": ["low"], "sources": [{"files": "."}], "build": {"system": "cmake"})j");
  world.package_file("upper", "CMakeLists.txt",
                     "cmake_minimum_required(VERSION 3.16)\nproject(upper NONE)\n"
                     "find_package(lower REQUIRED CONFIG)\n"
                     "file(WRITE ${CMAKE_BINARY_DIR}/out "
                     "\"${LOWER_SAYS} ${COLOUR} ${CMAKE_INSTALL_PREFIX}\\n\")\n"
                     "install(FILES ${CMAKE_BINARY_DIR}/out DESTINATION share)\n");
  world.package("upper",
                R"j("dependencies": {"low": {"tags": ["low"]}}, "sources": [{"files": "."}],
      "parameters": {"colour": {"type": "string", "default": "red"}},
      "build": {"system": "cmake", "options": {"COLOUR": "${colour}"}})j");
  const auto made = world.install("package:upper");
  ASSERT_OK(made);
  EXPECT_EQ(test::read_text(made->path / "share/out"), "hello red " + made->path.string() + "\n");
  EXPECT_TRUE(world.events.of<Warning>().empty());
}

TEST_F(InstallerTest, CompiledProgramsNameNeitherTheStagingFolderNorMissTheirLibraries) {
  world.package_file("program", "CMakeLists.txt",
                     "cmake_minimum_required(VERSION 3.16)\nproject(p C)\n"
                     "add_library(own SHARED own.c)\nadd_executable(p main.c)\n"
                     "target_link_libraries(p own)\ninstall(TARGETS p own)\n");
  world.package_file("program", "own.c", "const char *where(void) { return __FILE__; }\n");
  world.package_file("program", "main.c",
                     "#include <stdio.h>\nconst char *where(void);\n"
                     "int main(void) { puts(where()); return 0; }\n");
  world.package("program", R"j("sources": [{"files": "."}], "build": {"system": "cmake"},
      "check": {"files": ["bin/p"], "run": ["${prefix}/bin/p"]})j");
  const auto made = world.install("package:program");
  ASSERT_OK(made);
  EXPECT_TRUE(world.events.of<Warning>().empty());
  EXPECT_NE(test::read_text(log_file(made->path)).find("source/own.c"), std::string::npos);
}

TEST_F(InstallerTest, BuildsTellAboutTheirSteps) {
  shell_package("tool", "echo x > $1/file");
  ASSERT_OK(world.install("package:tool"));
  EXPECT_EQ(world.events.of<StepStarted>().at(0).what, "building package:tool 1.0.0");
  EXPECT_EQ(world.events.of<StepFinished>().at(0).what, "building package:tool 1.0.0");
}

TEST_F(InstallerTest, ACommandMayNotWorkOutsideItsBuildFolder) {
  world.package("sly",
                R"j("sources": [{"files": "."}], "build": {"system": "commands", "commands": [
      {"run": ["/bin/ln", "-s", "/tmp", "out"]},
      {"run": ["/bin/true"], "cwd": "out"}]})j");
  EXPECT_ERROR(world.install("package:sly"), denied, "out");
}

}  // namespace
}  // namespace ck::install
