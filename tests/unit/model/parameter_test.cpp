#include <gtest/gtest.h>

#include "model/descriptor.hpp"

namespace ck::model {
namespace {

Parameter parameter(Parameter::Type type) {
  Parameter result;
  result.name = "size";
  result.type = type;
  return result;
}

TEST(Parameter, TakesValuesOfItsType) {
  using Type = Parameter::Type;
  const struct {
    Type type;
    std::vector<std::string> good, bad;
  } cases[] = {
      {Type::integer,
       {"0", "-5", "9223372036854775807"},
       {"", "1.5", "x", "9223372036854775808", " 1"}},
      {Type::number, {"1", "-0.5", "1e6"}, {"", "x", "nan", "inf", "1e999", "1 "}},
      {Type::boolean, {"true", "false"}, {"", "yes", "1", "True"}},
      {Type::string, {"", "any thing", "a\nb\t"}, {std::string("\0", 1), "\x1b[0m", "\x7f"}},
  };
  for (const auto& one : cases) {
    for (const auto& value : one.good) EXPECT_TRUE(parameter(one.type).check(value)) << value;
    for (const auto& value : one.bad) EXPECT_FALSE(parameter(one.type).check(value)) << value;
  }
}

TEST(Parameter, SaysWhatItTakesAndWhatWasMeant) {
  Parameter choice = parameter(Parameter::Type::choice);
  choice.choices = {"small", "large"};
  EXPECT_TRUE(choice.check("small"));
  const auto checked = choice.check("smal");
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().code, ErrorCode::invalid);
  EXPECT_EQ(checked.error().message,
            "parameter 'size' is 'smal', but must be one of 'small', 'large'");
  EXPECT_EQ(checked.error().hints, std::vector<std::string>{"did you mean 'small'?"});
  EXPECT_EQ(parameter(Parameter::Type::integer).check("x").error().message,
            "parameter 'size' is 'x', but must be a whole number of 64 bits");
}

}  // namespace
}  // namespace ck::model
