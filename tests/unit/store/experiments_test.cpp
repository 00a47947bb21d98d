#include <algorithm>

#include "store_fixture.hpp"

namespace ck::store {
namespace {

class Experiments : public StoreTest {
 protected:
  static std::vector<std::string> names(const std::vector<ExperimentSummary>& summaries) {
    std::vector<std::string> names;
    for (const auto& summary : summaries) names.push_back(summary.name);
    return names;
  }

  /// Rows of every table that belong to some experiment.
  std::int64_t rows() const {
    auto database = sys::Database::open(file());
    auto query = database->prepare(
        "SELECT (SELECT COUNT(*) FROM experiment) + (SELECT COUNT(*) FROM experiment_tag) + "
        "(SELECT COUNT(*) FROM metric) + (SELECT COUNT(*) FROM point) + "
        "(SELECT COUNT(*) FROM repetition) + (SELECT COUNT(*) FROM output)");
    EXPECT_TRUE(query->step().value());
    return query->integer(0);
  }
};

TEST_F(Experiments, AreMadeByTheirFirstPointAndCollectTags) {
  Store store = open();
  NewPoint wanted;
  wanted.experiment = "digits";
  wanted.tags = model::Tags({"demo"});
  wanted.subject = "program:b";
  wanted.created_ns = 10;
  ASSERT_OK(store.begin_point(wanted));
  wanted.tags = model::Tags({"demo", "second"});
  wanted.subject = "program:a";
  wanted.created_ns = 20;
  const auto second = store.begin_point(wanted);
  ASSERT_OK(second);
  ASSERT_OK(store.finish_point(*second, PointState::ok, 35, "", ""));

  const auto summary = store.experiment("digits");
  ASSERT_OK(summary);
  EXPECT_EQ(summary->uid.size(), 16U);
  EXPECT_EQ(summary->tags.text(), "demo,second");
  EXPECT_EQ(summary->created_ns, 10);
  EXPECT_EQ(summary->changed_ns, 35);
  EXPECT_EQ(summary->points, 2);
  EXPECT_EQ(summary->subjects, (std::vector<std::string>{"program:a", "program:b"}));
  const auto by_uid = store.experiment(summary->uid);
  ASSERT_OK(by_uid);
  EXPECT_EQ(by_uid->name, "digits");
}

TEST_F(Experiments, AreFoundByPatternAndTags) {
  Store store = open();
  for (const auto* name : {"digits-b", "digits-a", "other"}) begin(store, name);
  NewPoint tagged;
  tagged.experiment = "other";
  tagged.tags = model::Tags({"special"});
  ASSERT_OK(store.begin_point(tagged));

  using Names = std::vector<std::string>;
  EXPECT_EQ(names(*store.experiments("", {})), (Names{"digits-a", "digits-b", "other"}));
  EXPECT_EQ(names(*store.experiments("digits-*", {})), (Names{"digits-a", "digits-b"}));
  EXPECT_EQ(names(*store.experiments("", model::TagQuery::parse("special"))), Names{"other"});
  EXPECT_EQ(names(*store.experiments("*", model::TagQuery::parse("demo", "special"))),
            (Names{"digits-a", "digits-b"}));
  EXPECT_TRUE(store.experiments("digits", {})->empty());
}

TEST_F(Experiments, ThatAreMissingSuggestNearNames) {
  Store store = open();
  begin(store, "digits");
  EXPECT_ERROR(store.experiment("digit"), not_found, "did you mean 'digits'?");
  EXPECT_ERROR(store.points("nothing-like-it"), not_found, "'ck ls experiment' lists them");
  EXPECT_ERROR(store.remove_experiment("digit"), not_found, "no experiment 'digit'");
}

TEST_F(Experiments, AreRemovedWithAllThatBelongsToThem) {
  Store store = open();
  const Point kept = begin(store, "kept");
  ASSERT_OK(store.add_repetition(kept, {key("t")}, repetition(1, {1})));
  const auto before = rows();
  const Point point = begin(store, "gone");
  Repetition with_output = repetition(1, {1, 2});
  with_output.outputs = {{"out", "out.txt", std::string(64, 'a'), 3, true}};
  ASSERT_OK(store.add_repetition(point, {key("t"), key("u")}, with_output));
  ASSERT_GT(rows(), before);
  ASSERT_OK(store.remove_experiment("gone"));
  EXPECT_EQ(rows(), before);
  EXPECT_ERROR(store.point(point.uid), not_found, point.uid);
  EXPECT_OK(store.point(kept.uid));
}

TEST_F(Experiments, KeepNamesWithAnyCharacters) {
  Store store = open();
  const std::string name = "it's \"quoted\"; DROP TABLE point; -- ä";
  begin(store, name);
  const auto summary = store.experiment(name);
  ASSERT_OK(summary);
  EXPECT_EQ(summary->name, name);
}

}  // namespace
}  // namespace ck::store
