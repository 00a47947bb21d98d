#include "sys/sqlite.hpp"

#include <sqlite3.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "base/strings.hpp"

namespace ck::sys {
namespace {

constexpr std::size_t kLongestShown = 200;
/// Of a database in memory only one that stands for a read-only file refuses what would write.
constexpr const char* kCopyAdvice =
    "make the database and its folder writable, or set CK_HOME: only a copy in memory could be "
    "opened";

ErrorCode code_of(int extended, int system_error_number) {
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return ErrorCode::busy;
    case SQLITE_CANTOPEN:
      return system_error_number == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
      return ErrorCode::io;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_TOOBIG:
      return ErrorCode::invalid;
    case SQLITE_INTERRUPT:
      return ErrorCode::interrupted;
    default:
      break;
  }
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return ErrorCode::conflict;
    default:
      return ErrorCode::internal;
  }
}

std::string advice_for(int primary, const std::string& file) {
  if (file.empty()) return primary == SQLITE_READONLY ? kCopyAdvice : "";
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return "another ck is using this database: try again when it has finished";
    case SQLITE_FULL:
      return "free some space on the disk that holds " + file + ", then try again";
    case SQLITE_IOERR:
      return "check the disk that holds " + file + ": is it full or failing?";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "make " + file + " and its folder writable, or set CK_HOME";
    case SQLITE_CANTOPEN:
      return "check that the folder of " + file + " exists and is yours";
    case SQLITE_NOTADB:
      return "move " + file + " away or set CK_HOME: it is no database of ck";
    case SQLITE_CORRUPT:
      return "keep a copy of " + file + " and rescue its rows with: sqlite3 " + shell_quoted(file) +
             " .recover";
    default:
      return {};
  }
}

/// The error of the call that just failed on this connection. `sql` may be empty.
Error sqlite_error(sqlite3* handle, int result, std::string_view what, std::string_view sql,
                   const std::string& file) {
  const int extended = handle != nullptr ? sqlite3_extended_errcode(handle) : result;
  const int primary = result & 0xff;
  // The connection remembers its last failed call, which a wrong use of the interface is not.
  const bool remembered = handle != nullptr && (extended & 0xff) == primary;
  const int number = remembered ? sqlite3_system_errno(handle) : 0;
  const bool outside = number != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN);

  std::string message = "cannot " + std::string(what) + ": ";
  message += remembered ? sqlite3_errmsg(handle) : sqlite3_errstr(result);
  if (outside) message += " (" + std::generic_category().message(number) + ")";
  Error error(code_of(remembered ? extended : result, number), std::move(message));
  if (!sql.empty()) error.in("statement " + printable(shortened(trim(sql), kLongestShown)));
  if (!file.empty()) error.in("database " + file);
  if (std::string advice = advice_for(primary, file); !advice.empty()) error.hint(advice);
  return error;
}

std::string file_of(sqlite3* handle) {
  const char* name = sqlite3_db_filename(handle, "main");
  return name != nullptr ? name : "";
}

/// Whether the file lies on a network file system, where the shared memory that WAL needs may seem
/// to work on one machine and yet not be shared with the others.
bool on_network(const fs::path& file) {
  constexpr std::array<std::uint32_t, 11> kNetworkTypes = {0x6969 /* NFS */,
                                                           0x517b /* SMB */,
                                                           0xff534d42 /* CIFS */,
                                                           0xfe534d42 /* SMB2 */,
                                                           0x5346414f /* AFS */,
                                                           0x00c36400 /* Ceph */,
                                                           0x01021997 /* 9P */,
                                                           0x65735546 /* FUSE */,
                                                           0x0bd00bd0 /* Lustre */,
                                                           0x47504653 /* GPFS */,
                                                           0x19830326 /* BeeGFS */};
  struct statfs info {};
  if (statfs(file.c_str(), &info) != 0) return false;
  const auto type = static_cast<std::uint32_t>(info.f_type);
  return std::find(kNetworkTypes.begin(), kNetworkTypes.end(), type) != kNetworkTypes.end();
}

/// Whether the file is there and everything committed to it is in it, not in a log beside it.
bool is_without_log(const fs::path& file) {
  std::error_code missing;
  if (!fs::exists(file, missing)) return false;
  const auto log_bytes = fs::file_size(file.native() + "-wal", missing);
  return missing || log_bytes == 0;
}

/// "file:/a%3Fb?immutable=1": SQLite then needs neither locks nor files beside this one.
std::string immutable_uri(const fs::path& file) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : file.native()) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#') {
      uri += '%';
      uri += kDigits[byte >> 4u];
      uri += kDigits[byte & 0xfu];
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

/// Runs every statement of `sql` to its end.
Status execute_all(sqlite3* handle, std::string_view sql) {
  while (!sql.empty()) {
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    int result =
        sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &statement, &rest);
    const auto length = static_cast<std::size_t>(rest - sql.data());
    while (statement != nullptr && (result = sqlite3_step(statement)) == SQLITE_ROW) {
    }
    if (result != SQLITE_OK && result != SQLITE_DONE) {
      // A statement that does not compile has no known end; its beginning is what people need.
      const std::string_view text = statement != nullptr ? sql.substr(0, length) : sql;
      Error error = sqlite_error(handle, result, "execute a statement", text, file_of(handle));
      sqlite3_finalize(statement);
      return fail(std::move(error));
    }
    sqlite3_finalize(statement);
    sql.remove_prefix(length);
  }
  return {};
}

/// Repeats what SQLite refuses at once although a busy time-out is set: a change of journal mode.
template <typename Action>
Status retry_while_busy(int timeout_ms, Action action) {
  constexpr auto kPause = std::chrono::milliseconds(5);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    Status status = action();
    const bool again = !status && status.error().code == ErrorCode::busy;
    if (!again || std::chrono::steady_clock::now() >= deadline) return status;
    std::this_thread::sleep_for(kPause);
  }
}

void harden(sqlite3* handle) {
  // A database file may have come from somebody else: its schema must not be able to call functions
  // with side effects, and nothing may write to SQLite's own tables.
  for (const int setting : {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_DQS_DML,
                            SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION}) {
    sqlite3_db_config(handle, setting, 0, nullptr);
  }
  for (const int setting : {SQLITE_DBCONFIG_DEFENSIVE, SQLITE_DBCONFIG_ENABLE_FKEY}) {
    sqlite3_db_config(handle, setting, 1, nullptr);
  }
}

std::string_view synchronous_of(DatabaseOptions::Durability durability) {
  switch (durability) {
    case DatabaseOptions::Durability::full:
      return "FULL";
    case DatabaseOptions::Durability::normal:
      return "NORMAL";
    case DatabaseOptions::Durability::off:
      return "OFF";
  }
  return "FULL";
}

Status configure(Database& database, const DatabaseOptions& options) {
  CK_CHECK(database.execute("PRAGMA cache_size = -" + std::to_string(options.cache_kib)));
  if (options.read_only) return database.execute("SELECT 1 FROM sqlite_schema LIMIT 1");

  const bool rollback =
      options.journal == DatabaseOptions::Journal::rollback || on_network(database.file());
  const auto set_journal = [&](std::string_view mode) {
    const std::string sql = "PRAGMA journal_mode = " + std::string(mode);
    return retry_while_busy(options.busy_timeout_ms, [&] { return database.execute(sql); });
  };
  Status journal = set_journal(rollback ? "DELETE" : "WAL");
  // A file system without shared memory shows it only now.
  if (!journal && !rollback && journal.error().code == ErrorCode::io)
    journal = set_journal("DELETE");
  CK_CHECK(journal);
  return database.execute("PRAGMA synchronous = " +
                          std::string(synchronous_of(options.durability)));
}

/// Opens the file without reading it. `name` is a path, or a URI when `flags` say so.
Result<sqlite3*> open_handle(const std::string& name, int flags, const fs::path& file,
                             int busy_timeout_ms) {
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(name.c_str(), &handle,
                                     flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (result != SQLITE_OK) {
    Error error = sqlite_error(handle, result, "open the database", {}, file.string());
    sqlite3_close_v2(handle);
    return fail(std::move(error));
  }
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  harden(handle);
  return handle;
}

}  // namespace

Result<Database> Database::open(const fs::path& file, const DatabaseOptions& options) {
  // Absolute, since SQLite gives "", ":memory:" and "file:…" a meaning of their own.
  std::error_code ignored;
  const fs::path path = fs::absolute(file, ignored);
  const int flags =
      options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  CK_TRY(handle, open_handle(path.string(), flags, path, options.busy_timeout_ms));
  Database database(handle, path);
  Status ready = configure(database, options);
  if (ready) return database;

  // On a read-only medium the shared memory of WAL cannot be made. Nobody can be writing there, and
  // without a log the file itself is complete.
  const bool unreadable =
      ready.error().code == ErrorCode::io || ready.error().code == ErrorCode::not_found;
  if (!options.read_only || !is_without_log(path) || !unreadable)
    return fail(std::move(ready.error()));
  CK_TRY(immutable,
         open_handle(immutable_uri(path), flags | SQLITE_OPEN_URI, path, options.busy_timeout_ms));
  database = Database(immutable, path);
  CK_CHECK(configure(database, options));
  return database;
}

Result<Database> Database::open_in_memory(const DatabaseOptions& options) {
  const fs::path name(":memory:");
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  CK_TRY(handle, open_handle(name.string(), kFlags, name, options.busy_timeout_ms));
  Database database(handle, name);
  CK_CHECK(configure(database, options));
  return database;
}

Result<Database> Database::copy_in_memory(const DatabaseOptions& options) const {
  CK_TRY(copy, open_in_memory(options));
  sqlite3_backup* backup = sqlite3_backup_init(copy.handle_, "main", handle_, "main");
  if (backup != nullptr) {
    constexpr int kAllPages = -1;
    sqlite3_backup_step(backup, kAllPages);
    sqlite3_backup_finish(backup);  // gives the error of the step to the copy
  }
  const int result = sqlite3_errcode(copy.handle_);
  if (result != SQLITE_OK)
    return fail(sqlite_error(copy.handle_, result, "copy into memory", {}, file_.string()));
  copy.file_ = file_;
  return std::move(copy);
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), file_(std::move(other.file_)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(file_, other.file_);
  return *this;
}

// A connection whose statements still live is closed with the last of them.
Database::~Database() { sqlite3_close_v2(handle_); }

Status Database::execute(std::string_view sql) { return execute_all(handle_, sql); }

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int result =
      sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, &rest);
  if (result != SQLITE_OK) {
    return fail(sqlite_error(handle_, result, "prepare a statement", sql, file_.string()));
  }
  Statement prepared(handle_, statement);
  const bool one =
      statement != nullptr && trim(sql.substr(static_cast<std::size_t>(rest - sql.data()))).empty();
  if (!one) {
    return fail(Error(ErrorCode::internal, "exactly one SQL statement can be prepared at a time")
                    .in("statement " + printable(shortened(trim(sql), kLongestShown))));
  }
  return prepared;
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

Result<std::int64_t> Database::user_version() {
  CK_TRY(statement, prepare("PRAGMA user_version"));
  CK_CHECK(statement.step());
  return statement.integer(0);
}

Status Database::set_user_version(std::int64_t version) {
  return execute("PRAGMA user_version = " + std::to_string(version));
}

Statement::Statement(Statement&& other) noexcept
    : handle_(other.handle_),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_error_(other.bind_error_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(statement_, other.statement_);
  std::swap(bind_error_, other.bind_error_);
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bound(int result) {
  if (bind_error_ == SQLITE_OK) bind_error_ = result;
  return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
  return bound(sqlite3_bind_int64(statement_, index + 1, value));
}

Statement& Statement::bind(int index, double value) {
  return bound(sqlite3_bind_double(statement_, index + 1, value));
}

Statement& Statement::bind(int index, std::string_view text) {
  // An empty view may have no address, which SQLite would take for NULL.
  return bound(sqlite3_bind_text64(statement_, index + 1, text.empty() ? "" : text.data(),
                                   text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
  return bound(sqlite3_bind_blob64(statement_, index + 1, bytes.empty() ? "" : bytes.data(),
                                   bytes.size(), SQLITE_TRANSIENT));
}

Statement& Statement::bind_null(int index) {
  return bound(sqlite3_bind_null(statement_, index + 1));
}

Result<bool> Statement::step() {
  const bool bound_all = bind_error_ == SQLITE_OK;
  const int result = bound_all ? sqlite3_step(statement_) : bind_error_;
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  Error error = sqlite_error(handle_, result, bound_all ? "run a statement" : "bind a parameter",
                             sqlite3_sql(statement_), file_of(handle_));
  reset();
  return fail(std::move(error));
}

Status Statement::run() {
  for (;;) {
    CK_TRY(row, step());
    if (!row) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_);  // it repeats the error that step() has reported
  bind_error_ = SQLITE_OK;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string_view Statement::text(int column) const {
  const void* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  return {static_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::blob(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<Transaction> Transaction::begin(Database& database) {
  CK_CHECK(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database.handle_);
}

Transaction::Transaction(Transaction&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)) {}

Transaction::~Transaction() {
  // Some errors, such as a full disk, have rolled back already. Should this one fail, closing the
  // connection does it.
  if (handle_ != nullptr && sqlite3_get_autocommit(handle_) == 0) {
    static_cast<void>(execute_all(handle_, "ROLLBACK"));
  }
}

Status Transaction::commit() {
  if (handle_ == nullptr) return fail(ErrorCode::internal, "the transaction has been committed");
  CK_CHECK(execute_all(handle_, "COMMIT"));
  handle_ = nullptr;
  return {};
}

}  // namespace ck::sys
