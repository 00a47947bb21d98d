#include "collective/hook_changes.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace ck::collective {
namespace {

TEST(HookChanges, AreTheMembersWithAnotherValue) {
  Json target = {{"kept", "1"}};
  take_changes({{"a", "1"}, {"b", "2"}}, {{"a", "1"}, {"b", "3"}, {"c", "4"}}, target);
  EXPECT_EQ(target, (Json{{"kept", "1"}, {"b", "3"}, {"c", "4"}}));
}

TEST(HookChanges, OfDependenciesAreToldByKey) {
  const Json given = {{"x", {{"ver", "1"}, {"tags", "t"}}}, {"y", {{"ver", "2"}}}};
  const Json left = {{"x", {{"ver", "1"}, {"tags", "t,u"}}},
                     {"y", {{"ver", "2"}}},
                     {"z", {{"tags", "n"}}},
                     {"odd", "no object"}};
  Json target = Json::object();
  take_changes_within(given, left, target);
  EXPECT_EQ(target, (Json{{"x", {{"tags", "t,u"}}}, {"z", {{"tags", "n"}}}}));
}

}  // namespace
}  // namespace ck::collective
