#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "model/native_parts.hpp"

namespace ck::model::native {
namespace {

const std::array<std::string, 3> kLevels{"none", "wanted", "demanded"};

bool is_hideable(std::string_view text) {
  return (text.starts_with('/') && text.size() > 1 && !has_control_character(text)) ||
         text == "${home}";
}

bool is_device(std::string_view text) {
  return text.starts_with("/dev/") && !has_control_character(text) &&
         text.find("..") == std::string_view::npos;
}

bool is_variable_pattern(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_*?[]-!").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), allowed);
}

Isolation read_isolation(Document& document, ObjectReader& profile) {
  Isolation isolation;
  const Json* value = profile.optional("isolation");
  if (value == nullptr) return isolation;
  ObjectReader fields(*value, profile.path_of("isolation"), document.problems());
  if (const auto level = choice_field(fields, "level", kLevels))
    isolation.level = static_cast<Isolation::Level>(*level);
  isolation.network = fields.optional_bool("network").value_or(true);
  isolation.hidden =
      checked_texts(document, fields, "hidden", is_hideable, "an absolute path or ${home}");
  isolation.scratch = checked_texts(document, fields, "scratch", is_hideable, "an absolute path");
  isolation.devices =
      checked_texts(document, fields, "devices", is_device, "a pattern below /dev/");
  isolation.scratch_bytes = count_field(fields, "scratch_bytes");
  isolation.tree_memory_bytes = count_field(fields, "tree_memory_bytes");
  isolation.tree_processes = count_field(fields, "tree_processes");
  isolation.disk_bytes = count_field(fields, "disk_bytes");
  fields.finish();
  return isolation;
}

}  // namespace

Profile read_profile(Document& document, ObjectReader& object, Common common) {
  Profile profile;
  profile.common = std::move(common);
  profile.pass =
      checked_texts(document, object, "pass", is_variable_pattern,
                    "a pattern of variable names: letters, digits, '_', '*', '?', '[…]'");
  profile.variables =
      variables_field(document, object, "variables", Audience::itself, Scope::profile);
  profile.limits = limits_field(document, object);
  profile.isolation = read_isolation(document, object);
  return profile;
}

}  // namespace ck::model::native
