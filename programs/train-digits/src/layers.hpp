#pragma once

#include "random.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace train {

/// Extents of what flows between two layers, for one image.
struct Extent {
  std::size_t channels;
  std::size_t height;
  std::size_t width;

  std::size_t size() const { return channels * height * width; }
};

/// Learnable numbers with the gradient of the current batch and Adam's two running means.
struct Parameter {
  std::vector<float> values;
  std::vector<float> gradient;
  std::vector<float> mean;
  std::vector<float> square;
  bool decays = false;  ///< weights decay, biases do not

  Parameter(std::size_t size, bool decays_);
};

/// Each layer's forward() reads and writes batches of images, image by image; backward() adds to
/// the parameters' gradients and gives the gradient of the input, from the gradient of the output
/// and the input that the last forward() saw.

/// Fully connected: output = input * weights + bias; weights are inputs x outputs.
struct Dense {
  std::size_t inputs;
  std::size_t outputs;
  Parameter weights;
  Parameter bias;

  Dense(std::size_t inputs_, std::size_t outputs_, Random& random);
  Extent output(Extent) const { return {outputs, 1, 1}; }
  void forward(std::span<const float> in, std::span<float> out, std::size_t batch);
  void backward(std::span<const float> in, std::span<const float> out_gradient,
                std::span<float> in_gradient, std::size_t batch);
};

/// Convolution with 3x3 kernels, stride 1 and a border of zeros, so that the extent stays.
/// Weights are outputs x (inputs x 3 x 3).
struct Conv3x3 {
  Extent in_extent;
  std::size_t outputs;
  Parameter weights;
  Parameter bias;

  Conv3x3(Extent in_extent_, std::size_t outputs_, Random& random);
  Extent output(Extent in) const { return {outputs, in.height, in.width}; }
  void forward(std::span<const float> in, std::span<float> out, std::size_t batch);
  void backward(std::span<const float> in, std::span<const float> out_gradient,
                std::span<float> in_gradient, std::size_t batch);

 private:
  std::size_t depth() const { return in_extent.channels * 9; }
  std::size_t area() const { return in_extent.height * in_extent.width; }
  void unfold(const float* image);
  void fold_into(float* image) const;

  std::vector<float> columns_;     ///< depth x area: the patch under the kernel at each pixel
  std::vector<float> transposed_;  ///< scratch
};

/// max(0, x).
struct Relu {
  Extent output(Extent in) const { return in; }
  void forward(std::span<const float> in, std::span<float> out, std::size_t batch);
  void backward(std::span<const float> in, std::span<const float> out_gradient,
                std::span<float> in_gradient, std::size_t batch);
};

/// The largest of each 2x2 block; extents are even.
struct MaxPool2 {
  Extent in_extent;

  explicit MaxPool2(Extent in_extent_) : in_extent(in_extent_) {}

  Extent output(Extent in) const { return {in.channels, in.height / 2, in.width / 2}; }
  void forward(std::span<const float> in, std::span<float> out, std::size_t batch);
  void backward(std::span<const float> in, std::span<const float> out_gradient,
                std::span<float> in_gradient, std::size_t batch);

 private:
  std::vector<std::size_t> winner_;  ///< index into the input of each output of the last forward()
};

using Layer = std::variant<Dense, Conv3x3, Relu, MaxPool2>;

/// The layer's parameters, weights first; none for most kinds.
std::vector<Parameter*> parameters(Layer& layer);

}  // namespace train
