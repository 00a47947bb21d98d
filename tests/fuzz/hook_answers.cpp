// What a hook's process says, from any bytes: each line is one message.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/strings.hpp"
#include "hook/reply.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ck;
  hook::HookCall call;
  call.file = "/somewhere/soft/x/customize.py";
  call.function = "setup";
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& line : split(text, '\n')) {
    auto message = hook::parse_message(call, line, 1u << 20);
    if (!message) {
      if (message.error().message.empty()) std::abort();
      continue;
    }
    if (!message->is_object()) std::abort();
    const auto request = hook::access_request(call, *message);
    if (request && !request->is_object()) std::abort();
    const auto answer = hook::read_answer(call, *message);
    if (!answer && answer.error().message.empty()) std::abort();
  }
  return 0;
}
