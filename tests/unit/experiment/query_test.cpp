#include "experiment/query.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

std::string read(const std::string& text) {
  const auto condition = parse_condition(text);
  EXPECT_OK(condition) << text;
  return condition ? text_of(*condition) : std::string();
}

TEST(Query, ReadsComparisons) {
  EXPECT_EQ(read("top1 >= 0.95"), "`top1` >= 0.95");
  EXPECT_EQ(read("a=1"), "`a` = 1");
  EXPECT_EQ(read("a == 1"), "`a` = 1");
  EXPECT_EQ(read("a <> -1.5e3"), "`a` != -1500");
  EXPECT_EQ(read("a < +.5"), "`a` < 0.5");
  EXPECT_EQ(read("latency < 1.5ms"), "`latency` < 1.5 `ms`");
  EXPECT_EQ(read("latency < 1.5 ms and b = 2"), "(`latency` < 1.5 `ms`) and (`b` = 2)");
  EXPECT_EQ(read("state = ok"), "`state` = 'ok'");
  EXPECT_EQ(read("version.gcc = 12.2.0"), "`version.gcc` = '12.2.0'");
  EXPECT_EQ(read("created > 2026-01-31"), "`created` > '2026-01-31'");
  EXPECT_EQ(read("subject like 'prog*'"), "`subject` like 'prog*'");
  EXPECT_EQ(read("subject not like \"it's\""), "not (`subject` like 'it''s')");
  EXPECT_EQ(read("model in (a, 'b c', 3)"), "`model` in ('a', 'b c', 3)");
  EXPECT_EQ(read("model not in (a)"), "not (`model` = 'a')");
  EXPECT_EQ(read("run.layers[3].time_ms < 2"), "`run.layers[3].time_ms` < 2");
  EXPECT_EQ(read("`with blank and ``` = 1"), "`with blank and ``` = 1");
}

TEST(Query, BindsAndCloserThanOr) {
  EXPECT_EQ(read("a=1 or b=2 and not c=3"), "(`a` = 1) or ((`b` = 2) and (not (`c` = 3)))");
  EXPECT_EQ(read("(a=1 OR b=2) AND c=3"), "((`a` = 1) or (`b` = 2)) and (`c` = 3)");
  EXPECT_EQ(read("not not a=1"), "not (not (`a` = 1))");
}

TEST(Query, AnEmptyConditionHoldsAlways) {
  const auto condition = parse_condition("  ");
  ASSERT_OK(condition);
  EXPECT_EQ(condition->kind, Condition::Kind::all);
  EXPECT_TRUE(condition->parts.empty());
}

TEST(Query, NamesAreListedOnce) {
  EXPECT_EQ(names_in(*parse_condition("b=1 and (a=2 or not b=3)")),
            (std::vector<std::string>{"b", "a"}));
}

TEST(Query, SaysWhatIsWrongAndWhere) {
  const auto wrong = [](const std::string& text, const std::string& words) {
    EXPECT_ERROR(parse_condition(text), usage, words) << text;
  };
  wrong("top1 >=", "at the end: a number or a text is expected");
  wrong("top1 0.9", "at '0.9': one of = != < <= > >= in like is expected after 'top1'");
  wrong("= 3", "at '= 3': the name of a metric");
  wrong("a = 1 b = 2", "at 'b = 2'");
  wrong("(a = 1", "at the end: ')' is missing");
  wrong("a = 1)", "at ')'");
  wrong("a = 'x", "at ''x': this quotation never ends");
  wrong("a in 3", "'(' is expected after 'in'");
  wrong("a in (3", "',' or ')' is expected");
  wrong("a like 3", "'like' needs a text");
  wrong("a ; DROP TABLE point", "at '; DROP TABLE point': this has no meaning here");
  wrong("a = 1e999", "too large");
  wrong("and", "the name of a metric");
  wrong("a not = 1", "one of = !=");
  wrong(std::string(20'000, 'a'), "10000 bytes");
  wrong(std::string(2000, '('), "nested too deeply");
  std::string negations;
  for (int i = 0; i < 1000; ++i) negations += "not ";
  wrong(negations + "a=1", "nested too deeply");
}

RC_GTEST_PROP(Query, NoTextBreaksTheReader, (const std::string& text)) {
  static_cast<void>(parse_condition(text));
}

/// Words of the language in any order: what is read and written again is read the same.
RC_GTEST_PROP(Query, WhatIsWrittenIsReadTheSame, ()) {
  const std::vector<std::string> words = {"a",   "b.c", "and", "or",  "not",  "(",   ")",
                                          "=",   "<",   ">=",  "in",  "like", "'x'", "\"y'\"",
                                          "1.5", "2ms", ",",   "`q`", "-3",   "ok",  "`and`"};
  std::string text;
  const auto count = *rc::gen::inRange(1, 14);
  for (int i = 0; i < count; ++i) text += *rc::gen::elementOf(words) + " ";
  const auto condition = parse_condition(text);
  if (!condition) return;
  const auto again = parse_condition(text_of(*condition));
  RC_ASSERT(again);
  RC_ASSERT(text_of(*again) == text_of(*condition));
}

}  // namespace
}  // namespace ck::experiment
