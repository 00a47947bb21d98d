#include "sys/identity.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>

#include "base/strings.hpp"

namespace ck::sys {
namespace {

/// A child that waits to be killed, and what it calls itself.
class Child {
 public:
  Child() {
    EXPECT_EQ(pipe(pipe_.data()), 0);
    id_ = fork();
    if (id_ == 0) {
      const std::string name = this_process();
      if (write(pipe_[1], name.data(), name.size()) < 0) _exit(1);
      for (;;) pause();
    }
    std::array<char, 1024> buffer{};
    const ssize_t size = read(pipe_[0], buffer.data(), buffer.size());
    EXPECT_GT(size, 0);
    name_.assign(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    close(pipe_[0]);
    close(pipe_[1]);
    kill_and_wait();
  }

  const std::string& name() const { return name_; }

  /// Dead, but not waited for: a zombie.
  void kill_only() const {
    kill(id_, SIGKILL);
    siginfo_t info{};
    EXPECT_EQ(waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOWAIT), 0);
  }

  void kill_and_wait() {
    if (id_ <= 0) return;
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
    id_ = -1;
  }

 private:
  std::array<int, 2> pipe_{};
  pid_t id_ = -1;
  std::string name_;
};

/// This process's name with one part replaced.
std::string with_part(std::size_t index, const std::string& text) {
  auto parts = split(this_process(), ':');
  parts.at(index) = text;
  return join(parts, ":");
}

TEST(RandomUid, Is16HexDigitsAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uid = random_uid();
    EXPECT_EQ(uid.size(), 16U);
    EXPECT_EQ(uid.find_first_not_of("0123456789abcdef"), std::string::npos) << uid;
    seen.insert(uid);
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(ThisProcess, HasFivePartsAndStaysTheSame) {
  EXPECT_EQ(split(this_process(), ':').size(), 5U) << this_process();
  EXPECT_EQ(this_process(), this_process());
  EXPECT_EQ(split(this_process(), ':')[3], std::to_string(getpid()));
}

TEST(MayBeRunning, IsTrueForTheLiving) {
  EXPECT_TRUE(may_be_running(this_process()));
  const Child child;
  EXPECT_NE(child.name(), this_process());
  EXPECT_TRUE(may_be_running(child.name()));
}

TEST(MayBeRunning, IsFalseForTheDead) {
  Child child;
  child.kill_and_wait();
  EXPECT_FALSE(may_be_running(child.name()));
}

TEST(MayBeRunning, IsFalseForTheDeadThatNobodyWaitedFor) {
  const Child child;
  child.kill_only();
  EXPECT_FALSE(may_be_running(child.name()));
}

TEST(MayBeRunning, IsFalseForAnotherProcessWithTheSameNumberAndAfterAReboot) {
  EXPECT_FALSE(may_be_running(with_part(4, "1")));
  EXPECT_FALSE(may_be_running(with_part(1, "another-boot")));
}

TEST(MayBeRunning, IsTrueWhereItCannotBeKnown) {
  EXPECT_TRUE(may_be_running(with_part(0, "another-host")));
  EXPECT_TRUE(may_be_running(with_part(2, "1")));
}

TEST(MayBeRunning, IsFalseForWhatNamesNoProcess) {
  EXPECT_FALSE(may_be_running(""));
  EXPECT_FALSE(may_be_running("1234"));
  EXPECT_FALSE(may_be_running(with_part(3, "../self")));
}

}  // namespace
}  // namespace ck::sys
