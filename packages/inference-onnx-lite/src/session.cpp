#include "interpreter.hpp"

#include <algorithm>
#include <inference/session.hpp>
#include <onnx_lite/error.hpp>
#include <onnx_lite/io.hpp>

namespace inference {

namespace {

using onnx_lite::Error;

ImageShape image_shape(const Dims& dims) {
  const bool known =
      dims.size() == 4 &&
      std::all_of(dims.begin() + 1, dims.end(), [](std::int64_t extent) { return extent > 0; });
  if (!known)
    throw Error("the input has extents " + to_string(dims) +
                ", expected batch, channels, rows, columns (-1: left open; only the batch may be)");
  onnx_lite::element_count({dims.begin() + 1, dims.end()});  // not too large
  return {unsigned_of(dims[1]), unsigned_of(dims[2]), unsigned_of(dims[3])};
}

class OnnxLiteSession final : public Session {
 public:
  explicit OnnxLiteSession(const onnx_lite::Model& model)
      : interpreter_(model), shape_(image_shape(interpreter_.input_dims())) {
    // A trial run finds extents that do not fit together, and the number of classes.
    const std::int64_t fixed = interpreter_.input_dims().front();
    const std::size_t batch = fixed > 0 ? unsigned_of(fixed) : 1;
    const Dims dims = compute(std::vector<float>(batch * shape_.size()), batch).dims;
    if (dims.size() != 2 || dims[0] != static_cast<std::int64_t>(batch) || dims[1] < 1)
      throw Error("the output has extents " + to_string(dims) + ", expected " +
                  std::to_string(batch) + " x classes");
    classes_ = unsigned_of(dims[1]);
  }

  ImageShape input_shape() const override { return shape_; }
  std::size_t classes() const override { return classes_; }

  std::span<const float> run(std::span<const float> images, std::size_t batch) override {
    const FloatTensor& scores = compute(images, batch);
    if (scores.dims != Dims{static_cast<std::int64_t>(batch), static_cast<std::int64_t>(classes_)})
      throw Error("a batch of " + std::to_string(batch) + " gave scores of extents " +
                  to_string(scores.dims));
    return scores.values;
  }

 private:
  const FloatTensor& compute(std::span<const float> images, std::size_t batch) {
    if (batch == 0 || images.size() / batch != shape_.size() || images.size() % batch != 0)
      throw Error("expected " + std::to_string(batch) + " images of " +
                  std::to_string(shape_.size()) + " values, got " + std::to_string(images.size()) +
                  " values");
    const std::int64_t fixed = interpreter_.input_dims().front();
    if (fixed >= 0 && unsigned_of(fixed) != batch)
      throw Error("the model takes batches of " + std::to_string(fixed) + " images only, not of " +
                  std::to_string(batch));
    Dims dims = interpreter_.input_dims();
    dims[0] = static_cast<std::int64_t>(batch);
    interpreter_.input().reshape(std::move(dims));
    std::ranges::copy(images, interpreter_.input().values.begin());
    return interpreter_.run();
  }

  Interpreter interpreter_;
  ImageShape shape_;
  std::size_t classes_ = 0;
};

}  // namespace

std::unique_ptr<Session> open_session(const std::filesystem::path& model) {
  const onnx_lite::Model content = onnx_lite::read_file(model);
  try {
    return std::make_unique<OnnxLiteSession>(content);
  } catch (const Error& error) {
    throw Error(model.string() + ": " + error.what());
  }
}

std::string runtime_name() { return std::string("onnx-lite ") + ONNX_LITE_RUNTIME_VERSION; }

}  // namespace inference
