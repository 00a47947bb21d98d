#include "sys/compress.hpp"

#include <zstd.h>

#include <algorithm>
#include <new>

namespace ck::sys {
namespace {

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

struct FreeCompression {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

tl::unexpected<Error> damaged(std::string_view reason) {
  return fail(ErrorCode::invalid, "cannot decompress: " + std::string(reason));
}

}  // namespace

struct Decompressor::State {
  State() : context(ZSTD_createDCtx()) {
    if (context == nullptr) throw std::bad_alloc();
  }

  /// What it holds is only believed up to a size that does no harm.
  bool is_small(std::string_view bytes, std::uint64_t max_bytes) const {
    constexpr std::uint64_t kSmall = 1u << 20;
    const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    return size <= std::min(kSmall, max_bytes) &&
           ZSTD_findFrameCompressedSize(bytes.data(), bytes.size()) == bytes.size();
  }

  Result<std::string> whole(std::string_view bytes) {
    std::string out(ZSTD_getFrameContentSize(bytes.data(), bytes.size()), '\0');
    const std::size_t size =
        ZSTD_decompressDCtx(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(size) != 0) return damaged(ZSTD_getErrorName(size));
    out.resize(size);
    return out;
  }

  /// Piece by piece: the size that a frame declares is a claim of whoever wrote it.
  Result<std::string> in_pieces(std::string_view bytes, std::uint64_t max_bytes) {
    std::string buffer(ZSTD_DStreamOutSize(), '\0');
    std::string out;
    ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
    std::size_t expected = 1;
    while (in.pos < in.size || expected != 0) {
      ZSTD_outBuffer piece = {buffer.data(), buffer.size(), 0};
      const std::size_t before = in.pos;
      expected = ZSTD_decompressStream(context.get(), &piece, &in);
      if (ZSTD_isError(expected) != 0) return damaged(ZSTD_getErrorName(expected));
      if (piece.pos > max_bytes - out.size()) {
        return damaged("more than " + std::to_string(max_bytes) + " bytes would come out");
      }
      out.append(buffer, 0, piece.pos);
      if (expected != 0 && piece.pos == 0 && in.pos == before) return damaged("the end is missing");
    }
    return out;
  }

  std::unique_ptr<ZSTD_DCtx, FreeContext> context;
};

Decompressor::Decompressor() : state_(std::make_unique<State>()) {}
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;
Decompressor::~Decompressor() = default;

Result<std::string> Decompressor::beside(std::string_view base, std::string_view bytes,
                                         std::uint64_t max_bytes) {
  // An error before leaves it in the middle of a frame.
  ZSTD_DCtx_reset(state_->context.get(), ZSTD_reset_session_only);
  ZSTD_DCtx_refPrefix(state_->context.get(), base.data(), base.size());
  return state_->is_small(bytes, max_bytes) ? state_->whole(bytes)
                                            : state_->in_pieces(bytes, max_bytes);
}

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
  return Decompressor().beside(base, bytes, max_bytes);
}

}  // namespace ck::sys
