#include "install/detector.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "install/found_files.hpp"
#include "support/installation.hpp"

namespace ck::install {
namespace {

using test::write_text;

class DetectorTest : public testing::Test {
 protected:
  fs::path root() const { return world.folder / "opt"; }

  /// An executable script below the root.
  void script(const std::string& name, const std::string& body) const {
    write_text(root() / name, "#!/bin/sh\n" + body + "\n");
    fs::permissions(root() / name, fs::perms::owner_all);
  }

  /// software:tool, looked for in the root.
  void tool(const std::string& find, const std::string& rest) {
    world.component("software", "tool",
                    R"j("tags": ["tool", "x"], "find": {)j" + find + R"j(, "roots": [")j" +
                        root().string() + R"j("]}, )j" + rest);
  }
  void simple_tool() {
    tool(R"j("executables": ["tool", "tool-[0-9]*"])j",
         R"j("version": {"run": ["${file}", "--version"], "pattern": "tool ([0-9.]+)"})j");
  }

  Result<Detection> detect(const DetectRequest& request = {}) {
    CK_TRY(component, world.find("software:tool"));
    auto& context = world.context();
    CK_TRY(descriptor, context.catalog.load(component));
    return install::detect(std::get<model::Software>(descriptor), component, request, context);
  }

  test::Installation world;
};

TEST_F(DetectorTest, FindsAToolWithEverythingThatIsKnownOfIt) {
  script("bin/tool-12", "echo tool 12.2.0");
  write_text(root() / "bin/helper-12", "");
  tool(R"j("executables": ["tool-[0-9]*"])j",
       R"j("version": {"run": ["${file}", "--version"], "pattern": "tool ([0-9.]+)"
  },
          "requires": {"files": ["${directory}/helper${suffix}", "${root}/bin"]},
          "exports": {"values": {"exe": "${file}", "v": "${version}"},
                      "variables": {"TOOL": "${directory}/helper${suffix}"},
                      "prepend": {"PATH": "${root}/bin"}})j");
  const auto detection = detect();
  ASSERT_OK(detection);
  ASSERT_EQ(detection->found.size(), 1u);
  const Environment& found = detection->found.front();
  EXPECT_EQ(found.record.version, "12.2.0");
  EXPECT_EQ(found.record.file, (root() / "bin/tool-12").string());
  EXPECT_EQ(found.path, root());
  EXPECT_EQ(found.record.tags.text(), "software,tool,v12,v12.2,v12.2.0,x");
  EXPECT_EQ(found.value("exe"), (root() / "bin/tool-12").string());
  EXPECT_EQ(found.value("v"), "12.2.0");
  EXPECT_EQ(found.record.exports.variables.at(0).second, (root() / "bin/helper-12").string());
  EXPECT_EQ(found.record.exports.prepend.at(0).second, (root() / "bin").string());
  EXPECT_EQ(found.record.id.size(), 32u);
  EXPECT_EQ(found.record.file_sha256.size(), 64u);
}

TEST_F(DetectorTest, CountsAFileOnceByItsNicestName) {
  script("bin/tool-12.1", "echo tool 12.1");
  fs::create_symlink("tool-12.1", root() / "bin/tool-12");
  fs::create_symlink("tool-12", root() / "bin/tool");
  simple_tool();
  const auto detection = detect();
  ASSERT_OK(detection);
  ASSERT_EQ(detection->found.size(), 1u);
  EXPECT_EQ(detection->found.front().record.file, (root() / "bin/tool").string());
}

TEST_F(DetectorTest, PutsTheHighestVersionFirst) {
  script("bin/tool-9", "echo tool 9.4");
  script("bin/tool-10", "echo tool 10.1");
  script("bin/tool", "echo tool 2");
  simple_tool();
  const auto detection = detect();
  ASSERT_OK(detection);
  ASSERT_EQ(detection->found.size(), 3u);
  EXPECT_EQ(detection->found[0].record.version, "10.1");
  EXPECT_EQ(detection->found[1].record.version, "9.4");
  EXPECT_EQ(detection->found[2].record.version, "2");
}

TEST_F(DetectorTest, NeverExecutesATextFile) {
  const fs::path marker = world.folder / "executed";
  // execvp and shells would run it as a script.
  write_text(root() / "bin/tool", "touch " + marker.string() + "\necho tool 1.0\n");
  fs::permissions(root() / "bin/tool", fs::perms::owner_all);
  simple_tool();
  const auto detection = detect();
  ASSERT_OK(detection);
  EXPECT_TRUE(detection->found.empty());
  ASSERT_EQ(detection->missed.size(), 1u);
  EXPECT_NE(detection->missed[0].reason.find("neither a program (ELF) nor a script"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(marker));
}

TEST_F(DetectorTest, LeavesOutWhatIsNotExecutableOrNoFile) {
  script("bin/tool", "echo tool 1");
  fs::permissions(root() / "bin/tool", fs::perms::owner_read);
  fs::create_directories(root() / "bin/tool-2");
  fs::create_symlink("nowhere", root() / "bin/tool-3");
  simple_tool();
  const auto detection = detect();
  ASSERT_OK(detection);
  EXPECT_TRUE(detection->found.empty());
  EXPECT_EQ(detection->missed.size(), 1u);
}

TEST_F(DetectorTest, RefusesAHangingCommandAndOneThatFloods) {
  script("bin/tool", "exec yes tool");
  simple_tool();
  const auto detection = detect();
  ASSERT_OK(detection);
  EXPECT_TRUE(detection->found.empty());
  ASSERT_EQ(detection->missed.size(), 1u);
  EXPECT_NE(detection->missed[0].reason.find("too much output"), std::string::npos);
}

/// Answers instead of a program: that it had to be stopped.
class HangingProcesses final : public sys::Processes {
 public:
  Result<sys::ProcessResult> run(const sys::ProcessSpec& spec, const sys::Cancel&) override {
    seen = spec;
    sys::ProcessResult result;
    result.killed_for = sys::KilledFor::wall_time;
    result.wall_ns = 10'000'000'000;
    return result;
  }
  sys::ProcessSpec seen;
};

TEST_F(DetectorTest, GivesAHangingCommandTenSecondsAndCleanVariables) {
  script("bin/tool", "sleep 1000");
  simple_tool();
  const auto component = world.find("software:tool");
  ASSERT_OK(component);
  Context context = world.context();
  HangingProcesses hanging;
  Context with_hanging{context.home,   context.repositories,  context.catalog, context.store,
                       hanging,        context.transfer,      context.clock,   context.events,
                       context.cancel, context.host_variables};
  const auto descriptor = context.catalog.load(*component);
  ASSERT_OK(descriptor);
  const auto detection =
      install::detect(std::get<model::Software>(*descriptor), *component, {}, with_hanging);
  ASSERT_OK(detection);
  EXPECT_TRUE(detection->found.empty());
  EXPECT_NE(detection->missed.at(0).reason.find("stopped after 10"), std::string::npos);
  EXPECT_EQ(hanging.seen.limits.wall_time, std::chrono::seconds(10));
  const Variables clean{{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C.UTF-8"}};
  EXPECT_EQ(hanging.seen.variables, clean);
  EXPECT_EQ(test::Installation::names_in(world.home.staging()), std::vector<std::string>());
}

/// A machine on which nothing starts in a sandbox that is demanded.
class RefusingProcesses final : public sys::Processes {
 public:
  Result<sys::ProcessResult> run(const sys::ProcessSpec& spec, const sys::Cancel&) override {
    seen.push_back(spec);
    if (spec.sandbox && spec.sandbox->demanded)
      return fail(ErrorCode::unsupported, "the machine refuses user namespaces");
    sys::ProcessResult result;
    result.ending = sys::Exited{0};
    result.out = "tool 1.5\n";
    return result;
  }
  std::vector<sys::ProcessSpec> seen;
};

TEST_F(DetectorTest, ExecutesNothingWithoutTheSandboxThatTheProfileDemands) {
  script("bin/tool", "echo tool 1.5");
  script("bin/tool-2", "echo tool 2.5");
  simple_tool();
  const auto component = world.find("software:tool");
  ASSERT_OK(component);
  Context context = world.context();
  RefusingProcesses refusing;
  Context without{context.home,   context.repositories,  context.catalog, context.store,
                  refusing,       context.transfer,      context.clock,   context.events,
                  context.cancel, context.host_variables};
  const auto descriptor = context.catalog.load(*component);
  ASSERT_OK(descriptor);
  const auto& software = std::get<model::Software>(*descriptor);
  without.demands_isolation = true;
  EXPECT_ERROR(install::detect(software, *component, {}, without), unsupported, "refuses");
  ASSERT_EQ(refusing.seen.size(), 1U) << "the other file is not tried";
  EXPECT_TRUE(refusing.seen.front().sandbox->demanded);
  without.demands_isolation = false;
  const auto detection = install::detect(software, *component, {}, without);
  ASSERT_OK(detection);
  EXPECT_EQ(detection->found.size(), 2U);
}

TEST_F(DetectorTest, RemembersWithoutExecutingAgain) {
  // Each time another one, and nothing is left outside of the sandbox to count by.
  script("bin/tool", "echo tool 1.$(od -An -N7 -tu8 /dev/urandom | tr -d ' ')");
  simple_tool();
  const auto first = detect();
  ASSERT_OK(first);
  const auto second = detect();
  ASSERT_OK(second);
  ASSERT_EQ(second->found.size(), 1u);
  EXPECT_EQ(second->found[0].record.id, first->found.at(0).record.id);
  EXPECT_EQ(second->found[0].record.version, first->found[0].record.version);
}

TEST_F(DetectorTest, TellsHowFarWhatItExecutedWasKeptApart) {
  script("bin/tool", "echo tool 1.5");
  simple_tool();
  const auto first = detect();
  ASSERT_OK(first);
  ASSERT_EQ(first->found.size(), 1u);
  const std::string isolation = first->found[0].record.isolation;
  const Json told = Json::parse(isolation);
  EXPECT_EQ(told.size(), 2u) << isolation;
  const bool without = told["enforced"].empty();
  EXPECT_EQ(without, std::ranges::find(told["enforced"], "no network") == told["enforced"].end())
      << isolation;
  const auto remembered = detect();
  ASSERT_OK(remembered);
  EXPECT_EQ(remembered->found.at(0).record.isolation, isolation);
  const auto read = store::environment_from_json(store::to_json(first->found[0].record), "record");
  ASSERT_OK(read);
  EXPECT_EQ(read->isolation, isolation);
}

TEST_F(DetectorTest, WhatIsKnownLearnsHowFarItWasKeptApart) {
  script("bin/tool", "echo tool 1.5");
  simple_tool();
  const auto detection = detect();
  ASSERT_OK(detection);
  Environment known = detection->found.at(0);
  known.record.isolation.clear();
  ASSERT_OK(adopt(known, world.context()));
  const auto before = world.context().store.environments();
  ASSERT_OK(before);
  ASSERT_OK(adopt(detection->found.at(0), world.context()));
  const auto after = world.context().store.environments();
  ASSERT_OK(after);
  ASSERT_EQ(after->size(), 1U);
  EXPECT_EQ(after->at(0).isolation, detection->found.at(0).record.isolation);
  EXPECT_EQ(after->at(0).created_ns, before->at(0).created_ns);
}

TEST_F(DetectorTest, SeesAToolThatIsUpgradedInPlace) {
  script("bin/tool", "echo tool 1.5");
  simple_tool();
  const auto before = detect();
  ASSERT_OK(before);
  ASSERT_OK(adopt(before->found.at(0), world.context()));
  script("bin/tool", "echo tool 1.6");
  const auto after = detect();
  ASSERT_OK(after);
  ASSERT_EQ(after->found.size(), 1u);
  EXPECT_EQ(after->found[0].record.version, "1.6");
  EXPECT_NE(after->found[0].record.id, before->found[0].record.id);

  ASSERT_OK(adopt(after->found[0], world.context()));
  const auto listed = world.context().store.environments();
  ASSERT_OK(listed);
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->at(0).version, "1.6");
}

TEST_F(DetectorTest, TriesAFailedAttemptAgain) {
  script("bin/tool", "test -e " + (root() / "licence").string() + " && echo tool 3.0");
  simple_tool();
  const auto before = detect();
  ASSERT_OK(before);
  EXPECT_TRUE(before->found.empty());
  write_text(root() / "licence", "");
  const auto after = detect();
  ASSERT_OK(after);
  EXPECT_EQ(after->found.size(), 1u);
}

TEST_F(DetectorTest, AsksForRequiredFilesEveryTime) {
  script("bin/tool", "echo tool 1.0");
  write_text(root() / "include/tool.h", "");
  tool(R"j("executables": ["tool"])j",
       R"j("version": {"run": ["${file}"], "pattern": "([0-9.]+)"
  },
          "requires": {"files": ["${root}/include/tool.h"]})j");
  EXPECT_EQ(detect()->found.size(), 1u);
  fs::remove(root() / "include/tool.h");
  const auto gone = detect();
  ASSERT_OK(gone);
  EXPECT_TRUE(gone->found.empty());
  EXPECT_NE(gone->missed.at(0).reason.find("include/tool.h"), std::string::npos);
}

TEST_F(DetectorTest, ReadsTheVersionFromAFile) {
  write_text(root() / "lib/pkgconfig/tool.pc", "Name: tool\nVersion: 4.6.0\n");
  tool(R"j("files": ["lib/*/tool.pc"])j",
       R"j("version": {"file": "${file}", "pattern": "Version: *([0-9.]+)"
  })j");
  const auto detection = detect();
  ASSERT_OK(detection);
  ASSERT_EQ(detection->found.size(), 1u);
  EXPECT_EQ(detection->found[0].record.version, "4.6.0");
  EXPECT_EQ(detection->found[0].record.isolation, "") << "nothing was executed";
  EXPECT_EQ(detection->found[0].path, root());
}

TEST_F(DetectorTest, NoticesAChangeOfASeparateVersionFile) {
  write_text(root() / "lib/libtool.so",
             "\x7f"
             "ELF");
  write_text(root() / "version.txt", "1.0");
  tool(R"j("files": ["lib/libtool.so"])j",
       R"j("version": {"file": "${root}/version.txt", "pattern": "([0-9.]+)"
  })j");
  EXPECT_EQ(detect()->found.at(0).record.version, "1.0");
  write_text(root() / "version.txt", "1.0.1");
  EXPECT_EQ(detect()->found.at(0).record.version, "1.0.1");
}

TEST_F(DetectorTest, SaysWhyAFileWithoutAVersionWasNotTaken) {
  script("bin/tool", "echo no number here");
  simple_tool();
  const auto detection = detect();
  ASSERT_OK(detection);
  EXPECT_NE(detection->missed.at(0).reason.find("no version in the output of"), std::string::npos);
}

TEST_F(DetectorTest, TakesTheVersionFromStandardErrorToo) {
  script("bin/tool", "echo tool 8.1 >&2; exit 1");
  simple_tool();
  EXPECT_EQ(detect()->found.at(0).record.version, "8.1");
}

TEST_F(DetectorTest, LooksOnlyAtTheFullPathThatIsGiven) {
  script("bin/tool", "echo tool 1.0");
  script("elsewhere/bin/my-tool", "echo tool 7.0");
  simple_tool();
  const auto detection = detect({(root() / "elsewhere/bin/my-tool").string()});
  ASSERT_OK(detection);
  ASSERT_EQ(detection->found.size(), 1u);
  EXPECT_EQ(detection->found[0].record.version, "7.0");
  EXPECT_EQ(detection->found[0].path, root() / "elsewhere");

  const auto missing = detect({(root() / "nothing").string()});
  ASSERT_OK(missing);
  EXPECT_NE(missing->missed.at(0).reason.find("no such file"), std::string::npos);
}

TEST_F(DetectorTest, IsInterruptedWithoutAResult) {
  script("bin/tool", "echo tool 1.0");
  simple_tool();
  const auto component = world.find("software:tool");
  auto& context = world.context();
  const auto descriptor = context.catalog.load(*component);
  world.cancel.request();
  EXPECT_ERROR(install::detect(std::get<model::Software>(*descriptor), *component, {}, context),
               interrupted, "");
}

TEST_F(DetectorTest, ExpandsWildcardsInRootsAndCountsARootOnce) {
  script("a-1/bin/tool", "echo tool 1.0");
  script("a-2/bin/tool", "echo tool 2.0");
  fs::create_directory_symlink("a-2", root() / "a-3");
  model::Software software;
  software.roots = {(root() / "a-*").string()};
  software.executables = {"tool"};
  EXPECT_EQ(find_files(software).size(), 2u);
}

TEST_F(DetectorTest, SuffixIsWhatTheWildcardMatchedWithItsSeparator) {
  for (const auto* name : {"gcc", "gcc-12", "python3.11", "libx9"})
    script(std::string("bin/") + name, "");
  model::Software software;
  software.roots = {root().string()};
  software.executables = {"gcc", "gcc-[0-9]*", "python3.[0-9][0-9]", "libx*"};
  std::map<std::string, std::string> suffixes;
  for (const auto& one : find_files(software)) suffixes[one.file.filename()] = one.suffix;
  const std::map<std::string, std::string> expected{
      {"gcc", ""}, {"gcc-12", "-12"}, {"python3.11", ".11"}, {"libx9", "9"}};
  EXPECT_EQ(suffixes, expected);
}

}  // namespace
}  // namespace ck::install
