#include "sys/sqlite.hpp"

namespace ck::sys {
namespace {

Result<std::int64_t> checked_version(Database& database, std::int64_t newest) {
  CK_TRY(version, database.user_version());
  if (version >= 0 && version <= newest) return version;
  return fail(Error(ErrorCode::unsupported,
                    database.file().string() + " has schema version " + std::to_string(version) +
                        ", but this ck knows the versions up to " + std::to_string(newest))
                  .hint("a newer ck wrote this file: update ck, or set CK_HOME to another folder"));
}

Status check_foreign_keys(Database& database) {
  CK_TRY(violations, database.prepare("PRAGMA foreign_key_check"));
  CK_TRY(found, violations.step());
  if (!found) return {};
  return fail(ErrorCode::internal, "the migrations leave rows of table '" +
                                       std::string(violations.text(0)) +
                                       "' that refer to missing rows of table '" +
                                       std::string(violations.text(2)) + "'");
}

Status migrate_in_transaction(Database& database, std::span<const Migration> migrations) {
  CK_TRY(transaction, Transaction::begin(database));
  // Another process may have been here while this one waited.
  CK_TRY(version, checked_version(database, static_cast<std::int64_t>(migrations.size())));
  for (auto next = static_cast<std::size_t>(version); next < migrations.size(); ++next) {
    Status applied = database.execute(migrations[next].sql);
    if (!applied) {
      return fail(std::move(applied.error())
                      .in("migration " + std::to_string(next + 1) + ", " + migrations[next].name));
    }
  }
  CK_CHECK(check_foreign_keys(database));
  CK_CHECK(database.set_user_version(static_cast<std::int64_t>(migrations.size())));
  return transaction.commit();
}

}  // namespace

Status migrate(Database& database, std::span<const Migration> migrations) {
  const auto newest = static_cast<std::int64_t>(migrations.size());
  CK_TRY(version, checked_version(database, newest));
  if (version == newest) return {};
  // Rebuilding a table that others refer to would delete their rows; the switch has no effect
  // inside a transaction.
  CK_CHECK(database.execute("PRAGMA foreign_keys = OFF"));
  Status migrated = migrate_in_transaction(database, migrations);
  CK_CHECK(database.execute("PRAGMA foreign_keys = ON"));
  return migrated;
}

}  // namespace ck::sys
