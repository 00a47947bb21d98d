#pragma once
/// Private to this layer: documents of points, kept as what they say beyond an earlier document of
/// the same experiment.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sys/compress.hpp"
#include "sys/sqlite.hpp"

namespace ck::store {

struct PackedDocument {
  std::string bytes;
  std::int64_t base = 0;  ///< row of `base_document`; 0: it stands alone
};

/// Packs documents of one experiment, and adds base documents where none is like them.
class DocumentPacker {
 public:
  DocumentPacker(sys::Database& database, std::int64_t experiment)
      : database_(&database), experiment_(experiment) {}

  Result<PackedDocument> pack(std::string_view document);

 private:
  Status read_newest_base();
  Status add_base(std::string_view document);

  sys::Database* database_;
  std::int64_t experiment_;
  bool looked_ = false;
  std::int64_t base_ = 0;
  std::string base_text_;
};

/// Reads documents; the last base document is kept, since neighbours share it.
class DocumentReader {
 public:
  explicit DocumentReader(sys::Database& database) : database_(&database) {}

  /// `uid` of the point is named in errors. `invalid` when something changed the bytes.
  Result<std::string> read(std::string_view bytes, std::int64_t base, std::string_view uid);

 private:
  sys::Database* database_;
  sys::Decompressor decompressor_;
  std::int64_t base_ = 0;
  std::string base_text_;
};

}  // namespace ck::store
