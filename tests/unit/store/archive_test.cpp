/// Columns, tags and notes, search, and the chain of records.

#include "store/archive.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "store/annotations.hpp"
#include "store/chain.hpp"
#include "store/columns.hpp"
#include "store_fixture.hpp"

namespace ck::store {
namespace {

class ArchiveTest : public StoreTest {
 protected:
  Archive archive() const {
    auto archive = Archive::open(file(), home_ / "blobs");
    if (!archive) throw std::runtime_error(test::text_of(archive.error()));
    return std::move(*archive);
  }

  /// An ended point with one execution for each value of "t".
  static std::string add(Store& store, const std::string& experiment, std::vector<double> values,
                         const std::string& document = R"({"schema":"ck.record/1"})") {
    NewPoint wanted;
    wanted.experiment = experiment;
    wanted.subject = "program:hello";
    wanted.document = document;
    wanted.created_ns = 5'000'000'000;
    const auto point = store.begin_point(wanted);
    EXPECT_OK(point);
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_OK(store.add_repetition(*point, {key("t")},
                                     repetition(static_cast<int>(i) + 1, {values[i]})));
    }
    EXPECT_OK(store.finish_point(*point, PointState::ok, 7'000'000'000, "", ""));
    return point->uid;
  }

  /// The values of a metric or fact of all points, "-" where there are none.
  static std::vector<std::string> values(Archive& archive, const std::string& experiment,
                                         const std::string& name) {
    const auto head = archive.head(experiment);
    EXPECT_OK(head);
    const auto fields = read_fields(archive, *head);
    EXPECT_OK(fields);
    ColumnName column{ColumnKind::fact, 0};
    for (std::size_t i = 0; i < fields->metrics.size(); ++i) {
      if (fields->metrics[i].name == name) column = {ColumnKind::median, i};
    }
    for (std::size_t i = 0; i < fields->facts.size(); ++i) {
      if (fields->facts[i] == name) column = {ColumnKind::fact, i};
    }
    const auto columns = read_columns(archive, *head, {column});
    EXPECT_OK(columns);
    const auto texts = read_texts(archive, columns->columns.at(0));
    EXPECT_OK(texts);
    std::vector<std::string> all;
    for (const auto cell : columns->columns.at(0)) {
      if (is_text(cell)) {
        all.push_back(texts->at(text_id(cell)));
      } else {
        all.push_back(cell == kNothing ? "-" : std::to_string(number_of(cell)).substr(0, 4));
      }
    }
    return all;
  }
};

using Strings = std::vector<std::string>;

TEST_F(ArchiveTest, ColumnsHoldMediansAndFacts) {
  Store store = open();
  add(store, "a", {3, 1, 2});
  add(store, "a", {4, 1}, R"({"plan":{"parameters":{"batch":"8","model":"x","size":"3.10"}},
      "host":{"cpu_model":"Z","logical_cpus":2,"cpu_flags":["avx"]},
      "lock":{"environments":[{"environment":{"component":{"name":"gcc"},"version":"12.2"}}],
              "repositories":[{"name":"core","commit":"abc"}]}})");
  add(store, "a", {}, "{ broken");
  auto archive = this->archive();
  EXPECT_EQ(values(archive, "a", "t"), (Strings{"2.00", "2.50", "-"}));
  EXPECT_EQ(values(archive, "a", "param.batch"), (Strings{"-", "8.00", "-"}));
  EXPECT_EQ(values(archive, "a", "param.size"), (Strings{"-", "3.10", "-"}));
  EXPECT_EQ(values(archive, "a", "param.model"), (Strings{"-", "x", "-"}));
  EXPECT_EQ(values(archive, "a", "host.logical_cpus"), (Strings{"-", "2.00", "-"}));
  EXPECT_EQ(values(archive, "a", "version.gcc"), (Strings{"-", "12.2", "-"}));
  EXPECT_EQ(values(archive, "a", "commit.core"), (Strings{"-", "abc", "-"}));
  EXPECT_EQ(values(archive, "a", "state"), (Strings{"ok", "ok", "ok"}));
  EXPECT_EQ(values(archive, "a", "created"), (Strings{"5.00", "5.00", "5.00"}));
  EXPECT_EQ(values(archive, "a", "duration"), (Strings{"2.00", "2.00", "2.00"}));
  EXPECT_EQ(values(archive, "a", "repetitions"), (Strings{"3.00", "2.00", "0.00"}));
}

TEST_F(ArchiveTest, RowsBecomeGroupsOfColumnsWithoutChangingWhatIsRead) {
  Store store = open();
  const auto name = store.import_experiment({"00000000000000aa", "big", {}, 1, 1, 0, {}});
  ASSERT_OK(name);
  std::vector<ImportedPoint> points;
  for (int i = 0; i < 5000; ++i) {
    ImportedPoint imported;
    imported.point.uid = "0123456789" + std::to_string(100'000 + i);
    imported.point.state = PointState::ok;
    imported.point.document = R"({"plan":{"parameters":{"n":")" + std::to_string(i) + R"("}}})";
    imported.point.keys = {key("t")};
    if (i >= 3000) imported.point.keys.push_back(key("late"));
    imported.point.repetitions = {repetition(1, {i * 0.5, 9})};
    imported.point.repetitions[0].metrics.resize(imported.point.keys.size());
    points.push_back(std::move(imported));
  }
  ASSERT_OK(store.import_points("00000000000000aa", points));
  auto archive = this->archive();
  const auto head = archive.head("big");
  ASSERT_OK(head);
  const auto columns = read_columns(
      archive, *head, {{ColumnKind::median, 0}, {ColumnKind::median, 1}, {ColumnKind::median, 77}});
  ASSERT_OK(columns);
  ASSERT_EQ(columns->rows.size(), 5000U);
  for (std::size_t i = 0; i < 5000; ++i) {
    ASSERT_EQ(number_of(columns->columns[0][i]), static_cast<double>(i) * 0.5);
    ASSERT_EQ(columns->columns[1][i] == kNothing, i < 3000) << i;
    ASSERT_EQ(columns->columns[2][i], kNothing);
  }
  auto query = archive.database().prepare("SELECT COUNT(*) FROM summary");
  ASSERT_OK(query);
  EXPECT_OK(query->step());
  EXPECT_EQ(query->integer(0), 5000 % 2048);
  const auto report = verify_chain(archive);
  ASSERT_OK(report);
  EXPECT_EQ(report->records, 5000);
  EXPECT_FALSE(report->broken);
}

TEST_F(ArchiveTest, WhatIsReadAtOneMomentStaysWhenColumnsAreMadeAgain) {
  Store store = open();
  const auto first = begin(store, "a");
  const auto second = begin(store, "a");
  // The second ends first, so that its fact has the first place until columns are made again.
  ASSERT_OK(
      store.finish_point(second, PointState::ok, 9, R"({"plan":{"parameters":{"b":2}}})", ""));
  ASSERT_OK(store.finish_point(first, PointState::ok, 9, R"({"plan":{"parameters":{"a":1}}})", ""));
  auto archive = this->archive();
  auto other = this->archive();
  const auto head = archive.head("a");
  ASSERT_OK(head);
  const auto columns = at_one_moment(archive, [&]() -> Result<Columns> {
    CK_TRY(fields, read_fields(archive, *head));
    CK_CHECK(rebuild_columns(other, *head));
    CK_TRY(later, read_fields(other, *head));
    EXPECT_NE(fields.facts, later.facts);
    const auto b = std::ranges::find(fields.facts, "param.b") - fields.facts.begin();
    return read_columns(archive, *head, {{ColumnKind::fact, static_cast<std::size_t>(b)}});
  });
  ASSERT_OK(columns);
  EXPECT_EQ(columns->columns.at(0), (std::vector<Cell>{kNothing, number_cell(2)}));
  EXPECT_EQ(values(archive, "a", "param.b"), (Strings{"-", "2.00"}));
}

TEST_F(ArchiveTest, DocumentsThatResembleEachOtherTakeLittleRoom) {
  Store store = open();
  std::string text = R"({"schema":"ck.record/1","n":)";
  std::string rest;
  for (int i = 0; i < 500; ++i)
    rest += ",\"key" + std::to_string(i * 7919) + "\":" + std::to_string(i * 31337);
  std::vector<std::string> uids;
  for (int i = 0; i < 20; ++i)
    uids.push_back(add(store, "a", {1}, text + std::to_string(i) + rest + "}"));
  const std::string other(3000, 'x');
  const auto odd = add(store, "a", {1}, other);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(store.point(uids[static_cast<std::size_t>(i)])->document,
              text + std::to_string(i) + rest + "}");
  EXPECT_EQ(store.point(odd)->document, other);
  auto archive = this->archive();
  auto query = archive.database().prepare(
      "SELECT MAX(length(document)), (SELECT COUNT(*) FROM base_document) FROM point");
  ASSERT_OK(query);
  EXPECT_OK(query->step());
  EXPECT_LT(query->integer(0), 100);
  EXPECT_LE(query->integer(1), 2);
}

TEST_F(ArchiveTest, ADocumentWithoutItsBaseIsTold) {
  Store store = open();
  const auto uid = add(store, "a", {1});
  alter("DELETE FROM base_document");
  EXPECT_ERROR(store.point(uid), invalid, "base document is gone");
}

TEST_F(ArchiveTest, TagsAndNotesAreAddedAndTakenBackAsNewRows) {
  Store store = open();
  const auto uid = add(store, "a", {1});
  auto archive = this->archive();
  using Kind = Annotation::Kind;
  ASSERT_OK(annotate(archive, "a",
                     {{"", 10, "me", Kind::tag, "paper"},
                      {"", 11, "me", Kind::tag, "draft"},
                      {uid, 12, "me", Kind::note, "fan at full speed"}}));
  ASSERT_OK(annotate(archive, "a", {{"", 13, "you", Kind::untag, "draft"}}));
  EXPECT_EQ(archive.head("a")->tags.text(), "paper");
  EXPECT_EQ(store.experiment("a")->tags.text(), "paper");
  EXPECT_EQ(store.experiments("", model::TagQuery::parse("draft"))->size(), 0U);
  const auto all = annotations(archive, "a");
  ASSERT_OK(all);
  ASSERT_EQ(all->size(), 4U);
  EXPECT_EQ(all->at(2).point, uid);
  EXPECT_EQ(all->at(3).kind, Kind::untag);
  EXPECT_EQ(all->at(3).author, "you");
}

TEST_F(ArchiveTest, AnnotationsOfNothingAreRefusedWhole) {
  Store store = open();
  add(store, "a", {1});
  auto archive = this->archive();
  using Kind = Annotation::Kind;
  EXPECT_ERROR(annotate(archive, "b", {{"", 10, "me", Kind::tag, "x"}}), not_found, "'b'");
  EXPECT_ERROR(
      annotate(archive, "a", {{"", 10, "me", Kind::tag, "x"}, {"ffff", 10, "me", Kind::note, "y"}}),
      not_found, "no point 'ffff'");
  EXPECT_ERROR(annotate(archive, "a", {{"", 10, "me", Kind::note, "  "}}), usage, "empty note");
  EXPECT_EQ(annotations(archive, "a")->size(), 0U);
}

TEST_F(ArchiveTest, WordsAreFoundInNamesTagsNotesErrorsAndLogs) {
  Store store = open();
  const auto log = store.blobs().put("loading tensorflow-lite 2.1 now\n");
  ASSERT_OK(log);
  const Point point = begin(store, "first-experiment");
  auto run = repetition(1, {1});
  run.out_sha256 = *log;
  ASSERT_OK(store.add_repetition(point, {key("t")}, run));
  ASSERT_OK(store.finish_point(point, PointState::failed, 9, "",
                               R"({"code":"program_failed","message":"it fell over"})"));
  auto archive = this->archive();
  ASSERT_OK(annotate(archive, "first-experiment",
                     {{point.uid, 1, "me", Annotation::Kind::note, "fan at full speed"}}));
  const auto sources = [&](const std::string& words) {
    const auto found = search_words(archive, words, 10);
    EXPECT_OK(found);
    std::string all;
    for (const auto& one : *found) all += one.source + (one.point.empty() ? "" : "!") + " ";
    return all;
  };
  EXPECT_EQ(sources("tensorflow-lite"), "stdout! ");
  EXPECT_EQ(sources("tensorflow"), "") << "a word is whole";
  EXPECT_EQ(sources("tensor*"), "stdout! ");
  EXPECT_EQ(sources("FELL over"), "error! ");
  EXPECT_EQ(sources("\"full speed\""), "note! ");
  EXPECT_EQ(sources("\"speed full\""), "");
  EXPECT_EQ(sources("first-experiment"), "name ");
  EXPECT_EQ(sources("demo"), "tag ");
  EXPECT_EQ(sources("NOT OR AND ( ) ^ {body}: -"), "") << "no operators";
  EXPECT_EQ(sources("a\"b*\"c"), "");
  EXPECT_ERROR(search_words(archive, " \"\" ", 10), usage, "no word");
  ASSERT_OK(store.remove_experiment("first-experiment"));
  EXPECT_EQ(sources("speed"), "");
}

TEST_F(ArchiveTest, TheChainHoldsForWhatWasRecordedAndRemovedOnPurpose) {
  Store store = open();
  add(store, "a", {1, 2});
  add(store, "b", {3});
  add(store, "a", {});
  auto archive = this->archive();
  auto report = verify_chain(archive);
  ASSERT_OK(report);
  EXPECT_EQ(report->records, 3);
  EXPECT_FALSE(report->broken);
  EXPECT_EQ(report->head.size(), 64U);
  ASSERT_OK(store.remove_experiment("b"));
  // Another point gets the row of the removed one.
  add(store, "c", {4});
  report = verify_chain(archive);
  ASSERT_OK(report);
  EXPECT_EQ(report->records, 4);
  EXPECT_EQ(report->removed, 1);
  EXPECT_FALSE(report->broken);
  const auto one = verify_chain(archive, *archive.head("a"));
  ASSERT_OK(one);
  EXPECT_EQ(one->records, 2);
  EXPECT_FALSE(one->broken);
}

TEST_F(ArchiveTest, EveryChangeBreaksTheChainAtItsRecord) {
  const Strings changes = {
      "UPDATE point SET subject = 'program:other' WHERE record = 2",
      "UPDATE point SET state = 'failed' WHERE record = 2",
      "UPDATE point SET created_ns = 1 WHERE record = 2",
      "UPDATE point SET error = 'x' WHERE record = 2",
      "UPDATE repetition SET metrics = x'0000000000000840' WHERE point_id = 2",
      "UPDATE repetition SET wall_ns = 1 WHERE point_id = 2",
      "UPDATE repetition SET out_sha256 = 'a' WHERE point_id = 2",
      "UPDATE metric SET unit = 'ms'",
      "UPDATE metric SET direction = 'other'",
      "UPDATE metric SET role = 'other'",
      "INSERT INTO output VALUES (2, 1, 'o', 'p', 's', 1, 0)",
      "DELETE FROM repetition WHERE point_id = 2",
      "DELETE FROM point WHERE record = 2",
      "DELETE FROM record WHERE number = 2",
      "UPDATE record SET content = x'00' WHERE number = 2",
      "UPDATE record SET chained = x'00' WHERE number = 2",
      "UPDATE point SET record = 3 WHERE record = 2",
      "UPDATE experiment SET uid = '0000000000000000'",
  };
  for (const auto& change : changes) {
    std::error_code ignored;
    for (const auto* name : {"ck.sqlite", "ck.sqlite-wal", "ck.sqlite-shm"})
      fs::remove(home_ / name, ignored);
    Store store = open();
    for (int i = 0; i < 3; ++i) add(store, "a", {1.0 + i, 2});
    alter(change);
    auto archive = this->archive();
    const auto report = verify_chain(archive);
    ASSERT_OK(report);
    ASSERT_TRUE(report->broken) << change;
    EXPECT_LE(report->broken->number, 3) << change;
    const bool at_first =
        change.starts_with("UPDATE metric") || change.starts_with("UPDATE experiment");
    EXPECT_GE(report->broken->number, at_first ? 1 : 2) << change;
    EXPECT_FALSE(report->broken->reason.empty());
  }
}

TEST_F(ArchiveTest, RecordsWithHashesOfTheFirstRuleHold) {
  Store store = open();
  add(store, "a", {1.0});
  auto archive = this->archive();
  const auto head = archive.head("a");
  ASSERT_OK(head);
  const auto points = store.points("a");
  ASSERT_OK(points);
  const std::string old = content_hash(points->at(0), head->uid, HashRule::first);
  EXPECT_NE(old, content_hash(points->at(0), head->uid));
  std::string bytes;
  for (std::size_t i = 0; i < old.size(); i += 2)
    bytes += static_cast<char>(std::stoi(old.substr(i, 2), nullptr, 16));
  alter("UPDATE record SET content = x'" + old + "', chained = x'" + sha256_hex(bytes) + "'");
  const auto report = verify_chain(archive);
  ASSERT_OK(report);
  EXPECT_FALSE(report->broken) << report->broken->reason;
}

TEST_F(ArchiveTest, PointsOfAnOlderVersionAreSummedUpAndChainedWhenTheStoreIsOpened) {
  fs::copy_file(fs::path(CK_SOURCE_DIR) / "tests/store/v1.sqlite", file());
  Store store = open();
  auto archive = this->archive();
  const auto report = verify_chain(archive);
  ASSERT_OK(report);
  EXPECT_EQ(report->records, 2);
  EXPECT_EQ(report->unchained, 0);
  EXPECT_FALSE(report->broken);
  EXPECT_EQ(values(archive, "digits", "state"), (Strings{"ok", "failed"}));
  EXPECT_EQ(values(archive, "digits", "top1"), (Strings{"0.95", "0.95"}));
  EXPECT_EQ(search_words(archive, "digits", 10)->size(), 2U) << "name and tag";
}

TEST_F(ArchiveTest, ADamagedOldPointStaysOutOfTheChainAndIsCounted) {
  fs::copy_file(fs::path(CK_SOURCE_DIR) / "tests/store/v1.sqlite", file());
  alter("UPDATE point SET document = x'00' WHERE id = 1");
  Store store = open();
  auto archive = this->archive();
  const auto report = verify_chain(archive);
  ASSERT_OK(report);
  EXPECT_EQ(report->records, 1);
  EXPECT_EQ(report->unchained, 1);
}

TEST_F(ArchiveTest, StatementsSayTheSameUntilSomethingChanges) {
  Store store = open();
  add(store, "a", {1});
  add(store, "a", {2});
  auto archive = this->archive();
  const auto head = archive.head("a");
  ASSERT_OK(head);
  const auto statement = make_statement(archive, *head);
  ASSERT_OK(statement);
  EXPECT_EQ(statement->points, 2);
  add(store, "a", {3});
  EXPECT_NE(make_statement(archive, *head)->text, statement->text);
  EXPECT_EQ(make_statement(archive, *head, 2)->text, statement->text);
  EXPECT_EQ(make_statement(archive, *head, 2, 2)->text, statement->text);
  EXPECT_NE(make_statement(archive, *head, 2, 3)->text, statement->text);
  const auto points = store.points("a");
  ASSERT_OK(points);
  EXPECT_EQ(statement_of(*points, head->uid, 2, 2).text, statement->text) << "before they are here";
  ASSERT_OK(add_signature(archive, *head, {5, "me@here", statement->text, "SIGNATURE"}));
  const auto all = signatures(archive, *head);
  ASSERT_OK(all);
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->at(0).signer, "me@here");
  EXPECT_EQ(all->at(0).statement, statement->text);
}

TEST_F(ArchiveTest, ExperimentsAreFoundByNameUidPatternAndTags) {
  Store store = open();
  add(store, "one", {1});
  begin(store, "two");
  auto archive = this->archive();
  const auto one = archive.head("one");
  ASSERT_OK(one);
  EXPECT_EQ(archive.head(one->uid)->name, "one");
  EXPECT_ERROR(archive.head("onne"), not_found, "did you mean 'one'");
  EXPECT_EQ(archive.heads("t*", {})->size(), 1U);
  EXPECT_EQ(archive.heads("", model::TagQuery::parse("demo"))->at(0).name, "two");
  const auto heads = read_point_heads(archive, {1, 99, 2});
  ASSERT_OK(heads);
  ASSERT_EQ(heads->size(), 2U);
  EXPECT_EQ(heads->at(1).state, PointState::running);
}

TEST_F(ArchiveTest, SamplesComePointByPoint) {
  Store store = open();
  add(store, "a", {3, 1});
  add(store, "a", {kNaN, 2});
  auto archive = this->archive();
  std::string all;
  ASSERT_OK(read_samples(archive, *archive.head("a"), 0, [&](const Sample& sample) {
    all += std::to_string(sample.row) + ":" + std::to_string(static_cast<int>(sample.value)) + " ";
  }));
  EXPECT_EQ(all, "1:3 1:1 2:2 ");
}

TEST_F(ArchiveTest, EachPointHasItsDocumentHoweverItIsPacked) {
  auto store = open();
  const std::string common(5000, 'x');
  std::map<std::string, std::string> written;
  for (const auto* text : {"one", "two", "three"}) {
    const std::string document = R"({"schema":"ck.record/1","request":")" + common + text + R"("})";
    written[add(store, "e", {1}, document)] = document;
  }
  std::map<std::string, std::string> read;
  ASSERT_OK(store.each_point([&](const Store::PointHead& head) -> Status {
    read[head.uid] = head.document;
    return {};
  }));
  EXPECT_EQ(read, written);
}

}  // namespace
}  // namespace ck::store
