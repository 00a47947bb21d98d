#include "convolution.hpp"

#include "matrix.hpp"
#include "window.hpp"

#include <algorithm>
#include <limits>
#include <onnx_lite/error.hpp>

namespace inference {

namespace {

using onnx_lite::Error;

/// Extents of the image that a window moves over and of what comes out, for one channel.
struct Plane {
  std::int64_t height, width, out_height, out_width;

  Plane(const Dims& in, const Window& window)
      : height(in[2]),
        width(in[3]),
        out_height(window.output_extent(0, height)),
        out_width(window.output_extent(1, width)) {}
  std::size_t size() const { return unsigned_of(height * width); }
  std::size_t out_size() const { return unsigned_of(out_height * out_width); }
};

void expect_images(const Dims& dims) {
  if (dims.size() != 4)
    throw Error("the input has extents " + to_string(dims) +
                ", expected batch, channels, rows, columns");
}

/// Copies what lies under the kernel's element (ky, kx) as the window moves over one channel.
void copy_shifted(const float* in, const Plane& plane, const Window& window, std::int64_t ky,
                  std::int64_t kx, float* out) {
  const std::int64_t left = kx * window.dilations[1] - window.pads[1];
  const std::int64_t stride = window.strides[1];
  // Columns of the output whose pixel lies inside the image.
  const std::int64_t begin = left < 0 ? (-left + stride - 1) / stride : 0;
  const std::int64_t end =
      std::min(plane.out_width, plane.width > left ? (plane.width - left - 1) / stride + 1 : 0);
  for (std::int64_t y = 0; y < plane.out_height; ++y) {
    const std::int64_t in_y = y * window.strides[0] + ky * window.dilations[0] - window.pads[0];
    if (in_y < 0 || in_y >= plane.height) continue;
    const float* const row = in + in_y * plane.width;
    float* const out_row = out + y * plane.out_width;
    for (std::int64_t x = begin; x < end; ++x) out_row[x] = row[x * stride + left];
  }
}

/// Lays out one image so that convolving becomes a matrix product.
void unfold(const float* image, std::int64_t channels, const Plane& plane, const Window& window,
            PackedMatrix& columns) {
  columns.clear(unsigned_of(channels * window.kernel[0] * window.kernel[1]), plane.out_size());
  float* row = columns.values.data();
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t ky = 0; ky < window.kernel[0]; ++ky)
      for (std::int64_t kx = 0; kx < window.kernel[1]; ++kx, row += columns.stride)
        copy_shifted(image + unsigned_of(c) * plane.size(), plane, window, ky, kx, row);
}

const float* bias_of(Operands in, std::int64_t outputs) {
  if (in.size() < 3 || in[2] == nullptr) return nullptr;
  if (in[2]->dims != Dims{outputs})
    throw Error("the bias has extents " + to_string(in[2]->dims) + ", expected " +
                to_string({outputs}));
  return in[2]->values.data();
}

void add_bias(const float* bias, std::size_t outputs, std::size_t area, float* image) {
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t p = 0; p < area; ++p) image[o * area + p] += bias[o];
}

void convolve(Operands in, const Window& window, std::int64_t groups, PackedMatrix& columns,
              FloatTensor& out) {
  const FloatTensor& images = *in[0];
  const FloatTensor& weights = *in[1];
  expect_images(images.dims);
  const std::int64_t channels = weights.dims[1];
  const std::int64_t outputs = weights.dims[0];
  if (images.dims[1] != channels * groups)
    throw Error("the input has " + std::to_string(images.dims[1]) +
                " channels, the weights are for " + std::to_string(channels * groups));
  const Plane plane(images.dims, window);
  const float* const bias = bias_of(in, outputs);
  out.reshape({images.dims[0], outputs, plane.out_height, plane.out_width});
  const std::size_t group_in = unsigned_of(channels) * plane.size();
  const std::size_t group_outputs = unsigned_of(outputs / groups);
  const std::size_t group_weights = weights.values.size() / unsigned_of(groups);
  for (std::size_t i = 0; i < unsigned_of(images.dims[0]); ++i) {
    float* const image = out.values.data() + i * unsigned_of(outputs) * plane.out_size();
    for (std::size_t g = 0; g < unsigned_of(groups); ++g) {
      const std::size_t number = i * unsigned_of(groups) + g;
      unfold(images.values.data() + number * group_in, channels, plane, window, columns);
      multiply(group_outputs, weights.values.data() + g * group_weights, columns,
               image + g * group_outputs * plane.out_size());
    }
    if (bias != nullptr) add_bias(bias, unsigned_of(outputs), plane.out_size(), image);
  }
}

/// The largest value under the window at one place; padding never wins.
float largest(const float* in, const Plane& plane, const Window& window, std::int64_t y,
              std::int64_t x) {
  float best = -std::numeric_limits<float>::infinity();
  for (std::int64_t ky = 0; ky < window.kernel[0]; ++ky) {
    const std::int64_t in_y = y * window.strides[0] + ky * window.dilations[0] - window.pads[0];
    if (in_y < 0 || in_y >= plane.height) continue;
    for (std::int64_t kx = 0; kx < window.kernel[1]; ++kx) {
      const std::int64_t in_x = x * window.strides[1] + kx * window.dilations[1] - window.pads[1];
      if (in_x >= 0 && in_x < plane.width) best = std::max(best, in[in_y * plane.width + in_x]);
    }
  }
  return best;
}

void max_pool(const FloatTensor& in, const Window& window, FloatTensor& out) {
  expect_images(in.dims);
  const Plane plane(in.dims, window);
  out.reshape({in.dims[0], in.dims[1], plane.out_height, plane.out_width});
  const float* channel = in.values.data();
  float* next = out.values.data();
  for (std::int64_t i = 0; i < in.dims[0] * in.dims[1]; ++i, channel += plane.size())
    for (std::int64_t y = 0; y < plane.out_height; ++y)
      for (std::int64_t x = 0; x < plane.out_width; ++x)
        *next++ = largest(channel, plane, window, y, x);
}

}  // namespace

Kernel make_conv(const onnx_lite::Node& node, Constants constants) {
  const onnx_lite::Tensor* weights = constants[1];
  if (weights == nullptr) throw Error("the weights have to be an initializer");
  if (weights->dims.size() != 4)
    throw Error("the weights have extents " + to_string(weights->dims) +
                "; only convolutions over rows and columns are supported");
  Attributes attributes(node);
  const Window window = Window::take(attributes, Dims{weights->dims[2], weights->dims[3]});
  const auto groups = attributes.take<std::int64_t>("group", 1);
  attributes.finish();
  if (groups < 1 || weights->dims[0] < groups || weights->dims[0] % groups != 0)
    throw Error("attribute 'group' is " + std::to_string(groups) + ", the weights have " +
                std::to_string(weights->dims[0]) + " outputs");
  return [window, groups, columns = PackedMatrix()](Operands in, FloatTensor& out) mutable {
    convolve(in, window, groups, columns, out);
  };
}

Kernel make_max_pool(const onnx_lite::Node& node) {
  Attributes attributes(node);
  const Window window = Window::take(attributes, std::nullopt);
  const bool ceil = attributes.take<std::int64_t>("ceil_mode", 0) != 0;
  const bool column_major = attributes.take<std::int64_t>("storage_order", 0) != 0;
  attributes.finish();
  if (ceil || column_major) throw Error("'ceil_mode' and 'storage_order' have to be 0");
  return [window](Operands in, FloatTensor& out) { max_pool(*in[0], window, out); };
}

}  // namespace inference
