#include "app/lint_fix.hpp"

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "support/temporary_home.hpp"

namespace ck::app {
namespace {

LintFix fixed(const std::string& text, const std::string& name = "hello",
              const std::string& kind = "package") {
  return fixed_descriptor("ck.json", text, name, kind);
}

const std::string kGood =
    R"({
  "schema": "ck.package/1",
  "name": "hello",
  "uid": "0123456789abcdef",
  "version": "1.0.0",
  "build": {"system": "none"},
  "check": {"files": ["hello.h"]}
})";

std::string with(const std::string& what, const std::string& by) {
  std::string text = kGood;
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST(LintFix, LeavesWhatIsRight) {
  const auto fix = fixed(kGood);
  EXPECT_TRUE(fix.changes.empty());
  EXPECT_EQ(fix.after, kGood);
}

TEST(LintFix, RenamesAKeyThatIsOneSlipAway) {
  const auto fix = fixed(with("\"version\"", "\"verson\""));
  EXPECT_EQ(fix.after, kGood);
  EXPECT_EQ(join(fix.changes, "; "), "/verson: renamed to 'version'");
}

TEST(LintFix, NeverMakesTwoKeysOfOneName) {
  const std::string twice = with("\"version\"", "\"verson\": \"2.0\",\n  \"version\"");
  EXPECT_EQ(fixed(twice).after, twice);
}

TEST(LintFix, TakesTheNameOfTheFolder) {
  EXPECT_EQ(fixed(with("\"hello\"", "\"hallo\"")).after, kGood);
  const auto added = fixed(with("  \"name\": \"hello\",\n", ""));
  EXPECT_EQ(added.after, kGood);
  EXPECT_EQ(join(added.changes, "; "), "/name: added as \"hello\"");
}

TEST(LintFix, PutsTheSchemaFirst) {
  EXPECT_EQ(fixed(with("\n  \"schema\": \"ck.package/1\",", "")).after, kGood);
  std::string last = with("\n  \"schema\": \"ck.package/1\",", "");
  last.replace(last.rfind("\n}"), 2, ",\n  \"schema\": \"ck.package/1\"\n}");
  EXPECT_EQ(fixed(last).after, kGood);
}

TEST(LintFix, MakesUpNoKind) {
  const std::string text = with("\n  \"schema\": \"ck.package/1\",", "");
  EXPECT_EQ(fixed(text, "hello", "").after, text);
}

TEST(LintFix, GivesAUidThatIsNobodyElses) {
  const std::string without = with("  \"uid\": \"0123456789abcdef\",\n", "");
  const auto one = fixed(without);
  const auto two = fixed(without);
  EXPECT_NE(one.after, two.after);
  ASSERT_EQ(one.changes.size(), 1U);
  EXPECT_TRUE(one.changes[0].starts_with("/uid: added as ")) << one.changes[0];
  EXPECT_TRUE(fixed(one.after).changes.empty());
}

TEST(LintFix, WritesHexInLowerCase) {
  EXPECT_EQ(fixed(with("0123456789abcdef", "0123456789ABCDEF")).after, kGood);
}

TEST(LintFix, CorrectsAWordOfAList) {
  EXPECT_EQ(fixed(with("\"none\"", "\"nonee\"")).after, kGood);
}

TEST(LintFix, HashesFilesOfThisMachineOnly) {
  const test::TemporaryHome home;
  const auto file = home / "data.txt";
  test::write_text(file, "data\n");
  const std::string source = R"("sources": [{"url": "file://)" + file.string() + R"("}], "build")";
  const auto fix = fixed(with("\"build\"", source));
  EXPECT_NE(fix.after.find("\"sha256\": "
                           "\"6667b2d1aab6a00caa5aee5af8ad9f1465e567abf1c209d15727d57b3e8f6e5f\""),
            std::string::npos)
      << fix.after;
  const std::string remote =
      with("\"build\"", R"("sources": [{"url": "https://localhost/x"}], "build")");
  EXPECT_EQ(fixed(remote).after, remote);
}

TEST(LintFix, KeepsCommentsAndLayout) {
  const std::string right = with("\"check\"", "// why\n\t\"check\"  ");
  std::string wrong = right;
  wrong.replace(wrong.find("\"version\""), 9, "\"verson\"");
  EXPECT_EQ(fixed(wrong).after, right);
}

TEST(LintFix, LeavesWhatIsNoJson) {
  for (const std::string text : {"", "{", "[]", "null", "{\"schema\": }"}) {
    const auto fix = fixed(text);
    EXPECT_EQ(fix.after, text);
    EXPECT_TRUE(fix.changes.empty());
  }
}

}  // namespace
}  // namespace ck::app
