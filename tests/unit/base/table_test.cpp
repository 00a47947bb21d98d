#include "base/table.hpp"

#include <gtest/gtest.h>

namespace ck {
namespace {

using Align = TextTable::Align;

TEST(TextTable, AlignsColumnsByTheirWidestCell) {
  TextTable table({{"NAME"}, {"SIZE", Align::right}, {"TAGS"}});
  table.add_row({"onnx-lite", "5", "lib"});
  table.add_row({"x", "12345", "a,b"});
  EXPECT_EQ(table.to_string(),
            "NAME        SIZE  TAGS\n"
            "onnx-lite      5  lib\n"
            "x          12345  a,b\n");
}

TEST(TextTable, WritesNoTrailingSpaces) {
  TextTable table({{"A"}, {"LONG TITLE"}});
  table.add_row({"value"});
  table.add_row({"", ""});
  EXPECT_EQ(table.to_string(), "A      LONG TITLE\nvalue\n\n");
}

TEST(TextTable, CountsCodePointsNotBytes) {
  TextTable table({{"TIME", Align::right}, {"WHAT"}});
  table.add_row({"1.0 \u00b5s", "\u00e9\u00e8"});
  table.add_row({"10.0 ms", "x"});
  EXPECT_EQ(table.to_string(),
            "   TIME  WHAT\n"
            " 1.0 \u00b5s  \u00e9\u00e8\n"
            "10.0 ms  x\n");
}

TEST(TextTable, ShowsItsTitlesWithoutRows) {
  TextTable table({{"A"}, {"B"}});
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.to_string(), "A  B\n");
  table.add_row({});
  EXPECT_FALSE(table.empty());
}

}  // namespace
}  // namespace ck
