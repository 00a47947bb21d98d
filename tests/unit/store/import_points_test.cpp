#include <cmath>

#include "store/chain.hpp"
#include "store_fixture.hpp"

namespace ck::store {
namespace {

class ImportPoints : public StoreTest {
 protected:
  static ExperimentSummary experiment(const std::string& name, const std::string& uid) {
    ExperimentSummary summary;
    summary.uid = uid;
    summary.name = name;
    summary.tags = model::Tags({"old", "demo"});
    summary.created_ns = 77;
    return summary;
  }

  static ImportedPoint point(const std::string& uid, const std::string& other_uid,
                             std::vector<MetricKey> keys, std::vector<double> metrics) {
    ImportedPoint imported;
    imported.other_uid = other_uid;
    imported.point.uid = uid;
    imported.point.subject = "program:susan";
    imported.point.state = PointState::ok;
    imported.point.created_ns = 77;
    imported.point.document = R"({"schema":"ck.record/1"})";
    imported.point.keys = std::move(keys);
    imported.point.repetitions = {repetition(1, std::move(metrics))};
    return imported;
  }

  static constexpr const char* kUid = "1111222233334444";
  static constexpr const char* kOther = "5555666677778888";
};

TEST_F(ImportPoints, KeepTheHashThatSomebodyMayHaveSigned) {
  auto store = open();
  EXPECT_EQ(*store.import_experiment(experiment("speed", kUid)), "speed");
  auto old = point("aaaa", "a2", {key("time", "s")}, {1.5});
  old.point.content = content_hash(old.point, kUid, HashRule::first);
  auto young = point("bbbb", "b2", {key("time", "s")}, {2.5});
  young.point.content = content_hash(young.point, kUid);
  ASSERT_OK(store.import_points(kUid, {old, young}));
  const auto points = store.points("speed");
  ASSERT_OK(points);
  ASSERT_EQ(points->size(), 2U);
  EXPECT_EQ(points->at(0).content, old.point.content);
  EXPECT_EQ(points->at(1).content, young.point.content);
}

TEST_F(ImportPoints, AreReadLikeOnesOfOurs) {
  auto store = open();
  EXPECT_EQ(*store.import_experiment(experiment("speed", kUid)), "speed");
  const auto added =
      store.import_points(kUid, {point("aaaa", "a2", {key("time", "s"), key("size")}, {1.5, 7}),
                                 point("bbbb", "b2", {key("size"), key("count", "")}, {8, 3})});
  ASSERT_OK(added);
  EXPECT_EQ(*added, 2U);

  const auto summary = store.experiment(kUid);
  ASSERT_OK(summary);
  EXPECT_EQ(summary->name, "speed");
  EXPECT_EQ(summary->tags.text(), "demo,old");
  EXPECT_EQ(summary->created_ns, 77);
  EXPECT_EQ(*store.point_uids(kUid), (std::vector<std::string>{"aaaa", "bbbb"}));
  const auto points = store.points("speed");
  ASSERT_OK(points);
  ASSERT_EQ(points->size(), 2U);
  const auto& second = points->at(1);
  EXPECT_EQ(second.state, PointState::ok);
  ASSERT_EQ(second.keys.size(), 3U);
  EXPECT_EQ(second.keys[2].name, "count");
  ASSERT_EQ(second.repetitions.size(), 1U);
  EXPECT_TRUE(std::isnan(second.repetitions[0].metrics[0]));
  EXPECT_EQ(second.repetitions[0].metrics[1], 8);
  EXPECT_EQ(second.repetitions[0].metrics[2], 3);
}

TEST_F(ImportPoints, AgainChangesNothing) {
  auto store = open();
  ASSERT_OK(store.import_experiment(experiment("speed", kUid)));
  ASSERT_OK(store.import_points(kUid, {point("aaaa", "a2", {key("n")}, {1})}));
  auto renamed = experiment("another", kUid);
  renamed.tags = model::Tags({"new"});
  EXPECT_EQ(*store.import_experiment(renamed), "speed");
  EXPECT_EQ(*store.import_points(kUid, {point("aaaa", "a2", {key("n")}, {2})}), 0U);
  EXPECT_EQ(store.experiment("speed")->tags.text(), "demo,old");
  EXPECT_EQ(store.points("speed")->at(0).repetitions[0].metrics[0], 1);
}

TEST_F(ImportPoints, ACopyInAnotherExperimentGetsItsOtherUid) {
  auto store = open();
  ASSERT_OK(store.import_experiment(experiment("speed", kUid)));
  ASSERT_OK(store.import_experiment(experiment("copy", kOther)));
  ASSERT_OK(store.import_points(kUid, {point("aaaa", "a2", {}, {})}));
  EXPECT_EQ(*store.import_points(kOther, {point("aaaa", "a3", {}, {})}), 1U);
  EXPECT_EQ(*store.import_points(kOther, {point("aaaa", "a3", {}, {})}), 0U);
  EXPECT_EQ(*store.point_uids(kOther), std::vector<std::string>{"a3"});
  // Another taken one too: nothing is overwritten, nothing added by halves.
  EXPECT_ERROR(store.import_points(kUid, {point("cccc", "c2", {}, {}), point("a3", "a3", {}, {})}),
               conflict, "other experiments have points");
  EXPECT_EQ(store.point_uids(kUid)->size(), 1U);
}

TEST_F(ImportPoints, ANameThatIsTakenIsReplacedByTheUid) {
  auto store = open();
  begin(store, "speed");
  EXPECT_EQ(*store.import_experiment(experiment("speed", kUid)), kUid);
  EXPECT_EQ(*store.import_experiment(experiment("speed", kUid)), kUid);
}

TEST_F(ImportPoints, NeedTheirExperiment) {
  auto store = open();
  EXPECT_ERROR(store.import_points(kUid, {}), not_found, kUid);
  EXPECT_TRUE(store.point_uids(kUid)->empty());
}

TEST_F(ImportPoints, PointsOfOursMayFollow) {
  auto store = open();
  ASSERT_OK(store.import_experiment(experiment("speed", kUid)));
  ASSERT_OK(store.import_points(kUid, {point("aaaa", "a2", {key("n")}, {1})}));
  const auto ours = begin(store, "speed");
  ASSERT_OK(store.add_repetition(ours, {key("m"), key("n")}, repetition(1, {5, 6})));
  const auto points = store.points("speed");
  ASSERT_OK(points);
  EXPECT_EQ(points->size(), 2U);
  EXPECT_EQ(store.point(ours.uid)->repetitions[0].metrics, (std::vector<double>{6, 5}));
}

}  // namespace
}  // namespace ck::store
