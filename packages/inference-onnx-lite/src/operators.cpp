#include "operators.hpp"

#include "attributes.hpp"
#include "convolution.hpp"
#include "matrix.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <onnx_lite/error.hpp>
#include <optional>

namespace inference {

namespace {

using onnx_lite::Error;
using onnx_lite::Node;

std::int64_t product(Dims::const_iterator from, Dims::const_iterator to) {
  return std::accumulate(from, to, std::int64_t{1}, std::multiplies<>());
}

/// An axis as an index into `rank` extents; negative ones count from the end.
std::size_t axis_of(std::int64_t axis, std::size_t rank, bool end_allowed) {
  const auto limit = static_cast<std::int64_t>(rank) + (end_allowed ? 1 : 0);
  const std::int64_t index = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
  if (index < 0 || index >= limit)
    throw Error("axis " + std::to_string(axis) + " does not exist in " + std::to_string(rank) +
                " extents");
  return unsigned_of(index);
}

Kernel make_relu(const Node& node) {
  Attributes(node).finish();
  return [](Operands in, FloatTensor& out) {
    out.reshape(in[0]->dims);
    std::ranges::transform(in[0]->values, out.values.begin(),
                           [](float x) { return x > 0.0F ? x : 0.0F; });
  };
}

Kernel make_flatten(const Node& node) {
  Attributes attributes(node);
  const auto axis = attributes.take<std::int64_t>("axis", 1);
  attributes.finish();
  return [axis](Operands in, FloatTensor& out) {
    const Dims& dims = in[0]->dims;
    const auto split = dims.begin() + static_cast<std::ptrdiff_t>(axis_of(axis, dims.size(), true));
    out.reshape({product(dims.begin(), split), product(split, dims.end())});
    std::ranges::copy(in[0]->values, out.values.begin());
  };
}

Kernel make_softmax(const Node& node, std::int64_t opset) {
  Attributes attributes(node);
  const auto axis = attributes.take<std::int64_t>("axis", opset < 13 ? 1 : -1);
  attributes.finish();
  return [axis](Operands in, FloatTensor& out) {
    const Dims& dims = in[0]->dims;
    if (axis_of(axis, dims.size(), false) + 1 != dims.size())
      throw Error("only the last axis is supported, not " + std::to_string(axis) + " of " +
                  to_string(dims));
    out.reshape(dims);
    const auto width = dims.back();
    if (width == 0) return;
    for (auto row = out.values.begin(), from = out.values.begin(); row != out.values.end();
         row += width) {
      const auto source = in[0]->values.begin() + (row - from);
      const float highest = *std::max_element(source, source + width);
      std::transform(source, source + width, row,
                     [highest](float x) { return std::exp(x - highest); });
      const float sum = std::accumulate(row, row + width, 0.0F);
      std::transform(row, row + width, row, [sum](float x) { return x / sum; });
    }
  };
}

/// Extents of a + b by numpy's rules.
Dims broadcast(const Dims& a, const Dims& b) {
  Dims out(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t in_a = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t in_b = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (in_a != in_b && in_a != 1 && in_b != 1)
      throw Error("extents " + to_string(a) + " and " + to_string(b) + " do not fit together");
    out[out.size() - 1 - i] = in_a == 1 ? in_b : in_a;
  }
  return out;
}

/// Index into a tensor of extents `dims` of the element that meets element `index` of the broadcast
/// extents `all`.
std::size_t source_index(std::size_t index, const Dims& all, const Dims& dims) {
  std::size_t out = 0;
  std::size_t step = 1;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const std::size_t extent = unsigned_of(all[all.size() - 1 - i]);
    const std::size_t own = unsigned_of(dims[dims.size() - 1 - i]);
    if (own > 1) out += index % extent * step;
    index /= extent;
    step *= own;
  }
  return out;
}

Kernel make_add(const Node& node) {
  Attributes(node).finish();
  return [](Operands in, FloatTensor& out) {
    const FloatTensor& a = *in[0];
    const FloatTensor& b = *in[1];
    out.reshape(broadcast(a.dims, b.dims));
    if (a.dims == b.dims) {
      std::ranges::transform(a.values, b.values, out.values.begin(), std::plus<>());
      return;
    }
    for (std::size_t i = 0; i < out.values.size(); ++i)
      out.values[i] =
          a.values[source_index(i, out.dims, a.dims)] + b.values[source_index(i, out.dims, b.dims)];
  };
}

void pack(const Dims& dims, const float* values, bool transposed, PackedMatrix& out) {
  if (dims.size() != 2)
    throw Error("the right factor has extents " + to_string(dims) + ", expected two");
  const std::size_t rows = unsigned_of(dims[0]);
  const std::size_t columns = unsigned_of(dims[1]);
  if (transposed)
    out.assign(columns, rows, values, 1, columns);
  else
    out.assign(rows, columns, values, columns, 1);
}

/// The right factor of a product, packed once when it is a constant, else at every run.
class RightFactor {
 public:
  RightFactor(const onnx_lite::Tensor* constant, bool transposed)
      : constant_(constant != nullptr), transposed_(transposed) {
    if (!constant_) return;
    const auto* values = std::get_if<std::vector<float>>(&constant->values);
    if (values == nullptr) throw Error("the right factor has to be of floats");
    pack(constant->dims, values->data(), transposed, packed_);
  }

  const PackedMatrix& get(const FloatTensor* tensor) {
    if (!constant_) pack(tensor->dims, tensor->values.data(), transposed_, packed_);
    return packed_;
  }

 private:
  bool constant_;
  bool transposed_;
  PackedMatrix packed_;
};

/// out = in * right, over the last axis of `in`.
void multiply_last_axis(const FloatTensor& in, const PackedMatrix& right, FloatTensor& out) {
  if (in.dims.empty() || unsigned_of(in.dims.back()) != right.rows)
    throw Error("the left factor has extents " + to_string(in.dims) + ", the right one has " +
                std::to_string(right.rows) + " rows");
  Dims dims = in.dims;
  dims.back() = static_cast<std::int64_t>(right.columns);
  out.reshape(std::move(dims));
  const auto rows = product(in.dims.begin(), in.dims.end() - 1);
  multiply(unsigned_of(rows), in.values.data(), right, out.values.data());
}

Kernel make_mat_mul(const Node& node, Constants constants) {
  Attributes(node).finish();
  return [right = RightFactor(constants[1], false)](Operands in, FloatTensor& out) mutable {
    multiply_last_axis(*in[0], right.get(in[1]), out);
  };
}

Kernel make_gemm(const Node& node, Constants constants) {
  Attributes attributes(node);
  const auto alpha = attributes.take<float>("alpha", 1.0F);
  const auto beta = attributes.take<float>("beta", 1.0F);
  const bool transpose_a = attributes.take<std::int64_t>("transA", 0) != 0;
  const bool transpose_b = attributes.take<std::int64_t>("transB", 0) != 0;
  attributes.finish();
  if (transpose_a) throw Error("'transA' has to be 0");
  return [alpha, beta, right = RightFactor(constants[1], transpose_b)](Operands in,
                                                                       FloatTensor& out) mutable {
    if (in[0]->dims.size() != 2)
      throw Error("the left factor has extents " + to_string(in[0]->dims) + ", expected two");
    multiply_last_axis(*in[0], right.get(in[1]), out);
    const FloatTensor* bias = in.size() > 2 ? in[2] : nullptr;
    if (bias == nullptr && alpha == 1.0F) return;
    if (bias != nullptr && broadcast(out.dims, bias->dims) != out.dims)
      throw Error("a bias of extents " + to_string(bias->dims) + " does not fit a product of " +
                  to_string(out.dims));
    for (std::size_t i = 0; i < out.values.size(); ++i) {
      const float added =
          bias == nullptr ? 0.0F : bias->values[source_index(i, out.dims, bias->dims)];
      out.values[i] = alpha * out.values[i] + beta * added;
    }
  };
}

/// The extents that Reshape's second input asks for; 0 keeps the input's, -1 takes what is left.
Dims reshaped(const Dims& from, const Dims& wanted, bool zero_is_zero) {
  Dims out = wanted;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == 0 && !zero_is_zero) {
      if (i >= from.size())
        throw Error("extent " + std::to_string(i) + " of the input does not exist");
      out[i] = from[i];
    }
    if (out[i] == -1 && open) throw Error("more than one extent is -1");
    if (out[i] == -1) open = i;
  }
  if (open) out[*open] = 1;
  const auto have = onnx_lite::element_count(from);
  const auto rest = onnx_lite::element_count(out);
  if (open && rest != 0) out[*open] = static_cast<std::int64_t>(have / rest);
  if (onnx_lite::element_count(out) != have)
    throw Error("extents " + to_string(from) + " cannot become " + to_string(wanted));
  return out;
}

Kernel make_reshape(const Node& node, Constants constants) {
  Attributes attributes(node);
  const bool zero_is_zero = attributes.take<std::int64_t>("allowzero", 0) != 0;
  attributes.finish();
  const auto* wanted = constants[1] == nullptr ? nullptr : std::get_if<Dims>(&constants[1]->values);
  if (wanted == nullptr) throw Error("the new shape has to be an initializer of int64");
  return [wanted = *wanted, zero_is_zero](Operands in, FloatTensor& out) {
    out.reshape(reshaped(in[0]->dims, wanted, zero_is_zero));
    std::ranges::copy(in[0]->values, out.values.begin());
  };
}

/// How many inputs an operator takes.
struct Arity {
  std::size_t least;
  std::size_t most;
};

void expect_inputs(const Node& node, Arity arity) {
  if (node.outputs.size() != 1)
    throw Error("expected one output, not " + std::to_string(node.outputs.size()));
  if (node.inputs.size() < arity.least || node.inputs.size() > arity.most)
    throw Error("has " + std::to_string(node.inputs.size()) + " inputs");
  for (std::size_t i = 0; i < arity.least; ++i)
    if (node.inputs[i].empty()) throw Error("input " + std::to_string(i) + " is missing");
}

Kernel dispatch(const Node& node, Constants constants, std::int64_t opset) {
  const auto checked = [&](Arity arity) { expect_inputs(node, arity); };
  const bool standard = node.domain.empty() || node.domain == "ai.onnx";
  const std::string type = standard ? node.op_type : std::string();
  if (type == "Conv") return checked({2, 3}), make_conv(node, constants);
  if (type == "Relu") return checked({1, 1}), make_relu(node);
  if (type == "MaxPool") return checked({1, 1}), make_max_pool(node);
  if (type == "Flatten") return checked({1, 1}), make_flatten(node);
  if (type == "Gemm") return checked({2, 3}), make_gemm(node, constants);
  if (type == "Softmax") return checked({1, 1}), make_softmax(node, opset);
  if (type == "Add") return checked({2, 2}), make_add(node);
  if (type == "MatMul") return checked({2, 2}), make_mat_mul(node, constants);
  if (type == "Reshape") return checked({2, 2}), make_reshape(node, constants);
  throw Error("operator " + onnx_lite::quote(node.op_type) +
              (standard ? "" : " of domain " + onnx_lite::quote(node.domain)) +
              " is not supported; there are Add, Conv, Flatten, Gemm, MatMul, MaxPool, Relu, "
              "Reshape and Softmax");
}

}  // namespace

Kernel make_kernel(const Node& node, Constants constants, std::int64_t opset) {
  try {
    return dispatch(node, constants, opset);
  } catch (const Error& error) {
    throw Error(onnx_lite::describe(node) + ": " + error.what());
  }
}

}  // namespace inference
