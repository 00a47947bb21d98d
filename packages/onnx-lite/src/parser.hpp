#pragma once

// The decoder of ONNX messages, in two files: parser.cpp (models, graphs, nodes, values) and
// parse_constants.cpp (attributes and tensors).

#include "onnx_lite/model.hpp"
#include "wire.hpp"

namespace onnx_lite {

// An empty message takes two bytes in a file and a hundred in memory; without a limit a hostile
// file of 1 GB would need 50 times that.
inline constexpr std::size_t kMaxParts = 1'000'000;

/// Decodes messages, counting the strings and sub-messages it has made.
class Parser {
 public:
  void model(const wire::Field& field, Model& out);

 private:
  void graph(const wire::Field& field, Graph& out);
  Node node(const wire::Field& field);
  Attribute attribute(const wire::Field& field);
  Tensor tensor(const wire::Field& field);
  ValueInfo value_info(const wire::Field& field);
  void type(const wire::Field& field, ValueInfo& out);
  void tensor_type(const wire::Field& field, ValueInfo& out);
  std::vector<Dimension> shape(const wire::Field& field);
  OpsetImport opset(const wire::Field& field);

  wire::Reader open(const wire::Field& field, const char* where);
  std::string text(const wire::Field& field, const wire::Reader& reader);

  std::size_t parts_ = 0;
};

// What a field has to hold; each throws Error if it is of another wire type.
void expect(bool right, const wire::Field& field, const wire::Reader& reader);
std::int64_t integer(const wire::Field& field, const wire::Reader& reader);

}  // namespace onnx_lite
