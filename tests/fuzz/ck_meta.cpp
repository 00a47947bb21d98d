// Metadata as CK wrote it, from any bytes; merging a document with itself changes nothing but the
// keys of inheritance.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "model/ck_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ck;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  model::read_ck_repository(text, "input");
  const auto component = model::read_ck_component(text, "kind", "name", "uid", "input");
  if (!component) return 0;
  const auto meta = parse_json(component->meta, "input");
  if (!meta) std::abort();
  const Json once = model::merge_ck_meta(Json::object(), *meta);
  if (model::merge_ck_meta(once, *meta) != once) std::abort();
  return 0;
}
