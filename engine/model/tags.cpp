#include "model/tags.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace ck::model {
namespace {

void make_sorted_and_unique(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

std::vector<std::string> parse_list(std::string_view text) {
  if (trim(text).empty()) return {};
  std::vector<std::string> tags = split(text, ',');
  for (std::string& tag : tags) tag = std::string(trim(tag));
  make_sorted_and_unique(tags);
  return tags;
}

}  // namespace

Tags::Tags(std::vector<std::string> tags) : sorted_(std::move(tags)) {
  make_sorted_and_unique(sorted_);
  // At most one is left, and it is the first. No query can ask for it.
  if (!sorted_.empty() && sorted_.front().empty()) sorted_.erase(sorted_.begin());
}

bool Tags::contains(std::string_view tag) const {
  return std::binary_search(sorted_.begin(), sorted_.end(), tag, std::less<>());
}

void Tags::insert(std::string tag) {
  if (tag.empty()) return;
  const auto place = std::lower_bound(sorted_.begin(), sorted_.end(), tag);
  if (place == sorted_.end() || *place != tag) sorted_.insert(place, std::move(tag));
}

void Tags::insert(const Tags& other) {
  sorted_.insert(sorted_.end(), other.begin(), other.end());
  make_sorted_and_unique(sorted_);
}

std::string Tags::text() const { return join(sorted_, ","); }

TagQuery TagQuery::parse(std::string_view all, std::string_view none) {
  return {parse_list(all), parse_list(none)};
}

bool TagQuery::matches(const Tags& tags) const {
  const auto present = [&tags](const std::string& tag) { return tags.contains(tag); };
  const auto holds = [&present](const std::vector<std::string>& alternative) {
    return std::all_of(alternative.begin(), alternative.end(), present);
  };
  return std::all_of(all.begin(), all.end(), present) &&
         std::none_of(none.begin(), none.end(), present) &&
         (any.empty() || std::any_of(any.begin(), any.end(), holds));
}

std::string TagQuery::any_text() const {
  std::vector<std::string> texts;
  for (const auto& alternative : any) texts.push_back(join(alternative, ","));
  return join(texts, " or ");
}

std::string TagQuery::text() const {
  std::vector<std::string> parts;
  if (!all.empty()) parts.push_back(join(all, ","));
  if (!any.empty()) parts.push_back("with " + any_text());
  if (!none.empty()) parts.push_back("without " + join(none, ","));
  return join(parts, " ");
}

}  // namespace ck::model
