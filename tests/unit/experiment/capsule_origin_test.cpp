#include "experiment/capsule_origin.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

class CapsuleOriginTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(catalog::Home::open(home_.root));
    put("downloads/sha256/aa/one");
  }

  void put(const std::string& place) const { test::write_text(home_.root / place, "x"); }

  test::TemporaryHome folder_;
  catalog::Home home_{folder_ / "home"};
};

TEST_F(CapsuleOriginTest, IsOfThePointsThatCameWhileTheirSourcesAreHere) {
  EXPECT_FALSE(is_from_capsule("e", "p1", home_));
  ASSERT_OK(keep_origin("e", {{"p1"}, {"downloads/sha256/aa/one"}}, home_));
  ASSERT_OK(keep_origin("e", {{"p2"}, {"downloads/sha256/bb/two"}}, home_));
  EXPECT_TRUE(is_from_capsule("e", "p1", home_));
  EXPECT_FALSE(is_from_capsule("e", "p2", home_)) << "a source is gone";
  EXPECT_FALSE(is_from_capsule("e", "p3", home_)) << "recorded here";
  EXPECT_FALSE(is_from_capsule("f", "p1", home_));
  put("downloads/sha256/bb/two");
  EXPECT_TRUE(is_from_capsule("e", "p2", home_));
  fs::remove_all(home_.root / "downloads");
  EXPECT_FALSE(is_from_capsule("e", "p1", home_));
}

TEST_F(CapsuleOriginTest, SourcesMayLieInASharedStore) {
  ASSERT_OK(keep_origin("e", {{"p1"}, {"downloads/sha256/bb/two"}}, home_));
  const fs::path shared = folder_ / "shared";
  test::write_text(shared / "downloads/sha256/bb/two", "x");
  EXPECT_FALSE(is_from_capsule("e", "p1", home_));
  home_.stores = {shared};
  EXPECT_TRUE(is_from_capsule("e", "p1", home_));
}

TEST_F(CapsuleOriginTest, SourcesMayLieElsewhere) {
  const fs::path elsewhere = folder_ / "elsewhere";
  ASSERT_OK(keep_origin("e", {{"p1"}, {elsewhere.string()}}, home_));
  EXPECT_FALSE(is_from_capsule("e", "p1", home_));
  test::write_text(elsewhere / "file", "x");
  EXPECT_TRUE(is_from_capsule("e", "p1", home_));
}

TEST_F(CapsuleOriginTest, ImportsAtTheSameTimeLoseNothing) {
  constexpr int kEach = 10;
  const auto import = [&](const std::string& name) {
    for (int i = 0; i < kEach; ++i)
      EXPECT_OK(keep_origin("e", {{name + std::to_string(i)}, {}}, home_));
  };
  std::vector<std::thread> imports;
  for (const auto* name : {"a", "b", "c"}) imports.emplace_back(import, name);
  for (auto& one : imports) one.join();
  for (const auto* name : {"a", "b", "c"}) {
    for (int i = 0; i < kEach; ++i)
      EXPECT_TRUE(is_from_capsule("e", name + std::to_string(i), home_)) << name << i;
  }
}

TEST_F(CapsuleOriginTest, ADamagedNoteSaysNothing) {
  ASSERT_OK(keep_origin("e", {{"p1"}, {}}, home_));
  EXPECT_TRUE(is_from_capsule("e", "p1", home_));
  test::write_text(home_.mirrors() / "e/origin.json", "{");
  EXPECT_FALSE(is_from_capsule("e", "p1", home_));
}

}  // namespace
}  // namespace ck::experiment
