#pragma once
/// "1 point", "2 points".

#include <string>

namespace ck {

template <typename Count>
std::string counted(Count count, const std::string& one, const std::string& several) {
  return std::to_string(count) + " " + (count == 1 ? one : several);
}

/// With "s" behind what there are several of.
template <typename Count>
std::string counted(Count count, const std::string& one) {
  return counted(count, one, one + "s");
}

}  // namespace ck
