#include "install/commit.hpp"

#include <future>
#include <thread>

#include "install/staging.hpp"
#include "support/installation.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

/// Lets something happen as soon as somebody is told to wait.
class OnWarning final : public EventSink {
 public:
  void on(const Event& event) override {
    const auto* warning = std::get_if<Warning>(&event);
    if (warning != nullptr && !told_) {
      told_ = true;
      message = warning->message;
      waiting.set_value();
    }
  }
  std::promise<void> waiting;
  std::string message;

 private:
  bool told_ = false;
};

class CommitTest : public testing::Test {
 protected:
  CommitTest() {
    environment.record.id = "00112233445566778899aabbccddeeff";
    environment.record.component = {"test", "package", "x", "0123456789abcdef"};
    environment.record.version = "1.0";
  }

  fs::path place() const { return world.home.environments() / environment.record.id; }

  /// As a build leaves it.
  FinishedBuild finished(const fs::path& prefix, const sys::TemporaryDirectory& work,
                         const std::string& content = "made") const {
    test::write_text(prefix / "bin/tool", content);
    test::write_text(work.path() / "log", "a log\n");
    return {environment, "{\"inputs\": 1}", prefix, work.path() / "log", work.path()};
  }

  sys::TemporaryDirectory staging() { return std::move(*make_staging(world.home.staging())); }

  std::size_t known() { return world.context().store.environments()->size(); }

  test::Installation world;
  Environment environment;
};

TEST_F(CommitTest, FromStagingItIsMovedIntoPlace) {
  const auto work = staging();
  const auto done = commit_environment(finished(work.path() / "prefix", work), world.context());
  ASSERT_OK(done);
  EXPECT_EQ(done->record.size_bytes, 4U);
  EXPECT_TRUE(is_complete(place()));
  EXPECT_FALSE(fs::exists(work.path() / "prefix"));
  EXPECT_EQ(test::read_text(place() / "bin/tool"), "made");
  EXPECT_EQ(test::read_text(log_file(place())), "a log\n");
  EXPECT_EQ(known(), 1U);
}

TEST_F(CommitTest, InItsPlaceItStaysThere) {
  const auto work = staging();
  ASSERT_OK(commit_environment(finished(place(), work), world.context()));
  EXPECT_TRUE(is_complete(place()));
  EXPECT_EQ(fs::status(place() / "bin/tool").permissions() & fs::perms::owner_write,
            fs::perms::none);
  EXPECT_EQ(known(), 1U);
}

TEST_F(CommitTest, AnOlderOneGivesWay) {
  {
    const auto work = staging();
    ASSERT_OK(commit_environment(finished(work.path() / "prefix", work, "old"), world.context()));
  }
  {
    const auto work = staging();
    ASSERT_OK(commit_environment(finished(work.path() / "prefix", work, "new"), world.context()));
  }
  EXPECT_EQ(test::read_text(place() / "bin/tool"), "new");
  EXPECT_EQ(known(), 1U);
  EXPECT_TRUE(fs::is_empty(world.home.staging()));
}

TEST_F(CommitTest, TheRestOfAKilledBuildGivesWay) {
  test::write_text(place() / "half", "");
  EXPECT_FALSE(is_complete(place()));
  const auto work = staging();
  ASSERT_OK(commit_environment(finished(work.path() / "prefix", work), world.context()));
  EXPECT_FALSE(fs::exists(place() / "half"));
}

TEST_F(CommitTest, WhatExistsIsNotMadeAgainUnlessAsked) {
  const auto work = staging();
  ASSERT_OK(commit_environment(finished(place(), work), world.context()));
  int made = 0;
  const auto make = [&]() -> Result<Environment> {
    ++made;
    return environment;
  };
  ASSERT_OK(make_once(environment, false, world.context(), make));
  EXPECT_EQ(made, 0);
  ASSERT_OK(make_once(environment, true, world.context(), make));
  EXPECT_EQ(made, 1);
}

TEST_F(CommitTest, AFailureIsPassedOnAndTheLockIsFree) {
  const auto failed = make_once(environment, false, world.context(), []() -> Result<Environment> {
    return fail(ErrorCode::build_failed, "no luck");
  });
  EXPECT_ERROR(failed, build_failed, "no luck");
  const auto lock = sys::FileLock::try_acquire(
      environment_lock(environment.record.id, world.context()), sys::FileLock::Mode::exclusive);
  ASSERT_OK(lock);
  EXPECT_TRUE(lock->has_value());
}

TEST_F(CommitTest, OfTwoAtOnceOneMakesIt) {
  auto& first = world.context();
  OnWarning told;
  Context second{first.home,      first.repositories,   first.catalog, first.store,
                 first.processes, first.transfer,       first.clock,   told,
                 first.cancel,    first.host_variables, first.offline};
  std::promise<void> started;
  std::thread builder([&] {
    const auto made = make_once(environment, false, first, [&]() -> Result<Environment> {
      started.set_value();
      told.waiting.get_future().wait();
      test::write_text(manifest_file(place()), "{}");
      return environment;
    });
    EXPECT_OK(made);
  });
  started.get_future().wait();
  bool again = false;
  const auto waited = make_once(environment, false, second, [&]() -> Result<Environment> {
    again = true;
    return environment;
  });
  builder.join();
  EXPECT_OK(waited);
  EXPECT_FALSE(again);
  EXPECT_NE(told.message.find("package:x 1.0"), std::string::npos) << told.message;
}

TEST_F(CommitTest, WaitingEndsWhenCancelled) {
  auto& context = world.context();
  const auto lock = sys::FileLock::try_acquire(environment_lock(environment.record.id, context),
                                               sys::FileLock::Mode::exclusive);
  ASSERT_OK(lock);
  world.cancel.request();
  EXPECT_ERROR(
      make_once(environment, false, context, [&]() -> Result<Environment> { return environment; }),
      interrupted, "");
}

TEST_F(CommitTest, OfAFailedBuildTheLogStays) {
  const auto work = staging();
  auto log = BuildLog::create(work.path() / "log");
  ASSERT_OK(log);
  log->write("what went wrong\n");
  const Error error =
      keep_log(Error(ErrorCode::build_failed, "bad"), *log, environment, world.context());
  const fs::path kept = world.home.logs() / (environment.record.id + ".log");
  EXPECT_TRUE(test::is_error(error, ErrorCode::build_failed, kept.string()));
  EXPECT_EQ(test::read_text(kept), "what went wrong\n");
  auto empty = BuildLog::create(work.path() / "empty");
  ASSERT_OK(empty);
  EXPECT_EQ(keep_log(Error(ErrorCode::build_failed, "bad"), *empty, environment, world.context())
                .context.size(),
            0U);
}

}  // namespace
}  // namespace ck::install
