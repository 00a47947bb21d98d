/// Locks: what a plan chose, in a form that outlives it.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "install/lock.hpp"
#include "support/installation.hpp"

namespace ck::install {
namespace {

Lock lock() {
  Lock lock;
  lock.repositories = {{"core", "", "", "", ""},
                       {"digits", "https://example.org/digits.git", "abc", "0123", "def"}};
  for (const char digit : {'1', '2'}) {
    LockedEnvironment environment;
    environment.record.id = std::string(32, digit);
    environment.record.component = {"core", "package", "x", "0123456789abcdef"};
    environment.inputs = "ck-environment 1\n";
    environment.reason = "the only candidate";
    lock.environments.push_back(environment);
  }
  lock.roots = {{"model", std::string(32, '1')}};
  lock.subject = std::string(32, '2');
  lock.environments[0].sources = {{"url", {"https://a/x", "https://b/x"}, "12ab", "", "", ""},
                                  {"git", {"https://c/x"}, "", "34cd", "", ""},
                                  {"debian", {}, "56ef", "", "libx=1.2", ""},
                                  {"npm", {}, "", "", "@s/pad@1.3.0", "sha512-ab"}};
  lock.request = LockedRequest{"program:x", {{"size", "4"}}, {"more"}};
  lock.platform = LockedPlatform{"x86_64", "glibc 2.36", "debian-12", "6.1", "some"};
  lock.facts = {{"host.cpu.avx2", "yes", "", "package:x"},
                {"host.glibc", "2.36", ">=2.31", "package:x"}};
  lock.profile = "clean";
  lock.contents = {{{"core", "dataset", "words", "0011"}, "77"}};
  lock.differences = {{"software:gcc", "12", "13", "", false}};
  return lock;
}

TEST(LockJson, RoundTrips) {
  const Json json = to_json(lock());
  const auto read = lock_from_json(json, "test");
  ASSERT_OK(read);
  EXPECT_EQ(to_json(*read), json);
  EXPECT_EQ(read->repositories.at(1).url, "https://example.org/digits.git");
  EXPECT_EQ(read->environments.at(0).inputs, "ck-environment 1\n");
  EXPECT_EQ(read->environments.at(0).reason, "the only candidate");
  EXPECT_EQ(read->roots, lock().roots);
  EXPECT_EQ(read->subject, lock().subject);
  EXPECT_EQ(read->environments.at(0).sources, lock().environments.at(0).sources);
  EXPECT_EQ(read->request->options.at("size"), "4");
  EXPECT_EQ(read->contents.at(0).content, "77");
  EXPECT_EQ(read->facts, lock().facts);
  EXPECT_OK(lock_from_json(to_json(Lock{}), "test"));
}

TEST(LockJson, ReadsTheFirstSchema) {
  Json json = to_json(lock());
  json["schema"] = "ck.lock/1";
  for (const auto* key : {"request", "platform", "facts", "profile", "contents", "differences"})
    json.erase(key);
  json["environments"][1]["inputs"] = "ck-environment 1\n";
  const auto read = lock_from_json(json, "test");
  ASSERT_OK(read);
  EXPECT_EQ(read->environments.at(1).inputs, "ck-environment 1\n");
  EXPECT_FALSE(read->request);
}

TEST(LockJson, ReadsAnIntegrityBehindThePackage) {
  Json json = to_json(lock());
  auto& source = json["environments"][0]["sources"][3];
  EXPECT_EQ(source["integrity"], "sha512-ab");
  source.erase("integrity");
  source["package"] = "@s/pad@1.3.0 sha512-ab";
  const auto read = lock_from_json(json, "test");
  ASSERT_OK(read);
  EXPECT_EQ(read->environments.at(0).sources, lock().environments.at(0).sources);
}

TEST(LockFacts, ThatAMachineLacksAreToldWithWhoNeedsThem) {
  const HostFacts here{{"host.cpu.avx2", "yes"}, {"host.glibc", "2.36"}};
  EXPECT_TRUE(fact_differences(lock(), here).empty());
  const auto old = fact_differences(lock(), {{"host.glibc", "2.28"}});
  ASSERT_EQ(old.size(), 2U);
  EXPECT_EQ(old[0].what, "host.cpu.avx2");
  EXPECT_EQ(old[0].recorded, "package:x needs it, there was yes");
  EXPECT_EQ(old[0].now, "not a fact of this machine");
  EXPECT_EQ(old[1].recorded, "package:x needs >=2.31, there was 2.36");
  EXPECT_EQ(old[1].now, "2.28");
  EXPECT_EQ(old[1].advice, "use a machine that has host.glibc >=2.31, or lock anew for this one");
  EXPECT_FALSE(old[1].missing) << "--allow_differences may go on";
}

TEST(LockFacts, WithARangeThatIsNoneAreRefused) {
  Json json = to_json(lock());
  json["facts"][1]["wanted"] = ">=";
  EXPECT_ERROR(lock_from_json(json, "test"), invalid, "/facts/1/wanted");
}

TEST(LockDifferences, TellWhichInputIsAnother) {
  LockedEnvironment environment = lock().environments[0];
  environment.record.component.repo = "digits";
  environment.inputs =
      "ck-environment 1\nversion 1\ncontent aa\nvalue size 1\ndependency a 1\nplatform x\n";
  const auto found = input_differences(
      environment,
      "ck-environment 1\nversion 1\ncontent bb\nvalue size 2\ndependency a 2\nplatform y\n",
      lock());
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].what, "package:x, content");
  EXPECT_EQ(found[0].recorded, "aa");
  EXPECT_EQ(found[0].now, "bb");
  EXPECT_EQ(found[0].advice,
            "ck pull repo:digits --url=https://example.org/digits.git --commit=abc");
  EXPECT_EQ(found[1].what, "package:x, platform");
  EXPECT_EQ(found[2].what, "package:x, value size");
  EXPECT_TRUE(input_differences(environment, environment.inputs, lock()).empty());
}

TEST(LockDifferences, OfCollectiveInputsAreMembers) {
  LockedEnvironment environment = lock().environments[0];
  environment.inputs = R"({"recipe": "aa", "script": ["a", "b"], "dependencies": {"x": "1"}})";
  auto found = input_differences(
      environment, R"({"recipe": "aa", "script": ["a", "c"], "dependencies": {"x": "1"}})", lock());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].recorded, "b");
  EXPECT_EQ(found[0].now, "c");
  found = input_differences(
      environment, R"({"recipe": "aa", "script": ["a", "c"], "dependencies": {"x": "2"}})", lock());
  EXPECT_TRUE(found.empty()) << "follows from the dependency";
}

TEST(LockDifferences, OfSoftwareAreVersionContentAndOwner) {
  store::EnvironmentRecord recorded;
  recorded.component = {"core", "software", "gcc", "00"};
  recorded.version = "12.2.0";
  recorded.file = "/usr/bin/gcc";
  recorded.file_sha256 = std::string(64, 'a');
  recorded.owner = "gcc-12 12.2.0-14";
  auto found = recorded;
  found.file = "/opt/bin/gcc";
  EXPECT_FALSE(software_difference(recorded, found)) << "the place does not matter";
  found.file_sha256 = std::string(64, 'b');
  ASSERT_TRUE(software_difference(recorded, found));
  EXPECT_NE(software_difference(recorded, found)->now.find("another file"), std::string::npos);
  found = recorded;
  found.owner = "gcc-12 12.2.0-15";
  EXPECT_NE(software_difference(recorded, found)->now.find("another package"), std::string::npos);
  found.version = "13.1.0";
  const Error error =
      differences_error({*software_difference(recorded, found), missing_software(recorded)});
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_NE(error.message.find("2 things are not"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("apt-get install gcc-12=12.2.0-14"), std::string::npos);
}

TEST(LockedSources, HaveTheirValuesFilledIn) {
  model::Recipe recipe;
  model::UrlSource url;
  url.urls = {"https://a/x-${version}-${size}.tar"};
  url.sha256 = "12";
  recipe.sources = {model::FilesSource{}, url, model::GitSource{"https://b/${tool.x}", "34", ""},
                    model::DebianSource{"libx", "${version}", "56", {}, ""},
                    model::NpmSource{"pad", "1.3.0", "sha512-78", "https://c/${version}", ""}};
  const auto sources = locked_sources(recipe, {{"size", "4"}}, "1.5");
  ASSERT_EQ(sources.size(), 4U);
  EXPECT_EQ(sources[0].urls, std::vector<std::string>{"https://a/x-1.5-4.tar"});
  EXPECT_EQ(sources[1].urls, std::vector<std::string>{"https://b/${tool.x}"});
  EXPECT_EQ(sources[2].package, "libx=1.5");
  EXPECT_EQ(sources[3].package, "pad@1.3.0");
  EXPECT_EQ(sources[3].integrity, "sha512-78");
  EXPECT_EQ(sources[3].urls, std::vector<std::string>{"https://c/1.5"});
}

TEST(LockJson, ListsEverythingWrongWithADocument) {
  Json json = to_json(lock());
  json["repositories"][0].erase("name");
  json["environments"][0]["environment"]["id"] = 3;
  json["environments"][1].erase("environment");
  json["root"] = Json::object();
  const auto read = lock_from_json(json, "lock of point x");
  EXPECT_ERROR(read, invalid, "lock of point x");
  for (const auto* place : {"/repositories/0/name", "/environments/0/environment",
                            "/environments/1/environment", "/root"})
    EXPECT_ERROR(read, invalid, place);
  json = to_json(lock());
  json["schema"] = "ck.lock/3";
  EXPECT_ERROR(lock_from_json(json, "x"), invalid, "ck.lock/1");
}

TEST(MakeLock, KeepsWhatWasUsedAndNothingElse) {
  test::Installation machine;
  machine.repositories.front().commit = "c0ffee";
  machine.repositories.front().url = "file:///x";
  catalog::Repository unused;
  unused.name = "unused";
  unused.path = machine.folder / "unused";
  fs::create_directories(unused.path);
  machine.repositories.push_back(unused);
  machine.package("lib", R"("tags": ["lib"])");
  machine.package("app", R"("dependencies": {"lib": {"tags": ["lib"]}})");
  const auto plan = machine.plan("package:app");
  ASSERT_OK(plan);
  const Lock made = make_lock(*plan, machine.context());
  ASSERT_EQ(made.repositories.size(), 1U);
  EXPECT_EQ(made.repositories[0].name, "test");
  EXPECT_EQ(made.repositories[0].url, "file:///x");
  EXPECT_EQ(made.repositories[0].commit, "c0ffee");
  ASSERT_EQ(made.environments.size(), 2U);
  EXPECT_LT(made.environments[0].record.id, made.environments[1].record.id);
  for (const auto& environment : made.environments)
    EXPECT_EQ(environment_id(environment.inputs), environment.record.id);
  EXPECT_EQ(made.subject, *plan->subject);
  EXPECT_EQ(made.roots, plan->roots);
  EXPECT_OK(lock_from_json(to_json(made), "made"));
}

}  // namespace
}  // namespace ck::install
