#include "collective/compile_script.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace ck::collective {
namespace {

using Texts = std::vector<std::string>;

const Platform kPlatform = linux_platform(64);
const Json kCompiler = {{"CK_FLAGS_OUTPUT", "-o "}, {"CK_OBJ_EXT", ".o"}};

/// What `${CK_FLAG_PREFIX_VAR}` names of the platform make of every compile line.
constexpr std::string_view kPlatformNames =
    "${CK_FLAG_PREFIX_VAR}CK_HOST_OS_NAME2_LINUX=1 ${CK_FLAG_PREFIX_VAR}CK_HOST_OS_NAME_LINUX=1 "
    "${CK_FLAG_PREFIX_VAR}CK_TARGET_OS_NAME2_LINUX=1 "
    "${CK_FLAG_PREFIX_VAR}CK_TARGET_OS_NAME_LINUX=1";

Result<CompileScript> script_of(const Json& meta, const CompileRequest& request = {},
                                const Json& dependencies = Json::object(),
                                const Json& environment = kCompiler, bool customized = false) {
  const auto find_entry = [](const std::string& cid) -> Result<fs::path> {
    if (cid == "program:other") return fs::path("/repo/program/other");
    return fail(ErrorCode::not_found, "no " + cid);
  };
  return compile_script({meta, dependencies, environment, find_entry, customized}, request,
                        kPlatform);
}

/// Commands with what all compile lines share shortened, for reading.
Texts commands_of(const Json& meta, const CompileRequest& request = {},
                  const Json& dependencies = Json::object(), const Json& environment = kCompiler) {
  const auto script = script_of(meta, request, dependencies, environment);
  if (!script) return {"error: " + script.error().message};
  Texts commands;
  for (std::string command : script->commands) {
    command = replace_all(command, kPlatformNames, "@");
    command = replace_all(command, "$CK_FLAGS_CREATE_OBJ $CK_COMPILER_FLAGS_OBLIGATORY", "OBJ");
    command = replace_all(command, "$CK_LD_FLAGS_MISC $CK_LD_FLAGS_EXTRA", "LD");
    command = replace_all(command, "${CK_FLAG_PREFIX_INCLUDE}", "-I");
    command = replace_all(command, "${CK_FLAG_PREFIX_VAR}", "-D");
    command = replace_all(command, "${CK_FLAG_PREFIX_LIB_DIR}", "-L");
    command = replace_all(command, "${CK_FLAGS_OUTPUT}", "-o ");
    commands.push_back(replace_all(command, "$CK_FLAGS_DYNAMIC_BIN", "DYN"));
  }
  return commands;
}

Json program(std::string_view more = "{}") {
  Json meta = Json::parse(R"({"source_files": ["main.c"], "compiler_env": "CK_CC",
                              "target_file": "a"})");
  meta.update(Json::parse(more));
  return meta;
}

TEST(CompileScript, CompilesAndLinksWithoutOptimisationUnlessAsked) {
  const auto script = script_of(program());
  ASSERT_TRUE(script);
  EXPECT_EQ(
      script->commands,
      (Texts{"$CK_CC $CK_FLAGS_CREATE_OBJ $CK_COMPILER_FLAGS_OBLIGATORY $CK_FLAGS_DYNAMIC_BIN "
             "${CK_FLAG_PREFIX_INCLUDE}../ " +
                 std::string(kPlatformNames) + " ../main.c ${CK_FLAGS_OUTPUT}main.o",
             "$CK_CC $CK_COMPILER_FLAGS_OBLIGATORY $CK_FLAGS_DYNAMIC_BIN main.o "
             "${CK_FLAGS_OUTPUT}a.out $CK_LD_FLAGS_MISC $CK_LD_FLAGS_EXTRA"}));
  EXPECT_EQ(script->target, "a.out");
}

TEST(CompileScript, AddsWhatTheRequestSays) {
  CompileRequest request;
  request.speed = true;
  request.flags = "-g -DX='a b'";
  request.link_flags = "-lfoo";
  EXPECT_EQ(commands_of(program(), request),
            (Texts{"$CK_CC $CK_OPT_SPEED OBJ DYN -I../ @ -g -DX='a b' ../main.c -o main.o",
                   "$CK_CC $CK_COMPILER_FLAGS_OBLIGATORY -lfoo DYN main.o -o a.out LD"}));
  request = {};
  request.size = true;
  request.static_link = true;
  EXPECT_EQ(
      commands_of(program(), request),
      (Texts{"$CK_CC $CK_OPT_SIZE OBJ $CK_FLAGS_STATIC_BIN -I../ @ ../main.c -o main.o",
             "$CK_CC $CK_COMPILER_FLAGS_OBLIGATORY $CK_FLAGS_STATIC_BIN main.o -o a.out LD"}));
}

TEST(CompileScript, DefinesVariablesSortedByNameTheRequestsLast) {
  CompileRequest request;
  request.variables = {{"A", "2"}, {"Z", "x;y"}};
  EXPECT_EQ(commands_of(program(R"({"build_compiler_vars": {"b": 1, "E": "", "A": "1",
                                     "Q": "\\\"s\\\"", "V": "$N"}})"),
                        request)[0],
            "$CK_CC OBJ DYN -I../ -DA=2 @ -DE -DQ=\\\"s\\\" -DV=$N -DZ=\"x;y\" -Db=1 ../main.c "
            "-o main.o");
}

TEST(CompileScript, FlagsMayReferToVariables) {
  const auto commands = commands_of(program(R"({
    "compiler_flags_as_env": "$<<CK_COMPILER_FLAG_CPP11>>$ -Wall", "compiler_env": "CK_CXX",
    "linker_env": "CK_LD", "extra_ld_vars_first": "-first", "extra_ld_vars": "$<<CK_EXTRA_LIB_M>>$",
    "linker_add_lib_as_env": ["CK_CXX_EXTRA", "L2"]})"));
  EXPECT_EQ(commands,
            (Texts{"$CK_CXX OBJ DYN -I../ @ ${CK_COMPILER_FLAG_CPP11} -Wall ../main.c -o main.o",
                   "$CK_LD $CK_COMPILER_FLAGS_OBLIGATORY DYN main.o -o a.out LD -first "
                   "${CK_EXTRA_LIB_M} ${CK_CXX_EXTRA} ${L2}"}));
}

TEST(CompileScript, CanLeaveOutItsFolderAndVariables) {
  EXPECT_EQ(commands_of(program(R"({"skip_local_include": "yes", "skip_compiler_vars": "yes",
                                    "build_compiler_vars": {"A": "1"}})"))[0],
            "$CK_CC OBJ DYN ../main.c -o main.o");
}

TEST(CompileScript, AProgramsCustomizeScriptIsSourcedAfterItsVariables) {
  const auto commands_of_customized = [](const std::string& more) {
    const auto script = script_of(program(more), {}, Json::object(), kCompiler, true);
    return script ? script->commands : Texts{script.error().message};
  };
  const std::string sourced = ". ../customize.sh || echo \"customize.sh ended with $?\" >&2";
  const auto commands = commands_of_customized(R"({"compile_vars": {"A": "1"}})");
  ASSERT_EQ(commands.size(), 4U);
  EXPECT_EQ(commands[0], "export A=1");
  EXPECT_EQ(commands[1], sourced);
  const auto own = commands_of_customized(R"({"use_compile_script": "yes",
      "compile_cmds": {"default": {"cmd": "../make.sh"}}})");
  EXPECT_EQ(own.front(), sourced);
  EXPECT_EQ(own.back(), "../make.sh");
  EXPECT_EQ(commands_of_customized(R"({"no_compile": "yes"})"), Texts());
}

TEST(CompileScript, TellsTheObjectFiles) {
  const auto script = script_of(program(R"({"source_files": ["x.c", "sub/x.c", "y.c"]})"));
  ASSERT_TRUE(script);
  EXPECT_EQ(script->objects, (Texts{"x.o", "x-2.o", "y.o"}));
}

TEST(CompileScript, NamesSourcesAndObjects) {
  const auto object_lines = [](const std::string& source) {
    return commands_of(
        program(R"({"skip_compiler_vars": "yes", "source_files": [")" + source + "\"]}"))[0];
  };
  EXPECT_TRUE(object_lines("sub/x.c").ends_with(" ../sub/x.c -o x.o"));
  EXPECT_TRUE(object_lines("w.tar.c").ends_with(" ../w.tar.c -o w.tar.o"));
  EXPECT_TRUE(object_lines("/abs/z.cpp").ends_with(" /abs/z.cpp -o z.o"));
  EXPECT_TRUE(object_lines("a b.c").ends_with(" \"../a b.c\" -o \"a b.o\""));
  EXPECT_TRUE(object_lines("$<<LIB>>$/y.c").ends_with(" \"${LIB}/y.c\" -o y.o"));
  EXPECT_TRUE(object_lines("$#ck_take_from_{program:other}#$main.c")
                  .ends_with(" /repo/program/other/main.c -o main.o"));
  EXPECT_EQ(object_lines("$#ck_take_from_{program:none}#$main.c"), "error: no program:none");
}

TEST(CompileScript, ObjectsOfTwoSourcesNeverHaveOneName) {
  const auto commands =
      commands_of(program(R"({"source_files": ["a/x.c", "b/x.c"], "skip_compiler_vars": "yes"})"));
  EXPECT_EQ(commands[1], "$CK_CC OBJ DYN -I../ ../b/x.c -o x-2.o");
  EXPECT_NE(commands[2].find(" x.o x-2.o "), std::string::npos);
}

TEST(CompileScript, IncludesFoldersOfDependenciesOwnOnesAndThoseOfVariables) {
  const Json dependencies = Json::parse(R"({
    "compiler": {}, "x": {"cus": {"path_include": "/x y", "path_includes": ["/i2", "/i3"]}}})");
  Json environment = {{"LIB_INCLUDE", "/lib/include"}, {"EMPTY", ""}};
  environment.update(kCompiler);
  EXPECT_EQ(commands_of(program(R"({"skip_compiler_vars": "yes",
              "include_dirs": ["inc", "$#ck_take_from_{program:other}#$sub"],
              "compiler_add_include_as_env_from_deps":
                ["LIB_INCLUDE", "NOPE", "EMPTY", "$<<LIB_INCLUDE>>$/e", "$<<NOPE>>$/e"]})"),
                        {}, dependencies, environment)[0],
            "$CK_CC OBJ DYN -I../ -I/i2 -I/i3 -I\"/x y\" -I../inc -I/repo/program/other/sub "
            "-I/lib/include -I/lib/include/e ../main.c -o main.o");
}

/// The libraries in the link line of a program with one dependency.
std::string libraries(std::string_view dependency, bool static_link = false, bool strip = true) {
  CompileRequest request;
  request.static_link = static_link;
  Json dependencies = {{"compiler", {{"cus", {{"can_strip_dynamic_lib", strip ? "yes" : "no"}}}}}};
  dependencies["d"] = Json::parse(dependency);
  const auto commands = commands_of(program(), request, dependencies);
  if (commands.size() < 2) return commands.front();
  const auto begin = commands[1].find(" LD");
  return commands[1].substr(std::min(begin + 4, commands[1].size()));
}

TEST(CompileScript, LinksDynamicLibrariesByNameAndStaticOnesByFile) {
  const auto both = R"({"cus": {"path_lib": "/p/lib", "static_lib": "libp.a",
                                "dynamic_lib": "libp.so"}})";
  EXPECT_EQ(libraries(both), "-L/p/lib -lp");
  EXPECT_EQ(libraries(both, true), "/p/lib/libp.a");
  EXPECT_EQ(libraries(both, false, false), "/p/lib/libp.so");
}

TEST(CompileScript, LinksWhatThereIsWhenThereIsOneKindOfLibraryOnly) {
  const auto only_static = R"({"cus": {"path_lib": "/p/lib", "static_lib": "libp.a"}})";
  EXPECT_EQ(libraries(only_static), "-L/p/lib -lp");
  EXPECT_EQ(libraries(only_static, true), "/p/lib/libp.a");
  const auto only_dynamic = R"({"cus": {"path_lib": "/p/lib", "dynamic_lib": "libp.so"}})";
  EXPECT_EQ(libraries(only_dynamic), "-L/p/lib -lp");
  EXPECT_EQ(libraries(only_dynamic, true), "");
}

TEST(CompileScript, TakesTheFolderOfDynamicLibrariesFirst) {
  const auto two = R"({"cus": {"path_lib": "/p/lib", "path_dynamic_lib": "/p/dy",
                               "static_lib": "libp.a", "dynamic_lib": "libp.so"}})";
  EXPECT_EQ(libraries(two), "-L/p/dy -lp");
  EXPECT_EQ(libraries(two, true), "/p/lib/libp.a");
}

TEST(CompileScript, LinksAFileThatHasNoNameForTheLinkerByItself) {
  EXPECT_EQ(libraries(R"({"cus": {"path_lib": "/p q", "dynamic_lib": "libp.so.1"}})"),
            "\"/p q/libp.so.1\"");
}

TEST(CompileScript, LinksExtraLibrariesBeforeTheLibraryItself) {
  const std::string customize = R"("cus": {"path_lib": "/p", "static_lib": "libp.a",
      "dynamic_lib": "libp.so", "extra_static_libs": {"foo": "libfoo.a"},
      "extra_dynamic_libs": {"foo": "libfoo.so"}}})";
  EXPECT_EQ(libraries(R"({"extra_libs": ["foo"], )" + customize), "-L/p -lfoo -lp");
  EXPECT_EQ(libraries(R"({"extra_libs": ["foo"], )" + customize, true), "/p/libfoo.a /p/libp.a");
  EXPECT_EQ(libraries(R"({"extra_libs": ["bar"], )" + customize),
            "error: the dependency d has no library 'bar' (key extra_libs)");
}

TEST(CompileScript, ObeysWhatADependencySaysAboutLinking) {
  const std::string customize = R"("cus": {"path_lib": "/p", "dynamic_lib": "libp.so"}})";
  EXPECT_EQ(libraries(R"({"skip_linking": "yes", "extra_ld_vars": "-q", )" + customize), "");
  EXPECT_EQ(libraries(R"({"extra_ld_vars": "$<<XL>>$ -q", )" + customize), "-L/p -lp ${XL} -q");
  EXPECT_EQ(libraries(R"({"force_add_static_lib_path": "yes", )" + customize), "-L/p -lp");
  EXPECT_EQ(libraries(R"({"force_add_static_lib_path": "yes", "cus": {"path_lib": "/q"}})"),
            "-L/q");
}

TEST(CompileScript, UsesTheProgramsOwnLines) {
  EXPECT_EQ(commands_of(program(R"({"skip_compiler_vars": "yes", "skip_local_include": "yes",
              "compile_cmds": {"linux": {"cmd": "CMP $#compiler#$ $#source_file#$ $#flags_after#$"},
                               "default": {"cmd": "no"}},
              "link_cmds": {"default": {"cmd": "LNK $#linker#$ $#obj_files#$"}}})")),
            (Texts{"CMP $CK_CC ../main.c -o main.o", "LNK $CK_CC main.o"}));
}

TEST(CompileScript, ALinkLineThatIsEmptyLinksNothing) {
  const auto script = script_of(program(R"({"compiler_env": "CK_JAVAC", "skip_bin_ext": "yes",
    "source_files": ["hello.java"], "skip_compiler_vars": "yes",
    "compile_cmds": {"default": {"cmd":
        "$#compiler#$ $#flags_before#$ $#source_file#$ $#flags_after#$ -d ."}},
    "link_cmds": {"default": {"cmd": ""}}})"));
  ASSERT_TRUE(script);
  EXPECT_EQ(script->commands.size(), 1u);
  EXPECT_TRUE(script->commands[0].starts_with("$CK_JAVAC "));
  EXPECT_TRUE(script->commands[0].ends_with(" ../hello.java ${CK_FLAGS_OUTPUT}hello.o -d ."));
  EXPECT_EQ(script->target, "");
}

TEST(CompileScript, CompilersWithoutAnOptionForTheOutputNameItThemselves) {
  const Json dependencies = Json::parse(
      R"({"compiler": {"dict": {"env": {"CK_FLAGS_OUTPUT": "", "CK_OBJ_EXT": ".class"}}}})");
  EXPECT_EQ(commands_of(program(R"({"skip_compiler_vars": "yes"})"), {}, dependencies),
            (Texts{"$CK_CC OBJ DYN -I../ ../main.c",
                   "$CK_CC $CK_COMPILER_FLAGS_OBLIGATORY DYN main.class -o a.out LD"}));
}

TEST(CompileScript, CallsTheProgramsScriptOnceWithTheFlagsInVariables) {
  CompileRequest request;
  request.speed = true;
  request.flags = "-DX=\"y\"";
  const auto script =
      script_of(program(R"({"use_compile_script": "yes", "source_files": [],
    "skip_compiler_vars": "yes", "compile_vars": {"J": 4, "C": "$<<CK_CC>>$ z"},
    "extra_env_for_compilation": {"XX": "a b"}, "extra_ld_vars": "$<<CK_EXTRA_LIB_M>>$",
    "compile_cmds": {"default": {"cmd": "bash ../compile$#script_ext#$"}}})"),
                request, Json::parse(R"({"x": {"cus": {"path_include": "/x y"}}})"));
  ASSERT_TRUE(script);
  EXPECT_EQ(
      script->commands,
      (Texts{"export C=\"${CK_CC} z\"", "export J=4",
             "export CK_PROG_COMPILER_FLAGS_BEFORE=\"$CK_OPT_SPEED $CK_FLAGS_CREATE_OBJ "
             "$CK_COMPILER_FLAGS_OBLIGATORY $CK_FLAGS_DYNAMIC_BIN ${CK_FLAG_PREFIX_INCLUDE}../ "
             "${CK_FLAG_PREFIX_INCLUDE}\\\"/x y\\\" -DX=\\\"y\\\"\"",
             "export CK_PROG_LINKER_FLAGS_BEFORE=\"$CK_COMPILER_FLAGS_OBLIGATORY "
             "$CK_FLAGS_DYNAMIC_BIN\"",
             "export CK_PROG_LINKER_FLAGS_AFTER=\"${CK_FLAGS_OUTPUT}a.out $CK_LD_FLAGS_MISC "
             "$CK_LD_FLAGS_EXTRA ${CK_EXTRA_LIB_M}\"",
             "export CK_PROG_COMPILER_VARS=\"\"",
             "export CK_PROG_COMPILER_FLAGS=\"$CK_OPT_SPEED -DX=\\\"y\\\"\"",
             "export CK_PROG_LINKER_LIBS=\"\"", "export CK_PROG_TARGET_EXE=a.out",
             "export XX=\"a b\"", "bash ../compile.sh"}));
  EXPECT_EQ(script->target, "a.out");
}

TEST(CompileScript, HasNoCommandsWhereNothingIsCompiled) {
  for (const char* more : {R"({"no_compile": "yes"})", R"({"source_files": []})"}) {
    const auto script = script_of(program(more));
    ASSERT_TRUE(script);
    EXPECT_TRUE(script->commands.empty());
    EXPECT_EQ(script->target, "");
  }
}

TEST(CompileScript, RefusesMetadataThatMakesNoCommand) {
  EXPECT_EQ(commands_of(program(R"({"compiler_env": "gcc;id"})"))[0],
            "error: 'gcc;id' is no name of a variable that holds a compiler (key compiler_env)");
  EXPECT_EQ(commands_of(program(R"({"compile_cmds": {"default": {"cmd": "x $#nope#$"}}})"))[0],
            "error: nothing defines $#nope#$ in 'x $#nope#$' (key compile_cmds)");
  EXPECT_EQ(script_of(program(R"({"use_compile_script": "yes"})")).error().code,
            ErrorCode::invalid);
  EXPECT_EQ(script_of(program(R"({"linker_add_lib_as_env": ["a b"]})")).error().code,
            ErrorCode::invalid);
  EXPECT_EQ(script_of(program(R"({"source_files": ["$#ck_take_from_{x"]})")).error().code,
            ErrorCode::invalid);
}

TEST(TargetFile, IsAOutUnlessSaidOtherwise) {
  EXPECT_EQ(target_file(Json::object(), kPlatform), "a.out");
  EXPECT_EQ(target_file(program(R"({"target_file": "t"})"), kPlatform), "t.out");
  EXPECT_EQ(target_file(program(R"({"target_file": "t", "skip_bin_ext": "yes"})"), kPlatform), "t");
  EXPECT_EQ(target_file(program(R"({"no_target_file": "yes"})"), kPlatform), "");
}

}  // namespace
}  // namespace ck::collective
