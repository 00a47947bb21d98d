/// What verification tells of the columns that queries read, and making them again.

#include "store/chain.hpp"
#include "store_fixture.hpp"

namespace ck::store {
namespace {

class ColumnCheckTest : public StoreTest {
 protected:
  static constexpr const char* kUid = "00000000000000aa";

  Archive archive() const {
    auto archive = Archive::open(file(), home_ / "blobs");
    if (!archive) throw std::runtime_error(test::text_of(archive.error()));
    return std::move(*archive);
  }

  static void import_points(Store& store, int from, int to) {
    ASSERT_OK(store.import_experiment({kUid, "big", {}, 1, 1, 0, {}}));
    std::vector<ImportedPoint> points;
    for (int i = from; i < to; ++i) {
      ImportedPoint imported;
      imported.point.uid = "0123456789" + std::to_string(100'000 + i);
      imported.point.subject = "program:x";
      imported.point.state = PointState::ok;
      imported.point.document = R"({"plan":{"parameters":{"n":")" + std::to_string(i) +
                                R"(","model":"m)" + std::to_string(i % 3) + R"("}}})";
      imported.point.keys = {key("t"), key("u")};
      imported.point.repetitions = {repetition(1, {i * 0.5, 7})};
      points.push_back(std::move(imported));
    }
    ASSERT_OK(store.import_points(kUid, points));
  }

  ColumnReport verified() const {
    auto archive = this->archive();
    const auto all = verify_chain(archive);
    EXPECT_OK(all);
    EXPECT_FALSE(all->broken) << all->broken->reason;
    const auto one = verify_chain(archive, *archive.head("big"));
    EXPECT_OK(one);
    EXPECT_EQ(one->columns.differing, all->columns.differing);
    EXPECT_EQ(one->columns.strangers, all->columns.strangers);
    return all->columns;
  }

  void expect_told(const std::string& sql, const std::string& reason) const {
    alter(sql);
    const auto report = verified();
    EXPECT_FALSE(report.good()) << sql;
    EXPECT_EQ(report.experiment, "big") << sql;
    EXPECT_NE(report.reason.find(reason), std::string::npos) << sql << ": " << report.reason;
    auto archive = this->archive();
    EXPECT_OK(rebuild_columns(archive, *archive.head("big")));
    EXPECT_TRUE(verified().good()) << "they were made again after " << sql;
  }
};

TEST_F(ColumnCheckTest, SoundColumnsAreWhatThePointsSay) {
  Store store = open();
  import_points(store, 0, 2060);
  const auto report = verified();
  EXPECT_TRUE(report.good()) << report.reason;
  EXPECT_EQ(report.points, 2060);
}

TEST_F(ColumnCheckTest, WhatSaysSomethingElseIsToldAndMadeAgain) {
  Store store = open();
  import_points(store, 0, 5);
  expect_told("UPDATE summary SET medians = x'000000000000F03F0000000000001C40' WHERE point_id = 2",
              "'t'");
  expect_told("UPDATE summary SET medians = x'' WHERE point_id = 2", "'t'");
  expect_told("UPDATE summary SET facts = x'' WHERE point_id = 3", "'subject'");
  expect_told("UPDATE fact_text SET text = 'm9' WHERE text = 'm1'", "'param.model'");
  expect_told("UPDATE fact_name SET name = 'param.other' WHERE name = 'param.model'",
              "no column 'param.model'");
  expect_told("DELETE FROM summary WHERE point_id = 4", "no row among the columns");
}

TEST_F(ColumnCheckTest, SoAreGroupsOfColumns) {
  Store store = open();
  import_points(store, 0, 2060);
  const std::string group = "WHERE kind = 1 AND position = 0 AND number = 0";
  expect_told("UPDATE column_group SET cells = zeroblob(length(cells)) " + group, "'t'");
  expect_told("UPDATE column_group SET cells = zeroblob(8) " + group, "'t'");
  expect_told("UPDATE column_group SET cells = zeroblob(80) " + group, "wrong length");
  expect_told("DELETE FROM column_group " + group, "'t'");
  expect_told("DELETE FROM column_group WHERE kind = 0 AND number = 0", "no row among the columns");
  // A column of equal cells is one.
  expect_told(
      "UPDATE column_group SET cells = x'0000000000001840' "
      "WHERE kind = 1 AND position = 1 AND number = 0",
      "'u'");
  expect_told(
      "INSERT INTO column_group SELECT experiment_id, kind, position, 9, cells "
      "FROM column_group WHERE number = 0",
      "rows of no point");
}

TEST_F(ColumnCheckTest, AGroupWithTheWrongNumberIsToldAndMadeAgain) {
  Store store = open();
  import_points(store, 0, 2060);
  expect_told("UPDATE column_group SET number = number + 1", "wrong number");
}

TEST_F(ColumnCheckTest, PointsThatWereRemovedAndImportedAgainAreSound) {
  Store store = open();
  import_points(store, 0, 3);
  ASSERT_OK(store.remove_experiment("big"));
  import_points(store, 0, 3);
  const auto report = verified();
  EXPECT_TRUE(report.good()) << report.reason;
  EXPECT_EQ(report.points, 3);
  EXPECT_EQ(report.strangers, 0);
  auto archive = this->archive();
  const auto chain = verify_chain(archive);
  ASSERT_OK(chain);
  EXPECT_EQ(chain->records, 6);
  EXPECT_EQ(chain->removed, 3);
  const auto one = verify_chain(archive, *archive.head("big"));
  ASSERT_OK(one);
  EXPECT_FALSE(one->broken) << one->broken->reason;
  EXPECT_EQ(one->records, 3);
}

TEST_F(ColumnCheckTest, APointThatLostItsRecordIsTold) {
  Store store = open();
  import_points(store, 0, 3);
  alter("UPDATE point SET record = NULL WHERE id = 2; DELETE FROM summary WHERE point_id = 2");
  { Store again = open(); }
  auto archive = this->archive();
  EXPECT_TRUE(verify_chain(archive)->broken);
  const auto one = verify_chain(archive, *archive.head("big"));
  ASSERT_OK(one);
  ASSERT_TRUE(one->broken);
  EXPECT_EQ(one->broken->number, 2);
  EXPECT_EQ(one->broken->reason, "its point has another record");
}

TEST_F(ColumnCheckTest, ARowThatStrayedToAnotherExperimentIsMadeAgain) {
  Store store = open();
  import_points(store, 0, 2);
  const auto other = begin(store, "other");
  ASSERT_OK(store.finish_point(other, PointState::ok, 9, "", ""));
  alter("UPDATE summary SET experiment_id = 2 WHERE point_id = 1");
  auto archive = this->archive();
  EXPECT_EQ(verify_chain(archive, *archive.head("big"))->columns.differing, 1);
  EXPECT_EQ(verify_chain(archive, *archive.head("other"))->columns.strangers, 1);
  ASSERT_OK(rebuild_columns(archive, *archive.head("big")));
  EXPECT_TRUE(verified().good());
}

TEST_F(ColumnCheckTest, CountsWhatDiffersAndNamesTheFirst) {
  Store store = open();
  import_points(store, 0, 5);
  alter("UPDATE summary SET medians = x'' WHERE point_id > 2");
  const auto report = verified();
  EXPECT_EQ(report.points, 5);
  EXPECT_EQ(report.differing, 3);
  EXPECT_EQ(report.strangers, 0);
  EXPECT_EQ(report.point, "0123456789100002");
}

TEST_F(ColumnCheckTest, ADamagedPointLeavesTheColumnsAsTheyWere) {
  Store store = open();
  import_points(store, 0, 3);
  alter("UPDATE point SET document = x'00' WHERE id = 2");
  auto archive = this->archive();
  EXPECT_ERROR(rebuild_columns(archive, *archive.head("big")), invalid, "document of point");
  auto count = archive.database().prepare("SELECT COUNT(*) FROM summary");
  ASSERT_OK(count);
  ASSERT_OK(count->step());
  EXPECT_EQ(count->integer(0), 3);
}

}  // namespace
}  // namespace ck::store
