#include "collective/cmake_compiler.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/temporary_home.hpp"

namespace ck::collective {
namespace {

class CmakeCompiler : public testing::Test {
 protected:
  CmakeCompiler() {
    for (const auto* name : {"my-gcc", "my-g++", "my-ar"}) test::write_text(home / name, "");
    env["CK_ENV_X_BIN"] = home.path().string();
    env["CK_CC"] = "my-gcc -m64";
    env["CK_CXX"] = "my-g++";
  }

  Json dependencies(const std::string& key = "compiler") const {
    return {{key, {{"dict", {{"env", env}, {"customize", {{"env_prefix", "CK_ENV_X"}}}}}}}};
  }

  Result<Json> told(const Json& package = Json::object()) const {
    return cmake_variables(package, dependencies(), platform);
  }

  test::TemporaryHome home;
  Json env = Json::object();
  Platform platform = linux_platform(64);
};

TEST_F(CmakeCompiler, IsToldWithItsFlags) {
  const auto variables = told();
  ASSERT_OK(variables);
  EXPECT_EQ((*variables)["CK_CC_PATH_FOR_CMAKE"], (home / "my-gcc").string());
  EXPECT_EQ((*variables)["CK_CC_FLAGS_FOR_CMAKE"], "-m64 ${CK_COMPILER_FLAGS_OBLIGATORY}");
  EXPECT_EQ((*variables)["CK_CXX_PATH_FOR_CMAKE_MINGW"], (home / "my-g++").string());
  EXPECT_EQ((*variables)["CK_CXX_FLAGS_FOR_CMAKE"], "${CK_COMPILER_FLAGS_OBLIGATORY}");
  EXPECT_EQ((*variables)["CK_COMPILER_PATH_FOR_CMAKE"], home.path().string());
  EXPECT_EQ((*variables)["CK_CPU_ARM_NEON"], "OFF");
  EXPECT_EQ((*variables)["CK_CMAKE_EXTRA"], "");
  EXPECT_FALSE(variables->contains("CK_AR_PATH_FOR_CMAKE"));
  EXPECT_FALSE(variables->contains("CK_CLANG"));
}

TEST_F(CmakeCompiler, MayBeTheHosts) {
  EXPECT_OK(cmake_variables(Json::object(), dependencies("host-compiler"), platform));
}

TEST_F(CmakeCompiler, MayHaveAnArchiverAndALibraryOfItsOwn) {
  test::write_text(home / "clang", "");
  env["CK_CC"] = "clang";
  env["CK_AR"] = "my-ar";
  env["CK_FLAG_PREFIX_INCLUDE"] = "-I";
  env["CK_FLAG_PREFIX_LIB_DIR"] = "-L";
  env["CK_ENV_LIB_STDCPP_INCLUDE"] = "/inc";
  env["CK_ENV_LIB_STDCPP"] = "/lib";
  const auto variables = told();
  ASSERT_OK(variables);
  EXPECT_EQ((*variables)["CK_CLANG"], "YES");
  EXPECT_EQ((*variables)["CK_AR_PATH_FOR_CMAKE"], (home / "my-ar").string());
  EXPECT_EQ((*variables)["CK_CXX_FLAGS_FOR_CMAKE"],
            "${CK_COMPILER_FLAGS_OBLIGATORY} -I/inc -L/lib");
}

TEST_F(CmakeCompiler, ComesWithWhatThePackageSaysOfLinux) {
  const auto variables = told({{"customize",
                                {{"install_env",
                                  {{"PACKAGE_CONFIGURE_FLAGS_LINUX", " -DX=1 "},
                                   {"PACKAGE_URL_LINUX", "https://example.org/linux"},
                                   {"PACKAGE_GIT_CHECKOUT", "main"}}}}}});
  ASSERT_OK(variables);
  EXPECT_EQ((*variables)["CK_CMAKE_EXTRA"], "-DX=1");
  EXPECT_EQ((*variables)["PACKAGE_URL"], "https://example.org/linux");
  EXPECT_FALSE(variables->contains("PACKAGE_GIT_CHECKOUT"));
}

TEST_F(CmakeCompiler, HasToBeThere) {
  EXPECT_ERROR(cmake_variables(Json::object(), Json::object(), platform), not_found,
               "host-compiler");
  env["CK_CXX"] = "gone++";
  EXPECT_ERROR(told(), not_found, "gone++");
  env.erase("CK_CC");
  EXPECT_ERROR(told(), not_found, "no compiler");
}

TEST_F(CmakeCompiler, AHookOfAnotherContentIsCalled) {
  test::write_text(home / "custom.py", "def setup(i):\n  return {'return': 0}\n");
  EXPECT_FALSE(is_known_cmake_hook(home / "custom.py", dependencies(), platform));
  EXPECT_FALSE(is_known_cmake_hook(home / "none.py", dependencies(), platform));
}

}  // namespace
}  // namespace ck::collective
