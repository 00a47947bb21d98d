// More of what the original got wrong and this engine must not; the list of all stands in
// collective_faults_test.cpp.

#include <csignal>

#include "collective_fixture.hpp"

namespace ck::test {
namespace {

class CollectiveMoreFaults : public CollectiveTest {
 protected:
  /// A dataset that is recognised by its first image.
  void images_soft() const {
    repository.entry("soft", "dataset.val", R"({"soft_name": "Images", "tags": ["dataset", "val"],
        "auto_detect": "yes", "customize": {"env_prefix": "CK_VAL",
          "soft_file": {"linux": "val_00000001.JPEG"}}})");
    repository.file("soft", "dataset.val", "customize.py",
                    "import os\n"
                    "def setup(i):\n"
                    "  i['env']['CK_VAL'] = os.path.dirname(i['customize']['full_path'])\n"
                    "  return {'return': 0, 'bat': ''}\n");
  }

  fs::path image(int number) const {
    const std::string digits = std::to_string(number);
    return folder / "images" / ("val_" + std::string(8 - digits.size(), '0') + digits + ".JPEG");
  }

  CkResult detect_images() const {
    return ck("detect soft:dataset.val --full_path=" + image(1).string());
  }
};

TEST_F(CollectiveMoreFaults, OneImageIsNotTakenForAWholeDatasetWithoutAWord) {
  images_soft();
  publish();
  write_text(image(1), "jpeg");
  const auto alone = detect_images();
  ASSERT_TRUE(succeeds(alone));
  EXPECT_TRUE(says(alone.err, "warning: ") && says(alone.err, "1 file val_########.JPEG alone"))
      << alone.err;
  const Json first = environment_of("soft:dataset.val");

  for (int number = 2; number <= 5; ++number) write_text(image(number), "jpeg");
  fs::remove(image(4));
  const auto gap = detect_images();
  EXPECT_TRUE(says(gap.err, "4 of the files val_########.JPEG, numbered 1 to 5: 1 is missing"))
      << gap.err;
  EXPECT_EQ(environments().size(), 2U) << "more files are another dataset";

  write_text(image(4), "jpeg");
  const auto whole = detect_images();
  ASSERT_TRUE(succeeds(whole));
  EXPECT_FALSE(says(whole.err, "warning")) << whole.err;
  bool counted = false;
  const Json shown = json_of(ck("show env --json"));
  for (const auto& one : shown["environments"])
    counted = counted || says(one["exports"].dump(), "\"files\":\"5\"");
  EXPECT_TRUE(counted) << shown.dump(1);
}

TEST_F(CollectiveMoreFaults, OfOneUidInTwoRepositoriesTheFirstRegisteredIsMeantAndBothAreTold) {
  const CollectiveRepository other(folder / "other", "another");
  repository.entry_with_uid("dataset", "words", "0123456789abcdef", R"({"tags": ["first"]})");
  other.entry_with_uid("dataset", "words", "0123456789abcdef", R"({"tags": ["second"]})");
  other.commit();
  publish();
  ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + other.folder().string()})));
  for (const auto* name : {"words", "0123456789abcdef"}) {
    const auto found = ck(std::string("find dataset:") + name);
    ASSERT_TRUE(succeeds(found));
    EXPECT_EQ(found.out, repository.folder_of("dataset", "words").string() + "\n");
    EXPECT_TRUE(says(found.err, "also in another:dataset:words")) << found.err;
  }
  EXPECT_EQ(Json::parse(ck("load another:dataset:words").out)["tags"], Json::array({"second"}));
}

TEST_F(CollectiveMoreFaults, ARecorderThatWasKilledHoldsNobodyUp) {
  repository.entry("program", "slow", R"({"program": "yes", "no_compile": "yes",
      "run_cmds": {"default": {"run_time": {"run_cmd_main": "touch $MARK; sleep $TIME"}}}})");
  publish();
  const fs::path mark = folder / "mark";
  const std::string line =
      "run program:slow --record_uoa=x --profile=host --env.MARK=" + mark.string();
  auto killed = start(line + " --env.TIME=60");
  wait_for(mark);
  killed.signal(SIGKILL);
  static_cast<void>(killed.wait());
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(succeeds(ck(line + " --env.TIME=0")));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  const Json all = points("x");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["state"], "interrupted") << all[0].dump(1);
  EXPECT_EQ(all[1]["state"], "ok");
}

TEST_F(CollectiveMoreFaults, PathsMayHoldBlanksAndQuotes) {
  const CollectiveRepository odd(folder / "my \"own\" re$po's", "odd");
  odd.package("lib", "lib,thing", "echo \"$PACKAGE_DIR\" > \"$INSTALL_DIR/made\"\n");
  odd.entry("program", "show", R"({"program": "yes", "no_compile": "yes",
      "run_cmds": {"default": {
        "run_deps": {"lib": {"local": "yes", "tags": "lib,thing"}},
        "run_time": {"run_cmd_main": "cat ../a*.txt", "pre_process_via_ck": "yes"}}}})");
  odd.file("program", "show", "a file.txt", "shown\n");
  odd.file("program", "show", "preprocess.py", "def ck_preprocess(i):\n  return {'return': 0}\n");
  odd.commit();
  const fs::path moved = folder / "a \"home\"";
  const Variables there{{"CK_HOME", moved.string()}};
  ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + odd.folder().string()}, there)));
  const auto result = ck("run program:show", there);
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(result.out, "shown\n");
  fs::remove_all(moved);
}

TEST_F(CollectiveMoreFaults, DetectionExecutesNoFileForItsNameAlone) {
  repository.tool("frob", "", R"("limit_recursion_dir_search": {"linux": 4})");
  publish();
  const fs::path mark = folder / "mark";
  const std::string script = "#!/bin/sh\ntouch " + mark.string() + "\necho frob version 9.9\n";
  // Places where files are called like programs; none is one, or anybody could have put it there.
  write_text(folder / "opt/share/lintian/overrides/frob", script);
  write_text(folder / "opt/share/bash-completion/completions/frob", script);
  write_executable(folder / "opt/everybodys/frob", script);
  fs::permissions(folder / "opt/everybodys", fs::perms::all);
  const auto result = ck("detect soft:frob --search_dirs=" + (folder / "opt").string());
  EXPECT_NE(result.code, 0) << result.out;
  EXPECT_FALSE(fs::exists(mark));
}

TEST_F(CollectiveMoreFaults, NothingIsAskedEverAndWhatIsMissingIsListed) {
  repository.entry("program", "many", R"({"program": "yes", "no_compile": "yes",
      "run_cmds": {"one": {"run_time": {"run_cmd_main": "true"}},
                   "two": {"run_time": {"run_cmd_main": "true"}}}})");
  repository.package("lib-a", "lib,thing", "true > $INSTALL_DIR/made\n");
  publish();
  EXPECT_TRUE(fails(ck("run program:many"), 2, "--cmd_key="));
  EXPECT_TRUE(fails(ck("install package"), 1, "lib") || ck("install package").code == 2);
  const auto hook = repository.folder_of("package", "lib-a") / "custom.py";
  write_text(hook,
             "def setup(i):\n  r = i['ck_kernel'].inp({'text': 'Really? '})\n"
             "  return {'return': 0, 'install_env': {'SAID': r['string']}}\n");
  EXPECT_TRUE(succeeds(ck("install package:lib-a")));
}

}  // namespace
}  // namespace ck::test
