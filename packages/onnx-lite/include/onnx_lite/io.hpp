#pragma once

#include "onnx_lite/error.hpp"
#include "onnx_lite/model.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace onnx_lite {

/// Files above this size are refused unread.
inline constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{1} << 30;

/// Decodes the bytes of an ONNX file. Nothing in `bytes` is trusted: memory use is bounded by a
/// small multiple of its size. Throws Error with the message's path and byte offset.
/// The graph's consistency is checked by execution_order(), not here.
Model parse(std::string_view bytes);

/// Encodes a model. The same model gives the same bytes on every machine. Tensor data is written
/// raw. Throws Error if a tensor's dims and values disagree or an attribute is unsupported.
std::string serialize(const Model& model);

/// parse() of a file's content. Throws Error, naming the file.
Model read_file(const std::filesystem::path& path);

/// Writes serialize(model) beside `path` and renames it into place, so that `path` is never half
/// written. Throws Error, naming the file.
void write_file(const Model& model, const std::filesystem::path& path);

}  // namespace onnx_lite
