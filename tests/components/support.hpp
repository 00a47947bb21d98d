#pragma once

#include <filesystem>
#include <functional>
#include <onnx_lite/model.hpp>
#include <string>

namespace components {

namespace fs = std::filesystem;

/// A folder that lives as long as this value.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

struct Finished {
  int exit_code = -1;  ///< -1: ended by a signal
  std::string out;
  std::string err;
};

/// Runs a shell command. Its words have to be quoted where they need it.
Finished run(const std::string& command);

std::string read_text(const fs::path& path);
void write_text(const fs::path& path, const std::string& text);

/// The message of the std::runtime_error that `action` throws; fails the test if there is none.
std::string message_of(const std::function<void()>& action);

/// The digits that Debian's python3-sklearn carries; the file may be missing.
extern const fs::path kDigitsArchive;

/// Makes train.csv and test.csv of dataset:digits in `folder`, by the dataset's own script.
Finished split_digits(const fs::path& folder);

/// A model of opset 13 with the input "x" of these extents (-1: open) and the output "y".
onnx_lite::Model make_model(std::vector<std::int64_t> input_dims,
                            std::vector<onnx_lite::Node> nodes,
                            std::vector<onnx_lite::Tensor> initializers);

}  // namespace components
