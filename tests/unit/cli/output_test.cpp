#include "cli/output.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/json.hpp"

namespace ck::cli {
namespace {

struct Printed {
  std::string out;
  std::string err;
};

/// What is printed with these options when stderr is no terminal.
Printed printed(const OutputOptions& options, const std::function<void(Output&)>& print) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Output output(options);
  print(output);
  return {testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

/// What comes out of stderr when it is a terminal of this width.
std::string on_terminal(const OutputOptions& options, unsigned short width,
                        const std::function<void(Output&)>& print) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  EXPECT_EQ(grantpt(master), 0);
  EXPECT_EQ(unlockpt(master), 0);
  const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
  winsize size{};
  size.ws_col = width;
  EXPECT_EQ(ioctl(terminal, TIOCSWINSZ, &size), 0);
  std::fflush(stderr);
  const int saved = dup(STDERR_FILENO);
  dup2(terminal, STDERR_FILENO);
  {
    Output output(options);
    print(output);
  }
  dup2(saved, STDERR_FILENO);
  close(saved);
  // The terminal hands on what it has when it likes; behind the mark there is nothing more. It
  // stays open while it is read: closing it first would drop what it holds.
  constexpr char kMark = '\x1f';
  EXPECT_EQ(write(terminal, &kMark, 1), 1);
  std::string text;
  while (!text.ends_with(kMark)) {
    std::array<char, 4096> buffer{};
    const ssize_t count = read(master, buffer.data(), buffer.size());
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(terminal);
  close(master);
  if (text.ends_with(kMark)) text.pop_back();
  return text;
}

Error sample_error() {
  return Error(ErrorCode::not_found, "there is no package 'x'")
      .in("file ck.json\nkey /a")
      .hint("did you mean 'y'?")
      .hint("'ck ls package' lists them");
}

TEST(Output, KeepsDataAndWordsApart) {
  const auto result = printed({}, [](Output& output) {
    output.data("data\x1b\n");
    output.say("words");
  });
  EXPECT_EQ(result.out, "data\x1b\n");
  EXPECT_EQ(result.err, "words\n");
}

TEST(Output, SaysNothingWhenQuietButErrors) {
  const auto result = printed({.quiet = true}, [](Output& output) {
    output.say("words");
    output.data("data\n");
    output.error(Error(ErrorCode::io, "disk full"));
  });
  EXPECT_EQ(result.out, "data\n");
  EXPECT_EQ(result.err, "ck: disk full\n");
}

TEST(Output, ShowsAnErrorWithItsPlacesAndHints) {
  const auto result = printed({}, [](Output& output) { output.error(sample_error()); });
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "ck: there is no package 'x'\n"
            "    in file ck.json\n"
            "       key /a\n"
            "    hint: did you mean 'y'?\n"
            "    hint: 'ck ls package' lists them\n");
}

TEST(Output, NeverPrintsTerminalEscapesOfAnError) {
  const auto result = printed({}, [](Output& output) {
    output.error(Error(ErrorCode::invalid, "name '\x1b[2J'").in("\r").hint("\a"));
  });
  EXPECT_EQ(result.err.find_first_of("\x1b\r\a"), std::string::npos) << result.err;
}

TEST(Output, GivesErrorsAsJsonOnStdout) {
  const auto result = printed({.json = true}, [](Output& output) { output.error(sample_error()); });
  EXPECT_EQ(result.err, "");
  const auto json = parse_json(result.out, "stdout");
  ASSERT_TRUE(json) << result.out;
  EXPECT_EQ((*json)["schema"], "ck.error/1");
  EXPECT_EQ((*json)["error"]["code"], "not_found");
  EXPECT_EQ((*json)["error"]["message"], "there is no package 'x'");
  EXPECT_EQ((*json)["error"]["context"][0], "file ck.json\nkey /a");
  EXPECT_EQ((*json)["error"]["hints"].size(), 2U);
  EXPECT_EQ((*json)["error"]["exit_code"], 1);
}

TEST(Output, PassesAProgramsOutputThroughUntouched) {
  const auto plain = printed({.quiet = true}, [](Output& output) {
    output.pass_through(std::string_view("\x1b[1m\0x", 6), false);
    output.pass_through("err", true);
  });
  EXPECT_EQ(plain.out, std::string("\x1b[1m\0x", 6));
  EXPECT_EQ(plain.err, "err");
  const auto json = printed({.json = true}, [](Output& output) {
    output.pass_through("out", false);
    output.data("{}");
  });
  EXPECT_EQ(json.out, "{}") << "one document and nothing else";
  EXPECT_EQ(json.err, "out");
}

TEST(Output, HasNoColoursAndAsksNothingWithoutATerminal) {
  const auto result = printed({}, [](Output& output) {
    EXPECT_FALSE(output.terminal());
    EXPECT_EQ(output.strong("a") + output.good("b") + output.bad("c"), "abc");
    EXPECT_TRUE(output.confirm("really?", false));
    EXPECT_TRUE(output.confirm("really?", true));
    output.transient("never seen");
  });
  EXPECT_EQ(result.out + result.err, "");
}

TEST(Output, HasColoursOnATerminalUnlessTheyAreUnwanted) {
  const char* old_term = std::getenv("TERM");
  const std::string term = old_term == nullptr ? "" : old_term;
  ::setenv("TERM", "xterm", 1);
  ::unsetenv("NO_COLOR");
  const auto strong = [](Output& output) { output.say(output.strong("x")); };
  EXPECT_EQ(on_terminal({}, 80, strong), "\x1b[1mx\x1b[0m\r\n");
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_EQ(on_terminal({}, 80, strong), "x\r\n");
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "dumb", 1);
  EXPECT_EQ(on_terminal({}, 80, strong), "x\r\n");
  ::setenv("TERM", term.c_str(), 1);
  ::setenv("NO_COLOR", "1", 1);
}

TEST(Output, RewritesOneLineOnATerminal) {
  const auto progress = [](Output& output) {
    output.transient("one");
    output.transient("one");
    output.transient("two");
    output.say("done");
    output.transient("");
  };
  EXPECT_EQ(on_terminal({}, 80, progress), "\r\x1b[Kone\r\x1b[Ktwo\r\x1b[Kdone\r\n");
  EXPECT_EQ(on_terminal({.quiet = true}, 80, progress), "");
}

TEST(Output, CutsTheProgressLineBetweenCharacters) {
  const auto shown =
      on_terminal({}, 10, [](Output& output) { output.transient("aaaaaaaäöü and more"); });
  EXPECT_EQ(shown, "\r\x1b[Kaaaaaaa…");
  EXPECT_EQ(on_terminal({}, 10, [](Output& output) { output.transient("123456789"); }),
            "\r\x1b[K123456789");
  EXPECT_FALSE(on_terminal({}, 1, [](Output& output) { output.transient("123456789"); }).empty());
}

TEST(ProgressSink, PrintsOneLineAStepWithoutATerminal) {
  const auto events = [](Output& output) {
    ProgressSink sink(output);
    sink.on(StepStarted{"building x"});
    sink.on(Progress{"building x", 1, 2, "objects"});
    sink.on(StepFinished{"building x", "1.2 s"});
    sink.on(StepFinished{"checking x", ""});
    sink.on(Warning{"slow\x1b disk"});
    sink.on(Note{"detail"});
  };
  EXPECT_EQ(printed({}, events).err, "building x: 1.2 s\nchecking x\nwarning: slow\\x1b disk\n");
  EXPECT_EQ(printed({.verbose = true}, events).err,
            "building x: 1.2 s\nchecking x\nwarning: slow\\x1b disk\ndetail\n");
  EXPECT_EQ(printed({.quiet = true}, events).err, "");
}

TEST(ProgressSink, ShowsHowFarItIsOnATerminal) {
  const auto line = [](const Progress& progress) {
    const std::string shown =
        on_terminal({}, 80, [&](Output& output) { ProgressSink(output).on(progress); });
    return shown.substr(std::string("\r\x1b[K").size());
  };
  EXPECT_EQ(line({"x", 25, 100, "objects"}), "x: 25 % of 100 objects");
  EXPECT_EQ(line({"x", 1'000'000, 4'000'000, "bytes"}), "x: 25 % of 4.0 MB");
  EXPECT_EQ(line({"x", 7, std::nullopt, "objects"}), "x: 7 objects");
  EXPECT_EQ(line({"x", 7, 0, "objects"}), "x: 7 objects");
  EXPECT_EQ(line({"x", 1'500'000, std::nullopt, "bytes"}), "x: 1.5 MB");
}

}  // namespace
}  // namespace ck::cli
