// Python and npm packages as sources: an index and a registry on the loopback, and packages that
// the tests make.
#include <chrono>
#include <map>

#include "base/integrity.hpp"
#include "base/sha256.hpp"
#include "install/collect.hpp"
#include "install/download_cache.hpp"
#include "install/mirror.hpp"
#include "install/package_index.hpp"
#include "install/sources.hpp"
#include "install/wheel.hpp"
#include "support/command.hpp"
#include "support/http_server.hpp"
#include "support/installation.hpp"

namespace ck::install {
namespace {

using test::run_command;
using test::ScriptedServer;
using test::write_text;

TEST(PackageIndex, NamesOfPythonPackagesHaveOneForm) {
  EXPECT_EQ(normalised_python_name("Foo._-Bar"), "foo-bar");
  EXPECT_EQ(normalised_python_name("numpy"), "numpy");
}

TEST(PackageIndex, LinksAreRelativeToTheirPage) {
  const std::string page = "https://host:1/simple/numpy/?x=/y";
  EXPECT_EQ(resolved_url(page, "https://other/a.whl"), "https://other/a.whl");
  EXPECT_EQ(resolved_url(page, "//other/a.whl"), "https://other/a.whl");
  EXPECT_EQ(resolved_url(page, "/files/a.whl"), "https://host:1/files/a.whl");
  EXPECT_EQ(resolved_url(page, "../../files/a.whl"), "https://host:1/files/a.whl");
  EXPECT_EQ(resolved_url(page, "../../../../a.whl"), "https://host:1/a.whl");
  EXPECT_EQ(resolved_url(page, "./a.whl"), "https://host:1/simple/numpy/a.whl");
  EXPECT_EQ(resolved_url("https://host", "a.whl"), "https://host/a.whl");
}

TEST(PackageIndex, TheHashDecidesWhichWheelItIs) {
  const std::string hash(64, 'a');
  const model::PipSource wanted{"My.Pack", "1.0", hash, "", ""};
  const std::string page = R"(<a href="my_pack-1.0-cp39-cp39-x.whl#sha256=)" +
                           std::string(64, 'b') +
                           R"(">x</a> <a href='x/my_pack-1.0-cp310-y.whl?a=1&amp;b=2#sha256=)" +
                           hash + "'>y</a><a href=\"my_pack-0.9-py3-none-any.whl\">";
  EXPECT_EQ(wheel_in_page(page, "http://i/simple/my-pack/", wanted),
            "http://i/simple/my-pack/x/my_pack-1.0-cp310-y.whl?a=1&b=2");
  auto other = wanted;
  other.sha256 = std::string(64, 'c');
  EXPECT_ERROR(wheel_in_page(page, "http://i/", other), not_found, std::string(64, 'b'));
  other.version = "2.0";
  EXPECT_ERROR(wheel_in_page(page, "http://i/", other), not_found, "it has wheels of 0.9, 1.0");
  EXPECT_ERROR(wheel_in_page("", "http://i/", other), not_found, "does not have the wheel");
}

TEST(PackageIndex, WithoutHashesTheOnlyWheelOfTheVersionIsMeant) {
  const model::PipSource wanted{"pack", "0.9", std::string(64, 'a'), "", ""};
  EXPECT_EQ(wheel_in_page("<a href=\"/f/pack-0.9-py3-none-any.whl\">", "http://i/s/", wanted),
            "http://i/f/pack-0.9-py3-none-any.whl");
}

TEST(Wheel, NeedsAreThoseWithoutExtras) {
  const auto needs = needs_of(
      "Name: x\nRequires-Dist: Typing_Extensions (>=4)\nRequires-Dist: pytest ; extra == 'test'\n"
      "Requires-Dist: numpy>=1; python_version >= '3.8'\n\nRequires-Dist: in-the-description\n");
  ASSERT_EQ(needs.size(), 2u);
  EXPECT_EQ(needs[0].package, "typing-extensions");
  EXPECT_EQ(needs[1].text, "numpy>=1; python_version >= '3.8'");
}

class PackageSources : public testing::Test {
 protected:
  PackageSources() : server([this](const std::string& request) { return answer(request); }) {
    world.package("x", "");
    world.host_variables.emplace_back("PIP_INDEX_URL", server.url() + "/simple/");
    world.host_variables.emplace_back("npm_config_registry", server.url() + "/npm");
    if (test::find_program("python3").empty()) ADD_FAILURE() << "the tests need python3";
  }

  fs::path target() const { return world.folder / "target"; }

  Status fetch(const std::vector<model::Source>& sources) {
    CK_TRY(component, world.find("package:x"));
    return fetch_sources(sources, component, target(), world.context());
  }

  ScriptedServer::Reply answer(const std::string& request) {
    const std::string path = request.substr(4, request.find(' ', 4) - 4);
    const auto page = pages.find(path);
    if (page == pages.end())
      return {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
              ScriptedServer::Reply::End::close};
    return {"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(page->second.size()) +
                "\r\n\r\n" + page->second,
            ScriptedServer::Reply::End::close};
  }

  /// A wheel of `files`, listed in the index.
  model::PipSource wheel(const std::string& name, const std::string& version,
                         const std::map<std::string, std::string>& files,
                         const std::string& metadata = "") {
    const fs::path tree = world.folder / (name + "-tree");
    const std::string information = name + "-" + version + ".dist-info";
    for (const auto& [file, text] : files) write_text(tree / file, text);
    write_text(tree / information / "METADATA",
               "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n" + metadata);
    const std::string file = name + "-" + version + "-py3-none-any.whl";
    const auto zipped = run_command(
        {"python3", "-c",
         "import os, zipfile\nz = zipfile.ZipFile('" + (world.folder / file).string() +
             "', 'w')\nfor d, _, f in os.walk('.'):\n  for n in f: z.write(os.path.join(d, n))\n"},
        tree);
    EXPECT_EQ(zipped.code, 0) << zipped.output;
    const std::string bytes = test::read_text(world.folder / file);
    const std::string hash = sha256_hex(bytes);
    pages["/files/" + file] = bytes;
    pages["/simple/" + normalised_python_name(name) + "/"] =
        "<html><a href=\"../../files/" + file + "#sha256=" + hash + "\">" + file + "</a></html>";
    return {name, version, hash, "", ""};
  }

  /// An archive of an npm package, known to the registry.
  model::NpmSource npm(const std::string& name, const std::string& version,
                       const std::string& description) {
    const fs::path tree = world.folder / "npm-tree";
    write_text(tree / "package/package.json", description);
    write_text(tree / "package/index.js", "module.exports = 'hello';\n");
    EXPECT_EQ(run_command({"tar", "-czf", "../pack.tgz", "package"}, tree).code, 0);
    const std::string bytes = test::read_text(world.folder / "pack.tgz");
    pages["/npm/files/pack.tgz"] = bytes;
    pages["/npm/@s%2fpack/" + version] =
        R"({"dist": {"tarball": ")" + server.url() + R"(/npm/files/pack.tgz"}})";
    return {name, version, sha512_integrity(bytes), "", ""};
  }

  std::map<std::string, std::string> pages;
  test::Installation world;
  ScriptedServer server;
};

TEST_F(PackageSources, AWheelIsUnpackedIntoThePrefixAndItsCommandsWork) {
  const auto source = wheel(
      "Hello_World", "1.0",
      {{"hello_world/__init__.py", "class App:\n  @staticmethod\n  def main(): print('hello')\n"},
       {"Hello_World-1.0.dist-info/entry_points.txt",
        "[console_scripts]\nhello = hello_world:App.main [cli]\n[other]\nno = a:b\n"},
       {"Hello_World-1.0.data/scripts/tool", "#!python\nprint('tool')\n"},
       {"Hello_World-1.0.data/data/share/doc.txt", "doc"},
       {"Hello_World-1.0.data/platlib/native.py", "x = 1\n"},
       {"Hello_World-1.0.data/headers/h.h", ""}});
  ASSERT_OK(fetch({source}));
  EXPECT_EQ(test::read_text(target() / "share/doc.txt"), "doc");
  EXPECT_TRUE(fs::exists(target() / "include/h.h"));
  EXPECT_TRUE(fs::exists(target() / "lib/python/native.py"));
  EXPECT_FALSE(fs::exists(target() / "lib/python/Hello_World-1.0.data"));
  EXPECT_FALSE(fs::exists(target() / "bin/no"));
  const test::Variables variables{{"PYTHONPATH", (target() / "lib/python").string()}};
  EXPECT_EQ(run_command({(target() / "bin/hello").string()}, "/", variables).output, "hello\n");
  EXPECT_EQ(run_command({(target() / "bin/tool").string()}, "/", variables).output, "tool\n");

  // Now the index is not needed any more.
  pages.clear();
  fs::remove_all(target());
  world.offline = true;
  ASSERT_OK(fetch({source}));
  EXPECT_EQ(world.names_in(world.home.staging()), std::vector<std::string>());
}

TEST_F(PackageSources, WhatTheIndexDoesNotHaveIsAskedForAgain) {
  auto source = wheel("pack", "1.0", {{"pack.py", ""}});
  auto page = pages.extract("/simple/pack/");
  EXPECT_ERROR(fetch({source}), network, "HTTP status 404");
  pages.insert(std::move(page));
  EXPECT_OK(fetch({source}));
}

TEST_F(PackageSources, AWheelMayHaveAUrlOfItsOwn) {
  auto source = wheel("pack", "1.0", {{"pack.py", ""}});
  source.from = server.url() + "/files/pack-1.0-py3-none-any.whl";
  pages.erase("/simple/pack/");
  source.to = "python";
  ASSERT_OK(fetch({source}));
  EXPECT_TRUE(fs::exists(target() / "python/lib/python/pack.py"));
}

TEST_F(PackageSources, ConfigurationNamesAnIndexBeforeTheVariables) {
  const auto source = wheel("pack", "1.0", {{"pack.py", ""}});
  pages["/own/pack/"] = pages["/simple/pack/"];
  pages.erase("/simple/pack/");
  write_text(world.home.configuration(), R"({"pip_index": ")" + server.url() + R"(/own/"})");
  EXPECT_OK(fetch({source}));
}

TEST_F(PackageSources, AWheelOfAnotherNameOrContentIsRefused) {
  auto source = wheel("pack", "1.0", {{"pack.py", ""}});
  auto other = source;
  other.version = "1.1";
  EXPECT_ERROR(fetch({other}), verification, "the wheel is pack 1.0");
  source.sha256 = std::string(64, 'a');
  source.from = server.url() + "/files/pack-1.0-py3-none-any.whl";
  EXPECT_ERROR(fetch({source}), verification, "expected " + source.sha256);
  EXPECT_ERROR(fetch({source}), verification, "pip pack==1.0");
}

TEST_F(PackageSources, WhatAWheelNeedsAndNobodyGivesIsNoted) {
  const auto source =
      wheel("pack", "1.0", {{"pack.py", ""}}, "Requires-Dist: other>=2\nRequires-Dist: dep_two\n");
  const auto dependency = wheel("Dep.Two", "3.0", {{"dep.py", ""}});
  ASSERT_OK(fetch({source, dependency}));
  std::string notes;
  for (const auto& note : world.events.of<Note>()) notes += note.message + "\n";
  EXPECT_NE(notes.find("other>=2"), std::string::npos) << notes;
  EXPECT_EQ(notes.find("dep_two"), std::string::npos) << notes;
}

TEST_F(PackageSources, AnEntryPointMayNotWriteElsewhere) {
  const auto source = wheel(
      "pack", "1.0",
      {{"pack.py", ""},
       {"pack-1.0.dist-info/entry_points.txt", "[console_scripts]\n../../out = pack:main\n"}});
  EXPECT_ERROR(fetch({source}), denied, "../../out");
}

TEST_F(PackageSources, AnNpmPackageGoesToItsPlaceAmongTheModules) {
  const auto source = npm("@s/pack", "2.0.1", R"({"name": "@s/pack", "version": "2.0.1"})");
  ASSERT_OK(fetch({source}));
  EXPECT_TRUE(fs::exists(target() / "lib/node_modules/@s/pack/index.js"));
  pages.clear();
  fs::remove_all(target());
  world.offline = true;
  EXPECT_OK(fetch({source}));
}

TEST_F(PackageSources, AnNpmPackageOfAnotherVersionOrContentIsRefused) {
  const auto source = npm("@s/pack", "2.0.1", R"({"name": "@s/pack", "version": "2.0.0"})");
  EXPECT_ERROR(fetch({source}), verification, "not @s/pack 2.0.1");
  auto other = source;
  other.integrity = sha512_integrity("something else");
  EXPECT_ERROR(fetch({other}), verification, "expected " + other.integrity);
  other.version = "3.0.0";
  EXPECT_ERROR(fetch({other}), network, "HTTP status 404");
}

TEST_F(PackageSources, OfflineSaysWhatWouldHaveBeenFetched) {
  const auto python = wheel("pack", "1.0", {{"pack.py", ""}});
  const auto node = npm("@s/pack", "2.0.1", "{}");
  world.offline = true;
  EXPECT_ERROR(fetch({python}), network, "the wheel of pack was not downloaded before");
  EXPECT_ERROR(fetch({node}), network, "the npm package @s/pack was not downloaded before");
}

/// Packages kept elsewhere than where they came from.
class KeptPackages : public PackageSources {
 protected:
  model::PipSource python() { return wheel("pack", "1.0", {{"pack.py", ""}}); }
  model::NpmSource node() {
    return npm("@s/pack", "2.0.1", R"({"name": "@s/pack", "version": "2.0.1"})");
  }

  fs::path mirror() const { return world.folder / "mirror"; }

  /// Of an environment that was made of these.
  static Lock lock_of(const std::vector<model::Source>& sources) {
    model::Recipe recipe;
    recipe.sources = sources;
    LockedEnvironment environment;
    environment.record.component = {"test", "package", "x", "0123456789abcdef"};
    environment.sources = locked_sources(recipe, {}, "1.0.0");
    Lock lock;
    lock.environments.push_back(std::move(environment));
    return lock;
  }

  /// Neither the index nor what was downloaded is there any more.
  void cut_off() {
    pages.clear();
    world.offline = true;
    fs::remove_all(world.home.root / "downloads");
    fs::remove_all(target());
  }

  Result<std::vector<Garbage>> collectable(std::int64_t older_than_ns) {
    GarbageRequest request;
    request.refetchable_only = true;
    request.older_than_ns = older_than_ns;
    return find_garbage(request, world.context());
  }
};

TEST_F(KeptPackages, AMirrorFetchesThemAndIsEnoughToInstallThem) {
  const std::vector<model::Source> sources = {python(), node()};
  const auto made = create_mirror(lock_of(sources), mirror(), world.context());
  ASSERT_OK(made);
  EXPECT_EQ(made->files.size(), 2u);
  cut_off();
  EXPECT_ERROR(fetch(sources), network, "was not downloaded before");
  EXPECT_OK(create_mirror(lock_of(sources), mirror(), world.context())) << "nothing is missing";
  const auto read = read_mirror(mirror());
  ASSERT_OK(read);
  const auto problems = verify_mirror(*read, world.context());
  ASSERT_OK(problems);
  EXPECT_EQ(*problems, std::vector<std::string>());
  ASSERT_OK(use_mirror(*read, world.context()));
  fs::remove_all(target());
  ASSERT_OK(fetch(sources));
  EXPECT_TRUE(fs::exists(target() / "lib/node_modules/@s/pack/index.js"));
  EXPECT_TRUE(fs::exists(target() / "lib/python/pack.py"));
}

TEST_F(KeptPackages, AMirrorTellsWhichSourceItCannotFetch) {
  const auto source = node();
  pages.clear();
  const auto made = create_mirror(lock_of({source}), mirror(), world.context());
  EXPECT_ERROR(made, network, "source npm @s/pack@2.0.1");
  auto lock = lock_of({source});
  lock.environments[0].sources[0].integrity.clear();
  EXPECT_ERROR(create_mirror(lock, mirror(), world.context()), invalid, "88 digits of base64");
}

TEST_F(KeptPackages, DamageInAMirrorIsFoundAndNotUsed) {
  const auto made = create_mirror(lock_of({node()}), mirror(), world.context());
  ASSERT_OK(made);
  ASSERT_EQ(made->files.size(), 1u);
  write_text(made->path_of(made->files[0]), "other");
  cut_off();
  const auto problems = verify_mirror(*made, world.context());
  ASSERT_OK(problems);
  ASSERT_EQ(problems->size(), 1u);
  EXPECT_NE(problems->front().find(sha512_integrity("other")), std::string::npos);
  EXPECT_ERROR(use_mirror(*made, world.context()), verification, made->files[0].integrity);
}

TEST_F(KeptPackages, AnIndexOfAMirrorNamesFilesByOneGoodHash) {
  const std::string integrity = sha512_integrity("x");
  const auto read = [&](const std::string& file) {
    write_text(mirror() / "mirror.json",
               R"({"schema": "ck.mirror/1", "files": [{"urls": [], )" + file + "}]}");
    return read_mirror(mirror());
  };
  EXPECT_OK(read(R"("integrity": ")" + integrity + "\""));
  EXPECT_ERROR(read(R"("integrity": "sha512-../../x")"), invalid, "88 digits of base64");
  EXPECT_ERROR(read(R"("sha256": "ab")"), invalid, "64 hexadecimal digits");
  EXPECT_ERROR(read(R"("sha256": ")" + sha256_hex("x") + R"(", "integrity": ")" + integrity + "\""),
               invalid, "in the place of sha256");
}

TEST_F(KeptPackages, SharedStoresAreAskedForThem) {
  const auto source = node();
  ASSERT_OK(fetch({source}));
  const fs::path team = world.folder / "team";
  fs::create_directories(team);
  fs::copy(world.home.root / "downloads", team / "downloads", fs::copy_options::recursive);
  cut_off();
  world.home.stores = {team};
  EXPECT_OK(fetch({source}));
  EXPECT_FALSE(fs::exists(integrity_downloads(world.home))) << "it is not copied";
  write_text(integrity_download(catalog::Home{team}, source.integrity), "evil");
  EXPECT_ERROR(fetch({source}), network, "was not downloaded before");
  ASSERT_FALSE(world.events.of<Warning>().empty());
  EXPECT_NE(world.events.of<Warning>().back().message.find("damaged"), std::string::npos);
}

TEST_F(KeptPackages, WhatNobodyUsedForLongIsCollected) {
  constexpr std::int64_t kHourNs = 3'600'000'000'000;
  const auto source = node();
  ASSERT_OK(fetch({source}));
  const fs::path file = integrity_download(world.home, source.integrity);
  fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(2));
  fs::remove_all(target());
  ASSERT_OK(fetch({source}));
  EXPECT_TRUE(collectable(kHourNs)->empty()) << "it was used just now";
  fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(2));
  const auto found = collectable(kHourNs);
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().path, file);
  EXPECT_EQ(found->front().kind, Garbage::Kind::download);
  const auto removed = remove_garbage(found->front(), world.context());
  ASSERT_OK(removed);
  EXPECT_TRUE(*removed);
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(KeptPackages, NothingIsKeptUnderWhatIsNoHash) {
  const auto fetch_nothing = [](const fs::path& /*target*/) { return Status(); };
  for (const auto* name : {"", "../../x", "0123456789ABCDEF"}) {
    EXPECT_ERROR(cached_file(name, world.context(), fetch_nothing), invalid, "64 lower-case");
    EXPECT_ERROR(cached_by_integrity(name, world.context(), fetch_nothing), invalid, "88 digits");
  }
  EXPECT_TRUE(fs::exists(world.home.downloads()));
}

}  // namespace
}  // namespace ck::install
