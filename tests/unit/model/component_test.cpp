#include "model/component.hpp"

#include <gtest/gtest.h>

namespace ck::model {
namespace {

TEST(Kind, HasANameThatReadsBack) {
  for (const char* name :
       {"dataset", "model", "software", "package", "program", "script", "profile"}) {
    const auto kind = parse_kind(name);
    ASSERT_TRUE(kind.has_value()) << name;
    EXPECT_EQ(name_of(*kind), name);
  }
  EXPECT_FALSE(parse_kind("Program").has_value());
  EXPECT_FALSE(parse_kind("soft").has_value());
  EXPECT_FALSE(parse_kind("").has_value());
}

TEST(Kind, InstallableOnesShareOneRecipe) {
  EXPECT_TRUE(installable(Kind::package));
  EXPECT_TRUE(installable(Kind::dataset));
  EXPECT_TRUE(installable(Kind::model));
  EXPECT_FALSE(installable(Kind::program));
  EXPECT_FALSE(installable(Kind::software));
}

TEST(Uid, Is16LowerCaseHexDigits) {
  EXPECT_TRUE(is_uid("0123456789abcdef"));
  EXPECT_FALSE(is_uid("0123456789ABCDEF"));
  EXPECT_FALSE(is_uid("0123456789abcde"));
  EXPECT_FALSE(is_uid("0123456789abcdef0"));
  EXPECT_FALSE(is_uid("0123456789abcde."));
}

TEST(Name, CannotLeaveItsFolderOrLookLikeAnOption) {
  for (const std::string name : {"a", "A-b_c.d+e@f", "0", "_x"}) {
    EXPECT_TRUE(is_valid_name(name)) << name;
  }
  for (const std::string name :
       {"", ".", "..", ".git", "-x", "a/b", "a b", "a:b", "a\\b", "ä", "a\n", "a*"}) {
    EXPECT_FALSE(is_valid_name(name)) << name;
  }
  EXPECT_TRUE(is_valid_name(std::string(200, 'a')));
  EXPECT_FALSE(is_valid_name(std::string(201, 'a')));
}

TEST(ComponentPattern, TakesUpToThreeParts) {
  const auto kind = ComponentPattern::parse("program");
  ASSERT_TRUE(kind.has_value());
  EXPECT_EQ(kind->kind, "program");
  EXPECT_EQ(kind->text(), "program");
  EXPECT_FALSE(kind->exact());

  const auto named = ComponentPattern::parse("program: x ");
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(named->name, "x");
  EXPECT_EQ(named->text(), "program:x");
  EXPECT_TRUE(named->exact());

  const auto full = ComponentPattern::parse("core:program:image-*");
  ASSERT_TRUE(full.has_value());
  EXPECT_EQ(full->repo, "core");
  EXPECT_EQ(full->text(), "core:program:image-*");
  EXPECT_FALSE(full->exact());
}

TEST(ComponentPattern, EmptyPartsMatchAll) {
  for (const char* text : {"", ":x", "core::", "core::x", "program"}) {
    const auto pattern = ComponentPattern::parse(text);
    ASSERT_TRUE(pattern.has_value()) << text;
    EXPECT_EQ(pattern->text(), text);
    EXPECT_FALSE(pattern->exact());
  }
}

TEST(ComponentPattern, RefusesWhatCannotBeAName) {
  for (const std::string text : {"a:b:c:d", "program:../x", "program:a/b", "program:.git", "#:x",
                                 "^", "program:a\\b", "program:a\x1b[0m", ".."}) {
    const auto pattern = ComponentPattern::parse(text);
    ASSERT_FALSE(pattern.has_value()) << text;
    EXPECT_EQ(pattern.error().code, ErrorCode::usage);
    EXPECT_EQ(pattern.error().message.find('\x1b'), std::string::npos);
  }
}

TEST(ComponentId, HasAShortAndAFullText) {
  const ComponentId id{"core", "program", "x", "0123456789abcdef"};
  EXPECT_EQ(id.text(), "program:x");
  EXPECT_EQ(id.full_text(), "core:program:x");
}

}  // namespace
}  // namespace ck::model
