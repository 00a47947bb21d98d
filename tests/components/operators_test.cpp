#include <gtest/gtest.h>
#include <cmath>
#include <interpreter.hpp>
#include <matrix.hpp>
#include <onnx_lite/error.hpp>

#include "support.hpp"

namespace {

using components::make_model;
using components::message_of;
using inference::Dims;
using onnx_lite::Attribute;
using onnx_lite::Node;
using onnx_lite::Tensor;
using Floats = std::vector<float>;

struct Case {
  std::string op_type;
  std::vector<Attribute> attributes;
  std::vector<Tensor> constants;  ///< further inputs of the node, in order
  std::int64_t opset = 13;
};

inference::FloatTensor compute(const Case& c, const Dims& dims, const Floats& values) {
  Node node{"n", c.op_type, "", {"x"}, {"y"}, c.attributes};
  for (const Tensor& tensor : c.constants) node.inputs.push_back(tensor.name);
  onnx_lite::Model model = make_model(dims, {node}, c.constants);
  model.opsets[0].version = c.opset;
  inference::Interpreter interpreter(model);
  interpreter.input().reshape(dims);
  interpreter.input().values = values;
  return interpreter.run();
}

void expect(const Case& c, const Dims& dims, const Floats& values, const Dims& out_dims,
            const Floats& out_values) {
  const inference::FloatTensor out = compute(c, dims, values);
  EXPECT_EQ(out.dims, out_dims);
  ASSERT_EQ(out.values.size(), out_values.size());
  for (std::size_t i = 0; i < out_values.size(); ++i)
    EXPECT_FLOAT_EQ(out.values[i], out_values[i]) << "element " << i;
}

std::string error(const Case& c, const Dims& dims, const Floats& values) {
  return message_of([&] { compute(c, dims, values); });
}

const Floats kThreeByThree{1, 2, 3, 4, 5, 6, 7, 8, 9};

TEST(Operators, Relu) { expect({"Relu", {}, {}}, {2, 2}, {-1, 0, 2, -3}, {2, 2}, {0, 0, 2, 0}); }

TEST(Operators, Flatten) {
  expect({"Flatten", {}, {}}, {2, 1, 1, 2}, {1, 2, 3, 4}, {2, 2}, {1, 2, 3, 4});
  expect({"Flatten", {{"axis", std::int64_t{0}}}, {}}, {2, 2}, {1, 2, 3, 4}, {1, 4}, {1, 2, 3, 4});
  expect({"Flatten", {{"axis", std::int64_t{-1}}}, {}}, {2, 1, 2}, {1, 2, 3, 4}, {2, 2},
         {1, 2, 3, 4});
}

TEST(Operators, Softmax) {
  expect({"Softmax", {}, {}}, {2, 2}, {1000, 1000, 0, std::log(3.0F)}, {2, 2},
         {0.5F, 0.5F, 0.25F, 0.75F});
  EXPECT_NE(error({"Softmax", {}, {}, 11}, {1, 2, 2}, {1, 2, 3, 4}).find("only the last axis"),
            std::string::npos);
}

TEST(Operators, AddBroadcasts) {
  expect({"Add", {}, {{"b", {2}, Floats{10, 20}}}}, {2, 2}, {1, 2, 3, 4}, {2, 2}, {11, 22, 13, 24});
  expect({"Add", {}, {{"b", {2, 1}, Floats{10, 20}}}}, {2, 2}, {1, 2, 3, 4}, {2, 2},
         {11, 12, 23, 24});
  expect({"Add", {}, {{"b", {2, 2}, Floats{1, 1, 1, 1}}}}, {2, 2}, {1, 2, 3, 4}, {2, 2},
         {2, 3, 4, 5});
  EXPECT_NE(error({"Add", {}, {{"b", {3}, Floats{1, 2, 3}}}}, {2, 2}, {1, 2, 3, 4})
                .find("node 'n' (Add): extents [2, 2] and [3] do not fit together"),
            std::string::npos);
}

TEST(Operators, MatMul) {
  expect({"MatMul", {}, {{"b", {2, 3}, Floats{1, 2, 3, 4, 5, 6}}}}, {2, 2}, {1, 0, 1, 1}, {2, 3},
         {1, 2, 3, 5, 7, 9});
  expect({"MatMul", {}, {{"b", {1, 1}, Floats{2}}}}, {1, 2, 1}, {3, 4}, {1, 2, 1}, {6, 8});
}

TEST(Operators, Gemm) {
  const Tensor weights{"b", {3, 2}, Floats{1, 4, 2, 5, 3, 6}};
  const Tensor bias{"c", {3}, Floats{10, 20, 30}};
  expect({"Gemm", {{"transB", std::int64_t{1}}}, {weights, bias}}, {2, 2}, {1, 0, 1, 1}, {2, 3},
         {11, 22, 33, 15, 27, 39});
  expect({"Gemm", {{"transB", std::int64_t{1}}, {"alpha", 2.0F}, {"beta", 0.5F}}, {weights, bias}},
         {1, 2}, {1, 0}, {1, 3}, {7, 14, 21});
  expect({"Gemm", {}, {{"b", {1, 2}, Floats{3, 4}}}}, {1, 1}, {2}, {1, 2}, {6, 8});
}

TEST(Operators, ReshapeKeepsTheBatch) {
  expect({"Reshape", {}, {{"s", {2}, Dims{0, -1}}}}, {2, 1, 2}, {1, 2, 3, 4}, {2, 2}, {1, 2, 3, 4});
  EXPECT_NE(error({"Reshape", {}, {{"s", {2}, Dims{1, 2}}}}, {2, 2}, {1, 2, 3, 4})
                .find("extents [2, 2] cannot become [1, 2]"),
            std::string::npos);
  EXPECT_NE(error({"Reshape", {}, {{"s", {2}, Dims{-1, -1}}}}, {2, 2}, {1, 2, 3, 4})
                .find("more than one extent is -1"),
            std::string::npos);
}

TEST(Operators, MaxPool) {
  const Attribute kernel{"kernel_shape", Dims{2, 2}};
  expect({"MaxPool", {kernel}, {}}, {1, 1, 3, 3}, kThreeByThree, {1, 1, 2, 2}, {5, 6, 8, 9});
  expect({"MaxPool", {kernel, {"strides", Dims{2, 2}}, {"pads", Dims{0, 0, 1, 1}}}, {}},
         {1, 1, 3, 3}, {-1, -2, -3, -4, -5, -6, -7, -8, -9}, {1, 1, 2, 2}, {-1, -3, -7, -9});
}

TEST(Operators, Conv) {
  const Tensor ones{"w", {1, 1, 2, 2}, Floats{1, 1, 1, 1}};
  expect({"Conv", {}, {ones}}, {1, 1, 3, 3}, kThreeByThree, {1, 1, 2, 2}, {12, 16, 24, 28});
  expect({"Conv", {}, {ones, {"b", {1}, Floats{100}}}}, {1, 1, 3, 3}, kThreeByThree, {1, 1, 2, 2},
         {112, 116, 124, 128});
  expect({"Conv", {{"strides", Dims{2, 2}}, {"pads", Dims{1, 1, 0, 0}}}, {ones}}, {1, 1, 3, 3},
         kThreeByThree, {1, 1, 2, 2}, {1, 5, 11, 28});
  expect({"Conv", {{"dilations", Dims{2, 2}}}, {ones}}, {1, 1, 3, 3}, kThreeByThree, {1, 1, 1, 1},
         {20});
}

TEST(Operators, ConvOfSeveralChannelsImagesAndGroups) {
  const Tensor mixed{"w", {2, 2, 1, 1}, Floats{1, 10, 2, 20}};
  expect({"Conv", {}, {mixed}}, {2, 2, 1, 1}, {1, 2, 3, 4}, {2, 2, 1, 1}, {21, 42, 43, 86});
  const Tensor depthwise{"w", {2, 1, 1, 1}, Floats{3, 5}};
  expect({"Conv", {{"group", std::int64_t{2}}}, {depthwise}}, {1, 2, 1, 2}, {1, 2, 3, 4},
         {1, 2, 1, 2}, {3, 6, 15, 20});
}

TEST(Operators, MatrixProductOfEveryShapeAtBlockEdges) {
  for (std::size_t rows = 1; rows <= 9; ++rows)
    for (std::size_t columns = 1; columns <= 17; ++columns) {
      const std::size_t depth = 3;
      Floats a(rows * depth);
      Floats b(depth * columns);
      for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % 7);
      for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(i % 5);
      inference::PackedMatrix packed;
      packed.assign(depth, columns, b.data(), columns, 1);
      Floats c(rows * columns);
      inference::multiply(rows, a.data(), packed, c.data());
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t k = 0; k < columns; ++k) {
          float sum = 0;
          for (std::size_t d = 0; d < depth; ++d) sum += a[r * depth + d] * b[d * columns + k];
          ASSERT_EQ(c[r * columns + k], sum) << rows << "x" << columns << " at " << r << "," << k;
        }
    }
}

TEST(Operators, UnknownOnesAreNamedWithTheirNode) {
  EXPECT_EQ(
      error({"LSTM", {}, {}}, {1}, {1}),
      "node 'n' (LSTM): operator 'LSTM' is not supported; there are Add, Conv, Flatten, Gemm, "
      "MatMul, MaxPool, Relu, Reshape and Softmax");
  onnx_lite::Model model =
      make_model({1}, {Node{"n", "Relu", "com.example", {"x"}, {"y"}, {}}}, {});
  EXPECT_NE(message_of([&] {
              inference::Interpreter{model};
            }).find("operator 'Relu' of domain 'com.example' is not supported"),
            std::string::npos);
}

TEST(Operators, AttributesThatWouldBeIgnoredAreErrors) {
  const Tensor weights{"w", {1, 1, 1, 1}, Floats{1}};
  EXPECT_EQ(
      error({"Conv", {{"auto_pad", std::string("SAME_UPPER")}}, {weights}}, {1, 1, 1, 1}, {1}),
      "node 'n' (Conv): attribute 'auto_pad' is not supported; pads have to be given as numbers");
  EXPECT_EQ(error({"Relu", {{"slope", 0.1F}}, {}}, {1}, {1}),
            "node 'n' (Relu): attribute 'slope' is not supported");
  EXPECT_EQ(error({"Gemm", {{"alpha", std::int64_t{1}}}, {weights}}, {1, 1}, {1}),
            "node 'n' (Gemm): attribute 'alpha' has the wrong type");
  EXPECT_EQ(
      error({"MaxPool", {{"kernel_shape", Dims{0, 2}}}, {}}, {1, 1, 2, 2}, {1, 2, 3, 4}),
      "node 'n' (MaxPool): attribute 'kernel_shape' has the value 0, supported are 1 to 32768");
  EXPECT_EQ(
      error({"Conv", {{"group", INT64_MAX}}, {weights}}, {1, 1, 1, 1}, {1}),
      "node 'n' (Conv): attribute 'group' is 9223372036854775807, the weights have 1 outputs");
}

TEST(Operators, InputsOfTheWrongKindAreErrors) {
  EXPECT_NE(error({"Add", {}, {{"b", {1}, Dims{1}}}}, {1}, {1}).find("input 'b' is of int64"),
            std::string::npos);
  EXPECT_NE(error({"Relu", {}, {{"b", {1}, Floats{1}}}}, {1}, {1}).find("has 2 inputs"),
            std::string::npos);
  EXPECT_NE(error({"Conv", {}, {{"w", {1, 3, 1, 1}, Floats{1, 1, 1}}}}, {1, 1, 1, 1}, {1})
                .find("the input has 1 channels, the weights are for 3"),
            std::string::npos);
  EXPECT_NE(error({"MaxPool", {{"kernel_shape", Dims{3, 3}}}, {}}, {1, 1, 2, 2}, {1, 2, 3, 4})
                .find("does not fit into 2"),
            std::string::npos);
}

TEST(Operators, ResultsTooLargeForMemoryAreErrors) {
  const Case padded{
      "Conv", {{"pads", Dims{32768, 32768, 32768, 32768}}}, {{"w", {1, 1, 1, 1}, Floats{1}}}};
  EXPECT_NE(error(padded, {1, 1, 1, 1}, {1}).find("elements"), std::string::npos);
}

TEST(Operators, OperatorSetsOutsideTheKnownAreErrors) {
  EXPECT_EQ(error({"Relu", {}, {}, 6}, {1}, {1}),
            "the model is for operator set 6; supported are 7 to 21");
  EXPECT_EQ(error({"Relu", {}, {}, 99}, {1}, {1}),
            "the model is for operator set 99; supported are 7 to 21");
}

}  // namespace
