#include "store/vector_codec.hpp"

#include <bit>
#include <cstring>
#include <limits>

namespace ck::store {

static_assert(std::endian::native == std::endian::little, "vectors are stored little-endian");
static_assert(std::numeric_limits<double>::is_iec559);

std::string pack(const std::vector<double>& values) {
  std::string bytes(values.size() * sizeof(double), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<double> unpack(std::string_view bytes, std::size_t size) {
  std::vector<double> values(size, std::numeric_limits<double>::quiet_NaN());
  const std::size_t stored = std::min(size, bytes.size() / sizeof(double));
  if (stored > 0) std::memcpy(values.data(), bytes.data(), stored * sizeof(double));
  return values;
}

}  // namespace ck::store
