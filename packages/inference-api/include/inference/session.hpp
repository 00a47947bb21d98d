#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace inference {

/// Extents of one input image.
struct ImageShape {
  std::size_t channels = 0;
  std::size_t height = 0;
  std::size_t width = 0;

  std::size_t size() const { return channels * height * width; }
  bool operator==(const ImageShape&) const = default;
};

/// A loaded image classification model. A session computes on the calling thread only; two threads
/// need two sessions.
class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  virtual ImageShape input_shape() const = 0;
  virtual std::size_t classes() const = 0;

  /// Classifies `batch` (at least 1) images in NCHW order. Returns batch * classes() scores, image
  /// by image, higher meaning likelier; they stay valid until the next call.
  /// Throws std::runtime_error if `images` does not hold batch images or the model cannot take
  /// them.
  virtual std::span<const float> run(std::span<const float> images, std::size_t batch) = 0;
};

/// Loads a model file. Defined by the runtime that a program is linked with.
/// Throws std::runtime_error with the file's name if it is not a model this runtime can run.
std::unique_ptr<Session> open_session(const std::filesystem::path& model);

/// Name and version of the runtime that a program is linked with, such as "opencv 4.6.0".
std::string runtime_name();

}  // namespace inference
