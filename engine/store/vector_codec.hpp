#pragma once
/// Vectors of doubles as they lie in the database: IEEE 754 binary64, little-endian.

#include <string>
#include <string_view>
#include <vector>

namespace ck::store {

std::string pack(const std::vector<double>& values);
/// A trailing incomplete value is ignored; missing ones up to `size` are NaN.
std::vector<double> unpack(std::string_view bytes, std::size_t size);

}  // namespace ck::store
