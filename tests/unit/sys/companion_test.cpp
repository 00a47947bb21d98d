#include "sys/companion.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "base/strings.hpp"
#include "support/temporary_home.hpp"

namespace ck::sys {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLong(10'000);

CompanionSpec shell(const std::string& script) {
  CompanionSpec spec;
  spec.argv = {"sh", "-c", script};
  spec.variables = {{"PATH", "/usr/bin:/bin"}};
  spec.directory = "/";
  return spec;
}

Companion started(CompanionSpec spec) {
  auto companion = Companion::start(std::move(spec));
  EXPECT_OK(companion);
  return std::move(companion.value());
}

/// The next line of a companion that must give one.
std::string line_of(Companion& companion) {
  const auto received = companion.receive(kLong, {});
  EXPECT_OK(received);
  EXPECT_EQ(received->what, Received::What::line);
  return received->line;
}

Received::What outcome(Companion& companion, milliseconds timeout = kLong) {
  const auto received = companion.receive(timeout, {});
  EXPECT_OK(received);
  return received ? received->what : Received::What::line;
}

constexpr const char* kEcho = "while read -r line <&3; do echo \"<$line>\" >&4; done";

TEST(Companion, AnswersLineByLine) {
  Companion companion = started(shell(kEcho));
  companion.send("one");
  companion.send("two words");
  EXPECT_EQ(line_of(companion), "<one>");
  EXPECT_EQ(line_of(companion), "<two words>");
  companion.send("three");
  EXPECT_EQ(line_of(companion), "<three>");
}

TEST(Companion, LinesLargerThanTheChannelGoBothWays) {
  auto spec = shell("exec cat <&3 >&4");
  Companion companion = started(std::move(spec));
  const std::string text(3u << 20, 'x');
  companion.send(text);
  EXPECT_EQ(line_of(companion), text);
}

TEST(Companion, WhatItPrintsIsKeptApartAndBoundedToTheEnd) {
  auto spec = shell("echo out; echo err >&2; echo line >&4; " + std::string(kEcho));
  spec.keep_output_bytes = 100;
  Companion companion = started(std::move(spec));
  EXPECT_EQ(line_of(companion), "line");
  EXPECT_EQ(companion.take_output(), "out\nerr\n");
  EXPECT_EQ(companion.take_output(), "");
}

TEST(Companion, AFloodOfOutputNeitherBlocksItNorFillsTheMemory) {
  auto spec = shell("head -c 3000000 /dev/zero; echo end; echo done >&4");
  spec.keep_output_bytes = 1000;
  Companion companion = started(std::move(spec));
  EXPECT_EQ(line_of(companion), "done");
  const std::string output = companion.take_output();
  EXPECT_EQ(output.size(), 1000u);
  EXPECT_TRUE(output.ends_with("end\n"));
}

TEST(Companion, SilenceIsATimeOutEvenWhileItPrints) {
  Companion companion = started(shell("while :; do echo chatter; done"));
  const auto before = steady_clock::now();
  EXPECT_EQ(outcome(companion, milliseconds(50)), Received::What::timeout);
  EXPECT_LT(steady_clock::now() - before, milliseconds(2000));
}

TEST(Companion, AnUnfinishedLineIsATimeOutAndComesWholeLater) {
  Companion companion = started(shell("printf half >&4; read -r x <&3; echo ' whole' >&4"));
  EXPECT_EQ(outcome(companion, milliseconds(50)), Received::What::timeout);
  companion.send("go on");
  EXPECT_EQ(line_of(companion), "half whole");
}

TEST(Companion, TheEndSaysHowItEnded) {
  Companion exits = started(shell("echo last >&4; echo bye; exit 3"));
  EXPECT_EQ(line_of(exits), "last");
  EXPECT_EQ(outcome(exits), Received::What::end);
  EXPECT_EQ(exits.end(), "exited with 3");
  EXPECT_EQ(exits.end(), "exited with 3");
  EXPECT_EQ(exits.take_output(), "bye\n");

  Companion crashes = started(shell("kill -SEGV $$"));
  crashes.send("nobody reads this");
  EXPECT_EQ(outcome(crashes), Received::What::end);
  EXPECT_EQ(crashes.end(), "killed by signal 11 (SIGSEGV)");
}

TEST(Companion, AClosedChannelIsTheEndAndWhoStaysIsKilled) {
  Companion companion = started(shell("exec 3<&- 4>&-; sleep 60"));
  EXPECT_EQ(outcome(companion), Received::What::end);
  EXPECT_EQ(companion.end(), "killed by signal 9 (SIGKILL)");
}

TEST(Companion, AChildThatHoldsTheChannelDoesNotHideTheEnd) {
  Companion companion = started(shell("sleep 60 & exit 4"));
  EXPECT_EQ(outcome(companion), Received::What::end);
  EXPECT_EQ(companion.end(), "exited with 4");
}

TEST(Companion, ItsChildrenDieWithIt) {
  pid_t child = 0;
  {
    Companion companion = started(shell("sleep 60 & echo $! >&4; wait"));
    child = static_cast<pid_t>(std::stol(line_of(companion)));
    EXPECT_EQ(::kill(child, 0), 0);
  }
  EXPECT_EQ(::kill(child, 0), -1);
}

TEST(Companion, ALineAboveTheLimitIsAnError) {
  for (const char* script :
       {"head -c 200000 /dev/zero >&4; sleep 60", "echo 12345 >&4; sleep 60"}) {
    auto spec = shell(script);
    spec.max_line_bytes = 4;
    Companion companion = started(std::move(spec));
    const auto received = companion.receive(kLong, {});
    ASSERT_FALSE(received);
    EXPECT_EQ(received.error().code, ErrorCode::invalid);
    EXPECT_EQ(received.error().message, "'sh' sent a line above 4 B");
  }
}

TEST(Companion, CancellationEndsTheWaiting) {
  Companion companion = started(shell("sleep 60"));
  const Cancel cancel;
  std::thread later([&] { cancel.request(); });
  const auto received = companion.receive(kLong, cancel);
  later.join();
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, ErrorCode::interrupted);
}

TEST(Companion, ItHasItsChannelAndNothingElse) {
  const int ours = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC, on purpose
  Companion other = started(shell(kEcho));
  Companion companion = started(shell("cd /proc/self/fd && echo * >&4"));
  const std::string numbers = line_of(companion);
  // The shell has opened the folder itself to list it, if anything.
  EXPECT_TRUE(numbers.starts_with("0 1 2 3 4")) << numbers;
  EXPECT_LE(split(numbers, ' ').size(), 6u) << numbers;
  other.send("still here");
  EXPECT_EQ(line_of(other), "<still here>");
  ::close(ours);
}

TEST(Companion, GetsItsVariablesItsFolderAndNoInput) {
  test::TemporaryHome home;
  auto spec = shell("read -r x; echo \"$? $NAME $PWD\" >&4");
  spec.variables.emplace_back("NAME", "value");
  spec.directory = home.path();
  Companion companion = started(std::move(spec));
  EXPECT_EQ(line_of(companion), "1 value " + home.path().native());
}

TEST(Companion, AProgramThatIsNotThereIsNotFound) {
  auto spec = shell("");
  spec.argv = {"no-such-program"};
  const auto companion = Companion::start(std::move(spec));
  ASSERT_FALSE(companion);
  EXPECT_EQ(companion.error().code, ErrorCode::not_found);
  auto nameless = shell("");
  nameless.argv.clear();
  EXPECT_FALSE(Companion::start(std::move(nameless)));
}

}  // namespace
}  // namespace ck::sys
