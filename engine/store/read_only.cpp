#include "store/read_only.hpp"

#include <utility>

#include "store/migrations.hpp"
#include "store/note_chain.hpp"
#include "store/recorder.hpp"

namespace ck::store {

Result<sys::Database> open_to_read(const fs::path& file, const Blobs& blobs) {
  CK_TRY(database, sys::Database::open(file, {.read_only = true}));
  CK_TRY(version, database.user_version());
  const auto newest = static_cast<std::int64_t>(migrations().size());
  if (version < 0 || version >= newest) {
    CK_CHECK(sys::migrate(database, migrations()));
    return std::move(database);
  }
  CK_TRY(copy, database.copy_in_memory());
  CK_CHECK(sys::migrate(copy, migrations()));
  CK_CHECK(record_pending(copy, blobs));
  CK_CHECK(record_pending_notes(copy));
  // What somebody writes must not vanish with the copy.
  CK_CHECK(copy.execute("PRAGMA query_only = ON"));
  return std::move(copy);
}

}  // namespace ck::store
