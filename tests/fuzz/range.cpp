// A version range is refused or reads back from its own text; asking it for members never fails.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/version.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ck::model;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto range = VersionRange::parse(text);
  if (!range) return 0;
  const auto again = VersionRange::parse(range->text());
  if (!again || again->bounds().size() != range->bounds().size()) std::abort();
  for (const VersionBound& bound : range->bounds()) {
    if (range->contains(bound.version) != again->contains(bound.version)) std::abort();
  }
  if (range->contains(Version()) != range->universal()) std::abort();
  return 0;
}
