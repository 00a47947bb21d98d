#include "tensor.hpp"

#include <onnx_lite/error.hpp>
#include <onnx_lite/model.hpp>
#include <utility>

namespace inference {

void FloatTensor::reshape(Dims new_dims) {
  constexpr std::size_t kMaxElements = std::size_t{1} << 28;
  const std::size_t count = onnx_lite::element_count(new_dims);
  if (count > kMaxElements)
    throw onnx_lite::Error("a tensor of extents " + to_string(new_dims) + " is too large");
  values.resize(count);
  dims = std::move(new_dims);
}

std::string to_string(const Dims& dims) {
  std::string out = "[";
  for (const std::int64_t extent : dims)
    out += (out.size() > 1 ? ", " : "") + std::to_string(extent);
  return out + "]";
}

}  // namespace inference
