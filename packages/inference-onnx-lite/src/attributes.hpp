#pragma once

#include "tensor.hpp"

#include <onnx_lite/model.hpp>
#include <set>
#include <string>
#include <string_view>

namespace inference {

/// Takes a node's attributes one by one; finish() makes sure that none was overlooked.
class Attributes {
 public:
  explicit Attributes(const onnx_lite::Node& node) : node_(node) {}

  /// The attribute, or `otherwise` if the node does not have it.
  /// Throws onnx_lite::Error if it is of another type.
  template <typename T>
  T take(std::string_view name, T otherwise) {
    const onnx_lite::Attribute* attribute = find(name);
    if (attribute == nullptr) return otherwise;
    if (const T* value = std::get_if<T>(&attribute->value)) return *value;
    fail_type(name);
  }

  /// A list of `count` numbers in [low, high], all `otherwise` if the node does not have it.
  Dims take_list(std::string_view name, std::size_t count, std::int64_t otherwise, std::int64_t low,
                 std::int64_t high);

  /// Throws onnx_lite::Error if the node has an attribute that was not taken: ignoring it could
  /// give wrong results.
  void finish() const;

 private:
  const onnx_lite::Attribute* find(std::string_view name);
  [[noreturn]] static void fail_type(std::string_view name);

  const onnx_lite::Node& node_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace inference
