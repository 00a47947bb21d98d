#include <algorithm>
#include <inference/session.hpp>
#include <onnx_lite/io.hpp>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/core/version.hpp>
#include <opencv2/dnn.hpp>
#include <stdexcept>
#include <vector>

namespace inference {

namespace {

namespace fs = std::filesystem;

constexpr int kMaxExtent = 1 << 20;  // OpenCV's extents are ints

/// The extents of the model's input as the file declares them; OpenCV does not tell them when the
/// batch is left open.
ImageShape declared_shape(const fs::path& path) {
  const onnx_lite::Graph graph = onnx_lite::read_file(path).graph;
  const auto is_constant = [&](const onnx_lite::ValueInfo& value) {
    return std::ranges::any_of(graph.initializers,
                               [&](const auto& tensor) { return tensor.name == value.name; });
  };
  const auto input = std::ranges::find_if_not(graph.inputs, is_constant);
  if (input == graph.inputs.end()) throw std::runtime_error("the model has no input");
  std::vector<std::size_t> extents;
  for (const auto& dimension : input->shape) {
    const auto* extent = std::get_if<std::int64_t>(&dimension);
    const bool known = extent != nullptr && *extent > 0 && *extent <= kMaxExtent;
    extents.push_back(known ? static_cast<std::size_t>(*extent) : 0);
  }
  if (extents.size() != 4 || std::count(extents.begin() + 1, extents.end(), 0U) != 0)
    throw std::runtime_error("the input " + onnx_lite::quote(input->name) +
                             " does not have the extents batch, channels, rows, columns");
  return {extents[1], extents[2], extents[3]};
}

class OpenCvSession final : public Session {
 public:
  explicit OpenCvSession(const fs::path& model)
      : net_(cv::dnn::readNetFromONNX(model.string())), shape_(declared_shape(model)) {
    net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net_.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    compute(std::vector<float>(shape_.size()), 1);
    if (scores_.dims != 2 || scores_.size[0] != 1 || scores_.size[1] < 1)
      throw std::runtime_error("the output is not 1 x classes");
    classes_ = static_cast<std::size_t>(scores_.size[1]);
  }

  ImageShape input_shape() const override { return shape_; }
  std::size_t classes() const override { return classes_; }

  std::span<const float> run(std::span<const float> images, std::size_t batch) override {
    try {
      compute(images, batch);
    } catch (const cv::Exception& error) {
      throw std::runtime_error("OpenCV cannot run the model on a batch of " +
                               std::to_string(batch) + ": " + error.err);
    }
    if (scores_.total() != batch * classes_)
      throw std::runtime_error("a batch of " + std::to_string(batch) + " gave " +
                               std::to_string(scores_.total()) + " scores");
    return {scores_.ptr<float>(), scores_.total()};
  }

 private:
  void compute(std::span<const float> images, std::size_t batch) {
    if (batch == 0 || batch > kMaxExtent || images.size() != batch * shape_.size())
      throw std::runtime_error("expected " + std::to_string(batch) + " images of " +
                               std::to_string(shape_.size()) + " values, got " +
                               std::to_string(images.size()) + " values");
    const int dims[] = {static_cast<int>(batch), static_cast<int>(shape_.channels),
                        static_cast<int>(shape_.height), static_cast<int>(shape_.width)};
    input_.create(4, dims, CV_32F);
    std::ranges::copy(images, input_.ptr<float>());
    net_.setInput(input_);
    scores_ = net_.forward();
    if (!scores_.isContinuous() || scores_.type() != CV_32F)
      throw std::runtime_error("the output is not of floats");
  }

  cv::dnn::Net net_;
  ImageShape shape_;
  std::size_t classes_ = 0;
  cv::Mat input_;
  cv::Mat scores_;
};

}  // namespace

std::unique_ptr<Session> open_session(const fs::path& model) {
  if (!fs::is_regular_file(model)) throw std::runtime_error(model.string() + ": no such file");
  cv::setNumThreads(1);  // what Session promises
  // Failures are thrown; OpenCV would print them as well.
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  try {
    return std::make_unique<OpenCvSession>(model);
  } catch (const cv::Exception& error) {
    throw std::runtime_error(model.string() + ": OpenCV cannot load the model: " + error.err);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(model.string() + ": " + error.what());
  }
}

std::string runtime_name() { return std::string("opencv ") + CV_VERSION; }

}  // namespace inference
