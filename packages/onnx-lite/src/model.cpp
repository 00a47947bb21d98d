#include "onnx_lite/model.hpp"

#include "onnx_lite/error.hpp"

#include <limits>

namespace onnx_lite {

std::size_t element_count(const std::vector<std::int64_t>& dims) {
  constexpr std::int64_t kMaxElements = std::numeric_limits<std::int32_t>::max();
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t extent : dims) {
    if (extent < 0) throw Error("a tensor has the negative extent " + std::to_string(extent));
    if (extent == 0) empty = true;
    if (extent > 1 && count > kMaxElements / extent)
      throw Error("a tensor has more than " + std::to_string(kMaxElements) + " elements");
    if (extent > 1) count *= extent;
  }
  return empty ? 0 : static_cast<std::size_t>(count);
}

std::string quote(std::string_view text) {
  constexpr std::size_t kMaxShown = 80;
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "'";
  for (const char c : text.substr(0, kMaxShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      out.push_back(c);
    } else {
      out += "\\x";
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    }
  }
  if (text.size() > kMaxShown) out += "...";
  return out + "'";
}

std::string describe(const Node& node) {
  std::string type = quote(node.op_type);
  type = type.substr(1, type.size() - 2);
  if (!node.name.empty()) return "node " + quote(node.name) + " (" + type + ")";
  if (!node.outputs.empty())
    return "the node of " + quote(node.outputs.front()) + " (" + type + ")";
  return "a node without name (" + type + ")";
}

}  // namespace onnx_lite
