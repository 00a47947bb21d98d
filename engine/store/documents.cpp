#include "store/documents.hpp"

#include "sys/compress.hpp"

namespace ck::store {
namespace {

/// Above this a base document costs more to read at every point than it saves.
constexpr std::size_t kLargestBase = 1u << 20;

}  // namespace

Status DocumentPacker::read_newest_base() {
  looked_ = true;
  CK_TRY(query, database_->prepare("SELECT id, document FROM base_document "
                                   "WHERE experiment_id = ? ORDER BY id DESC LIMIT 1"));
  query.bind(0, experiment_);
  CK_TRY(row, query.step());
  if (!row) return {};
  CK_TRY(text, sys::decompress(query.blob(1)));
  base_ = query.integer(0);
  base_text_ = std::move(text);
  return {};
}

Status DocumentPacker::add_base(std::string_view document) {
  CK_TRY(insert,
         database_->prepare("INSERT INTO base_document(experiment_id, document) VALUES (?, ?)"));
  CK_CHECK(insert.bind(0, experiment_).bind_blob(1, sys::compress(document)).run());
  base_ = database_->last_insert_id();
  base_text_ = document;
  return {};
}

Result<PackedDocument> DocumentPacker::pack(std::string_view document) {
  if (document.size() > kLargestBase) return PackedDocument{sys::compress(document), 0};
  if (!looked_) CK_CHECK(read_newest_base());
  if (base_ != 0) {
    std::string beside = sys::compress_beside(base_text_, document);
    // The alternative is another base document: only for one that is really another.
    constexpr std::size_t kWorth = 8;
    if (beside.size() * kWorth < document.size()) return PackedDocument{std::move(beside), base_};
    std::string alone = sys::compress(document);
    if (beside.size() * 2 < alone.size()) return PackedDocument{std::move(beside), base_};
  }
  CK_CHECK(add_base(document));
  return PackedDocument{sys::compress_beside(base_text_, document), base_};
}

Result<std::string> DocumentReader::read(std::string_view bytes, std::int64_t base,
                                         std::string_view uid) {
  const std::string place = "document of point " + std::string(uid);
  if (base == 0) {
    auto alone = sys::decompress(bytes);
    if (!alone) return fail(std::move(alone.error()).in(place));
    return std::move(*alone);
  }
  if (base != base_) {
    CK_TRY(query, database_->prepare("SELECT document FROM base_document WHERE id = ?"));
    query.bind(0, base);
    CK_TRY(row, query.step());
    if (!row) return fail(Error(ErrorCode::invalid, "its base document is gone").in(place));
    auto text = sys::decompress(query.blob(0));
    if (!text) return fail(std::move(text.error()).in("base of the " + place));
    base_ = base;
    base_text_ = std::move(*text);
  }
  auto text = decompressor_.beside(base_text_, bytes);
  if (!text) return fail(std::move(text.error()).in(place));
  return std::move(*text);
}

}  // namespace ck::store
