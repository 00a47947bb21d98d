// Packages of Collective Knowledge: chosen, fetched, installed by their scripts, registered.

#include <signal.h>

#include <thread>

#include "base/sha256.hpp"
#include "collective_fixture.hpp"
#include "support/http_server.hpp"

namespace ck::test {
namespace {

constexpr std::string_view kInstall =
    "echo \"v $PACKAGE_VERSION, $FLAVOUR\" > \"$INSTALL_DIR/made\"\n";

class CollectiveInstall : public CollectiveTest {
 protected:
  std::string made(const CkResult& installed) const {
    const std::string path = installed.out.substr(0, installed.out.find('\n'));
    return read_text(fs::path(path) / "made");
  }

  /// script:download-and-install-package as packages expect it to be, in a few lines.
  void download_script() const {
    repository.entry("script", "download-and-install-package", R"({"tags": ["script"]})");
    repository.file("script", "download-and-install-package", "install.sh", R"(
cd "${INSTALL_DIR}"
if [ "$PACKAGE_WGET" == "YES" ] ; then
  wget --no-check-certificate "$PACKAGE_URL/$PACKAGE_NAME" || exit 1
fi
if [ "$PACKAGE_GIT" == "YES" ] ; then
  git clone "$PACKAGE_URL" "$PACKAGE_SUB_DIR" || exit 1
fi
if [ "$PACKAGE_UNTAR" == "YES" ] ; then
  tar xf "$PACKAGE_NAME" || exit 1
fi
)");
  }

  /// A package that is a download; what shows success is the file itself.
  void download(const std::string& name, const std::string& url, const std::string& file,
                const std::string& more = "") const {
    repository.package(name, "data," + name, "false",
                       R"("use_scripts_from_another_entry": {"module_uoa": "script",
                          "data_uoa": "download-and-install-package"})" +
                           more,
                       R"("install_env": {"PACKAGE_WGET": "YES", "PACKAGE_URL": ")" + url +
                           R"(", "PACKAGE_NAME": ")" + file + "\"}");
    const std::string meta = read_text(repository.meta_of("package", name));
    std::string changed = meta;
    changed.replace(changed.find("\"made\""), 6, quoted_json(file));
    write_text(repository.meta_of("package", name), changed);
  }

  void nothing_installed() const {
    EXPECT_EQ(environments(), std::vector<std::string>());
    expect_clean();
    expect_untouched();
  }
};

TEST_F(CollectiveInstall, VariationsAddTheirVariablesTagsAndNames) {
  repository.package("lib", "lib,thing", kInstall,
                     R"("variations": {
                          "plain": {"on_by_default": "yes", "extra_env": {"FLAVOUR": "plain"}},
                          "hot": {"extra_env": {"FLAVOUR": "hot"}, "extra_tags": ["vhot"]},
                          "v2": {"extra_env": {"PACKAGE_VERSION": "2.0"},
                                 "extra_customize": {"version": "2.0"}},
                          "cold": {"extra_env": {"FLAVOUR": "cold"}}})");
  publish();
  const auto plain = ck("install package --tags=lib,thing");
  ASSERT_TRUE(succeeds(plain));
  EXPECT_EQ(made(plain), "v 1.0, plain\n");
  const auto hot = ck("install package --tags=lib,thing,hot,v2");
  ASSERT_TRUE(succeeds(hot));
  EXPECT_EQ(made(hot), "v 2.0, hot\n");
  const auto located = ck("locate env --tags=thing,vhot,v2.0");
  ASSERT_TRUE(succeeds(located));
  EXPECT_EQ(located.out, hot.out);
  EXPECT_EQ(ck("install package:lib --tags=hot,v2").out, hot.out) << "it is there already";
  const auto given = ck("install package:lib --env.FLAVOUR=mine");
  ASSERT_TRUE(succeeds(given));
  EXPECT_EQ(made(given), "v 1.0, mine\n");
  EXPECT_EQ(environments().size(), 3U);
  EXPECT_TRUE(fails(ck("install package --tags=lib,thing,hot,cold"), 1, "contradict"));
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveInstall, DependenciesAreDetectedOrInstalledFirst) {
  repository.tool("frob");
  write_tool(folder / "opt/1.5/bin/frob", "1.5");
  repository.package("base", "lib,base", kInstall);
  repository.package("top", "lib,top",
                     "\"$CK_TOOL_EXE\" --version > $INSTALL_DIR/made\n"
                     "cat \"$CK_ENV_" +
                         uid_of("base") + "/made\" >> $INSTALL_DIR/made\n",
                     R"("deps": {"base": {"local": "yes", "sort": 2, "tags": "lib,base"},
                         "frob": {"local": "yes", "sort": 1, "tags": "tool,frob"},
                         "never": {"local": "yes", "tags": "no,such",
                                   "enable_if_env": [{"FLAVOUR": ["odd"]}]}})");
  publish();
  const auto top = ck("install package:top", {{"CK_TOOLS", (folder / "opt").string()}});
  ASSERT_TRUE(succeeds(top));
  EXPECT_EQ(made(top), "frob version 1.5\nv 1.0, \n");
  expect_clean();
  const auto odd =
      ck("install package:top --env.FLAVOUR=odd", {{"CK_TOOLS", (folder / "opt").string()}});
  EXPECT_TRUE(fails(odd, 1, "no package has the tags no,such"));
  EXPECT_TRUE(says(odd.err, "'never'")) << odd.err;
}

TEST_F(CollectiveInstall, ADependencyOfNobodyIsToldWithWhatComesNear) {
  repository.package("base", "lib,base", kInstall);
  repository.package("top", "lib,top", kInstall,
                     R"("deps": {"b": {"local": "yes", "name": "The base", "tags": "lib,bsae"}})");
  publish();
  const auto result = ck("install package:top");
  EXPECT_TRUE(fails(result, 1, "lib,bsae"));
  EXPECT_TRUE(says(result.err, "dependency 'b' (The base)")) << result.err;
  EXPECT_TRUE(says(result.err, "did you mean base?") || says(result.err, "did you mean 'base'?"))
      << result.err;
  nothing_installed();
}

TEST_F(CollectiveInstall, ACircleOfDependenciesIsAnError) {
  repository.package("a", "lib,a", kInstall, R"("deps": {"b": {"tags": "lib,b"}})");
  repository.package("b", "lib,b", kInstall, R"("deps": {"a": {"tags": "lib,a"}})");
  publish();
  const auto result = ck("install package:a");
  EXPECT_TRUE(fails(result, 1, "circle"));
  EXPECT_TRUE(says(result.err, "package:a") && says(result.err, "package:b")) << result.err;
  nothing_installed();
}

TEST_F(CollectiveInstall, AFailingScriptLeavesItsLogAndNothingElse) {
  repository.package("bad", "lib,bad",
                     "touch $INSTALL_DIR/half\necho 'the reason is here' >&2\nexit 7\n");
  publish();
  const auto result = ck("install package:bad");
  EXPECT_TRUE(fails(result, 1, "installing package:bad"));
  EXPECT_TRUE(says(result.err, "the reason is here")) << result.err;
  ASSERT_EQ(names_in("logs").size(), 1U);
  EXPECT_TRUE(says(read_text(home() / "logs" / names_in("logs").front()), "the reason is here"));
  nothing_installed();
}

TEST_F(CollectiveInstall, AFailedRebuildKeepsWhatThereWas) {
  repository.package("lib", "lib,thing",
                     "[ \"$FLAVOUR\" != x ] && echo ok > $INSTALL_DIR/made\n"
                     "test ! -e " +
                         (folder / "broken").string() + "\n");
  publish();
  const auto first = ck("install package:lib --profile=host");
  ASSERT_TRUE(succeeds(first));
  write_text(folder / "broken", "");
  EXPECT_TRUE(fails(ck("install package:lib --rebuild --profile=host"), 1, "package:lib"));
  EXPECT_EQ(made(first), "ok\n");
  expect_clean();
  fs::remove(folder / "broken");
  EXPECT_EQ(ck("install package:lib --rebuild --profile=host").out, first.out);
  expect_clean();
}

TEST_F(CollectiveInstall, AMissingResultIsAnError) {
  repository.package("empty", "lib,empty", "true\n");
  publish();
  const auto result = ck("install package:empty");
  EXPECT_TRUE(fails(result, 1, "did not make made"));
  EXPECT_TRUE(says(result.err, "end_full_path")) << result.err;
  nothing_installed();
}

TEST_F(CollectiveInstall, HooksPrepareAndMayRefuse) {
  repository.package("lib", "lib,thing", "echo \"$A $B $C $D\" > $INSTALL_DIR/made\n", "",
                     R"("install_env": {"A": "a", "B": "b", "C": "c"})");
  repository.file("package", "lib", "custom.py", R"(
def pre_path(i):
    i['install_env']['A'] = 'A'
    return {'return': 0}

def setup(i):
    i['new_env']['B'] = 'B'
    return {'return': 0, 'install_env': {'D': i['install_env']['A'] + 'd'}}

def post_setup(i):
    import os
    return {'return': 0 if os.path.exists(i['install_path'] + '/made') else 1, 'error': 'gone'}
)");
  repository.package("no", "lib,no", kInstall);
  repository.file("package", "no", "custom.py",
                  "def setup(i):\n    return {'return': 1, 'error': 'not on a Sunday'}\n");
  publish();
  const auto result = ck("install package:lib");
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(made(result), "A B c Ad\n");
  EXPECT_TRUE(fails(ck("install package:no"), 3, "not on a Sunday"));
  EXPECT_EQ(environments().size(), 1U);
  expect_clean();
  expect_untouched();
}

TEST_F(CollectiveInstall, WhatHooksChangeInTheirInputIsKept) {
  repository.package("base", "lib,base", kInstall);
  repository.package("lib", "lib,thing", kInstall,
                     R"("env": {"OWN": "o"}, "deps": {"base": {"tags": "lib,base"}})");
  repository.file("package", "lib", "custom.py", R"(
def pre_path(i):
    i['tags'].append('vhooked')
    i['env']['FROM_PRE_PATH'] = 'p' + i['env']['OWN']
    i['deps']['base']['note'] = 'noted'
    i['deps']['base']['ver'] = 'changed'
    return {'return': 0}

def post_deps(i):
    assert 'vhooked' in i['tags'], i['tags']
    i['tags'].append('vsecond')
    return {'return': 0}

def setup(i):
    assert i['deps']['base']['note'] == 'noted', i['deps']
    assert i['deps']['base']['ver'] == 'changed', i['deps']
    i['env']['FROM_SETUP'] = i['env']['FROM_PRE_PATH'] + 's'
    return {'return': 0}

def post_setup(i):
    i['tags'].append('vlate')
    i['env']['FROM_POST_SETUP'] = 'x'
    return {'return': 0}
)");
  publish();
  const auto result = ck("install package:lib");
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(ck("locate env --tags=thing,vhooked,vsecond").out, result.out);
  EXPECT_TRUE(fails(ck("locate env --tags=thing,vlate"), 1, "vlate"));
  const auto shown = ck("shell --tags=lib,thing --print=json");
  ASSERT_TRUE(succeeds(shown));
  const Json variables = json_of(shown)["variables"];
  EXPECT_EQ(variables.value("FROM_PRE_PATH", ""), "po");
  EXPECT_EQ(variables.value("FROM_SETUP", ""), "pos");
  EXPECT_FALSE(variables.contains("FROM_POST_SETUP"));
  const Json kept =
      Json::parse(read_text(fs::path(result.out.substr(0, result.out.find('\n'))) / "ck-env.json"));
  EXPECT_EQ(kept["deps"]["base"]["note"], "noted") << kept.dump();
}

TEST_F(CollectiveInstall, AHookThatLoopsIsStopped) {
  components.component("profile", "hurried",
                       R"("variables": {"PATH": "/usr/bin:/bin", "HOME": "${work}/home",
                          "TMPDIR": "${work}/tmp"}, "limits": {"timeout_seconds": 0.3})");
  import();
  repository.package("slow", "lib,slow", kInstall);
  repository.file("package", "slow", "custom.py", "def setup(i):\n    while True: pass\n");
  publish();
  EXPECT_TRUE(fails(ck("install package:slow --profile=tiny:profile:hurried"), 3,
                    "did not answer within 300"));
  nothing_installed();
}

TEST_F(CollectiveInstall, KilledInTheMiddleItStartsAnew) {
  const fs::path started = folder / "started";
  repository.package("lib", "lib,thing",
                     "if [ ! -e " + started.string() + " ]; then\n  touch $INSTALL_DIR/rest " +
                         started.string() + "\n  while :; do :; done\nfi\n" +
                         "test ! -e $INSTALL_DIR/rest && echo ok > $INSTALL_DIR/made\n");
  publish();
  auto first = start("install package:lib --profile=host");
  wait_for(started);
  first.signal_group(SIGKILL);
  first.wait();
  EXPECT_EQ(json_of(ck("show env --json"))["environments"].size(), 0U);
  const auto second = ck("install package:lib --profile=host");
  ASSERT_TRUE(succeeds(second));
  EXPECT_EQ(made(second), "ok\n");
  expect_clean();
}

TEST_F(CollectiveInstall, InterruptedItLeavesNothing) {
  const fs::path started = folder / "started";
  repository.package("lib", "lib,thing", "touch " + started.string() + "\nsleep 30\n");
  publish();
  auto call = start("install package:lib --profile=host");
  wait_for(started);
  call.signal_group(SIGINT);
  EXPECT_EQ(call.wait().code, 130);
  nothing_installed();
}

TEST_F(CollectiveInstall, TwoAtOnceBuildOnce) {
  repository.package("lib", "lib,thing",
                     "echo built >> " + (folder / "count").string() +
                         "\nsleep 0.05\necho ok > $INSTALL_DIR/made\n");
  publish();
  auto one = start("install package:lib --profile=host");
  const auto two = ck("install package --tags=lib,thing --profile=host");
  const auto first = one.wait();
  ASSERT_TRUE(succeeds(first));
  ASSERT_TRUE(succeeds(two));
  EXPECT_EQ(first.out, two.out);
  EXPECT_EQ(read_text(folder / "count"), "built\n");
  expect_clean();
}

TEST_F(CollectiveInstall, ADownloadIsNotedAndRequiredFromThenOn) {
  const TemporaryHome elsewhere;
  std::string reason;
  const auto server = HttpServer::start(elsewhere.path(), HttpServer::Tls::off, reason);
  if (!server) GTEST_SKIP() << reason;
  write_text(server->files() / "data.txt", "first");
  download_script();
  download("data", server->url(), "data.txt");
  publish();
  const auto first = ck("install package:data");
  ASSERT_TRUE(succeeds(first));
  EXPECT_TRUE(says(first.err, sha256_hex("first"))) << first.err;
  const fs::path file = first.out.substr(0, first.out.find('\n')) + "/data.txt";
  EXPECT_EQ(read_text(file), "first");

  // The same again needs no network, another content is refused.
  ASSERT_TRUE(succeeds(ck("rm env --tags=data --force")));
  write_text(server->files() / "data.txt", "other");
  const auto second = ck("install package:data --offline");
  ASSERT_TRUE(succeeds(second));
  EXPECT_EQ(second.out, first.out);
  EXPECT_EQ(read_text(file), "first");
  ASSERT_TRUE(succeeds(ck("rm env --tags=data --force")));
  for (const auto& kept : fs::recursive_directory_iterator(home() / "downloads")) {
    if (kept.is_regular_file() && kept.path().filename() == sha256_hex("first"))
      fs::remove(kept.path());
  }
  const auto changed = ck("install package:data");
  EXPECT_NE(changed.code, 0);
  EXPECT_TRUE(says(changed.err, sha256_hex("first"))) << changed.err;
  EXPECT_TRUE(says(changed.err, server->url() + "/data.txt")) << changed.err;
  nothing_installed();
}

TEST_F(CollectiveInstall, AUrlThatIsGoneIsNamedAndAFileTakesItsPlace) {
  const TemporaryHome elsewhere;
  std::string reason;
  const auto server = HttpServer::start(elsewhere.path(), HttpServer::Tls::off, reason);
  if (!server) GTEST_SKIP() << reason;
  download_script();
  download("data", server->url() + "/old", "data.txt");
  publish();
  const auto gone = ck("install package:data");
  EXPECT_NE(gone.code, 0);
  EXPECT_TRUE(says(gone.err, server->url() + "/old/data.txt")) << gone.err;
  EXPECT_TRUE(says(gone.err, "--source=")) << gone.err;
  nothing_installed();
  write_text(folder / "mine.txt", "mine");
  const auto given = ck("install package:data --source=" + (folder / "mine.txt").string());
  ASSERT_TRUE(succeeds(given));
  EXPECT_EQ(read_text(fs::path(given.out.substr(0, given.out.find('\n'))) / "data.txt"), "mine");
  EXPECT_TRUE(fails(ck("install package:data --source=/none"), 1, "/none"));
  const auto needless = ck("install package:data --source=" + (folder / "mine.txt").string());
  ASSERT_TRUE(succeeds(needless));
  EXPECT_TRUE(says(needless.err, "is installed already")) << needless.err;
  expect_clean();
}

/// Two packages of which one needs the other; each downloads a file of its own.
class FilesInstead : public CollectiveInstall {
 protected:
  void SetUp() override {
    CollectiveInstall::SetUp();
    std::string reason;
    server = HttpServer::start(elsewhere.path(), HttpServer::Tls::off, reason);
    if (!server) GTEST_SKIP() << reason;
    write_text(server->files() / "aa", "aa of the server");
    write_text(server->files() / "bb", "bb of the server");
    write_text(folder / "mine", "mine");
    download_script();
    download("aa", server->url(), "aa", R"(, "deps": {"b": {"tags": "data,bb"}})");
    download("bb", server->url(), "bb");
  }

  /// --source= with the file, for a URL if one is given.
  std::string source(const std::string& name = "") const {
    return " --source=" + (name.empty() ? "" : server->url() + "/" + name + "=") +
           (folder / "mine").string();
  }

  std::string content(const std::string& name) {
    const auto located = ck("locate env --tags=data," + name);
    if (located.code != 0) return "not installed";
    return read_text(fs::path(located.out.substr(0, located.out.find('\n'))) / name);
  }

  const TemporaryHome elsewhere;
  std::unique_ptr<HttpServer> server;
};

TEST_F(FilesInstead, AFileIsForTheNamedPackageAlone) {
  publish();
  ASSERT_TRUE(succeeds(ck("install package:aa" + source())));
  EXPECT_EQ(content("aa"), "mine");
  EXPECT_EQ(content("bb"), "bb of the server");
}

TEST_F(FilesInstead, AFileForAUrlIsForThatUrl) {
  publish();
  ASSERT_TRUE(succeeds(ck("install package:aa" + source("bb"))));
  EXPECT_EQ(content("aa"), "aa of the server");
  EXPECT_EQ(content("bb"), "mine");
}

TEST_F(FilesInstead, ASecondUrlOfThePackageIsRefused) {
  repository.package("cc", "data,cc",
                     "cd $INSTALL_DIR\nwget -O made " + server->url() + "/aa\nwget -O more " +
                         server->url() + "/bb\n");
  publish();
  const auto refused = ck("install package:cc" + source());
  EXPECT_TRUE(fails(refused, 2, server->url() + "/bb"));
  EXPECT_TRUE(says(refused.err, server->url() + "/aa")) << refused.err;
  EXPECT_TRUE(says(refused.err, "--source=URL=PATH")) << refused.err;
  nothing_installed();
}

TEST_F(FilesInstead, ProgramsTakeOneForTheOnlyDownloadOrByItsUrl) {
  const std::string run = R"({"default": {"run_time": {"run_cmd_main": "$#BIN_FILE#$"}}})";
  const std::string source_file = "int main(void) { return 0; }\n";
  repository.compiler();
  repository.program("one", source_file, run, R"("run_deps": {"b": {"tags": "data,bb"}})");
  repository.program("two", source_file, run, R"("run_deps": {"a": {"tags": "data,aa"}})");
  publish();
  const auto refused = ck("run program:two" + source());
  EXPECT_TRUE(fails(refused, 2, server->url() + "/aa"));
  EXPECT_TRUE(says(refused.err, "--source=URL=PATH")) << refused.err;
  EXPECT_EQ(content("aa"), "not installed");
  EXPECT_EQ(content("bb"), "not installed") << "what was made with the wrong file is gone";
  ASSERT_TRUE(succeeds(ck("run program:one" + source())));
  EXPECT_EQ(content("bb"), "mine");
  ASSERT_TRUE(succeeds(ck("rm env --tags=data,bb --force")));
  ASSERT_TRUE(
      succeeds(ck("benchmark program:two --skip_calibration --repetitions=1" + source("aa"))));
  EXPECT_EQ(content("aa"), "mine");
  EXPECT_EQ(content("bb"), "bb of the server");
}

TEST_F(FilesInstead, GoWhereTheScriptTellsWget) {
  download("dd", server->url(), "aa");
  const auto meta = repository.meta_of("package", "dd");
  std::string text = read_text(meta);
  text.replace(text.find("\"PACKAGE_WGET\""), 0, "\"PACKAGE_WGET_EXTRA\": \"-O dd.pt\", ");
  text.replace(text.find("{\"linux\": \"aa\""), 14, "{\"linux\": \"dd.pt\"");
  write_text(meta, text);
  publish();
  const auto result = ck("install package:dd" + source());
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(read_text(fs::path(result.out.substr(0, result.out.find('\n'))) / "dd.pt"), "mine");
}

TEST_F(CollectiveInstall, OptionsAreChecked) {
  repository.package("lib", "lib,thing", kInstall);
  publish();
  const auto typo = ck("install package:lib --rebuid");
  EXPECT_TRUE(fails(typo, 2, "there is no option '--rebuid'"));
  EXPECT_TRUE(fails(ck("install package:lib --or_tag=a"), 2, "or_tags"));
  EXPECT_TRUE(fails(ck("install package:lib --j=many"), 2, "--j=many"));
  EXPECT_TRUE(fails(ck("install package"), 2, "nothing says"));
  EXPECT_TRUE(fails(ck("install package:lib --order=mine"), 2, "--order=mine"));
  EXPECT_TRUE(fails(ck("install package:lib --tags=lib,other"), 1, "other"));
  EXPECT_TRUE(fails(ck("install package:lib --or_tags=x;y"), 1, "package:lib"));
  nothing_installed();
  const auto accepted = ck("install package:lib --or_tags=x;thing --j=2 --extra_path=z --safe");
  ASSERT_TRUE(succeeds(accepted));
  EXPECT_TRUE(says(accepted.err, "warning: --extra_path has no effect")) << accepted.err;
}

TEST_F(CollectiveInstall, ReinstallingBuildsAgain) {
  repository.package(
      "lib", "lib,thing",
      "echo built >> " + (folder / "count").string() + "\necho ok > $INSTALL_DIR/made\n");
  publish();
  for (const auto* line :
       {"install package:lib --profile=host", "install package:lib --profile=host",
        "install package:lib --reinstall --profile=host"})
    ASSERT_TRUE(succeeds(ck(line)));
  EXPECT_EQ(read_text(folder / "count"), "built\nbuilt\n");
}

TEST_F(CollectiveInstall, QuirksOfRepositoriesAreRead) {
  repository.package("lib", "lib,thing", kInstall);
  write_text(repository.meta_of("package", "lib"),
             R"({"tags": "lib, thing", "soft_uoa": "lib", "soft_uoa#": "a comment",
                 "suggested_path": "lib", "process_script": "install",
                 "end_full_path": {"linux": ["nothing", "$<<WHERE>>$$#sep#$made"], "macos": "x"},
                 "only_for_target_os_tags": "linux",
                 "customize": {"version": 1.5, "install_env": {"WHERE": ".", "*FLAVOUR":
                   "f$<<WHERE>>$", "_private": 3}},
                 "deps": {"odd": {"tags": "none,such", "skip-installed": {"linux": "yes"},
                                  "only_for_target_os_tags": ["android"]}}})");
  repository.entry_with_uid("package", "twin-a", "0123456789abcdef", R"({"tags": ["twin"]})");
  repository.entry_with_uid("package", "twin-b", "0123456789abcdef", R"({"tags": ["twin"]})");
  repository.entry("package", "broken", "{ no json");
  publish();
  const auto result = ck("install package:lib");
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(made(result), "v 1.5, f.\n");
  const auto broken = ck("install package:broken");
  EXPECT_NE(broken.code, 0);
  EXPECT_TRUE(says(broken.err, "broken")) << broken.err;
  expect_untouched();
}

}  // namespace
}  // namespace ck::test
