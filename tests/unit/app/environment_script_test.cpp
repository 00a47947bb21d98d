#include "app/environment_script.hpp"

#include <gtest/gtest.h>

namespace ck::app {
namespace {

using Lines = std::vector<std::string>;

install::Environment environment(const std::string& id) {
  install::Environment one;
  one.record.id = id;
  one.path = "/envs/" + id;
  return one;
}

TEST(LoadLines, DoWhatWithExportsDoes) {
  auto below = environment("b");
  below.record.exports.prepend = {{"PATH", "${prefix}/bin"}};
  auto above = environment("a");
  above.record.dependencies = {{"below", "b"}};
  above.record.exports.variables = {{"A_TEXT", "it's $1"}, {"no name", "x"}};
  above.record.exports.prepend = {{"PATH", "${prefix}/bin"}};
  const install::Closure closure{{"a", above}, {"b", below}};
  EXPECT_EQ(load_lines(closure, {"a"}),
            (Lines{R"(export PATH=/envs/b/bin"${PATH:+:$PATH}")", "export A_TEXT='it'\\''s $1'",
                   R"(export PATH=/envs/a/bin"${PATH:+:$PATH}")"}));
}

TEST(LoadLines, QuoteVariablesAndRefuseOtherNames) {
  EXPECT_EQ(export_lines({{"A", "b; c"}}).value(), Lines{"export A='b; c'"});
  const auto refused = export_lines({{"A;B", "c"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace ck::app
