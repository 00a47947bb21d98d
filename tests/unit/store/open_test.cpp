#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "store/archive.hpp"
#include "store/migrations.hpp"
#include "store/read_only.hpp"
#include "store_fixture.hpp"
#include "sys/identity.hpp"

namespace ck::store {
namespace {

using Open = StoreTest;

/// Runs `work` in a process of its own; gives its id.
template <typename Work>
pid_t in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  return child;
}

int exit_status_of(pid_t child) {
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

TEST_F(Open, MakesTheFoldersAboveIt) {
  const auto store = Store::open(home_ / "a/b/ck.sqlite", home_ / "blobs");
  ASSERT_OK(store);
  EXPECT_TRUE(fs::exists(home_ / "a/b/ck.sqlite"));
}

TEST_F(Open, FindsWhatWasWrittenBefore) {
  std::string uid;
  {
    Store store = open();
    uid = begin(store, "a").uid;
  }
  Store store = open();
  EXPECT_OK(store.point(uid));
}

TEST_F(Open, RefusesAStoreOfANewerVersionNamingBoth) {
  { Store store = open(); }
  const auto newest = migrations().size();
  alter("PRAGMA user_version = " + std::to_string(newest + 6));
  const auto store = Store::open(file(), home_ / "blobs");
  EXPECT_ERROR(store, unsupported, "schema version " + std::to_string(newest + 6));
  EXPECT_ERROR(store, unsupported, "versions up to " + std::to_string(newest));
  EXPECT_ERROR(store, unsupported, "update ck");
}

TEST_F(Open, RefusesAFileThatIsNoDatabaseAndLeavesItAlone) {
  const std::string garbage(8192, 'x');
  test::write_text(file(), garbage);
  EXPECT_ERROR(Store::open(file(), home_ / "blobs"), invalid, file().string());
  EXPECT_EQ(test::read_text(file()), garbage);
}

TEST_F(Open, RefusesADatabaseOfSomethingElse) {
  alter("CREATE TABLE point(x)");
  EXPECT_ERROR(Store::open(file(), home_ / "blobs"), internal, "migration 1");
}

TEST_F(Open, ReportsADamagedFile) {
  {
    Store store = open();
    for (int i = 0; i < 20; ++i) begin(store, "experiment " + std::to_string(i));
  }
  std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(4096);
  const std::string garbage(16 * 4096, '\x7f');
  stream.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
  stream.close();
  auto store = Store::open(file(), home_ / "blobs");
  if (store) {
    EXPECT_ERROR(store->experiments("", {}), invalid, file().string());
  } else {
    EXPECT_ERROR(store, invalid, file().string());
  }
}

TEST_F(Open, MarksAPointInterruptedWhoseProcessWasKilled) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = in_child([&] {
    Store store = open();
    const Point point = begin(store, "killed");
    if (!store.add_repetition(point, {key("t")}, repetition(1, {7}))) _exit(1);
    EXPECT_EQ(write(ready[1], "x", 1), 1);
    pause();
  });
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  {
    Store store = open();
    EXPECT_EQ(store.points("killed")->at(0).state, PointState::running) << "its process lives";
  }
  kill(child, SIGKILL);
  exit_status_of(child);
  close(ready[0]);
  close(ready[1]);

  Store store = open();
  const auto points = store.points("killed");
  ASSERT_OK(points);
  ASSERT_EQ(points->size(), 1U);
  EXPECT_EQ(points->front().state, PointState::interrupted);
  EXPECT_NE(points->front().error.find("the process that ran it died"), std::string::npos);
  EXPECT_EQ(points->front().repetitions.at(0).metrics, std::vector<double>{7});
}

TEST_F(Open, LeavesRunningPointsOfOtherMachinesAlone) {
  Store store = open();
  const Point point = begin(store, "elsewhere");
  alter("UPDATE point SET owner = 'another-host:boot:1:2:3'");
  Store again = open();
  EXPECT_EQ(again.point(point.uid)->state, PointState::running);
}

TEST_F(Open, TakesManyProcessesAtOnceWithoutLosingAnything) {
  constexpr int kProcesses = 8;
  constexpr int kPoints = 50;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(in_child([&] {
      // All of them find no file: who comes first makes the tables.
      auto store = Store::open(file(), home_ / "blobs");
      if (!store) _exit(1);
      for (int i = 0; i < kPoints; ++i) {
        NewPoint wanted;
        wanted.experiment = i % 2 == 0 ? "shared" : "own " + std::to_string(process);
        wanted.subject = "program:" + std::to_string(process);
        const auto point = store->begin_point(wanted);
        if (!point) _exit(2);
        // Every process brings metrics of its own into the shared dictionary.
        const std::vector<MetricKey> keys{key("t"), key("of " + std::to_string(process))};
        if (!store->add_repetition(*point, keys, repetition(1, {double(i), 1000.0 * process + i})))
          _exit(3);
        if (!store->finish_point(*point, PointState::ok, i, "", "")) _exit(4);
      }
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(exit_status_of(child), 0);

  Store store = open();
  EXPECT_EQ(store.experiments("", {})->size(), 1U + kProcesses);
  const auto shared = store.points("shared");
  ASSERT_OK(shared);
  EXPECT_EQ(shared->size(), static_cast<std::size_t>(kProcesses * kPoints / 2));
  for (const auto& point : *shared) {
    EXPECT_EQ(point.state, PointState::ok);
    const std::string process = point.subject.substr(std::string("program:").size());
    ASSERT_EQ(point.keys.size(), 1U + kProcesses);
    for (std::size_t i = 0; i < point.keys.size(); ++i) {
      const double value = point.repetitions.at(0).metrics.at(i);
      const double sample = static_cast<double>(point.ended_ns);
      if (point.keys[i].name == "t") {
        EXPECT_EQ(value, sample);
      } else if (point.keys[i].name == "of " + process) {
        EXPECT_EQ(value, 1000.0 * std::stod(process) + sample);
      } else {
        EXPECT_NE(value, value) << "another process measured this";
      }
    }
  }
  for (int process = 0; process < kProcesses; ++process) {
    EXPECT_EQ(store.points("own " + std::to_string(process))->size(),
              static_cast<std::size_t>(kPoints / 2));
  }
}

/// A store as the first version wrote it; must stay readable for ever. Made from
/// migrations().front() and these statements:
///   INSERT INTO experiment VALUES (1, '0123456789abcdef', 'digits', 1000);
///   INSERT INTO experiment_tag VALUES (1, 'demo'), (1, 'digits');
///   INSERT INTO metric VALUES (1, 0, 'top1', 'fraction', 'higher', 'accuracy'),
///                             (1, 1, 'latency', 'ms', 'lower', 'performance');
///   INSERT INTO point VALUES (1, 'aaaa000000000001', 1, 'program:image-classification', 'ok', '',
///                             1000, 2000, <zstd of {"schema":"ck.record/1"}>, '', '');
///   INSERT INTO point VALUES (2, 'bbbb000000000002', 1, 'program:image-classification', 'failed',
///                             '', 3000, 4000, <the same>, '{"code":"program_failed"}',
///                             'aaaa000000000001');
///   INSERT INTO repetition VALUES (1, 1, 1100, 50, 40, 5, 1048576, 1, 'exited with 0', '{}',
///                                  <64 times a>, <64 times b>, <0.957, 1.25>),
///                                 (2, 1, 3100, 60, 41, 6, 1048576, 0, 'exited with 1', '{}',
///                                  <64 times a>, <64 times b>, <0.957>);
///   INSERT INTO output VALUES (1, 1, 'predictions', 'out.txt', <64 times c>, 12, 1);
///   INSERT INTO environment VALUES ('00112233445566778899aabbccddeeff', <record, see the test>);
///   INSERT INTO detection VALUES ('gcc', '/usr/bin/gcc-12', 'stamp', '12.2.0', <64 times d>,
///                                 'gcc-12 12.2.0-14');
TEST_F(Open, ReadsAStoreOfSchema1) {
  fs::copy_file(fs::path(CK_SOURCE_DIR) / "tests/store/v1.sqlite", file());
  Store store = open();
  const auto summary = store.experiment("0123456789abcdef");
  ASSERT_OK(summary);
  EXPECT_EQ(summary->name, "digits");
  EXPECT_EQ(summary->tags.text(), "demo,digits");
  EXPECT_EQ(summary->points, 2);
  EXPECT_EQ(summary->changed_ns, 4000);

  const auto points = store.points("digits");
  ASSERT_OK(points);
  ASSERT_EQ(points->size(), 2U);
  const Point& good = points->at(0);
  EXPECT_EQ(good.uid, "aaaa000000000001");
  EXPECT_EQ(good.state, PointState::ok);
  EXPECT_EQ(good.document, R"({"schema":"ck.record/1"})");
  ASSERT_EQ(good.keys.size(), 2U);
  EXPECT_EQ(good.keys[1].name, "latency");
  EXPECT_EQ(good.keys[1].unit, "ms");
  ASSERT_EQ(good.repetitions.size(), 1U);
  EXPECT_EQ(good.repetitions[0].metrics, (std::vector<double>{0.957, 1.25}));
  EXPECT_EQ(good.repetitions[0].max_rss_bytes, 1048576U);
  ASSERT_EQ(good.repetitions[0].outputs.size(), 1U);
  EXPECT_EQ(good.repetitions[0].outputs[0].sha256, std::string(64, 'c'));
  const Point& bad = points->at(1);
  EXPECT_EQ(bad.state, PointState::failed);
  EXPECT_EQ(bad.error, R"({"code":"program_failed"})");
  EXPECT_EQ(bad.replay_of, good.uid);
  EXPECT_EQ(bad.repetitions.at(0).metrics.at(0), 0.957);
  EXPECT_NE(bad.repetitions.at(0).metrics.at(1), bad.repetitions.at(0).metrics.at(1));

  const auto environments = store.environments();
  ASSERT_OK(environments);
  ASSERT_EQ(environments->size(), 1U);
  EXPECT_EQ(environments->front().component.text(), "dataset:digits");
  const auto detection = store.detection("gcc", "/usr/bin/gcc-12");
  ASSERT_OK(detection);
  EXPECT_FALSE(*detection) << "under what it was asked is not known: it is asked again";

  const Point added = begin(store, "digits");
  EXPECT_OK(store.add_repetition(added, {key("new")}, repetition(1, {1})));
}

std::int64_t count_of(sys::Database& database, const std::string& table) {
  auto query = database.prepare("SELECT COUNT(*) FROM " + table);
  EXPECT_OK(query);
  EXPECT_OK(query->step());
  return query->integer(0);
}

TEST_F(Open, WhatCannotBeWrittenIsReadAsItIs) {
  {
    Store store = open();
    begin(store, "a");
  }
  auto database = open_to_read(file(), Blobs(home_ / "blobs"));
  ASSERT_OK(database);
  EXPECT_EQ(count_of(*database, "point"), 1);
  EXPECT_ERROR(database->execute("DELETE FROM point"), io, file().string());
  EXPECT_ERROR(open_to_read(home_ / "none.sqlite", Blobs(home_ / "blobs")), not_found,
               "none.sqlite");
}

TEST_F(Open, WhatAnOlderVersionWroteAndCannotBeWrittenIsReadInACopy) {
  fs::copy_file(fs::path(CK_SOURCE_DIR) / "tests/store/v1.sqlite", file());
  {
    auto database = open_to_read(file(), Blobs(home_ / "blobs"));
    ASSERT_OK(database);
    EXPECT_EQ(database->file(), file());
    EXPECT_EQ(*database->user_version(), static_cast<std::int64_t>(migrations().size()));
    EXPECT_EQ(count_of(*database, "record"), 2) << "it is summed up as well";
    EXPECT_EQ(count_of(*database, "summary"), 2);
    EXPECT_ERROR(sys::Transaction::begin(*database), io, "readonly");
    EXPECT_ERROR(database->execute("DELETE FROM point"), io, "only a copy in memory");
    // An archive has a connection of its own, which migrates nothing in the file.
    auto archive = Archive::open(file(), home_ / "blobs");
    ASSERT_OK(archive);
    EXPECT_EQ(archive->head("digits")->tags.text(), "demo,digits");
  }
  auto database = sys::Database::open(file(), {.read_only = true});
  ASSERT_OK(database);
  EXPECT_EQ(*database->user_version(), 1);
}

TEST_F(Open, WhatANewerVersionWroteIsToldWhereItCannotBeWrittenToo) {
  { Store store = open(); }
  const auto newest = migrations().size();
  alter("PRAGMA user_version = " + std::to_string(newest + 6));
  EXPECT_ERROR(open_to_read(file(), Blobs(home_ / "blobs")), unsupported, "a newer ck wrote this");
}

}  // namespace
}  // namespace ck::store
