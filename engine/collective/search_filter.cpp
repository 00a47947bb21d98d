#include "collective/search_filter.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/meta.hpp"

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

bool has_text(const Json& value, const std::string& pattern, bool ignore_case) {
  if (value.is_structured()) {
    return std::ranges::any_of(
        value, [&](const Json& item) { return has_text(item, pattern, ignore_case); });
  }
  const std::string text = value.is_string() ? value.get<std::string>() : to_text(value);
  return wildcard_match(pattern, folded(text, ignore_case));
}

}  // namespace

bool SearchFilter::matches(const Json& description) const {
  if (!name.empty() && !wildcard_match(folded(name, ignore_case),
                                       folded(text_at(description, "data_name"), ignore_case)))
    return false;
  if (!part.empty()) return holds(description, part, ignore_case);
  return text.empty() || has_text(description, folded(text, ignore_case), ignore_case);
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
  filter.text = text_at(request, "search_string");
  filter.name = text_at(request, "search_by_name");
  filter.ignore_case = yes_at(request, "ignore_case");
  return filter;
}

}  // namespace ck::collective
