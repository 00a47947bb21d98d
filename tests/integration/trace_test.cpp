// --trace: what programs, builds and CK's compilations open, against what their components declare.

#include <algorithm>
#include <csignal>

#include "base/strings.hpp"
#include "collective_fixture.hpp"

namespace ck::test {
namespace {

class Trace : public CollectiveTest {
 protected:
  void SetUp() override {
    CollectiveTest::SetUp();
    if (IsSkipped()) return;
    components.program("nothing", "true");
    import();
    const auto possible = ck("run program:nothing --trace --quiet");
    if (possible.code != 0 && says(possible.err, "cannot tell what"))
      GTEST_SKIP() << "this machine lets nobody be observed: " << possible.err;
    ASSERT_TRUE(succeeds(possible));
    write_text(folder / "data/input.txt", "input\n");
    fs::create_directories(folder / "data/many");
    input_ = (folder / "data/input.txt").string();
  }
  void TearDown() override { expect_clean(); }

  /// The groups of the step of that name in a report or a record.
  static Json groups_of(const Json& observed, const std::string& what) {
    for (const auto& one : observed) {
      if (one["what"] == what) return one["groups"];
    }
    ADD_FAILURE() << "nothing observed of " << what << " in " << observed.dump(1);
    return Json::array();
  }
  static Json not_declared(const Json& groups) {
    Json found = Json::array();
    for (const auto& group : groups) {
      if (!group["declared"].get<bool>()) found.push_back(group);
    }
    return found;
  }
  /// What is not declared of the one step that a call runs.
  Json undeclared_by(const std::string& line, const std::string& what) const {
    const auto result = ck(line + " --trace --json");
    EXPECT_TRUE(succeeds(result));
    return not_declared(groups_of(json_of(result)["observed"], what));
  }

  std::string input_;
};

TEST_F(Trace, AFileThatNobodyDeclaredIsListedWithTheLineThatDeclaresIt) {
  components.program("reader", "cat " + input_);
  const auto result = ck("run program:reader --trace --profile=host");
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(result.out, "input\n");
  EXPECT_TRUE(says(result.err, "1 not declared:\n  " + input_)) << result.err;
  EXPECT_TRUE(says(result.err, R"("sources": [{"url": "file://)" + input_)) << result.err;
  const Json recorded = points("reader")[0]["repetitions"][0]["detail"]["inputs"];
  const Json left = not_declared(recorded["groups"]);
  ASSERT_EQ(left.size(), 1U) << recorded.dump(1);
  EXPECT_EQ(left[0]["origin"], "file");
  EXPECT_EQ(left[0]["files"], Json::array({input_}));
}

TEST_F(Trace, WhatIsDeclaredNamedOrMadeByTheRunItselfIsNotListed) {
  components.package("data", "echo text >\"$1/text\"");
  components.program("declared",
                     "cat \"$DATA/text\"; echo made > made; cat made; echo more > /tmp/more; "
                     "cat /tmp/more; cat \"$1\"",
                     R"("dependencies": {"data": {"kind": "package", "name": "data"}},
                        "variables": {"DATA": "${data.path}"})");
  const auto result = ck({"run", "program:declared", "--trace", "--", input_});
  ASSERT_TRUE(succeeds(result));
  EXPECT_TRUE(says(result.err, "running program:declared opened")) << result.err;
  EXPECT_TRUE(says(result.err, "all declared")) << result.err;
}

TEST_F(Trace, AnEnvironmentThatIsNotAmongTheDependenciesIsNamedWithItsTags) {
  components.package("data", "echo text >\"$1/text\"", R"("tags": ["data", "text"])");
  import();
  const auto installed = ck("install package:data --quiet");
  ASSERT_TRUE(succeeds(installed));
  const std::string file = std::string(trim(installed.out)) + "/text";
  components.program("sneaky", "cat " + file);
  const Json left = undeclared_by("run program:sneaky", "running program:sneaky");
  ASSERT_EQ(left.size(), 1U) << left.dump(1);
  EXPECT_EQ(left[0]["origin"], "environment");
  EXPECT_TRUE(says(left[0]["source"].get<std::string>(), "package:data 1.0.0 (env:"));
  EXPECT_EQ(left[0]["advice"],
            R"("dependencies": {"data": {"tags":["data","text"],"kind":"package"}})");
}

TEST_F(Trace, AFolderOfAnotherComponentIsNamed) {
  components.file("package", "other", "table", "1\n");
  components.package("other", "true");
  components.program("peeking",
                     "cat " + (components.folder_of("package", "other") / "table").string());
  const Json left = undeclared_by("run program:peeking", "running program:peeking");
  ASSERT_EQ(left.size(), 1U) << left.dump(1);
  EXPECT_EQ(left[0]["origin"], "component");
  EXPECT_EQ(left[0]["source"], "package:other");
  EXPECT_EQ(left[0]["advice"], R"("dependencies": {"other": {"name":"other","kind":"package"}})");
}

TEST_F(Trace, BuildsAreTracedToo) {
  components.package("nosy", "cat " + input_ + " >\"$1/copy\"");
  const std::string line = "install package:nosy --profile=host";
  const Json left = undeclared_by(line, "building package:nosy 1.0.0");
  ASSERT_EQ(left.size(), 1U) << left.dump(1);
  EXPECT_EQ(left[0]["files"], Json::array({input_}));
  const auto again = ck(line + " --trace");
  EXPECT_TRUE(says(again.err, "nothing was run")) << again.err;
  EXPECT_EQ(undeclared_by(line + " --rebuild", "building package:nosy 1.0.0").size(), 1U);
}

TEST_F(Trace, GrandchildrenScriptsAndThousandsOfFilesAreSeen) {
  constexpr int kFiles = 2000;
  for (int i = 0; i < kFiles; ++i) write_text(folder / "data/many" / std::to_string(i), "x\n");
  write_text(folder / "data/script", "#!/bin/sh\ncat " + input_ + "\n");
  fs::permissions(folder / "data/script", fs::perms::owner_all);
  const auto data = (folder / "data").string();
  components.program("busy", "(( " + data +
                                 "/script & wait) & wait)\n"
                                 "for f in " +
                                 data + "/many/*; do read x < $f; done");
  const Json left = undeclared_by("run program:busy --profile=host", "running program:busy");
  ASSERT_EQ(left.size(), 2U) << left.dump(1).substr(0, 4000);
  EXPECT_EQ(left[0]["source"], data);
  EXPECT_EQ(left[0]["files"], Json::array({input_, data + "/script"}));
  EXPECT_EQ(left[1]["source"], data + "/many");
  EXPECT_EQ(left[1]["count"], kFiles);
}

TEST_F(Trace, AProgramThatFailsIsTracedAsWell) {
  components.program("failing", "cat " + input_ + "; exit 5");
  const auto result = ck("run program:failing --trace --profile=host");
  EXPECT_EQ(result.code, 3);
  EXPECT_TRUE(says(result.err, input_)) << result.err;
}

TEST_F(Trace, CtrlCEndsEverything) {
  components.program("waiting", "setsid sleep 1000 & echo > started; sleep 1000");
  auto process = start("run program:waiting --trace --profile=host");
  wait_for_inside("started");
  process.signal(SIGINT);
  EXPECT_EQ(process.wait().code, 130);
  EXPECT_EQ(leftover_processes(), std::vector<std::string>());
}

TEST_F(Trace, CompilationsOfCollectiveKnowledgeToo) {
  repository.compiler();
  write_text(folder / "data/answer.h", "#define ANSWER 42\n");
  repository.program("includes",
                     "#include \"" + (folder / "data/answer.h").string() +
                         "\"\nint main(void) { return ANSWER - 42; }\n",
                     R"({"default": {"run_time": {"run_cmd_main": "$#BIN_FILE#$"}}})");
  publish();
  const auto result = ck("compile program:includes --trace --json --profile=host");
  ASSERT_TRUE(succeeds(result));
  const auto left =
      not_declared(groups_of(json_of(result)["observed"], "compiling program:includes"));
  ASSERT_EQ(left.size(), 1U) << left.dump(1);
  EXPECT_EQ(left[0]["files"], Json::array({(folder / "data/answer.h").string()}));
}

}  // namespace
}  // namespace ck::test
