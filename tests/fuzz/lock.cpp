// ck.lock from any bytes; what is accepted reads back from what is written of it.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "install/lock.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ck;
  const auto json = parse_json({reinterpret_cast<const char*>(data), size}, "input");
  if (!json) return 0;
  const auto lock = install::lock_from_json(*json, "input");
  if (!lock) return 0;
  const Json written = install::to_json(*lock);
  const auto again = install::lock_from_json(written, "input");
  if (!again || install::to_json(*again) != written) std::abort();
  return 0;
}
