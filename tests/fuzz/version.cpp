// A version is refused or keeps its text, equals itself and is ordered both ways alike.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/version.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using ck::model::Version;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = text.find('\n');
  const auto a = Version::parse(text.substr(0, middle));
  if (!a) return 0;
  if (*a != *a || a->text() != text.substr(0, middle) || a->unknown()) std::abort();
  if (middle == std::string_view::npos) return 0;
  const auto b = Version::parse(text.substr(middle + 1));
  if (b && (*a < *b) != (*b > *a)) std::abort();
  return 0;
}
