// ck.json, ck-repo.json and the list of known repositories from any bytes; what the full reader
// accepts, the summary accepts as well.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/native_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ck::model;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto descriptor = read_descriptor(text, "example", "input");
  const auto summary = read_summary(text, "example", "input");
  if (descriptor && !summary) std::abort();
  if (!descriptor && descriptor.error().message.empty()) std::abort();
  if (read_repository(text, "input") && descriptor) std::abort();
  read_known_repositories(text, "input");
  return 0;
}
