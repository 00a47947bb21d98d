// All downloads of a plan at once.
#include "install/prefetch.hpp"

#include "base/sha256.hpp"
#include "support/http_server.hpp"
#include "support/installation.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

using test::ScriptedServer;

class Prefetch : public testing::Test {
 protected:
  Prefetch()
      : server([](const std::string& request) {
          const std::string path = request.substr(4, request.find(' ', 4) - 4);
          return ScriptedServer::Reply{"HTTP/1.1 200 OK\r\nContent-Length: " +
                                           std::to_string(path.size()) + "\r\n\r\n" + path,
                                       ScriptedServer::Reply::End::close};
        }) {}

  /// A package of one file, whose content is its path.
  void package(const std::string& name, const std::string& sha256, const std::string& more = "") {
    world.package(name, R"("sources": [{"url": ")" + server.url() + "/" + name +
                            R"(-${version}", "sha256": ")" + sha256 + R"(", "unpack": false}])" +
                            more);
  }
  fs::path kept(const std::string& hash) const {
    return world.home.downloads() / hash.substr(0, 2) / hash;
  }

  test::Installation world;
  ScriptedServer server;
  const std::string one = sha256_hex("/one-1.0.0");
  const std::string two = sha256_hex("/two-1.0.0");
};

TEST_F(Prefetch, TheFilesOfAllStepsComeIntoTheCacheAndAreNotAskedForAgain) {
  package("one", one);
  package("two", two, R"(, "dependencies": {"one": {"name": "one"}})");
  ASSERT_OK(world.install("package:two"));
  EXPECT_EQ(test::read_text(kept(one)), "/one-1.0.0");
  EXPECT_EQ(test::read_text(kept(two)), "/two-1.0.0");
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(Prefetch, WhatCannotBeHadIsToldBeforeAnythingIsBuilt) {
  package("one", one);
  package("two", std::string(64, 'a'), R"(, "dependencies": {"one": {"name": "one"}})");
  const auto failed = world.install("package:two");
  EXPECT_ERROR(failed, verification, "package:two");
  EXPECT_ERROR(failed, verification, server.url() + "/two-1.0.0");
  EXPECT_TRUE(world.names_in(world.home.environments()).empty());
}

TEST_F(Prefetch, WhatAnotherProcessFetchesIsLeftToIt) {
  package("one", one);
  const auto plan = world.plan("package:one");
  ASSERT_OK(plan);
  const auto lock = sys::FileLock::try_acquire(world.home.lock("download-" + one),
                                               sys::FileLock::Mode::exclusive);
  ASSERT_TRUE(lock && *lock);
  EXPECT_OK(prefetch_sources(*plan, world.context()));
  EXPECT_EQ(server.requests().size(), 0u);
}

TEST_F(Prefetch, OfflineItDoesNothing) {
  package("one", one);
  const auto plan = world.plan("package:one");
  ASSERT_OK(plan);
  world.offline = true;
  EXPECT_OK(prefetch_sources(*plan, world.context()));
  EXPECT_EQ(server.requests().size(), 0u);
}

}  // namespace
}  // namespace ck::install
