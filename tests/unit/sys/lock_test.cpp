#include "sys/lock.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "support/temporary_home.hpp"

namespace ck::sys {
namespace {

using Mode = FileLock::Mode;
using std::chrono::milliseconds;
using test::TemporaryHome;

bool free_for(const fs::path& file, Mode mode) {
  const auto lock = FileLock::try_acquire(file, mode);
  EXPECT_OK(lock);
  return lock && lock->has_value();
}

TEST(FileLock, ExcludesOthersWhileItLives) {
  const TemporaryHome home;
  {
    const auto lock = FileLock::acquire(home / "lock", Mode::exclusive, milliseconds(0));
    ASSERT_OK(lock);
    EXPECT_FALSE(free_for(home / "lock", Mode::exclusive));
    EXPECT_FALSE(free_for(home / "lock", Mode::shared));
  }
  EXPECT_TRUE(free_for(home / "lock", Mode::exclusive));
}

TEST(FileLock, IsSharedByReaders) {
  const TemporaryHome home;
  const auto lock = FileLock::acquire(home / "lock", Mode::shared, milliseconds(0));
  ASSERT_OK(lock);
  EXPECT_TRUE(free_for(home / "lock", Mode::shared));
  EXPECT_FALSE(free_for(home / "lock", Mode::exclusive));
}

TEST(FileLock, NamesTheHolderWhenPatienceEnds) {
  const TemporaryHome home;
  const auto lock = FileLock::acquire(home / "lock", Mode::exclusive, milliseconds(0));
  ASSERT_OK(lock);
  const auto second = FileLock::acquire(home / "lock", Mode::exclusive, milliseconds(20));
  EXPECT_ERROR(second, busy, "lock'");
  EXPECT_ERROR(second, busy, "gave up after 20.0 ms");
  EXPECT_ERROR(second, busy, "process " + std::to_string(::getpid()) + " (");
}

TEST(FileLock, IsGotAsSoonAsItIsFree) {
  const TemporaryHome home;
  auto lock = FileLock::try_acquire(home / "lock", Mode::exclusive);
  ASSERT_OK(lock);
  std::thread waiting(
      [&] { EXPECT_OK(FileLock::acquire(home / "lock", Mode::exclusive, milliseconds(10'000))); });
  std::this_thread::sleep_for(milliseconds(10));
  lock->reset();
  waiting.join();
}

TEST(FileLock, StopsWaitingWhenCancelled) {
  const TemporaryHome home;
  const auto lock = FileLock::acquire(home / "lock", Mode::exclusive, milliseconds(0));
  ASSERT_OK(lock);
  const Cancel cancel;
  std::thread canceller([&] { cancel.request(); });
  EXPECT_ERROR(FileLock::acquire(home / "lock", Mode::shared, milliseconds(60'000), cancel),
               interrupted, "");
  canceller.join();
}

TEST(FileLock, MovesWithItsValue) {
  const TemporaryHome home;
  auto first = FileLock::acquire(home / "first", Mode::exclusive, milliseconds(0));
  auto second = FileLock::acquire(home / "second", Mode::exclusive, milliseconds(0));
  ASSERT_OK(first);
  ASSERT_OK(second);
  {
    FileLock moved(std::move(*first));
    moved = std::move(*second);
    EXPECT_FALSE(free_for(home / "second", Mode::exclusive));
  }
  EXPECT_TRUE(free_for(home / "second", Mode::exclusive));
}

TEST(FileLock, DiesWithItsProcess) {
  const TemporaryHome home;
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = FileLock::try_acquire(home / "lock", Mode::exclusive);
    const char byte = lock && *lock ? 'y' : 'n';
    static_cast<void>(!::write(ready[1], &byte, 1));
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  EXPECT_ERROR(FileLock::acquire(home / "lock", Mode::exclusive, milliseconds(0)), busy,
               "process " + std::to_string(child));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(free_for(home / "lock", Mode::exclusive));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(FileLock, IsReleasedAlthoughAChildHoldsTheDescriptor) {
  const TemporaryHome home;
  auto lock = FileLock::try_acquire(home / "lock", Mode::exclusive);
  ASSERT_OK(lock);
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  lock->reset();
  EXPECT_TRUE(free_for(home / "lock", Mode::exclusive));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST(FileLock, IsOfTheFileThatHasTheNameNow) {
  const TemporaryHome home;
  std::atomic<int> inside = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const auto lock = FileLock::acquire(home / "lock", Mode::exclusive, milliseconds(30'000));
        ASSERT_OK(lock);
        EXPECT_EQ(++inside, 1);
        EXPECT_EQ(--inside, 0);
        fs::remove(home / "lock");
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(FileLock, SaysWhyTheFileCannotBeOpened) {
  const TemporaryHome home;
  EXPECT_ERROR(FileLock::try_acquire(home / "missing/lock", Mode::shared), not_found, "lock'");
  fs::create_symlink("elsewhere", home / "link");
  EXPECT_ERROR(FileLock::try_acquire(home / "link", Mode::shared), io, "link'");
}

}  // namespace
}  // namespace ck::sys
