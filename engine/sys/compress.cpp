#include "sys/compress.hpp"

#include <zstd.h>

#include <memory>
#include <new>

namespace ck::sys {
namespace {

struct FreeStream {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

struct FreeCompression {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

tl::unexpected<Error> damaged(std::string_view reason) {
  return fail(ErrorCode::invalid, "cannot decompress: " + std::string(reason));
}

Result<std::string> decompress_all(ZSTD_DStream* stream, std::string_view bytes,
                                   std::uint64_t max_bytes) {
  // Piece by piece: the size that a frame declares is a claim of whoever wrote it.
  std::string buffer(ZSTD_DStreamOutSize(), '\0');
  std::string out;
  ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
  std::size_t expected = 1;
  while (in.pos < in.size || expected != 0) {
    ZSTD_outBuffer piece = {buffer.data(), buffer.size(), 0};
    const std::size_t before = in.pos;
    expected = ZSTD_decompressStream(stream, &piece, &in);
    if (ZSTD_isError(expected) != 0) return damaged(ZSTD_getErrorName(expected));
    if (piece.pos > max_bytes - out.size()) {
      return damaged("more than " + std::to_string(max_bytes) + " bytes would come out");
    }
    out.append(buffer, 0, piece.pos);
    if (expected != 0 && piece.pos == 0 && in.pos == before) return damaged("the end is missing");
  }
  return out;
}

}  // namespace

std::string compress(std::string_view bytes, int level) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), level);
  // With a buffer of the bound's size nothing but the lack of memory is left to fail.
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();
  out.resize(size);
  return out;
}

Result<std::string> decompress(std::string_view bytes, std::uint64_t max_bytes) {
  return decompress_beside({}, bytes, max_bytes);
}

std::string compress_beside(std::string_view base, std::string_view bytes, int level) {
  const std::unique_ptr<ZSTD_CCtx, FreeCompression> context(ZSTD_createCCtx());
  if (context == nullptr) throw std::bad_alloc();
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_refPrefix(context.get(), base.data(), base.size());
  const std::size_t size =
      ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();
  out.resize(size);
  return out;
}

Result<std::string> decompress_beside(std::string_view base, std::string_view bytes,
                                      std::uint64_t max_bytes) {
  const std::unique_ptr<ZSTD_DStream, FreeStream> stream(ZSTD_createDStream());
  if (stream == nullptr) throw std::bad_alloc();
  ZSTD_DCtx_refPrefix(stream.get(), base.data(), base.size());
  return decompress_all(stream.get(), bytes, max_bytes);
}

}  // namespace ck::sys
