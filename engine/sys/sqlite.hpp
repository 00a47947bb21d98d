#pragma once
/// A thin, checked layer over SQLite's C interface; the only place that uses it.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace ck::sys {

/// How a database file is opened.
struct DatabaseOptions {
  /// Without a write; works on a read-only medium too. The file must exist.
  bool read_only = false;
  /// full: a commit survives power loss; normal: the last ones may be lost, never the file;
  /// off: for a cache that can be rebuilt.
  enum class Durability { full, normal, off };
  Durability durability = Durability::full;
  /// wal: readers and a writer do not wait for each other; opening and closing makes and deletes
  /// two files. rollback: nothing beside the file but while it is written, and readers wait for
  /// that.
  enum class Journal { wal, rollback };
  Journal journal = Journal::wal;
  int busy_timeout_ms = 30'000;
  std::int64_t cache_kib = 8'192;
};

class Statement;

/// One connection; used from one thread. Opens in WAL mode unless told otherwise (DELETE journal
/// where WAL cannot work: network homes), foreign keys on, trusted_schema off, "text" in double
/// quotes refused.
///
/// Errors carry SQLite's message and, as context, the statement (shortened) and the file. Codes:
/// `busy` after the time-out; `io` for a full disk, a failing or read-only medium; `not_found` for
/// a missing file or folder; `invalid` for a damaged file or one that is no database; `conflict`
/// for a broken UNIQUE, PRIMARY KEY or FOREIGN KEY rule; `internal` for wrong SQL and all other
/// rules.
class Database {
 public:
  static Result<Database> open(const fs::path& file, const DatabaseOptions& options = {});
  /// A database that vanishes with the connection, for when no file can be written.
  static Result<Database> open_in_memory(const DatabaseOptions& options = {});
  /// All that is in this one now, in a database that vanishes with the connection. It has the same
  /// `file`, which changes of it do not reach.
  Result<Database> copy_in_memory(const DatabaseOptions& options = {}) const;
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Runs one or more statements without results.
  Status execute(std::string_view sql);
  Result<Statement> prepare(std::string_view sql);
  std::int64_t last_insert_id() const;
  std::int64_t changes() const;

  Result<std::int64_t> user_version();
  Status set_user_version(std::int64_t version);

  const fs::path& file() const { return file_; }

 private:
  friend class Statement;
  friend class Transaction;
  Database(sqlite3* handle, fs::path file) : handle_(handle), file_(std::move(file)) {}
  sqlite3* handle_ = nullptr;
  fs::path file_;
};

/// A prepared statement. Parameters and columns count from 0.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  /// Bound values stay until they are bound anew, also over `reset`. Not between rows.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view text);  ///< copied
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_null(int index);

  /// True while there is a row; false at the end. Errors of `bind` show up here.
  /// After an error the statement is reset.
  Result<bool> step();
  /// Runs to the end and resets; for statements without results.
  Status run();
  void reset();  ///< ready to bind and step again

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  ///< valid until the next step
  std::string_view blob(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* handle, sqlite3_stmt* statement) : handle_(handle), statement_(statement) {}
  Statement& bound(int result);

  sqlite3* handle_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  int bind_error_ = 0;
};

/// BEGIN IMMEDIATE … COMMIT; rolls back when destroyed uncommitted. `busy` after the time-out.
/// The connection must outlive it. A `commit` that fails with `busy` may be tried again.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
};

/// One step from schema version N-1 to N.
struct Migration {
  std::string name;
  std::string_view sql;
};

/// Brings the file to version `migrations.size()` in one exclusive transaction with a re-check, so
/// two processes may do it at once. Foreign keys are off meanwhile (a migration may rebuild a
/// table) and checked before the end. Any failure leaves the file as it was. `unsupported` if the
/// file is newer, naming both versions and telling to update ck.
Status migrate(Database& database, std::span<const Migration> migrations);

}  // namespace ck::sys
