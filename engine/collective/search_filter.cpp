#include "collective/search_filter.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/flat_keys.hpp"
#include "collective/meta.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

std::string folded(const std::string& text, bool ignore_case) {
  return ignore_case ? to_lower(text) : text;
}

bool same(const Json& value, const Json& wanted, bool ignore_case) {
  if (!value.is_string() || !wanted.is_string()) return value == wanted;
  return folded(value.get<std::string>(), ignore_case) ==
         folded(wanted.get<std::string>(), ignore_case);
}

/// Objects hold the wanted members, lists the wanted items in any order.
bool holds(const Json& value, const Json& wanted, bool ignore_case) {
  if (wanted.is_object()) {
    if (!value.is_object()) return false;
    for (const auto& [key, member] : wanted.items()) {
      const auto found = value.find(key);
      if (found == value.end() || !holds(*found, member, ignore_case)) return false;
    }
    return true;
  }
  if (wanted.is_array()) {
    return value.is_array() && std::ranges::all_of(wanted, [&](const Json& item) {
             return std::ranges::find(value, item) != value.end();
           });
  }
  return same(value, wanted, ignore_case);
}

/// A value as Python writes it, which is what patterns are compared with.
std::string python_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  return value.is_null() ? "None" : to_text(value);
}

/// Whether a text is meant. Without * and ? it is meant as it stands, brackets too.
bool is_meant(const std::string& pattern, const std::string& text, bool ignore_case) {
  const std::string wanted = folded(pattern, ignore_case);
  const std::string found = folded(text, ignore_case);
  if (wanted.find_first_of("*?") == std::string::npos) return wanted == found;
  return wildcard_match(wanted, found);
}

bool has_text(const Json& value, const std::string& pattern, bool ignore_case) {
  if (value.is_structured()) {
    return std::ranges::any_of(
        value, [&](const Json& item) { return has_text(item, pattern, ignore_case); });
  }
  return is_meant(pattern, python_text(value), ignore_case);
}

/// What an entry is called in menus.
std::string shown_name(const Json& description, const fs::path& folder) {
  constexpr std::uint64_t kMaxBytes = 16u << 20;
  const auto text = sys::read_file(folder / ".cm" / "info.json", kMaxBytes);
  const auto info = parse_json(text ? *text : "", "info.json", {.duplicate_keys = true});
  return text_at(info && info->is_object() ? *info : description, "data_name");
}

/// Flat keys with their values as the description they are of.
Result<Json> restored(const Json& flat) {
  Json document = Json::object();
  for (const auto& [key, value] : flat.items()) CK_CHECK(flat_set(document, key, value));
  return document;
}

}  // namespace

bool SearchFilter::matches(const Json& own, const Json& effective, const fs::path& folder) const {
  if (!name.empty() && !is_meant(name, shown_name(own, folder), ignore_case)) return false;
  if (!part.empty() && !holds(effective, part, ignore_case)) return false;
  return text.empty() || has_text(own, text, ignore_case);
}

Result<SearchFilter> search_filter(const Json& request) {
  for (const auto* date : {"add_if_date", "add_if_date_after", "add_if_date_before"}) {
    if (!text_at(request, date).empty()) {
      return fail(Error(ErrorCode::unsupported,
                        std::string("entries cannot be searched by date (") + date + ")")
                      .hint("'git log' knows when an entry was changed"));
    }
  }
  SearchFilter filter;
  filter.part = object_at(request, "search_dict");
  CK_TRY(flat, restored(object_at(request, "search_flat_dict")));
  for (const auto& [key, value] : flat.items()) filter.part[key] = value;
  filter.text = text_at(request, "search_string");
  filter.name = text_at(request, "search_by_name");
  filter.ignore_case = yes_at(request, "ignore_case");
  return filter;
}

}  // namespace ck::collective
