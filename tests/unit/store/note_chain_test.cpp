/// The chain of notes and tags.

#include "store/note_chain.hpp"

#include <atomic>
#include <thread>

#include "store_fixture.hpp"

namespace ck::store {
namespace {

class NoteChainTest : public StoreTest {
 protected:
  static constexpr const char* kRepeatFirst =
      "DROP INDEX annotation_of_record; "
      "INSERT INTO annotation(experiment_id, point_uid, created_ns, author, kind, text, record) "
      "SELECT experiment_id, point_uid, created_ns, author, kind, text, record FROM annotation "
      "WHERE record = 1";

  void SetUp() override {
    Store store = open();
    for (const auto* name : {"a", "b"}) {
      const auto point = begin(store, name);
      ASSERT_OK(store.finish_point(point, PointState::ok, 9, "", ""));
    }
    auto archive = this->archive();
    using Kind = Annotation::Kind;
    ASSERT_OK(annotate(archive, "a", {{"", 10, "me", Kind::tag, "paper"}}));
    ASSERT_OK(annotate(archive, "b", {{"", 11, "me", Kind::note, "it was warm"}}));
    ASSERT_OK(annotate(archive, "a",
                       {{"", 12, "you", Kind::untag, "paper"}, {"", 13, "me", Kind::note, "x"}}));
  }

  Archive archive() const {
    auto archive = Archive::open(file(), home_ / "blobs");
    if (!archive) throw std::runtime_error(test::text_of(archive.error()));
    return std::move(*archive);
  }
  NoteReport verified() const {
    auto archive = this->archive();
    auto report = verify_notes(archive);
    EXPECT_OK(report);
    return std::move(*report);
  }
  NoteReport verified(const std::string& experiment) const {
    auto archive = this->archive();
    auto report = verify_notes(archive, *archive.head(experiment));
    EXPECT_OK(report);
    return std::move(*report);
  }
};

TEST_F(NoteChainTest, HoldsForWhatWasSaid) {
  const auto all = verified();
  EXPECT_EQ(all.notes, 4);
  EXPECT_EQ(all.unchained, 0);
  EXPECT_EQ(all.head.size(), 64U);
  EXPECT_FALSE(all.broken);
  EXPECT_EQ(verified("a").notes, 3);
  EXPECT_EQ(verified("b").notes, 1);
}

TEST_F(NoteChainTest, HoldsForWhatIsRemovedWithItsExperiment) {
  Store store = open();
  ASSERT_OK(store.remove_experiment("b"));
  const auto all = verified();
  EXPECT_EQ(all.notes, 4);
  EXPECT_EQ(all.removed, 1);
  EXPECT_FALSE(all.broken) << all.broken->reason;
  auto archive = this->archive();
  ASSERT_OK(annotate(archive, "a", {{"", 14, "me", Annotation::Kind::note, "later"}}));
  EXPECT_FALSE(verified().broken);
}

TEST_F(NoteChainTest, EveryChangeBreaksIt) {
  const std::string saved = test::read_text(file());
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"UPDATE annotation SET text = 'it was cold' WHERE record = 2", "does not say what was said"},
      {"UPDATE annotation SET author = 'you' WHERE record = 2", "does not say"},
      {"UPDATE annotation SET created_ns = 1 WHERE record = 2", "does not say"},
      {"UPDATE annotation SET kind = 'tag' WHERE record = 2", "does not say"},
      {"UPDATE annotation SET point_uid = 'f' WHERE record = 2", "does not say"},
      {"UPDATE annotation SET experiment_id = 1 WHERE record = 2", "does not say"},
      {"DELETE FROM annotation WHERE record = 2", "it is gone"},
      {"UPDATE annotation SET record = NULL WHERE record = 2", "it is gone"},
      {"UPDATE annotation_record SET content = x'00' WHERE number = 2", "does not follow"},
      {"DELETE FROM annotation_record WHERE number = 2", "one before it is missing"},
      {"DELETE FROM annotation_record WHERE number = 4", "a record no more"},
      {kRepeatFirst, "another one has its number"},
  };
  for (const auto& [sql, reason] : changes) {
    alter(sql);
    const auto report = verified();
    ASSERT_TRUE(report.broken) << sql;
    EXPECT_NE(report.broken->reason.find(reason), std::string::npos)
        << sql << ": " << report.broken->reason;
    fs::remove(home_ / "ck.sqlite-wal");
    fs::remove(home_ / "ck.sqlite-shm");
    test::write_text(file(), saved);
  }
}

TEST_F(NoteChainTest, AnExperimentIsToldOfItsOwn) {
  alter("UPDATE annotation SET text = 'it was cold' WHERE record = 2");
  EXPECT_FALSE(verified("a").broken);
  const auto report = verified("b");
  ASSERT_TRUE(report.broken);
  EXPECT_EQ(report.broken->number, 2);
  EXPECT_EQ(report.broken->experiment, "b");
  alter("DELETE FROM annotation WHERE record = 2");
  const auto gone = verified("b");
  ASSERT_TRUE(gone.broken);
  EXPECT_EQ(gone.broken->experiment, "b") << "it is still there, so it has a name";
}

TEST_F(NoteChainTest, ARepeatedNoteIsToldOfItsExperiment) {
  auto database = sys::Database::open(file());
  ASSERT_OK(database);
  EXPECT_ERROR(database->execute("UPDATE annotation SET record = 1 WHERE record = 3"), conflict,
               "UNIQUE");
  alter(kRepeatFirst);
  const auto report = verified("a");
  ASSERT_TRUE(report.broken);
  EXPECT_EQ(report.broken->number, 1);
  EXPECT_EQ(report.broken->reason, "another one has its number");
  EXPECT_FALSE(verified("b").broken);
}

TEST_F(NoteChainTest, RowsCountInTheOrderOfTheirRecords) {
  alter("UPDATE annotation SET id = 100 WHERE id = 1");
  auto archive = this->archive();
  EXPECT_EQ(archive.head("a")->tags.text(), "demo") << "the tag was taken back after it was given";
  const auto all = annotations(archive, "a");
  ASSERT_OK(all);
  EXPECT_EQ(all->front().kind, Annotation::Kind::tag);
}

TEST_F(NoteChainTest, WhatIsImportedSeveralTimesAtOnceIsThereOnce) {
  using Kind = Annotation::Kind;
  const std::vector<Annotation> said = {{"", 11, "me", Kind::note, "it was warm"},
                                        {"", 20, "me", Kind::note, "it was noisy"},
                                        {"ffff000000000000", 21, "me", Kind::note, "no such point"},
                                        {"", 22, "me", Kind::tag, "imported"}};
  std::vector<std::thread> imports;
  std::atomic<std::size_t> added = 0;
  for (int i = 0; i < 4; ++i) {
    imports.emplace_back([&] {
      auto archive = this->archive();
      const auto fresh = import_annotations(archive, "b", said);
      EXPECT_OK(fresh);
      if (fresh) added += *fresh;
    });
  }
  for (auto& one : imports) one.join();
  EXPECT_EQ(added.load(), 2U);
  auto archive = this->archive();
  EXPECT_EQ(annotations(archive, "b")->size(), 3U);
  EXPECT_FALSE(verified().broken);
}

TEST_F(NoteChainTest, WhatOlderVersionsWroteGetsItsRecordWhenTheArchiveIsOpened) {
  alter("DROP INDEX annotation_unrecorded");
  alter("DROP INDEX annotation_of_record");
  alter("DROP TABLE annotation_record");
  alter("ALTER TABLE annotation DROP COLUMN record");
  alter("PRAGMA user_version = 3");
  Store store = open();
  const auto report = verified();
  EXPECT_EQ(report.notes, 4);
  EXPECT_EQ(report.unchained, 0);
  EXPECT_FALSE(report.broken);
  auto archive = this->archive();
  EXPECT_EQ(annotations(archive, "b")->at(0).text, "it was warm");
}

}  // namespace
}  // namespace ck::store
