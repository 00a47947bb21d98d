#pragma once

#include <stdexcept>

namespace onnx_lite {

/// The only exception this library throws, apart from std::bad_alloc: an unreadable or inconsistent
/// model. The text says what is wrong and where.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace onnx_lite
