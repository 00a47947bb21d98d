#include "collective/access.hpp"

#include "collective/registry.hpp"
#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

class Access : public WorkbenchTest {
 protected:
  Json ask(const Json& request) { return answer(request, bench()); }
};

TEST_F(Access, FindsLoadsAndSearchesEntries) {
  repository.dataset("words", "text,words", "words.txt", "abc");
  const Json found = ask({{"action", "find"}, {"module_uoa", "dataset"}, {"data_uoa", "words"}});
  EXPECT_EQ(found["return"], 0) << found.dump();
  EXPECT_EQ(found["path"], repository.folder_of("dataset", "words").string());
  const Json loaded = ask({{"action", "load"}, {"cid", "dataset:words"}});
  EXPECT_EQ(loaded["dict"]["dataset_files"], Json::array({"words.txt"})) << loaded.dump();
  const Json listed = ask({{"action", "search"}, {"module_uoa", "dataset"}, {"tags", "words"}});
  EXPECT_EQ(listed["lst"].size(), 1U) << listed.dump();
  EXPECT_EQ(ask({{"action", "load"}, {"cid", "dataset:none"}})["return"], 16);
}

TEST_F(Access, SearchesWhatDescriptionsHold) {
  repository.dataset("words", "text,words", "words.txt", "abc");
  repository.dataset("more", "text,more", "more.txt", "abc");
  const auto names = [&](const Json& filter) {
    Json request = {{"action", "search"}, {"module_uoa", "dataset"}, {"common_func", "yes"}};
    request.update(filter);
    const Json answer = ask(request);
    EXPECT_EQ(answer["return"], 0) << answer.dump();
    std::string found;
    for (const auto& one : answer["lst"]) found += one["data_uoa"].get<std::string>() + " ";
    return found;
  };
  EXPECT_EQ(names({{"search_dict", {{"dataset_files", {"more.txt"}}}}}), "more ");
  EXPECT_EQ(names({{"search_dict", {{"dataset_files", {"other.txt"}}}}}), "");
  EXPECT_EQ(names({{"search_string", "wor*.txt"}}), "words ");
  EXPECT_EQ(names({{"search_string", "WORDS.TXT"}}), "");
  EXPECT_EQ(names({{"search_string", "WORDS.TXT"}, {"ignore_case", "yes"}}), "words ");
  EXPECT_EQ(names({{"limit_size", 1}, {"search_string", "*.txt"}}), "more ");
  EXPECT_EQ(names({{"search_flat_dict", {{"##dataset_files", {"more.txt"}}}}}), "more ");
  EXPECT_EQ(names({{"search_string", "*.txt"}, {"search_dict", {{"dataset_files", {"more.txt"}}}}}),
            "more ");
  EXPECT_EQ(names({{"search_string", "[mw]ore.txt"}}), "") << "no pattern without * and ?";
  EXPECT_EQ(ask({{"action", "search"}, {"search_flat_dict", {{"no key", 1}}}})["return"], 1);
  const Json dated =
      ask({{"action", "search"}, {"module_uoa", "dataset"}, {"add_if_date", "2020-01-01"}});
  EXPECT_EQ(dated["return"], 1);
  EXPECT_NE(dated["error"].get<std::string>().find("add_if_date"), std::string::npos);
}

TEST_F(Access, SearchesNamesInMenusAndValuesAsPythonWritesThem) {
  repository.entry("note", "first", R"({"flag": true, "nothing": null, "data_name": "Unused"})");
  test::write_text(repository.folder_of("note", "first") / ".cm/info.json",
                   R"({"data_name": "First note"})");
  repository.nameless("note", "00000000000000aa", R"({"data_name": "Second note"})");
  const auto count = [&](const char* key, const char* value) {
    return ask({{"action", "search"}, {"module_uoa", "note"}, {key, value}})["lst"].size();
  };
  EXPECT_EQ(count("search_by_name", "First*"), 1U);
  EXPECT_EQ(count("search_by_name", "Unused"), 0U);
  EXPECT_EQ(count("search_by_name", "*note"), 2U);
  EXPECT_EQ(count("search_string", "True"), 1U);
  EXPECT_EQ(count("search_string", "None"), 1U);
}

TEST_F(Access, TellsWhereRepositoriesAre) {
  repository.dataset("words", "text,words", "words.txt", "abc");
  const auto known = bench().context().repositories.front();
  const Json found = ask({{"action", "find"}, {"module_uoa", "repo"}, {"data_uoa", known.name}});
  EXPECT_EQ(found["return"], 0) << found.dump();
  EXPECT_EQ(found["path"], known.path.string());
  EXPECT_EQ(found["dict"]["path"], known.path.string());
  EXPECT_EQ(ask({{"action", "load"}, {"cid", "repo:none"}})["return"], 16);
  EXPECT_EQ(ask({{"action", "reload_repo_cache"}, {"common_func", "yes"}})["return"], 0);
}

TEST_F(Access, InstallsAPackageAndFindsItsEnvironment) {
  repository.package("lib", "lib,thing", "echo \"$WORD\" > $INSTALL_DIR/made\n");
  const Json installed = ask({{"action", "install"},
                              {"module_uoa", "package"},
                              {"tags", "lib,thing"},
                              {"env.WORD", "said"}});
  ASSERT_EQ(installed["return"], 0) << installed.dump();
  EXPECT_EQ(test::read_text(fs::path(installed["path"].get<std::string>()) / "made"), "said\n");
  const Json loaded =
      ask({{"action", "load"}, {"module_uoa", "env"}, {"data_uoa", installed["env_data_uoa"]}});
  EXPECT_EQ(loaded["return"], 0) << loaded.dump();
  EXPECT_EQ(ask({{"action", "install"}, {"module_uoa", "package"}, {"tags", "none"}})["return"],
            16);
  EXPECT_EQ(ask({{"action", "install"}, {"module_uoa", "package"}})["return"], 1);
}

TEST_F(Access, DetectsResolvesAndCompiles) {
  if (test::find_program("gcc").empty()) GTEST_SKIP() << "programs need gcc";
  repository.compiler();
  repository.program("one", "int main(void) { return 0; }\n", R"({"default": {"run_time": {
      "run_cmd_main": "$#BIN_FILE#$"}}})");
  const Json detected =
      ask({{"action", "detect"}, {"module_uoa", "soft"}, {"data_uoa", "compiler.cc"}});
  ASSERT_EQ(detected["return"], 0) << detected.dump();
  const Json resolved = ask({{"action", "resolve"},
                             {"module_uoa", "env"},
                             {"deps", {{"compiler", {{"local", "yes"}, {"tags", "compiler"}}}}}});
  ASSERT_EQ(resolved["return"], 0) << resolved.dump();
  EXPECT_EQ(resolved["deps"]["compiler"]["uoa"], detected["env_data_uoa"]);
  EXPECT_TRUE(resolved["env"].contains("CK_CC")) << resolved["env"].dump();
  EXPECT_NE(resolved["bat"].get<std::string>().find("env.sh"), std::string::npos);
  const Json compiled =
      ask({{"action", "compile"}, {"module_uoa", "program"}, {"data_uoa", "one"}});
  ASSERT_EQ(compiled["return"], 0) << compiled.dump();
  const Json& misc = compiled["misc"];
  EXPECT_EQ(misc["compilation_success"], "yes");
  EXPECT_TRUE(
      fs::exists(fs::path(misc["path"].get<std::string>()) / misc["tmp_dir"].get<std::string>() /
                 misc["target_exe"].get<std::string>()));
}

TEST_F(Access, AHookMayHaveAProgramCompiledWhileItWaits) {
  if (test::find_program("gcc").empty()) GTEST_SKIP() << "programs need gcc";
  repository.compiler();
  repository.program("one", "int main(void) { return 0; }\n", R"({"default": {"run_time": {
      "run_cmd_main": "$#BIN_FILE#$"}}})");
  repository.package("tool", "tool,one", "true\n");
  repository.file("package", "tool", "custom.py", R"(import os, shutil

def setup(i):
    r = i['ck_kernel'].access({'action': 'compile', 'module_uoa': 'program', 'data_uoa': 'one'})
    if r['return'] > 0: return r
    m = r['misc']
    shutil.copyfile(os.path.join(m['path'], m['tmp_dir'], m['target_exe']),
                    os.path.join(i['install_path'], 'made'))
    return {'return': 0}
)");
  const Json installed =
      ask({{"action", "install"}, {"module_uoa", "package"}, {"data_uoa", "tool"}});
  ASSERT_EQ(installed["return"], 0) << installed.dump();
  EXPECT_GT(fs::file_size(fs::path(installed["path"].get<std::string>()) / "made"), 1000U);
  // All hooks that were called are told, those of the compilation too.
  std::string told;
  for (const auto& use : bench().hook_uses()) told += use.hook + "\n";
  EXPECT_NE(told.find("package:tool custom.py setup"), std::string::npos) << told;
  EXPECT_NE(told.find("soft:compiler.cc customize.py setup"), std::string::npos) << told;
}

TEST_F(Access, ACircleThroughAHookIsAnError) {
  repository.package("tool", "tool,one", "true\n");
  repository.file("package", "tool", "custom.py",
                  "def setup(i):\n"
                  "  return i['ck_kernel'].access({'action': 'install',\n"
                  "    'module_uoa': 'package', 'data_uoa': 'tool'})\n");
  const Json answered =
      ask({{"action", "install"}, {"module_uoa", "package"}, {"data_uoa", "tool"}});
  EXPECT_NE(answered["return"], 0);
  EXPECT_NE(answered["error"].get<std::string>().find("circle"), std::string::npos)
      << answered.dump();
}

TEST_F(Access, WhatIsNotOfferedIsSaidSo) {
  for (const Json& request : {Json{{"action", "update"}, {"module_uoa", "program"}},
                              Json{{"action", "rm"}, {"module_uoa", "experiment"}},
                              Json{{"action", "autotune"}, {"module_uoa", "pipeline"}}}) {
    const Json refused = ask(request);
    EXPECT_EQ(refused["return"], 1) << refused.dump();
    const auto error = refused["error"].get<std::string>();
    EXPECT_NE(error.find("'" + request["action"].get<std::string>() + "'"), std::string::npos);
    EXPECT_NE(error.find("Offered are"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace ck::collective
