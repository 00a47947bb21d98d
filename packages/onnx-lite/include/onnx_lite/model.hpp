#pragma once

// What an ONNX file says, as plain values. Only what small inference models use is represented:
// float and int64 tensors, and attributes that are numbers, strings, lists of these, or tensors.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace onnx_lite {

/// Element types by their ONNX number.
enum class ElementType : std::int32_t { float32 = 1, int64 = 7 };

/// A constant: `values` holds as many elements as the product of `dims` (one if `dims` is empty).
struct Tensor {
  std::string name;
  std::vector<std::int64_t> dims;
  std::variant<std::vector<float>, std::vector<std::int64_t>> values;

  bool operator==(const Tensor&) const = default;
};

/// An attribute of a kind this library does not represent (a subgraph, for example).
struct UnsupportedAttribute {
  std::int64_t type = 0;  ///< number in AttributeProto.AttributeType; 0 if the file names none

  bool operator==(const UnsupportedAttribute&) const = default;
};

struct Attribute {
  using Value = std::variant<UnsupportedAttribute, std::int64_t, float, std::string,
                             std::vector<std::int64_t>, std::vector<float>, Tensor>;
  std::string name;
  Value value;

  bool operator==(const Attribute&) const = default;
};

/// One operation. An empty input name stands for an optional input that is left out.
struct Node {
  std::string name;
  std::string op_type;
  std::string domain;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<Attribute> attributes;

  bool operator==(const Node&) const = default;
};

/// An extent: a number, a name such as "batch", or unknown (an empty name).
using Dimension = std::variant<std::int64_t, std::string>;

struct ValueInfo {
  std::string name;
  ElementType element_type = ElementType::float32;
  std::vector<Dimension> shape;

  bool operator==(const ValueInfo&) const = default;
};

struct Graph {
  std::string name;
  std::vector<Node> nodes;
  std::vector<Tensor> initializers;
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;

  bool operator==(const Graph&) const = default;
};

struct OpsetImport {
  std::string domain;  ///< empty: the standard operators
  std::int64_t version = 0;

  bool operator==(const OpsetImport&) const = default;
};

struct Model {
  std::int64_t ir_version = 0;
  std::string producer_name;
  std::string producer_version;
  std::vector<OpsetImport> opsets;
  Graph graph;

  bool operator==(const Model&) const = default;
};

/// Number of elements of a tensor with these extents.
/// Throws Error if one is negative or the product exceeds 2^31 - 1.
std::size_t element_count(const std::vector<std::int64_t>& dims);

/// Text from a file made fit for a message: quoted, control characters escaped, cut when long.
std::string quote(std::string_view text);

/// "node 'conv1' (Conv)", or the node's first output when it has no name.
std::string describe(const Node& node);

}  // namespace onnx_lite
