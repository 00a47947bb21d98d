#include "support.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace components {

const fs::path kDigitsArchive =
    "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz";

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "components-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Finished run(const std::string& command) {
  const TemporaryFolder folder;
  const std::string redirected = "( " + command + " ) >'" + (folder / "out").string() + "' 2>'" +
                                 (folder / "err").string() + "'";
  const int status = std::system(redirected.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(folder / "out"),
          read_text(folder / "err")};
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

Finished split_digits(const fs::path& folder) {
  return run("sh '" SOURCE_FOLDER "/components/dataset/digits/split.sh' '" +
             kDigitsArchive.string() + "' '" + folder.string() + "'");
}

onnx_lite::Model make_model(std::vector<std::int64_t> input_dims,
                            std::vector<onnx_lite::Node> nodes,
                            std::vector<onnx_lite::Tensor> initializers) {
  onnx_lite::Model model;
  model.ir_version = 7;
  model.producer_name = "test";
  model.opsets = {{"", 13}};
  model.graph.name = "graph";
  model.graph.nodes = std::move(nodes);
  model.graph.initializers = std::move(initializers);
  onnx_lite::ValueInfo input;
  input.name = "x";
  for (const std::int64_t extent : input_dims) {
    if (extent < 0)
      input.shape.emplace_back(std::string("N"));
    else
      input.shape.emplace_back(extent);
  }
  model.graph.inputs = {input};
  model.graph.outputs = {{"y", onnx_lite::ElementType::float32, {}}};
  return model;
}

}  // namespace components
