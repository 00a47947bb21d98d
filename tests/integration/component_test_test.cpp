// ck test: components tried from nothing.
#include <nlohmann/json.hpp>

#include "collective_fixture.hpp"

namespace ck::test {
namespace {

class TestVerb : public CkTest {
 protected:
  ~TestVerb() override {
    EXPECT_EQ(environments(), std::vector<std::string>()) << "nothing reaches the user's home";
    expect_clean();
  }
  /// The case of a report with this name.
  static Json one(const Json& report, const std::string& name) {
    for (const auto& each : report["cases"]) {
      if (each["case"] == name) return each;
    }
    ADD_FAILURE() << "no case " << name << " in " << report.dump(1);
    return Json::object();
  }
};

TEST_F(TestVerb, BuildsAPackageTwiceWithEachOfItsOptions) {
  components.package("thing", "echo \"$SPEED\" >\"$1/speed\"",
                     R"("variations": {"speed": {"default": "slow", "options": {
                          "slow": {"variables": {"SPEED": "1"}},
                          "fast": {"variables": {"SPEED": "2"}}}}},
                        "check": {"files": ["speed"]})");
  import();
  const auto result = ck("test package:thing --json");
  EXPECT_TRUE(succeeds(result));
  const auto report = json_of(result);
  EXPECT_EQ(report["schema"], "ck.test/1");
  ASSERT_EQ(report["cases"].size(), 2u);
  EXPECT_EQ(one(report, "default")["reproducible"], true);
  EXPECT_EQ(one(report, "speed=fast")["passed"], true);
  EXPECT_EQ(json_of(ck("test package:thing --variation=fast --json"))["cases"].size(), 1u);
}

TEST_F(TestVerb, SaysWhichFilesAreNotTheSameTwice) {
  components.package("clock", "date +%N >\"$1/time\"; echo same >\"$1/same\"");
  import();
  const auto result = ck("test package:clock");
  EXPECT_TRUE(succeeds(result));
  EXPECT_NE(result.out.find("no: 1 file differs"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find("not the same twice: time"), std::string::npos) << result.err;
  EXPECT_EQ(ck("test package:clock --strict").code, 3);
}

TEST_F(TestVerb, AFailingBuildIsACaseAndTheOthersGoOn) {
  components.package("shaky", "test \"$MODE\" != bad && echo x >\"$1/x\"",
                     R"("variations": {"mode": {"options": {"bad": {"variables": {"MODE": "bad"}},
                                                            "good": {"tags": ["good"]}}}})");
  import();
  const auto result = ck("test package:shaky --json");
  EXPECT_EQ(result.code, 3);
  const auto report = json_of(result);
  EXPECT_EQ(one(report, "default")["passed"], true);
  EXPECT_EQ(one(report, "mode=bad")["passed"], false);
  EXPECT_EQ(one(report, "mode=bad")["error"]["code"], "build_failed");
  EXPECT_EQ(one(report, "mode=good")["passed"], true);
  EXPECT_NE(ck("test package:shaky").err.find("case mode=bad"), std::string::npos);
}

TEST_F(TestVerb, RunsEachCommandOfAProgramAndLooksForItsNumbersAndFiles) {
  components.component("program", "two",
                       R"_("build": {"system": "none"}, "default_command": "good", "commands": {
      "good": {"run": ["/bin/sh", "-c", "echo n=1; echo a > out.txt"]},
      "silent": {"run": ["/bin/sh", "-c", "echo a > out.txt"]},
      "empty": {"run": ["/bin/sh", "-c", "echo n=1"]}},
    "metrics": {"n": {"unit": "count", "direction": "none", "from": {"stdout": "n=([0-9]+)"}}},
    "outputs": {"text": {"path": "out.txt", "compare": "exact"}})_");
  import();
  const auto result = ck("test program:two --json");
  EXPECT_EQ(result.code, 3);
  const auto report = json_of(result);
  EXPECT_EQ(one(report, "command good")["passed"], true);
  EXPECT_EQ(one(report, "command silent")["passed"], false);
  EXPECT_EQ(one(report, "command empty")["passed"], false);
  EXPECT_EQ(json_of(ck("ls experiment --json"))["experiments"].size(), 0u);
}

TEST_F(TestVerb, FindsSoftwareOrSaysWhereItLooked) {
  components.raw("software", "shell",
                 R"_({"schema": "ck.software/1", "name": "shell", "uid": "00000000000000aa",
      "find": {"executables": ["sh"], "roots": ["/usr"]},
      "version": {"run": ["${file}", "-c", "echo v1.2"], "pattern": "v([0-9.]+)"}})_");
  components.raw("software", "nothing",
                 R"_({"schema": "ck.software/1", "name": "nothing", "uid": "00000000000000ab",
      "find": {"executables": ["no-such-program"], "roots": ["/usr"]},
      "version": {"run": ["${file}", "-v"], "pattern": "v([0-9.]+)"}})_");
  import();
  const auto found = ck("test software:shell");
  EXPECT_TRUE(succeeds(found));
  EXPECT_NE(found.out.find("1.2 at /"), std::string::npos) << found.out;
  EXPECT_EQ(ck("test software:nothing").code, 3);
}

TEST_F(TestVerb, WhatIsNotThereOrCannotBeTestedIsAnError) {
  import();
  EXPECT_TRUE(fails(ck("test package:no-such-thing"), 1, "no-such-thing"));
  EXPECT_NE(ck("test").code, 0);
}

class TestOfCollective : public CollectiveTest {};

TEST_F(TestOfCollective, TriesEachVariationOfAPackage) {
  repository.package("varied", "lib,varied",
                     "test \"$MODE\" != bad && echo \"$MODE\" > \"$INSTALL_DIR/made\"\n",
                     R"("variations": {
      "base": {"on_by_default": "yes", "extra_env": {"MODE": "base"}},
      "good": {"extra_env": {"MODE": "good"}},
      "bad": {"extra_env": {"MODE": "bad"}},
      "elsewhere": {"extra_env": {"MODE": "x"}, "extra_customize": {"version": "2"}}})");
  publish();
  const auto result = ck("test package:varied --json");
  EXPECT_EQ(result.code, 3) << result.err;
  const Json report = json_of(result);
  std::map<std::string, Json> cases;
  for (const auto& one : report["cases"]) cases[one["case"].get<std::string>()] = one;
  ASSERT_EQ(cases.size(), 4U) << report;
  EXPECT_EQ(cases.at("default")["passed"], true) << report;
  EXPECT_EQ(cases.at("variation good")["passed"], true) << report;
  EXPECT_EQ(cases.at("variation bad")["passed"], false);
  EXPECT_EQ(cases.at("variation bad")["testable"], true);
  EXPECT_EQ(cases.at("variation elsewhere")["passed"], true) << report;
  EXPECT_EQ(json_of(ck("test package:varied --variation=good --json"))["cases"].size(), 1U);
}

TEST_F(TestOfCollective, AVariationThatThisMachineCannotHaveIsNotTestable) {
  repository.package("needy", "lib,needy", "echo > \"$INSTALL_DIR/made\"\n",
                     R"("variations": {
      "near": {"on_by_default": "yes"},
      "far": {"extra_customize": {"install_env": {}},
              "extra_env": {"PACKAGE_WGET": "YES"}}})");
  repository.file("package", "needy", "install.sh",
                  "test -z \"$PACKAGE_WGET\" || wget -q -O \"$INSTALL_DIR/x\" "
                  "http://127.0.0.1:9/x || exit 1\necho > \"$INSTALL_DIR/made\"\n");
  publish();
  const auto result = ck("test package:needy --json");
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  const Json report = json_of(result);
  for (const auto& one : report["cases"]) {
    if (one["case"] != "variation far") continue;
    EXPECT_EQ(one["testable"], false) << one;
    EXPECT_EQ(one["error"]["code"], "network") << one;
  }
  EXPECT_NE(ck("test package:needy").out.find("not testable"), std::string::npos);
}

}  // namespace
}  // namespace ck::test
