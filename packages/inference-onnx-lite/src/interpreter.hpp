#pragma once

#include "operators.hpp"

#include <onnx_lite/model.hpp>
#include <string>
#include <vector>

namespace inference {

/// A model made ready to run: its nodes in order, each with its kernel and the places of its
/// values.
class Interpreter {
 public:
  /// Throws onnx_lite::Error if the model is inconsistent, has not exactly one input and one
  /// output, or needs something that is not supported.
  explicit Interpreter(const onnx_lite::Model& model);

  /// The input's extents as the model declares them; -1 where it leaves them open.
  const Dims& input_dims() const { return input_dims_; }
  /// Where the caller puts the input before run().
  FloatTensor& input() { return values_[input_]; }
  /// Computes the output, which stays valid until the next run().
  /// Throws onnx_lite::Error, naming the node, if extents do not fit.
  const FloatTensor& run();

 private:
  struct Step {
    std::string description;
    Kernel kernel;
    std::vector<std::size_t> inputs;  ///< indices into values_; kMissing for one left out
    std::size_t output;
    std::vector<const FloatTensor*> operands;  ///< scratch of run()
  };

  std::vector<FloatTensor> values_;  ///< inputs, constants and intermediate results
  std::vector<Step> steps_;
  Dims input_dims_;
  std::size_t input_ = 0;
  std::size_t output_ = 0;
};

}  // namespace inference
