#include "attributes.hpp"

#include <onnx_lite/error.hpp>

namespace inference {

using onnx_lite::Error;
using onnx_lite::quote;

const onnx_lite::Attribute* Attributes::find(std::string_view name) {
  taken_.emplace(name);
  for (const auto& attribute : node_.attributes)
    if (attribute.name == name) return &attribute;
  return nullptr;
}

void Attributes::fail_type(std::string_view name) {
  throw Error("attribute " + quote(name) + " has the wrong type");
}

Dims Attributes::take_list(std::string_view name, std::size_t count, std::int64_t otherwise,
                           std::int64_t low, std::int64_t high) {
  Dims list = take<Dims>(name, Dims(count, otherwise));
  if (list.size() != count)
    throw Error("attribute " + quote(name) + " has " + std::to_string(list.size()) +
                " numbers instead of " + std::to_string(count));
  for (const std::int64_t value : list)
    if (value < low || value > high)
      throw Error("attribute " + quote(name) + " has the value " + std::to_string(value) +
                  ", supported are " + std::to_string(low) + " to " + std::to_string(high));
  return list;
}

void Attributes::finish() const {
  for (const auto& attribute : node_.attributes)
    if (!taken_.contains(attribute.name))
      throw Error("attribute " + quote(attribute.name) + " is not supported");
}

}  // namespace inference
