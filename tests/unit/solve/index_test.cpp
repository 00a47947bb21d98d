#include "solve/index.hpp"

#include <gtest/gtest.h>

namespace ck::solve {
namespace {

Candidate candidate(std::string id, Origin origin, const std::string& name,
                    const std::string& version, int rank = 0) {
  Candidate result;
  result.id = std::move(id);
  result.origin = origin;
  result.component = {"core", "package", name, ""};
  if (!version.empty()) result.version = *model::Version::parse(version);
  result.tags = model::Tags({"lib", name});
  result.repository_rank = rank;
  return result;
}

std::vector<std::string> order_of(const Universe& universe, bool reuse = true) {
  const auto index = Index::build(universe, reuse);
  std::vector<std::string> ids;
  for (CandidateNo i = 0; i < index->size(); ++i) ids.push_back((*index)[i].id);
  return ids;
}

using Ids = std::vector<std::string>;

TEST(IndexOrder, is_origin_then_version_within_a_component) {
  const Universe universe{{candidate("built", Origin::buildable, "foo", "9"),
                           candidate("unknown", Origin::installed, "foo", ""),
                           candidate("old", Origin::installed, "foo", "1.9"),
                           candidate("new", Origin::installed, "foo", "1.10"),
                           candidate("pre", Origin::installed, "foo", "2.0-rc1"),
                           candidate("found", Origin::detected, "foo", "3")}};
  EXPECT_EQ(order_of(universe), (Ids{"new", "old", "pre", "unknown", "found", "built"}));
  EXPECT_EQ(order_of(universe, false), (Ids{"found", "built"}));
}

TEST(IndexOrder, puts_components_by_their_best_repository_then_by_name) {
  const Universe universe{{candidate("b", Origin::buildable, "b", "1", 1),
                           candidate("c", Origin::buildable, "c", "1", 1),
                           candidate("z-new", Origin::buildable, "z", "2", 7),
                           candidate("z-old", Origin::buildable, "z", "1", 0)}};
  EXPECT_EQ(order_of(universe), (Ids{"z-new", "z-old", "b", "c"}));
}

TEST(IndexOrder, of_equal_versions_is_by_repository_then_id) {
  const Universe universe{{candidate("y", Origin::buildable, "foo", "1.0", 1),
                           candidate("z", Origin::buildable, "foo", "1", 0),
                           candidate("x", Origin::buildable, "foo", "1", 1)}};
  EXPECT_EQ(order_of(universe), (Ids{"z", "x", "y"}));
}

TEST(Index, knows_components_by_name_and_uid_but_not_across_kinds) {
  Universe universe{{candidate("a", Origin::buildable, "foo", "1"),
                     candidate("b", Origin::buildable, "foo-fork", "2"),
                     candidate("c", Origin::buildable, "foo", "3"),
                     candidate("d", Origin::detected, "foo", "3")}};
  universe.candidates[0].component.uid = "0123456789abcdef";
  universe.candidates[1].component.uid = "0123456789abcdef";
  universe.candidates[2].component.repo = "other";
  universe.candidates[3].component.kind = "software";
  const auto index = Index::build(universe, true);
  const auto component = [&](const char* id) { return index->component(*index->find(id)); };
  EXPECT_EQ(component("a"), component("b"));
  EXPECT_EQ(component("a"), component("c"));
  EXPECT_NE(component("a"), component("d"));
}

TEST(Index, finds_by_tags_name_and_id) {
  const Universe universe{{candidate("foo1", Origin::buildable, "foo", "1"),
                           candidate("foo2", Origin::buildable, "foo", "2"),
                           candidate("bar", Origin::buildable, "bar", "1")}};
  const auto index = Index::build(universe, true);
  const auto found = [&](const model::Dependency& need) {
    Ids ids;
    for (const auto number : index->matching(wanted_by(need))) ids.push_back((*index)[number].id);
    return ids;
  };
  model::Dependency need;
  EXPECT_EQ(found(need), (Ids{"bar", "foo2", "foo1"}));
  need.tags = model::TagQuery::parse("lib,foo");
  EXPECT_EQ(found(need), (Ids{"foo2", "foo1"}));
  need.tags = model::TagQuery::parse("lib,nonsense");
  EXPECT_EQ(found(need), Ids{});
  need.tags = model::TagQuery::parse("lib", "foo");
  EXPECT_EQ(found(need), Ids{"bar"});
  need.tags = {};
  need.name = "foo";
  EXPECT_EQ(found(need), (Ids{"foo2", "foo1"}));
  EXPECT_FALSE(index->find("foo3"));
  EXPECT_EQ(index->tags(), (Ids{"bar", "foo", "lib"}));
  EXPECT_EQ(index->names(), (Ids{"bar", "foo"}));
}

TEST(Index, refuses_ids_that_are_empty_or_repeated) {
  const Universe twice{{candidate("a", Origin::buildable, "foo", "1"),
                        candidate("a", Origin::installed, "bar", "1")}};
  EXPECT_EQ(Index::build(twice, true).error().code, ErrorCode::invalid);
  EXPECT_NE(Index::build(twice, false).error().message.find("'a'"), std::string::npos);
  const Universe empty{{candidate("", Origin::buildable, "foo", "1")}};
  EXPECT_EQ(Index::build(empty, true).error().message, "a candidate of package:foo has no id");
}

}  // namespace
}  // namespace ck::solve
