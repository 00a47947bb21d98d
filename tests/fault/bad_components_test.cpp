// Repositories and components that are broken, hostile or missing: one clear error each, and what
// is sound beside them goes on working.

#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

class BadComponents : public CkTest {
 protected:
  BadComponents() {
    components.program("sound", "echo fine", R"("tags": ["sound", "steady"])");
    import();
  }
  ~BadComponents() override {
    EXPECT_EQ(ck("run program:sound --quiet").out, "fine\n");
    expect_clean();
  }

  void bad_program(const std::string& name, const std::string& text) {
    components.raw("program", name, text);
  }
};

TEST_F(BadComponents, FolderWithoutDescriptorIsNotRegistered) {
  fs::create_directories(folder / "bare");
  const auto before = ck("ls repo --json").out;
  EXPECT_TRUE(fails(ck("import repo --path=bare"), 1, "ck-repo.json"));
  EXPECT_EQ(ck("ls repo --json").out, before);
}

TEST_F(BadComponents, PulledRepositoryWithoutDescriptorLeavesNoClone) {
  const GitRemote remote(folder / "remotes");
  remote.write("README", "no components here");
  remote.commit("first");
  EXPECT_TRUE(fails(ck({"pull", "repo", "--url=" + remote.url()}), 1, "ck-repo.json"));
  EXPECT_EQ(names_in("repos"), std::vector<std::string>());
}

TEST_F(BadComponents, BrokenRepositoryDescriptorTellsAllProblems) {
  write_text(folder / "bad/ck-repo.json",
             R"({"schema": "ck.repo/1", "name": 3, "uid": "x", "nedes": []})");
  const auto result = ck("import repo --path=bad");
  EXPECT_TRUE(fails(result, 1, "/name is 3"));
  EXPECT_TRUE(fails(result, 1, "/uid"));
  EXPECT_TRUE(fails(result, 1, "did you mean 'needs'?"));
}

TEST_F(BadComponents, AllProblemsOfAFileAreToldAtOnceWithPathsAndSuggestions) {
  bad_program("typo", R"({
    "schema": "ck.program/1", "name": "typo", "uid": "00000000000000a2", "version": "1.0.0",
    "build": {"system": "cmak"}, "comands": {}, "commands": {"run": {"run": "x"}},
    "tgas": ["x"], "sources": [{"files": "../../etc"}], "outputs": {"o": {"path": "../x"}},
    "limits": {"output_byte": 3}})");
  const auto result = ck("run program:typo");
  EXPECT_TRUE(fails(result, 1, "typo/ck.json has 7 problems"));
  for (const char* problem :
       {"/sources/0/files is '../../etc', but must be a relative path that stays in its folder",
        "/build/system is 'cmak', but must be one of", "did you mean 'cmake'?",
        "/commands/run/run is 'x', but must be an array",
        "/outputs/o/path is '../x', but must be a relative path",
        "/limits/output_byte is not a known key (did you mean 'output_bytes'?)",
        "/comands is not a known key (did you mean 'commands'?)",
        "/tgas is not a known key (did you mean 'tags'?)"})
    EXPECT_TRUE(fails(result, 1, problem));
}

TEST_F(BadComponents, WrongTypesAreToldWithTheirPath) {
  bad_program("types", R"({"schema": "ck.program/1", "name": "types", "uid": "00000000000000a2",
                           "version": 1, "tags": "x"})");
  EXPECT_TRUE(fails(ck("run program:types"), 1, "/tags is 'x', but must be an array"));
}

TEST_F(BadComponents, NoJsonIsToldWithLineAndColumn) {
  bad_program("text", "{\"schema\": \"ck.program/1\",\n  name: \"text\"}");
  EXPECT_TRUE(fails(ck("run program:text"), 1, "line 2, column 4"));
}

TEST_F(BadComponents, EmptyFileIsAnError) {
  bad_program("empty", "");
  EXPECT_TRUE(fails(ck("run program:empty"), 1, "empty/ck.json"));
}

TEST_F(BadComponents, HundredMegabytesAreRefusedWithoutReadingThem) {
  bad_program("big", "");
  ASSERT_EQ(::truncate((components.folder_of("program", "big") / "ck.json").c_str(), 100 << 20), 0);
  EXPECT_TRUE(fails(ck("run program:big"), 1, "larger than the"));
}

TEST_F(BadComponents, TenThousandLevelsAreRefused) {
  bad_program("deep", R"({"x-deep": )" + std::string(10'000, '[') + std::string(10'000, ']') + "}");
  EXPECT_TRUE(fails(ck("run program:deep"), 1, "nested deeper than 64 levels"));
}

TEST_F(BadComponents, NoRegularFileIsRefusedAtOnce) {
  fs::create_directories(components.folder_of("program", "pipe"));
  ASSERT_EQ(::mkfifo((components.folder_of("program", "pipe") / "ck.json").c_str(), 0644), 0);
  EXPECT_TRUE(fails(ck("run program:pipe"), 1, "not a regular file"));
  fs::create_directories(components.folder_of("program", "folder") / "ck.json");
  EXPECT_TRUE(fails(ck("run program:folder"), 1, "not a regular file"));
}

TEST_F(BadComponents, LinkOutOfTheRepositoryIsNotFollowed) {
  fs::create_directories(components.folder_of("program", "link"));
  write_text(folder / "secret.json", R"({"secret": "do not tell"})");
  fs::create_symlink(folder / "secret.json", components.folder_of("program", "link") / "ck.json");
  const auto result = ck("load program:link");
  EXPECT_TRUE(fails(result, 1, "leads out of"));
  EXPECT_EQ(result.err.find("do not tell"), std::string::npos);
}

TEST_F(BadComponents, ControlCharactersDoNotReachTheTerminal) {
  bad_program("shout", R"({"schema": "ck.program/1", "name": "shout", "uid": "00000000000000a2",
                          "version": "1.0.0", "\u001b[31mred\u0007": 1, "commands": {}})");
  const auto result = ck("run program:shout");
  EXPECT_TRUE(fails(result, 1, "is not a known key"));
  EXPECT_EQ(result.err.find('\x1b'), std::string::npos);
}

TEST_F(BadComponents, OthersAreListedWithAWarning) {
  bad_program("broken", "{");
  const auto result = ck("search program --tags=sound");
  EXPECT_TRUE(succeeds(result));
  EXPECT_NE(result.out.find("tiny:program:sound"), std::string::npos);
  EXPECT_NE(result.err.find("warning: left out"), std::string::npos);
  EXPECT_NE(result.err.find("broken/ck.json"), std::string::npos);
  const Json json = json_of(ck("search program --tags=sound --json"));
  ASSERT_EQ(json["broken"].size(), 1u);
  EXPECT_NE(json["broken"][0]["file"].get<std::string>().find("broken/ck.json"), std::string::npos);
}

TEST_F(BadComponents, TwoComponentsOfOneNameAreToldApart) {
  components.raw("program", "second", R"({"schema": "ck.program/1", "name": "sound",
    "uid": "00000000000000a2", "version": "1.0.0", "commands": {"a": {"run": ["true"]}}})");
  const auto result = ck("ls program");
  EXPECT_TRUE(succeeds(result));
  EXPECT_NE(result.err.find("/name is 'sound', but its folder is called 'second'"),
            std::string::npos)
      << result.err;
}

TEST_F(BadComponents, TwoComponentsOfOneUidAreAConflict) {
  const std::string uid = uid_of("program:sound");
  components.raw("program", "copy",
                 R"({"schema": "ck.program/1", "name": "copy", "uid": ")" + uid +
                     R"(", "version": "1.0.0",
                                        "commands": {"a": {"run": ["true"]}}})");
  const auto result = ck({"find", "program:" + uid});
  EXPECT_TRUE(fails(result, 1, uid));
}

TEST_F(BadComponents, TwoRepositoriesOfOneNameAreAConflict) {
  const ComponentWriter other(folder / "other", "tiny");
  const auto before = ck("ls repo --json").out;
  EXPECT_TRUE(fails(ck("import repo --path=other"), 1, "tiny"));
  EXPECT_EQ(ck("ls repo --json").out, before);
}

TEST_F(BadComponents, TagNobodyHasIsSuggested) {
  const auto found = ck("search program --tags=stedy");
  EXPECT_TRUE(succeeds(found));
  EXPECT_EQ(found.out, "");
  EXPECT_NE(found.err.find("no component has the tag 'stedy'; did you mean 'steady'?"),
            std::string::npos);
  EXPECT_TRUE(fails(ck("run program --tags=stedy"), 1, "did you mean 'steady'?"));
  EXPECT_TRUE(fails(ck("install package --tags=stedy"), 1, "did you mean 'steady'?"));
}

TEST_F(BadComponents, DependencyOnATagNobodyHasIsExplained) {
  components.program("needy", "true", R"("dependencies": {"lib": {"tags": ["stedy"]}})");
  const auto result = ck("run program:needy");
  EXPECT_TRUE(fails(result, 1, "stedy"));
  EXPECT_TRUE(fails(result, 1, "did you mean 'steady'?"));
  EXPECT_TRUE(fails(ck("run program:needy"), 1, "lib"));
}

TEST_F(BadComponents, NamesThatDoNotExistAreSuggested) {
  EXPECT_TRUE(fails(ck("run program:sond"), 1, "did you mean 'sound'?"));
  EXPECT_TRUE(fails(ck("find prgram:sound"), 1, "did you mean 'program'?"));
  EXPECT_TRUE(fails(ck("search tiney:program:sound"), 1, "did you mean 'tiny'?"));
  EXPECT_TRUE(fails(ck("show experiment:none"), 1, "none"));
  EXPECT_TRUE(fails(ck("replay experiment:none"), 1, "none"));
}

}  // namespace
}  // namespace ck::test
