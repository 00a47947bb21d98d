#include "layers.hpp"

#include "arithmetic.hpp"

#include <algorithm>
#include <cmath>

namespace train {

namespace {

/// He's initialisation for layers followed by Relu, uniform.
void initialise(Parameter& weights, std::size_t fan_in, Random& random) {
  const float bound = std::sqrt(6.0F / static_cast<float>(fan_in));
  for (float& value : weights.values) value = random.symmetric(bound);
}

}  // namespace

Parameter::Parameter(std::size_t size, bool decays_)
    : values(size), gradient(size), mean(size), square(size), decays(decays_) {}

Dense::Dense(std::size_t inputs_, std::size_t outputs_, Random& random)
    : inputs(inputs_), outputs(outputs_), weights(inputs * outputs, true), bias(outputs, false) {
  initialise(weights, inputs, random);
}

void Dense::forward(std::span<const float> in, std::span<float> out, std::size_t batch) {
  for (std::size_t i = 0; i < batch; ++i)
    std::copy(bias.values.begin(), bias.values.end(), out.begin() + static_cast<long>(i * outputs));
  multiply_add(batch, outputs, inputs, {in.data(), inputs, 1}, weights.values.data(), out.data());
}

void Dense::backward(std::span<const float> in, std::span<const float> out_gradient,
                     std::span<float> in_gradient, std::size_t batch) {
  multiply_add(inputs, outputs, batch, {in.data(), 1, inputs}, out_gradient.data(),
               weights.gradient.data());
  for (std::size_t i = 0; i < batch; ++i)
    for (std::size_t o = 0; o < outputs; ++o) bias.gradient[o] += out_gradient[i * outputs + o];
  std::vector<float> transposed(weights.values.size());
  transpose(inputs, outputs, weights.values.data(), transposed.data());
  std::fill(in_gradient.begin(), in_gradient.end(), 0.0F);
  multiply_add(batch, inputs, outputs, {out_gradient.data(), outputs, 1}, transposed.data(),
               in_gradient.data());
}

Conv3x3::Conv3x3(Extent in_extent_, std::size_t outputs_, Random& random)
    : in_extent(in_extent_),
      outputs(outputs_),
      weights(outputs * in_extent.channels * 9, true),
      bias(outputs, false),
      columns_(depth() * area()),
      transposed_(depth() * area()) {
  initialise(weights, depth(), random);
}

namespace {

/// Calls visit(row of columns, pixel, neighbour) for every pixel and every neighbour of it that
/// lies inside the image; the row numbers the channel and the neighbour's place in the 3x3 kernel.
template <typename Visit>
void for_each_neighbour(Extent extent, Visit visit) {
  const auto height = static_cast<int>(extent.height);
  const auto width = static_cast<int>(extent.width);
  for (int row = 0; row < static_cast<int>(extent.channels) * 9; ++row) {
    const int dy = row % 9 / 3 - 1;
    const int dx = row % 3 - 1;
    for (int y = std::max(0, -dy); y < std::min(height, height - dy); ++y)
      for (int x = std::max(0, -dx); x < std::min(width, width - dx); ++x)
        visit(static_cast<std::size_t>(row), static_cast<std::size_t>(y * width + x),
              static_cast<std::size_t>((row / 9 * height + y + dy) * width + x + dx));
  }
}

}  // namespace

void Conv3x3::unfold(const float* image) {
  std::fill(columns_.begin(), columns_.end(), 0.0F);
  for_each_neighbour(in_extent, [&](std::size_t row, std::size_t pixel, std::size_t neighbour) {
    columns_[row * area() + pixel] = image[neighbour];
  });
}

void Conv3x3::fold_into(float* image) const {
  for_each_neighbour(in_extent, [&](std::size_t row, std::size_t pixel, std::size_t neighbour) {
    image[neighbour] += columns_[row * area() + pixel];
  });
}

void Conv3x3::forward(std::span<const float> in, std::span<float> out, std::size_t batch) {
  for (std::size_t i = 0; i < batch; ++i) {
    unfold(in.data() + i * in_extent.size());
    float* const image = out.data() + i * outputs * area();
    for (std::size_t o = 0; o < outputs; ++o)
      std::fill_n(image + o * area(), area(), bias.values[o]);
    multiply_add(outputs, area(), depth(), {weights.values.data(), depth(), 1}, columns_.data(),
                 image);
  }
}

void Conv3x3::backward(std::span<const float> in, std::span<const float> out_gradient,
                       std::span<float> in_gradient, std::size_t batch) {
  std::fill(in_gradient.begin(), in_gradient.end(), 0.0F);
  for (std::size_t i = 0; i < batch; ++i) {
    const float* const gradient = out_gradient.data() + i * outputs * area();
    for (std::size_t o = 0; o < outputs; ++o)
      for (std::size_t p = 0; p < area(); ++p) bias.gradient[o] += gradient[o * area() + p];
    unfold(in.data() + i * in_extent.size());
    transpose(depth(), area(), columns_.data(), transposed_.data());
    multiply_add(outputs, depth(), area(), {gradient, area(), 1}, transposed_.data(),
                 weights.gradient.data());
    std::fill(columns_.begin(), columns_.end(), 0.0F);
    multiply_add(depth(), area(), outputs, {weights.values.data(), 1, depth()}, gradient,
                 columns_.data());
    fold_into(in_gradient.data() + i * in_extent.size());
  }
}

void Relu::forward(std::span<const float> in, std::span<float> out, std::size_t) {
  for (std::size_t i = 0; i < in.size(); ++i) out[i] = in[i] > 0.0F ? in[i] : 0.0F;
}

void Relu::backward(std::span<const float> in, std::span<const float> out_gradient,
                    std::span<float> in_gradient, std::size_t) {
  for (std::size_t i = 0; i < in.size(); ++i)
    in_gradient[i] = in[i] > 0.0F ? out_gradient[i] : 0.0F;
}

void MaxPool2::forward(std::span<const float> in, std::span<float> out, std::size_t batch) {
  const std::size_t width = in_extent.width;
  winner_.resize(out.size());
  std::size_t o = 0;
  for (std::size_t y = 0; y < batch * in_extent.channels * in_extent.height; y += 2)
    for (std::size_t x = 0; x < width; x += 2, ++o) {
      std::size_t best = y * width + x;
      for (const std::size_t other : {best + 1, best + width, best + width + 1})
        if (in[other] > in[best]) best = other;
      winner_[o] = best;
      out[o] = in[best];
    }
}

void MaxPool2::backward(std::span<const float>, std::span<const float> out_gradient,
                        std::span<float> in_gradient, std::size_t) {
  std::fill(in_gradient.begin(), in_gradient.end(), 0.0F);
  for (std::size_t o = 0; o < out_gradient.size(); ++o) in_gradient[winner_[o]] += out_gradient[o];
}

std::vector<Parameter*> parameters(Layer& layer) {
  if (auto* dense = std::get_if<Dense>(&layer)) return {&dense->weights, &dense->bias};
  if (auto* conv = std::get_if<Conv3x3>(&layer)) return {&conv->weights, &conv->bias};
  return {};
}

}  // namespace train
