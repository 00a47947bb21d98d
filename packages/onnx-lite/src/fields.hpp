#pragma once

// Field numbers of onnx.proto3, the part that onnx_lite reads and writes.

#include <cstdint>

namespace onnx_lite {

namespace model_field {
inline constexpr std::uint32_t kIrVersion = 1, kProducerName = 2, kProducerVersion = 3, kGraph = 7,
                               kOpsetImport = 8;
}
namespace opset_field {
inline constexpr std::uint32_t kDomain = 1, kVersion = 2;
}
namespace graph_field {
inline constexpr std::uint32_t kNode = 1, kName = 2, kInitializer = 5, kInput = 11, kOutput = 12;
}
namespace node_field {
inline constexpr std::uint32_t kInput = 1, kOutput = 2, kName = 3, kOpType = 4, kAttribute = 5,
                               kDomain = 7;
}
namespace attribute_field {
inline constexpr std::uint32_t kName = 1, kFloat = 2, kInt = 3, kString = 4, kTensor = 5,
                               kFloats = 7, kInts = 8, kType = 20;
}
namespace attribute_type {
inline constexpr std::int64_t kUndefined = 0, kFloat = 1, kInt = 2, kString = 3, kTensor = 4,
                              kFloats = 6, kInts = 7;
}
namespace tensor_field {
inline constexpr std::uint32_t kDims = 1, kDataType = 2, kSegment = 3, kFloatData = 4,
                               kInt64Data = 7, kName = 8, kRawData = 9, kExternalData = 13,
                               kDataLocation = 14;
}
namespace value_field {
inline constexpr std::uint32_t kName = 1, kType = 2;
}
namespace type_field {
inline constexpr std::uint32_t kTensorType = 1;
}
namespace tensor_type_field {
inline constexpr std::uint32_t kElementType = 1, kShape = 2;
}
namespace shape_field {
inline constexpr std::uint32_t kDimension = 1;
}
namespace dimension_field {
inline constexpr std::uint32_t kValue = 1, kName = 2;
}

}  // namespace onnx_lite
