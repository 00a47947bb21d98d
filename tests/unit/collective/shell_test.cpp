#include "collective/shell.hpp"

#include <gtest/gtest.h>

namespace ck::collective {
namespace {

TEST(ShellWord, PlainTextStaysAsItIs) {
  EXPECT_EQ(shell_word("/usr/lib-1.2:a=b,c@%+~"), "/usr/lib-1.2:a=b,c@%+~");
  EXPECT_EQ(shell_word(""), "\"\"");
}

TEST(ShellWord, ReferencesStay) {
  EXPECT_EQ(shell_word("$HOME/x:${PYTHONPATH}"), "$HOME/x:${PYTHONPATH}");
  EXPECT_EQ(shell_word("$HOME/a b"), "\"$HOME/a b\"");
}

TEST(ShellWord, WhatCouldBeACommandIsQuoted) {
  EXPECT_EQ(shell_word("a;b"), "\"a;b\"");
  EXPECT_EQ(shell_word("$(id)"), "\"\\$(id)\"");
  EXPECT_EQ(shell_word("`id`"), "\"\\`id\\`\"");
  EXPECT_EQ(shell_word("${X:-$(id)}"), "\"\\${X:-\\$(id)}\"");
  EXPECT_EQ(shell_word("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(shell_word("$"), "\"\\$\"");
  EXPECT_EQ(shell_word("a\nb"), "\"a\nb\"");
}

TEST(ShellPath, QuotesReferencesTooSoThatTheirValuesMayHoldBlanks) {
  EXPECT_EQ(shell_path("../main.c"), "../main.c");
  EXPECT_EQ(shell_path("../a b.c"), "\"../a b.c\"");
  EXPECT_EQ(shell_path("${LIB}/x.c"), "\"${LIB}/x.c\"");
}

TEST(ShellTextAsValue, KeepsQuotesAsCharacters) {
  EXPECT_EQ(shell_text_as_value("$A -I\"x y\""), "\"$A -I\\\"x y\\\"\"");
}

TEST(VariableName, IsLettersDigitsAndUnderscores) {
  EXPECT_TRUE(is_variable_name("_A1"));
  EXPECT_FALSE(is_variable_name("1A"));
  EXPECT_FALSE(is_variable_name("A-B"));
  EXPECT_FALSE(is_variable_name(""));
}

TEST(ExportLine, RefusesWhatIsNoNameOfAVariable) {
  EXPECT_EQ(export_line("A", "b c"), "export A=\"b c\"\n");
  EXPECT_EQ(export_line("A", ""), "export A=\n");
  EXPECT_EQ(export_line("A;id\n", "1"), "# left out, as it cannot name a variable: A;id\\x0a\n");
}

TEST(PrependLine, NeverAddsAnEmptyElement) {
  EXPECT_EQ(prepend_line("PATH", "X"), "export PATH=${X:+$X${PATH:+:}}$PATH\n");
}

TEST(QuotedAfter, StandsForItselfOutsideAndInsideQuotes) {
  EXPECT_EQ(quoted_after("cp ", "/a/b.pgm"), "/a/b.pgm");
  EXPECT_EQ(quoted_after("cp ", "/a b"), "'/a b'");
  EXPECT_EQ(quoted_after("cp ", "~x"), "'~x'");
  EXPECT_EQ(quoted_after("cp ", ""), "");
  EXPECT_EQ(quoted_after("cp \"", "/a b/$(id)\""), "/a b/\\$(id)\\\"");
  EXPECT_EQ(quoted_after("cp '", "it's"), "it'\\''s");
}

TEST(QuotedAfter, KnowsWhichQuotesAreOpen) {
  EXPECT_EQ(quoted_after(R"(echo "it's" )", "a b"), "'a b'");
  EXPECT_EQ(quoted_after(R"(echo 'a\' )", "a b"), "'a b'");
  EXPECT_EQ(quoted_after(R"(echo "a\" )", "a b"), "a b");
  EXPECT_EQ(quoted_after(R"(echo \" )", "a b"), "'a b'");
}

TEST(SplitAfter, SplitsAtBlanksOutsideQuotesOnly) {
  EXPECT_EQ(split_after("run ", " -a  b;c\n"), "-a 'b;c'");
  EXPECT_EQ(split_after("run \"", "-a  b"), "-a  b");
  EXPECT_EQ(split_after("run ", ""), "");
}

}  // namespace
}  // namespace ck::collective
