#include "sys/sqlite.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include "support/temporary_home.hpp"

namespace ck::sys {
namespace {

class SqliteTest : public ::testing::Test {
 protected:
  /// Without waiting for the disk, so that the tests are quick.
  Database open() {
    DatabaseOptions options;
    options.durability = DatabaseOptions::Durability::off;
    return open(options);
  }

  Database open(const DatabaseOptions& options) {
    auto database = Database::open(file_, options);
    if (!database) throw std::runtime_error(database.error().message);
    return std::move(*database);
  }

  /// Makes a table t(id, name) with these names.
  Database open_with_names(const std::vector<std::string>& names) {
    Database database = open();
    EXPECT_TRUE(database.execute(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"));
    for (const std::string& name : names) {
      auto insert = database.prepare("INSERT INTO t(name) VALUES (?)");
      EXPECT_TRUE(insert->bind(0, name).run());
    }
    return database;
  }

  test::TemporaryHome home_;
  fs::path file_ = home_ / "ck.sqlite";
};

using Migrate = SqliteTest;

/// The single value of a query, as text.
std::string value_of(Database& database, std::string_view sql) {
  auto statement = database.prepare(sql);
  if (!statement) return "error: " + statement.error().message;
  auto row = statement->step();
  if (!row) return "error: " + row.error().message;
  return *row ? std::string(statement->text(0)) : "no row";
}

DatabaseOptions read_only() {
  DatabaseOptions options;
  options.read_only = true;
  return options;
}

DatabaseOptions impatient() {
  DatabaseOptions options;
  options.busy_timeout_ms = 0;
  return options;
}

/// Runs `work` in a process of its own; whether it returned true.
bool in_child(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool contains(const std::vector<std::string>& texts, std::string_view part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

TEST_F(SqliteTest, OpensAsDocumented) {
  Database database = open(DatabaseOptions());
  EXPECT_EQ(value_of(database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(value_of(database, "PRAGMA synchronous"), "2");
  EXPECT_EQ(value_of(database, "PRAGMA foreign_keys"), "1");
  EXPECT_EQ(value_of(database, "PRAGMA trusted_schema"), "0");
  EXPECT_EQ(value_of(database, "PRAGMA cache_size"), "-8192");
  EXPECT_EQ(value_of(database, "PRAGMA busy_timeout"), "30000");
  EXPECT_EQ(database.file(), file_);
}

TEST_F(SqliteTest, TakesTheDurabilityAskedFor) {
  DatabaseOptions options;
  options.durability = DatabaseOptions::Durability::normal;
  Database normal = open(options);
  EXPECT_EQ(value_of(normal, "PRAGMA synchronous"), "1");
  options.durability = DatabaseOptions::Durability::off;
  Database off = open(options);
  EXPECT_EQ(value_of(off, "PRAGMA synchronous"), "0");
}

TEST_F(SqliteTest, GivesNoMeaningToSpecialFileNames) {
  const fs::path before = fs::current_path();
  fs::current_path(home_.path());
  for (const char* name : {":memory:", "file:x?mode=memory"}) {
    auto database = Database::open(name);
    EXPECT_TRUE(database && fs::exists(home_ / name)) << name;
  }
  fs::current_path(before);
}

TEST_F(SqliteTest, StoresEveryTypeUnchanged) {
  Database database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE t(i INTEGER, r REAL, s TEXT, b BLOB, n TEXT) STRICT"));
  const std::string bytes("\0\xff\0", 3);
  auto insert = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)");
  insert->bind(0, INT64_MIN).bind(1, 0.1).bind(2, "\u00e4\n").bind_blob(3, bytes).bind_null(4);
  ASSERT_TRUE(insert->run());
  EXPECT_EQ(database.changes(), 1);
  EXPECT_EQ(database.last_insert_id(), 1);

  auto select = database.prepare("SELECT * FROM t");
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->integer(0), INT64_MIN);
  EXPECT_EQ(select->real(1), 0.1);
  EXPECT_EQ(select->text(2), "\u00e4\n");
  EXPECT_EQ(select->blob(3), bytes);
  EXPECT_TRUE(select->is_null(4));
  EXPECT_FALSE(select->is_null(0));
  EXPECT_EQ(select->text(4), "");
  EXPECT_EQ(select->blob(4), "");
  EXPECT_FALSE(*select->step());
}

TEST_F(SqliteTest, KeepsEmptyTextAndBlobApartFromNull) {
  Database database = open();
  auto select = database.prepare("SELECT ?1 IS NULL, ?2 IS NULL, typeof(?2)");
  select->bind(0, std::string_view()).bind_blob(1, std::string_view());
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->integer(0), 0);
  EXPECT_EQ(select->integer(1), 0);
  EXPECT_EQ(select->text(2), "blob");
}

TEST_F(SqliteTest, RunsAStatementAgainAfterReset) {
  Database database = open_with_names({});
  auto insert = database.prepare("INSERT INTO t(id, name) VALUES (?, ?)");
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(insert->bind(0, std::int64_t{i}).bind(1, "n" + std::to_string(i)).run());
  }
  auto select = database.prepare("SELECT count(*) FROM t WHERE id >= ?");
  select->bind(0, std::int64_t{2});
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(*select->step());
    EXPECT_EQ(select->integer(0), 2);
    select->reset();
  }
}

TEST_F(SqliteTest, ExecutesSeveralStatementsWithComments) {
  Database database = open();
  ASSERT_TRUE(
      database.execute("-- first\nCREATE TABLE a(x); /* then */ SELECT 1;\n"
                       "CREATE TABLE b(x);  -- last\n"));
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM sqlite_schema"), "2");
  EXPECT_TRUE(database.execute(""));
}

TEST_F(SqliteTest, NamesMessageStatementAndFileInErrors) {
  Database database = open_with_names({"a"});
  auto insert = database.prepare("INSERT INTO t(name) VALUES (?)");
  const Status status = insert->bind(0, "a").run();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::conflict);
  EXPECT_EQ(status.error().message, "cannot run a statement: UNIQUE constraint failed: t.name");
  EXPECT_EQ(status.error().context,
            (std::vector<std::string>{"statement INSERT INTO t(name) VALUES (?)",
                                      "database " + file_.string()}));
  EXPECT_TRUE(insert->bind(0, "b").run()) << "the statement is usable after an error";
}

TEST_F(SqliteTest, ShortensLongStatementsInErrors) {
  Database database = open();
  const Status status = database.execute("SELEKT " + std::string(10'000, 'x'));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::internal);
  EXPECT_LT(status.error().context.front().size(), 300u);
}

TEST_F(SqliteTest, NamesTheStatementThatFailedAmongSeveral) {
  Database database = open_with_names({"a"});
  const Status status = database.execute("SELECT 1; INSERT INTO t(name) VALUES ('a'); SELECT 2;");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().context.front(), "statement INSERT INTO t(name) VALUES ('a');");
}

TEST_F(SqliteTest, TellsBrokenRulesOfOursFromConflicts) {
  Database database = open_with_names({"a"});
  EXPECT_EQ(database.execute("INSERT INTO t(name) VALUES (NULL)").error().code,
            ErrorCode::internal);
  EXPECT_EQ(database.execute("INSERT INTO t(id, name) VALUES (1, 'b')").error().code,
            ErrorCode::conflict);
  ASSERT_TRUE(database.execute("CREATE TABLE child(t INTEGER REFERENCES t(id)) STRICT"));
  EXPECT_EQ(database.execute("INSERT INTO child VALUES (7)").error().code, ErrorCode::conflict);
  EXPECT_EQ(database.execute("INSERT INTO child VALUES ('x')").error().code, ErrorCode::internal);
}

TEST_F(SqliteTest, RefusesTextInDoubleQuotes) {
  Database database = open();
  EXPECT_FALSE(database.execute("SELECT \"no such column\""));
}

TEST_F(SqliteTest, PreparesExactlyOneStatement) {
  Database database = open();
  EXPECT_TRUE(database.prepare("SELECT 1; "));
  for (const char* sql : {"", "-- nothing", "SELECT 1; SELECT 2"}) {
    const auto statement = database.prepare(sql);
    ASSERT_FALSE(statement) << sql;
    EXPECT_EQ(statement.error().code, ErrorCode::internal);
  }
  EXPECT_FALSE(database.prepare("SELECT x FROM nowhere"));
}

TEST_F(SqliteTest, ReportsWrongParametersWhenTheStatementRuns) {
  Database database = open();
  auto statement = database.prepare("SELECT ?");
  statement->bind(1, "too many");
  const auto row = statement->step();
  ASSERT_FALSE(row);
  EXPECT_EQ(row.error().code, ErrorCode::internal);
  EXPECT_EQ(row.error().message, "cannot bind a parameter: column index out of range");
  EXPECT_TRUE(statement->bind(0, "right").run());
}

TEST_F(SqliteTest, OpensAMissingFileForReadingAsNotFound) {
  const auto database = Database::open(file_, read_only());
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::not_found);
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(SqliteTest, ACopyInMemoryHasWhatTheFileHasAndChangesNothingThere) {
  {
    Database database = open();
    ASSERT_TRUE(database.execute("CREATE TABLE copied(x); INSERT INTO copied VALUES (7)"));
  }
  Database original = open(read_only());
  auto copy = original.copy_in_memory();
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->file(), original.file());
  EXPECT_TRUE(copy->execute("INSERT INTO copied VALUES (8)"));
  for (const auto& [database, rows] : {std::pair(&original, 1), std::pair(&*copy, 2)}) {
    auto count = database->prepare("SELECT COUNT(*) FROM copied");
    ASSERT_TRUE(count);
    ASSERT_TRUE(count->step());
    EXPECT_EQ(count->integer(0), rows);
  }
  ASSERT_TRUE(copy->execute("PRAGMA query_only = ON"));
  const auto refused = copy->execute("INSERT INTO copied VALUES (9)");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::io);
  EXPECT_TRUE(contains(refused.error().hints, "only a copy in memory"));
}

TEST_F(SqliteTest, ACopyOfADamagedFileIsRefused) {
  {
    Database database = open();
    ASSERT_TRUE(database.execute("CREATE TABLE copied(x)"));
  }
  Database original = open(read_only());
  fs::resize_file(file_, 100);
  const auto copy = original.copy_in_memory();
  ASSERT_FALSE(copy);
  EXPECT_TRUE(contains(copy.error().context, file_.string()));
}

TEST_F(SqliteTest, OpensInAMissingFolderAsNotFound) {
  const auto database = Database::open(home_ / "none" / "ck.sqlite");
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::not_found);
  EXPECT_TRUE(contains(database.error().hints, "check that the folder"));
  EXPECT_TRUE(contains(database.error().context, "none/ck.sqlite"));
}

TEST_F(SqliteTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(file_) << std::string(5000, 'x');
  for (const DatabaseOptions& options : {DatabaseOptions{}, read_only()}) {
    const auto database = Database::open(file_, options);
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, ErrorCode::invalid);
    EXPECT_TRUE(contains(database.error().hints, "no database of ck"));
  }
}

TEST_F(SqliteTest, ReportsADamagedDatabase) {
  {
    Database database = open_with_names({});
    ASSERT_TRUE(
        database.execute("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n "
                         "LIMIT 5000) INSERT INTO t(name) SELECT 'name ' || i FROM n"));
  }
  {
    std::fstream raw(file_, std::ios::in | std::ios::out | std::ios::binary);
    raw.seekp(4096);
    raw << std::string(8 * 4096, '\xa5');
  }
  Database database = open();
  const Status status = database.execute("SELECT * FROM t ORDER BY name || id");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::invalid);
  EXPECT_TRUE(contains(status.error().hints, ".recover"));
}

TEST_F(SqliteTest, ReportsAFullDisk) {
  Database database = open_with_names({});
  ASSERT_TRUE(database.execute("PRAGMA max_page_count = 4"));
  const Status status = database.execute("INSERT INTO t(name) VALUES (hex(zeroblob(100000)))");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::io);
  EXPECT_TRUE(contains(status.error().hints, "free some space"));
}

TEST_F(SqliteTest, ReportsAFailingWriteAndKeepsWhatWasCommitted) {
  { Database database = open_with_names({"kept"}); }
  EXPECT_TRUE(in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    Database database = open();
    const rlimit limit = {100'000, 100'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const Status status = database.execute("INSERT INTO t(name) VALUES (hex(zeroblob(500000)))");
    return !status && status.error().code == ErrorCode::io && !status.error().hints.empty();
  }));
  Database database = open();
  EXPECT_EQ(value_of(database, "SELECT group_concat(name) FROM t"), "kept");
  EXPECT_EQ(value_of(database, "PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteTest, RefusesToWriteWhenOpenedForReading) {
  { Database database = open_with_names({"a"}); }
  Database database = open(read_only());
  EXPECT_EQ(value_of(database, "SELECT name FROM t"), "a");
  const Status status = database.execute("INSERT INTO t(name) VALUES ('b')");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::io);
  EXPECT_TRUE(contains(status.error().hints, "writable"));
}

TEST_F(SqliteTest, ReadsFromAFolderNobodyCanWriteTo) {
  if (!home_.reachable_by_others()) GTEST_SKIP() << "other users cannot reach " << home_.path();
  file_ = home_ / "a b?c%41#d.sqlite";
  { Database database = open_with_names({"a"}); }
  fs::permissions(file_, fs::perms(0444));
  fs::permissions(home_.path(), fs::perms(0555));
  EXPECT_TRUE(in_child([&] {
    if (geteuid() == 0 && setuid(65534) != 0) return false;  // root may write anywhere
    auto database = Database::open(file_, read_only());
    return database && value_of(*database, "SELECT name FROM t") == "a" &&
           !Database::open(home_ / "none.sqlite", read_only());
  }));
  fs::permissions(home_.path(), fs::perms(0755));
}

TEST_F(SqliteTest, SeesWhatAnotherConnectionCommits) {
  Database writer = open_with_names({"a"});
  Database reader = open(read_only());
  EXPECT_EQ(value_of(reader, "SELECT count(*) FROM t"), "1");
  ASSERT_TRUE(writer.execute("INSERT INTO t(name) VALUES ('b')"));
  EXPECT_EQ(value_of(reader, "SELECT count(*) FROM t"), "2");
}

TEST_F(SqliteTest, LetsStatementsOutliveTheConnection) {
  auto select = open().prepare("SELECT 42");
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->integer(0), 42);
}

TEST_F(SqliteTest, MovesConnectionsAndStatements) {
  Database first = open();
  Database second = open_with_names({"a"});
  first = std::move(second);
  auto one = first.prepare("SELECT 1");
  auto names = first.prepare("SELECT name FROM t");
  *one = std::move(*names);
  ASSERT_TRUE(*one->step());
  EXPECT_EQ(one->text(0), "a");
}

TEST_F(SqliteTest, CommitsATransaction) {
  Database database = open_with_names({});
  {
    auto transaction = Transaction::begin(database);
    ASSERT_TRUE(transaction);
    Transaction moved = std::move(*transaction);
    ASSERT_TRUE(database.execute("INSERT INTO t(name) VALUES ('a')"));
    ASSERT_TRUE(moved.commit());
    EXPECT_EQ(moved.commit().error().code, ErrorCode::internal);
  }
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM t"), "1");
}

TEST_F(SqliteTest, RollsBackAnUncommittedTransaction) {
  Database database = open_with_names({});
  {
    auto transaction = Transaction::begin(database);
    ASSERT_TRUE(database.execute("INSERT INTO t(name) VALUES ('a')"));
    EXPECT_FALSE(Transaction::begin(database)) << "transactions do not nest";
  }
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM t"), "0");
  EXPECT_TRUE(Transaction::begin(database));
}

TEST_F(SqliteTest, RollsBackWhenTheCommitFails) {
  Database database = open_with_names({});
  ASSERT_TRUE(database.execute(
      "CREATE TABLE child(t INTEGER REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED) STRICT"));
  {
    auto transaction = Transaction::begin(database);
    ASSERT_TRUE(database.execute("INSERT INTO child VALUES (7)"));
    EXPECT_EQ(transaction->commit().error().code, ErrorCode::conflict);
  }
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM child"), "0");
}

TEST_F(SqliteTest, IsBusyWhileAnotherConnectionWrites) {
  Database holder = open_with_names({});
  Database waiter = open(impatient());
  auto transaction = Transaction::begin(holder);
  ASSERT_TRUE(transaction);
  const auto refused = Transaction::begin(waiter);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::busy);
  EXPECT_TRUE(contains(refused.error().hints, "another ck"));
  ASSERT_TRUE(transaction->commit());
  EXPECT_TRUE(Transaction::begin(waiter));
}

TEST_F(SqliteTest, LosesNothingWhenManyWriteAtOnce) {
  { Database database = open_with_names({}); }
  constexpr int kThreads = 4;
  constexpr int kRows = 50;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, thread] {
      Database database = open();
      auto insert = database.prepare("INSERT INTO t(name) VALUES (?)");
      for (int row = 0; row < kRows; ++row) {
        auto transaction = Transaction::begin(database);
        ASSERT_TRUE(transaction);
        ASSERT_TRUE(insert->bind(0, std::to_string(thread * kRows + row)).run());
        ASSERT_TRUE(transaction->commit());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Database database = open();
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM t"), std::to_string(kThreads * kRows));
}

TEST_F(SqliteTest, KeepsItsVersionNumber) {
  Database database = open();
  EXPECT_EQ(database.user_version(), 0);
  ASSERT_TRUE(database.set_user_version(7));
  EXPECT_EQ(database.user_version(), 7);
}

const std::vector<Migration> kMigrations = {
    {"names",
     "CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"
     "CREATE TABLE use(name INTEGER NOT NULL REFERENCES name(id) ON DELETE CASCADE) STRICT;"},
    {"first rows",
     "INSERT INTO name VALUES (1, 'one'), (2, 'two'); INSERT INTO use VALUES (1), (2);"},
    {"rebuild names",
     "CREATE TABLE new_name(id INTEGER PRIMARY KEY, text TEXT NOT NULL, kind TEXT) STRICT;"
     "INSERT INTO new_name SELECT id, text, NULL FROM name;"
     "DROP TABLE name; ALTER TABLE new_name RENAME TO name;"},
};

TEST_F(Migrate, BringsANewFileToTheNewestVersion) {
  Database database = open();
  ASSERT_TRUE(migrate(database, kMigrations));
  EXPECT_EQ(database.user_version(), 3);
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM use"), "2") << "rebuilding deleted no rows";
  EXPECT_EQ(value_of(database, "PRAGMA foreign_keys"), "1");
}

TEST_F(Migrate, GoesOnFromTheVersionOfTheFile) {
  Database database = open();
  ASSERT_TRUE(migrate(database, std::span(kMigrations).first(1)));
  EXPECT_EQ(database.user_version(), 1);
  ASSERT_TRUE(migrate(database, kMigrations));
  ASSERT_TRUE(migrate(database, kMigrations));
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM name"), "2");
}

TEST_F(Migrate, NeedsNoLockWhenNothingIsToDo) {
  Database holder = open();
  ASSERT_TRUE(migrate(holder, kMigrations));
  auto transaction = Transaction::begin(holder);
  Database other = open(impatient());
  EXPECT_TRUE(migrate(other, kMigrations));
}

TEST_F(Migrate, RefusesANewerFileAndLeavesItAlone) {
  Database database = open();
  ASSERT_TRUE(database.set_user_version(9));
  const Status status = migrate(database, kMigrations);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::unsupported);
  EXPECT_EQ(status.error().message,
            file_.string() + " has schema version 9, but this ck knows the versions up to 3");
  EXPECT_TRUE(contains(status.error().hints, "update ck"));
  EXPECT_EQ(database.user_version(), 9);
}

TEST_F(Migrate, RollsEverythingBackWhenOneStepFails) {
  Database database = open();
  std::vector<Migration> broken(kMigrations);
  broken.push_back({"does not work", "CREATE TABLE extra(x); INSERT INTO nowhere VALUES (1);"});
  const Status status = migrate(database, broken);
  ASSERT_FALSE(status);
  EXPECT_TRUE(contains(status.error().context, "migration 4, does not work"));
  EXPECT_TRUE(contains(status.error().context, "INSERT INTO nowhere"));
  EXPECT_EQ(database.user_version(), 0);
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM sqlite_schema"), "0");
  EXPECT_EQ(value_of(database, "PRAGMA foreign_keys"), "1");
  EXPECT_TRUE(migrate(database, kMigrations)) << "the connection is usable afterwards";
}

TEST_F(Migrate, RefusesStepsThatLeaveDanglingReferences) {
  Database database = open();
  std::vector<Migration> broken(kMigrations);
  broken.push_back({"lose a row", "DELETE FROM name WHERE id = 1;"});
  const Status status = migrate(database, broken);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("'use'"), std::string::npos);
  EXPECT_EQ(database.user_version(), 0);
}

TEST_F(Migrate, IsSafeWithManyProcessesAtOnce) {
  constexpr int kProcesses = 6;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      auto database = Database::open(file_);
      _exit(database && migrate(*database, kMigrations) ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  Database database = open();
  EXPECT_EQ(database.user_version(), 3);
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM name"), "2");
}

TEST_F(Migrate, IsSafeWithManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([this] {
      auto database = Database::open(file_);
      ASSERT_TRUE(database) << database.error().message;
      const Status status = migrate(*database, kMigrations);
      EXPECT_TRUE(status) << status.error().message;
    });
  }
  for (std::thread& thread : threads) thread.join();
  Database database = open();
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM name"), "2");
}

}  // namespace
}  // namespace ck::sys
