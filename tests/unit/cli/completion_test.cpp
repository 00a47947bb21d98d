#include "cli/completion.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ck::cli {
namespace {

using Words = std::vector<std::string>;

NameSource source() {
  return {[] {
            return Words{"package", "program"};
          },
          [](const std::string& kind) {
            return kind == "program" ? Words{"alpha", "beta"} : Words{};
          }};
}

Words complete(const Words& words) { return completions(commands(), words, source()); }

bool holds(const Words& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

TEST(Completion, OffersVerbs) {
  EXPECT_EQ(complete({"repl"}), Words{"replay"});
  EXPECT_TRUE(holds(complete({""}), "run"));
  EXPECT_EQ(complete({"help", "repl"}), Words{"replay"});
  EXPECT_TRUE(complete({"nosuchverb", ""}).empty());
  EXPECT_TRUE(complete({}).empty());
}

TEST(Completion, OffersKindsThatTheUsageNames) {
  EXPECT_EQ(complete({"run", ""}), Words{"program:"});
  EXPECT_TRUE(holds(complete({"show", "e"}), "env:"));
  EXPECT_TRUE(holds(complete({"show", "e"}), "experiment:"));
}

TEST(Completion, OffersEveryKindWhereAnyMayStand) {
  EXPECT_EQ(complete({"find", "pack"}), Words{"package:"});
}

TEST(Completion, OffersNamesOfAKind) {
  EXPECT_EQ(complete({"run", "program:"}), (Words{"program:alpha", "program:beta"}));
  EXPECT_EQ(complete({"run", "program:b"}), Words{"program:beta"});
  EXPECT_TRUE(complete({"run", "nokind:b"}).empty());
}

TEST(Completion, OffersOptionsThatAreNotGivenYet) {
  EXPECT_TRUE(holds(complete({"run", "program:alpha", "--"}), "--timeout="));
  EXPECT_TRUE(holds(complete({"run", "program:alpha", "--env"}), "--env."));
  EXPECT_EQ(complete({"run", "--timeo"}), Words{"--timeout="});
  EXPECT_TRUE(complete({"run", "--timeout=3", "--timeo"}).empty());
}

TEST(Completion, LeavesAProgramsOwnArgumentsAlone) {
  EXPECT_TRUE(complete({"run", "program:alpha", "--", "--j"}).empty());
}

TEST(Completion, HasAScriptForEachShellItKnows) {
  for (const auto& shell : completed_shells()) {
    ASSERT_NE(completion_script(shell), nullptr) << shell;
    EXPECT_NE(std::string(completion_script(shell)).find("ck completion --words"),
              std::string::npos);
  }
  EXPECT_EQ(completion_script("csh"), nullptr);
}

TEST(Manual, TellsOfEveryCommandAndItsOptions) {
  const std::string page = manual_page(commands(), "1.2");
  EXPECT_TRUE(page.starts_with(".TH CK 1"));
  for (const auto& command : commands())
    EXPECT_NE(page.find(".SS ck " + command.name + "\n"), std::string::npos) << command.name;
  EXPECT_NE(page.find("\\-\\-timeout=SECONDS"), std::string::npos);
}

}  // namespace
}  // namespace ck::cli
