// What is known of packages of Collective Knowledge only while they are installed: the revision of
// their sources, their version, and dependencies that hooks add.

#include "collective_fixture.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

constexpr std::string_view kInstall = "echo made > \"$INSTALL_DIR/made\"\n";

class CollectiveResolution : public CollectiveTest {
 protected:
  static fs::path folder_of(const CkResult& installed) {
    return installed.out.substr(0, installed.out.find('\n'));
  }

  static Json description_of(const CkResult& installed) {
    return Json::parse(read_text(folder_of(installed) / "ck-env.json"));
  }

  void nothing_installed() const {
    EXPECT_EQ(environments(), std::vector<std::string>());
    expect_clean();
    expect_untouched();
  }
};

class GitRevisions : public CollectiveResolution {
 protected:
  /// package:lib from a git repository; `install` is what the shared script does.
  void package_from_git(std::string_view install) const {
    repository.entry("script", "download-and-install-package", R"({"tags": ["script"]})");
    repository.file("script", "download-and-install-package", "install.sh", install);
    repository.package("lib", "lib,thing", "false",
                       R"("use_scripts_from_another_entry": {"module_uoa": "script",
                          "data_uoa": "download-and-install-package"})",
                       R"("use_git_revision": "yes", "git_src_dir": "src",
                          "install_env": {"PACKAGE_GIT": "YES", "PACKAGE_SUB_DIR": "src",
                                          "PACKAGE_URL": ")" +
                           remote.url() + "\"}");
  }

  GitRemote remote{folder / "remotes"};
};

TEST_F(GitRevisions, AreKeptWithTheVersion) {
  remote.write("f", "1");
  const auto revision = remote.commit("first").substr(0, 7);
  package_from_git(kInstall);
  repository.package("top", "lib,top", kInstall,
                     R"("deps": {"thing": {"tags": "lib,thing,v1.0", "version_from": [1, 0],
                                           "version_to": [1, 0]}})");
  publish();
  const auto installed = ck("install package:lib");
  ASSERT_TRUE(succeeds(installed));
  EXPECT_EQ(environment_of("package:lib")["version"], "1.0-" + revision);
  const Json description = description_of(installed);
  const Json& customize = description["customize"];
  EXPECT_EQ(customize["version"], "1.0-" + revision);
  EXPECT_EQ(customize["git_info"]["revision"], revision);
  EXPECT_EQ(customize["git_info"]["iso_datetime_cut_revision"], "20240102-" + revision);
  EXPECT_EQ(description["setup"]["version"], "1.0");
  EXPECT_EQ(description["setup"]["version_split"], Json::parse("[1, 0]"));
  EXPECT_TRUE(says(read_text(folder_of(installed) / "env.sh"), "1.0-" + revision));

  // Bounds and tags are of the version, whatever the commit is.
  const auto top = ck("install package:top");
  ASSERT_TRUE(succeeds(top));
  EXPECT_EQ(environments().size(), 2U);

  // The id says what it was made of; the commit is one of the things that came of it.
  remote.write("f", "2");
  const auto later = remote.commit("second").substr(0, 7);
  const auto again = ck("install package:lib --rebuild");
  ASSERT_TRUE(succeeds(again));
  EXPECT_EQ(again.out, installed.out);
  EXPECT_EQ(environment_of("package:lib")["version"], "1.0-" + later);
  expect_clean();
  expect_untouched();
}

TEST_F(GitRevisions, OfSourcesThatTheScriptRemovesAreNotThere) {
  remote.write("f", "1");
  remote.commit("first");
  package_from_git("rm -rf \"$INSTALL_DIR/src\"\necho made > \"$INSTALL_DIR/made\"\n");
  publish();
  const auto installed = ck("install package:lib");
  ASSERT_TRUE(succeeds(installed));
  EXPECT_EQ(environment_of("package:lib")["version"], "1.0");
  EXPECT_FALSE(description_of(installed)["customize"].contains("git_info"));
}

/// package:lib tells its version only when it is installed: 3.1.
class LateVersions : public CollectiveResolution {
 protected:
  void SetUp() override {
    CollectiveResolution::SetUp();
    repository.package("lib", "lib,thing", "echo 3.1 > \"$INSTALL_DIR/made\"\n", "",
                       R"("version": "")");
    repository.file("soft", "lib", "customize.py", R"(
def version_cmd(i):
    return {'return': 0, 'cmd': '', 'version': open(i['full_path']).read().strip()}

def setup(i):
    return {'return': 0, 'bat': ''}
)");
  }

  /// A package that needs it; `bounds` as written in the dependency.
  void needing(const std::string& name, const std::string& bounds) const {
    repository.package(
        name, "needs," + name, kInstall,
        R"("deps": {"thing": {"name": "The thing", "tags": "lib,thing", )" + bounds + "}}");
  }
};

TEST_F(LateVersions, ThatDoNotDoAreAnErrorAndServeOthers) {
  needing("top", R"("version_from": [4])");
  needing("old", R"("version_to": [4])");
  needing("exact", R"("version_from": [3, 1], "version_to": [3, 1])");
  publish();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto refused = ck("install package:top");
    EXPECT_TRUE(fails(refused, 1, "package:lib, now that it is installed, is version 3.1"));
    for (const auto* words : {"version >= 4 is wanted", "dependency 'thing' (The thing)",
                              "it stays registered", "--dep_add_tags.thing="})
      EXPECT_TRUE(says(refused.err, words)) << words << " in " << refused.err;
    EXPECT_EQ(environments().size(), 1U);
  }
  const auto there = ck("locate env --tags=lib,thing,v3.1");
  ASSERT_TRUE(succeeds(there));
  const auto old = ck("install package:old");
  ASSERT_TRUE(succeeds(old));
  EXPECT_FALSE(says(old.err, "installing package:lib")) << old.err;
  ASSERT_TRUE(succeeds(ck("install package:exact")));
  EXPECT_EQ(environments().size(), 3U);
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveResolution, AVersionThatVariablesTellIsHeldAgainstTheBoundsBefore) {
  repository.package("lib", "lib,thing", kInstall, "",
                     R"("version": "", "install_env": {"PACKAGE_VERSION": "3.1"})");
  repository.package("top", "lib,top", kInstall,
                     R"("deps": {"thing": {"tags": "lib,thing", "version_from": [4]}})");
  publish();
  const auto refused = ck("install package:top");
  EXPECT_TRUE(fails(refused, 1, "package:lib is version 3.1, and version >= 4 is wanted"));
  EXPECT_TRUE(says(refused.err, "dependency 'thing'")) << refused.err;
  nothing_installed();
}

TEST_F(CollectiveResolution, SoftwareOfAnotherVersionIsToldWhereNothingElseAnswers) {
  repository.tool("frob");
  write_tool(folder / "opt/1.5/bin/frob", "1.5");
  repository.package("top", "lib,top", kInstall,
                     R"("deps": {"frob": {"tags": "tool,frob", "version_from": [2]}})");
  publish();
  const auto refused = ck("install package:top", {{"CK_TOOLS", (folder / "opt").string()}});
  EXPECT_TRUE(fails(refused, 1, "dependency 'frob'"));
  EXPECT_TRUE(says(refused.err, "soft:frob@1.5")) << refused.err;
  EXPECT_TRUE(says(refused.err, "is here, and is not version >= 2")) << refused.err;
  nothing_installed();
}

/// package:lib has no dependencies but those that its hooks add.
class AddedByHooks : public CollectiveResolution {
 protected:
  void SetUp() override {
    CollectiveResolution::SetUp();
    repository.package("base", "lib,base", "echo base > \"$INSTALL_DIR/made\"\n");
  }

  void hooks(std::string_view text) const { repository.file("package", "lib", "custom.py", text); }

  std::string variable() const { return "CK_ENV_" + uid_of("base"); }

  /// Whether package:base is one of the dependencies that are kept of package:lib, and loaded.
  void expect_kept(const CkResult& installed) {
    const auto base = environment_of("package:base")["id"].get<std::string>();
    EXPECT_EQ(environment_of("package:lib")["dependencies"]["base"], base);
    EXPECT_EQ(description_of(installed)["deps"]["base"]["ck_id"], base);
    const auto loaded = ck("shell --tags=lib,thing --print=json");
    ASSERT_TRUE(succeeds(loaded));
    EXPECT_TRUE(json_of(loaded)["variables"].contains(variable())) << loaded.out;
  }
};

TEST_F(AddedByHooks, BeforeTheScriptTheyAreThereForIt) {
  repository.package("lib", "lib,thing", "cat \"$" + variable() + "/made\" > $INSTALL_DIR/made\n");
  hooks(R"(
def pre_path(i):
    assert 'base' not in i['deps'], i['deps']
    i['deps']['base'] = {'tags': 'lib,base', 'local': 'yes', 'note': 'mine'}
    return {'return': 0}

def post_deps(i):
    base = i['deps']['base']
    assert base['note'] == 'mine' and base['uoa'] and base['ver'] == '1.0', base
    assert 'base' in base['dict']['tags'], base
    return {'return': 0}
)");
  publish();
  const auto installed = ck("install package:lib");
  ASSERT_TRUE(succeeds(installed));
  EXPECT_EQ(read_text(folder_of(installed) / "made"), "base\n");
  expect_kept(installed);
  const auto hooks_called =
      environment_of("package:lib")["exports"]["values"]["hooks"].get<std::string>();
  EXPECT_TRUE(says(hooks_called, "package:lib custom.py pre_path")) << hooks_called;
  EXPECT_TRUE(says(hooks_called, "package:lib custom.py post_deps")) << hooks_called;
  EXPECT_FALSE(says(hooks_called, "soft:base")) << "those of what was installed on the way";
  EXPECT_EQ(ck("install package:lib").out, installed.out);
  expect_clean();
  expect_untouched();
}

TEST_F(AddedByHooks, LaterTheyAreThereForTheResult) {
  repository.package("lib", "lib,thing",
                     "test -z \"$" + variable() + "\" && echo made > \"$INSTALL_DIR/made\"\n");
  hooks(R"(
def setup(i):
    i['deps']['base'] = {'tags': 'lib,base'}
    return {'return': 0}
)");
  publish();
  const auto installed = ck("install package:lib");
  ASSERT_TRUE(succeeds(installed));
  expect_kept(installed);
}

TEST_F(AddedByHooks, ThatNothingAnswersLeaveNothing) {
  repository.package("lib", "lib,thing", kInstall);
  hooks(R"(
def pre_path(i):
    i['deps']['odd'] = {'name': 'Odd one', 'tags': 'no,such'}
    return {'return': 0}
)");
  publish();
  const auto refused = ck("install package:lib");
  EXPECT_TRUE(fails(refused, 1, "no package has the tags no,such"));
  EXPECT_TRUE(says(refused.err, "dependency 'odd' (Odd one)")) << refused.err;
  EXPECT_TRUE(says(refused.err, "package:lib")) << refused.err;
  nothing_installed();
}

TEST_F(AddedByHooks, ThatLeadBackAreACircle) {
  repository.package("lib", "lib,thing", kInstall);
  hooks(R"(
def pre_path(i):
    i['deps']['self'] = {'tags': 'lib,thing'}
    return {'return': 0}
)");
  publish();
  EXPECT_TRUE(fails(ck("install package:lib"), 1, "circle"));
  nothing_installed();
}

}  // namespace
}  // namespace ck::test
