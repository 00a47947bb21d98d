/// Locks: what a plan chose, in a form that outlives it.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "install/plan.hpp"
#include "support/installation.hpp"

namespace ck::install {
namespace {

Lock lock() {
  Lock lock;
  lock.repositories = {{"core", "", ""}, {"digits", "https://example.org/digits.git", "abc"}};
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
  EXPECT_OK(lock_from_json(to_json(Lock{}), "test"));
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
  json["schema"] = "ck.lock/2";
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
