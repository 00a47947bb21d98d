/// The table of commands: what help says about it, and that every example is understood.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "cli/command_table.hpp"
#include "support/temporary_home.hpp"

namespace ck::cli {
namespace {

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

/// What the parser gets for a command: its own options and those of every command.
Grammar whole_grammar(const Command& command) {
  Grammar grammar = command.grammar;
  for (const auto& option : common_options()) grammar.options.push_back(option);
  return grammar;
}

/// The words of an example after "ck VERB", quotes taken off.
std::vector<std::string> words_of(const std::string& example) {
  auto words = split(replace_all(example, "'", ""), ' ');
  words.erase(words.begin(), words.begin() + 2);
  return words;
}

TEST(CommandTable, KnowsTheNamesOfRowsBeforeItMakesThem) {
  for (const auto& rows : command_rows()) {
    std::vector<std::string_view> names;
    const auto made = rows.make();
    for (const auto& command : made) names.push_back(command.name);
    EXPECT_EQ(rows.names, names);
    for (const auto& name : names) {
      const auto found = find_command(name);
      ASSERT_TRUE(found) << name;
      EXPECT_EQ(found->name, name);
    }
  }
  EXPECT_FALSE(find_command("nonsense"));
}

TEST(CommandTable, NamesEachCommandOnce) {
  std::set<std::string> names;
  for (const auto& command : commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_FALSE(command.summary.empty()) << command.name;
    EXPECT_FALSE(command.usage.empty()) << command.name;
    EXPECT_FALSE(command.examples.empty()) << command.name;
    EXPECT_NE(command.run, nullptr) << command.name;
  }
  for (const auto* name : {"pull", "search", "run", "benchmark", "replay", "install", "detect",
                           "show", "locate", "rm", "ls", "load", "find", "add", "import"})
    EXPECT_TRUE(names.contains(name)) << name;
}

TEST(CommandTable, NamesEachOptionOnceAndDescribesIt) {
  for (const auto& command : commands()) {
    std::set<std::string> names;
    for (const auto& option : whole_grammar(command).options) {
      EXPECT_TRUE(names.insert(option.name).second) << command.name << " --" << option.name;
      EXPECT_EQ(option.name.find('-'), std::string::npos) << "would never be found";
      EXPECT_FALSE(option.help.empty()) << command.name << " --" << option.name;
    }
  }
}

TEST(CommandTable, HasExamplesThatParse) {
  for (const auto& command : commands()) {
    for (const auto& example : command.examples) {
      EXPECT_TRUE(example.starts_with("ck " + command.name)) << example;
      EXPECT_OK(parse_invocation(whole_grammar(command), words_of(example)));
    }
    EXPECT_TRUE(command.usage.front().starts_with(command.name)) << command.usage.front();
  }
}

TEST(GeneralHelp, ListsEveryCommandWithItsSummary) {
  const auto table = commands();
  const std::string text = general_help(table);
  for (const auto& command : table)
    EXPECT_TRUE(has(text, "  " + command.name + " ") && has(text, command.summary)) << command.name;
  EXPECT_TRUE(has(text, "exit codes: 0 ok"));
}

TEST(CommandHelp, TellsUsageOptionsAndExamples) {
  for (const auto& command : commands()) {
    const std::string text = command_help(command);
    for (const auto& usage : command.usage) EXPECT_TRUE(has(text, "ck " + usage + "\n")) << text;
    for (const auto& example : command.examples)
      EXPECT_TRUE(has(text, "\n  " + example + "\n")) << text;
    for (const auto& option : whole_grammar(command).options)
      EXPECT_TRUE(has(text, "  --" + option.name) && has(text, option.help)) << text;
  }
}

TEST(CommandHelp, StaysWithin100Columns) {
  for (const auto& command : commands()) {
    for (const auto& line : split(command_help(command), '\n'))
      EXPECT_LE(line.size(), 100U) << "ck " << command.name << " --help: " << line;
  }
  for (const auto& line : split(general_help(commands()), '\n'))
    EXPECT_LE(line.size(), 100U) << line;
}

class PatternOf : public ::testing::Test {
 protected:
  Result<model::ComponentPattern> pattern(const std::vector<std::string>& words,
                                          const std::vector<std::string>& kinds) {
    Call call{{}, session_, output_};
    call.line.words = words;
    return pattern_of(call, kinds);
  }

  test::TemporaryHome folder_;
  NoEvents events_;
  sys::Cancel cancel_;
  app::Session session_{{folder_.path(), {}, {}, true}, events_, cancel_};
  Output output_{{}};
};

TEST_F(PatternOf, TakesOneKindAndName) {
  const auto found = pattern({"program:x*"}, {"program", "package"});
  ASSERT_OK(found);
  EXPECT_EQ(found->kind, "program");
  EXPECT_EQ(found->name, "x*");
  EXPECT_EQ(pattern({"core:program:x"}, {"program"})->repo, "core");
  EXPECT_EQ(pattern({"program"}, {"program"})->name, "");
}

TEST_F(PatternOf, MeansTheOnlyKindWhenNothingIsTyped) {
  EXPECT_EQ(pattern({}, {"program"})->kind, "program");
  EXPECT_EQ(pattern({}, {"program", "package"})->kind, "");
}

TEST_F(PatternOf, KeepsSoftApartFromSoftware) {
  EXPECT_EQ(pattern({"soft:gcc"}, {"software", "soft"})->kind, "soft");
  EXPECT_ERROR(pattern({"soft:gcc"}, {"program"}), usage, "works with program");
}

TEST_F(PatternOf, RefusesOtherKindsAndMoreWords) {
  EXPECT_ERROR(pattern({"progam:x"}, {"program", "package"}), usage,
               "'progam:x': this command works with program, package");
  EXPECT_ERROR(pattern({"progam:x"}, {"program"}), usage, "did you mean 'program'?");
  EXPECT_ERROR(pattern({"progam:x"}, {"program"}), usage, "for example program:NAME");
  EXPECT_ERROR(pattern({"program:x", "y"}, {"program"}), usage, "found also 'y'");
  EXPECT_ERROR(pattern({"a:b:c:d"}, {"program"}), usage, "a:b:c:d");
}

}  // namespace
}  // namespace ck::cli
