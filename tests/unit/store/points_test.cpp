#include <cmath>

#include "store_fixture.hpp"

namespace ck::store {
namespace {

using Points = StoreTest;

TEST_F(Points, ComeBackAsTheyWereWritten) {
  Store store = open();
  NewPoint wanted;
  wanted.experiment = "digits";
  wanted.tags = model::Tags({"demo", "digits"});
  wanted.subject = "program:image-classification";
  wanted.document = R"({"schema":"ck.record/1","request":"ck run"})";
  wanted.replay_of = "00112233aabbccdd";
  wanted.created_ns = 1'700'000'000'000'000'000;
  const auto begun = store.begin_point(wanted);
  ASSERT_OK(begun);
  EXPECT_EQ(begun->state, PointState::running);

  Repetition written;
  written.number = 1;
  written.started_ns = 11;
  written.wall_ns = 12;
  written.user_ns = 13;
  written.system_ns = 14;
  written.max_rss_bytes = 15;
  written.ok = true;
  written.ending = "exited with 0";
  written.detail = R"({"exit":0})";
  written.out_sha256 = std::string(64, 'a');
  written.err_sha256 = std::string(64, 'b');
  written.metrics = {0.96, -0.0};
  written.outputs = {{"predictions", "predictions.txt", std::string(64, 'c'), 2800, true}};
  ASSERT_OK(store.add_repetition(
      *begun, {{"top1", "fraction", "higher", "accuracy"}, key("latency", "s")}, written));
  ASSERT_OK(store.finish_point(*begun, PointState::ok, 99, "", ""));

  const auto point = store.point(begun->uid);
  ASSERT_OK(point);
  EXPECT_EQ(point->id, begun->id);
  EXPECT_EQ(point->uid, begun->uid);
  EXPECT_EQ(point->experiment, "digits");
  EXPECT_EQ(point->subject, wanted.subject);
  EXPECT_EQ(point->state, PointState::ok);
  EXPECT_EQ(point->created_ns, wanted.created_ns);
  EXPECT_EQ(point->ended_ns, 99);
  EXPECT_EQ(point->document, wanted.document);
  EXPECT_EQ(point->error, "");
  EXPECT_EQ(point->replay_of, wanted.replay_of);
  ASSERT_EQ(point->keys.size(), 2U);
  EXPECT_EQ(point->keys[0].name, "top1");
  EXPECT_EQ(point->keys[0].unit, "fraction");
  EXPECT_EQ(point->keys[0].direction, "higher");
  EXPECT_EQ(point->keys[0].role, "accuracy");
  ASSERT_EQ(point->repetitions.size(), 1U);
  const Repetition& read = point->repetitions.front();
  EXPECT_EQ(read.number, 1);
  EXPECT_EQ(read.started_ns, 11);
  EXPECT_EQ(read.wall_ns, 12);
  EXPECT_EQ(read.user_ns, 13);
  EXPECT_EQ(read.system_ns, 14);
  EXPECT_EQ(read.max_rss_bytes, 15U);
  EXPECT_TRUE(read.ok);
  EXPECT_EQ(read.ending, written.ending);
  EXPECT_EQ(read.detail, written.detail);
  EXPECT_EQ(read.out_sha256, written.out_sha256);
  EXPECT_EQ(read.err_sha256, written.err_sha256);
  ASSERT_EQ(read.metrics.size(), 2U);
  EXPECT_EQ(read.metrics[0], 0.96);
  EXPECT_TRUE(std::signbit(read.metrics[1]));
  ASSERT_EQ(read.outputs.size(), 1U);
  EXPECT_EQ(read.outputs[0].name, "predictions");
  EXPECT_EQ(read.outputs[0].path, "predictions.txt");
  EXPECT_EQ(read.outputs[0].sha256, std::string(64, 'c'));
  EXPECT_EQ(read.outputs[0].size_bytes, 2800U);
  EXPECT_TRUE(read.outputs[0].kept);
}

TEST_F(Points, KeepEachStateAndError) {
  Store store = open();
  for (const auto state : {PointState::ok, PointState::failed, PointState::interrupted}) {
    const Point begun = begin(store, "states");
    ASSERT_OK(store.finish_point(begun, state, 5, "", R"({"code":"x"})"));
    const auto point = store.point(begun.uid);
    ASSERT_OK(point);
    EXPECT_EQ(point->state, state) << name_of(state);
    EXPECT_EQ(point->error, R"({"code":"x"})");
  }
}

TEST_F(Points, GetAnotherDocumentAtTheEndOnlyWhenThereIsOne) {
  Store store = open();
  const Point kept = begin(store, "a");
  const Point replaced = begin(store, "a");
  ASSERT_OK(store.finish_point(kept, PointState::ok, 5, "", ""));
  ASSERT_OK(store.finish_point(replaced, PointState::ok, 5, "{}", ""));
  EXPECT_EQ(store.point(kept.uid)->document, kept.document);
  EXPECT_EQ(store.point(replaced.uid)->document, "{}");
}

TEST_F(Points, AreListedOldestFirst) {
  Store store = open();
  const Point late = begin(store, "a", 300);
  const Point early = begin(store, "a", 100);
  begin(store, "another", 50);
  const auto points = store.points("a");
  ASSERT_OK(points);
  ASSERT_EQ(points->size(), 2U);
  EXPECT_EQ(points->front().uid, early.uid);
  EXPECT_EQ(points->back().uid, late.uid);
}

TEST_F(Points, HoldALargeDocument) {
  Store store = open();
  std::string document;
  for (int i = 0; i < 200'000; ++i) document += std::to_string(i) + ",";
  const Point begun = begin(store, "a");
  ASSERT_OK(store.finish_point(begun, PointState::ok, 5, document, ""));
  EXPECT_EQ(store.point(begun.uid)->document, document);
}

TEST_F(Points, RefuseTheSameRepetitionTwice) {
  Store store = open();
  const Point point = begin(store, "a");
  ASSERT_OK(store.add_repetition(point, {key("t")}, repetition(1, {1})));
  EXPECT_ERROR(store.add_repetition(point, {key("t")}, repetition(1, {2})), conflict, "UNIQUE");
  EXPECT_EQ(store.point(point.uid)->repetitions.at(0).metrics.at(0), 1);
}

TEST_F(Points, AddNothingOfARepetitionWhoseOutputsBreakARule) {
  Store store = open();
  const Point point = begin(store, "a");
  Repetition broken = repetition(1, {1});
  broken.outputs = {{"twice", "a", "", 0, false}, {"twice", "b", "", 0, false}};
  EXPECT_ERROR(store.add_repetition(point, {key("t")}, broken), conflict, "UNIQUE");
  const auto read = store.point(point.uid);
  ASSERT_OK(read);
  EXPECT_TRUE(read->repetitions.empty());
  EXPECT_TRUE(read->keys.empty());
}

TEST_F(Points, ThatWereRemovedMeanwhileTakeNothingMore) {
  Store store = open();
  const Point gone = begin(store, "a");
  ASSERT_OK(store.remove_experiment("a"));
  // SQLite gives the number of the removed point to the next one.
  const Point other = begin(store, "b");
  ASSERT_EQ(other.id, gone.id);
  EXPECT_ERROR(store.add_repetition(gone, {key("t")}, repetition(1, {1})), not_found, gone.uid);
  EXPECT_ERROR(store.finish_point(gone, PointState::failed, 5, "{}", ""), not_found, gone.uid);
  const auto read = store.point(other.uid);
  ASSERT_OK(read);
  EXPECT_EQ(read->state, PointState::running);
  EXPECT_TRUE(read->repetitions.empty());
}

TEST_F(Points, AreNamedByTheStartOfTheirUid) {
  Store store = open();
  const Point point = begin(store, "a");
  const auto found = store.point(point.uid.substr(0, 6));
  ASSERT_OK(found);
  EXPECT_EQ(found->uid, point.uid);
}

TEST_F(Points, AreNotNamedByAnAmbiguousShortOrForeignUid) {
  Store store = open();
  begin(store, "a");
  begin(store, "a");
  alter("UPDATE point SET uid = 'abcd00000000000' || id");
  EXPECT_ERROR(store.point("abcd0"), conflict, "'abcd0' names more than one point");
  EXPECT_OK(store.point("abcd000000000001"));
  EXPECT_ERROR(store.point("abc"), usage, "at least 4 hex digits");
  EXPECT_ERROR(store.point(""), usage, "at least 4 hex digits");
  EXPECT_ERROR(store.point("%%%%"), usage, "'%%%%' does not name a point");
  EXPECT_ERROR(store.point("ABCD0"), usage, "'ABCD0' does not name a point");
  EXPECT_ERROR(store.point("ffff"), not_found, "no point 'ffff'");
  EXPECT_ERROR(store.point("abcd000000000001f"), not_found, "no point");
}

TEST_F(Points, SayWhichOneHasADamagedDocument) {
  Store store = open();
  const Point point = begin(store, "a");
  alter("UPDATE point SET document = x'00112233'");
  EXPECT_ERROR(store.point(point.uid), invalid, "document of point " + point.uid);
}

using Metrics = StoreTest;

TEST_F(Metrics, OfAGrowingDictionaryLeaveOldVectorsReadable) {
  Store store = open();
  const Point old_point = begin(store, "a", 1);
  ASSERT_OK(store.add_repetition(old_point, {key("t")}, repetition(1, {1.5})));
  const Point new_point = begin(store, "a", 2);
  // Another order, and one that the experiment does not know yet.
  ASSERT_OK(store.add_repetition(new_point, {key("memory", "bytes"), key("t")},
                                 repetition(1, {4096, 2.5})));
  const auto points = store.points("a");
  ASSERT_OK(points);
  const auto& keys = points->front().keys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].name, "t");
  EXPECT_EQ(keys[1].name, "memory");
  const auto& old_metrics = points->front().repetitions.at(0).metrics;
  ASSERT_EQ(old_metrics.size(), 2U);
  EXPECT_EQ(old_metrics[0], 1.5);
  EXPECT_TRUE(std::isnan(old_metrics[1]));
  EXPECT_EQ(points->back().repetitions.at(0).metrics, (std::vector<double>{2.5, 4096}));
}

TEST_F(Metrics, OfAnotherUnitAreAnotherKey) {
  Store store = open();
  const Point point = begin(store, "a");
  ASSERT_OK(store.add_repetition(point, {key("t", "ms")}, repetition(1, {1})));
  ASSERT_OK(store.add_repetition(point, {key("t", "ns")}, repetition(2, {1e6})));
  const auto read = store.point(point.uid);
  ASSERT_OK(read);
  ASSERT_EQ(read->keys.size(), 2U);
  EXPECT_EQ(read->keys[0].unit, "ms");
  EXPECT_EQ(read->keys[1].unit, "ns");
  EXPECT_TRUE(std::isnan(read->repetitions.at(1).metrics.at(0)));
  EXPECT_EQ(read->repetitions.at(1).metrics.at(1), 1e6);
}

TEST_F(Metrics, ThatWereNotMeasuredAreNaN) {
  Store store = open();
  const Point point = begin(store, "a");
  ASSERT_OK(store.add_repetition(point, {key("x"), key("y"), key("z")}, repetition(1, {kNaN, 2})));
  const auto read = store.point(point.uid);
  ASSERT_OK(read);
  const auto& metrics = read->repetitions.at(0).metrics;
  ASSERT_EQ(metrics.size(), 3U);
  EXPECT_TRUE(std::isnan(metrics[0]));
  EXPECT_EQ(metrics[1], 2);
  EXPECT_TRUE(std::isnan(metrics[2]));
}

TEST_F(Metrics, HaveADictionaryPerExperiment) {
  Store store = open();
  const Point a = begin(store, "a");
  const Point b = begin(store, "b");
  ASSERT_OK(store.add_repetition(a, {key("x"), key("y")}, repetition(1, {1, 2})));
  ASSERT_OK(store.add_repetition(b, {key("y")}, repetition(1, {3})));
  EXPECT_EQ(store.point(b.uid)->repetitions.at(0).metrics, std::vector<double>{3});
}

}  // namespace
}  // namespace ck::store
