#include "cli/json_parts.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace ck::cli {

Json titled(const char* schema) { return Json{{"schema", schema}}; }

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json error_json(const Error& error) {
  return {{"code", name_of(error.code)},
          {"message", error.message},
          {"context", error.context},
          {"hints", error.hints}};
}

}  // namespace ck::cli
