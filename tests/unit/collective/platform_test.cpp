#include "collective/platform.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ck::collective {
namespace {

const Platform kPlatform = linux_platform(64);

TEST(Platform, KnowsLinuxWithoutAnyRepository) {
  EXPECT_EQ(kPlatform.name, "linux-64");
  EXPECT_EQ(kPlatform.uid, "4258b5fe54828a50");
  EXPECT_EQ(kPlatform.ck_name(), "linux");
  EXPECT_EQ(kPlatform.ck_name2(), "linux");
  EXPECT_EQ(kPlatform.bits(), "64");
  EXPECT_EQ(kPlatform.os["processor"], "x64");
  EXPECT_EQ(kPlatform.os["bits_all"], Json::parse(R"(["32", "64"])"));
}

TEST(Platform, ThirtyTwoBitsDifferInNameAndWidth) {
  const Platform narrow = linux_platform(32);
  EXPECT_EQ(narrow.name, "linux-32");
  EXPECT_EQ(narrow.bits(), "32");
  EXPECT_EQ(narrow.os["bits_all"], Json::parse(R"(["32"])"));
  EXPECT_EQ(narrow.os["lib_dir"], "lib");
}

TEST(Platform, HasWhatHooksReadAndLacksWhatMeansAnotherSystem) {
  for (const char* key : {"bits",
                          "ck_name",
                          "ck_name2",
                          "processor",
                          "dir_sep",
                          "tags",
                          "env_set",
                          "env_call",
                          "env_var_start",
                          "env_var_stop",
                          "env_var_extra1",
                          "env_var_extra2",
                          "env_separator",
                          "env_quotes_if_space",
                          "env_quotes_if_space_in_call",
                          "env_var_separator",
                          "script_ext",
                          "file_extensions",
                          "set_executable",
                          "redirect_stdout",
                          "redirect_stderr",
                          "bin_prefix",
                          "use_bash_to_run",
                          "rem",
                          "batch_prefix",
                          "batch_bash_prefix",
                          "md5sum",
                          "make_dir",
                          "sudo_pre",
                          "sudo_init",
                          "sudo_post",
                          "delete_file",
                          "change_dir",
                          "interpreter",
                          "quit_if_error",
                          "set_affinity",
                          "batch_exit",
                          "batch_check_if_set"}) {
    EXPECT_TRUE(kPlatform.os.contains(key)) << key;
  }
  for (const char* key : {"macos", "windows_base", "remote", "mingw", "abi", "base_uoa"}) {
    EXPECT_FALSE(kPlatform.os.contains(key)) << key;
  }
}

TEST(ForPlatform, PrefersTheSecondNameOfThePlatform) {
  Platform android = kPlatform;
  android.os["ck_name2"] = "android";
  const Json map = {{"linux", 1}, {"android", 2}, {"win", 3}};
  EXPECT_EQ(for_platform(map, kPlatform), 1);
  EXPECT_EQ(for_platform(map, android), 2);
  EXPECT_EQ(for_platform({{"linux", 1}}, android), 1);
  EXPECT_TRUE(for_platform({{"win", 3}}, kPlatform).is_null());
  EXPECT_TRUE(for_platform("linux", kPlatform).is_null());
}

TEST(MeantFor, OneOfTheTagsMustBeThePlatforms) {
  EXPECT_TRUE(meant_for({{"only_for_host_os_tags", {"windows", "linux"}}}, kPlatform));
  EXPECT_FALSE(meant_for({{"only_for_host_os_tags", {"windows", "mingw"}}}, kPlatform));
  EXPECT_FALSE(meant_for(Json::parse(R"({"only_for_target_os_tags": ["android"]})"), kPlatform));
}

TEST(MeantFor, NoTagsAreNoLimit) {
  EXPECT_TRUE(meant_for(Json::object(), kPlatform));
  EXPECT_TRUE(meant_for(Json::parse(R"({"only_for_target_os_tags": []})"), kPlatform));
}

TEST(MeantFor, ThePlatformMayBeNamedOrGivenByUid) {
  EXPECT_TRUE(meant_for(Json::parse(R"({"only_for_target_os": ["linux-64"]})"), kPlatform));
  EXPECT_TRUE(meant_for(Json::parse(R"({"only_for_host_os": "4258b5fe54828a50"})"), kPlatform));
  EXPECT_FALSE(meant_for(Json::parse(R"({"only_for_target_os": ["windows-64"]})"), kPlatform));
}

TEST(PlatformTokens, AreReplaced) {
  EXPECT_EQ(expand_platform_tokens("$#home#$$#sep#$lib$#file_ext_dll#$", kPlatform, "/home/u"),
            "/home/u/lib.so");
  EXPECT_EQ(expand_platform_tokens("x$#abi#$-$#processor#$", kPlatform, ""), "x-x64");
  EXPECT_EQ(expand_platform_tokens("tool$#host_file_ext_exe2#$", kPlatform, ""), "tool");
}

TEST(PlatformTokens, OfOthersStay) {
  EXPECT_EQ(expand_platform_tokens("$#file_ext_none#$ $#BIN_FILE#$ $#sep", kPlatform, ""),
            "$#file_ext_none#$ $#BIN_FILE#$ $#sep");
}

}  // namespace
}  // namespace ck::collective
