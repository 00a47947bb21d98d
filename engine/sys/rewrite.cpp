#include "sys/rewrite.hpp"

#include <algorithm>

namespace ck::sys {

std::string rewritten(const std::vector<UrlRewrite>& rules, const std::string& url) {
  const UrlRewrite* best = nullptr;
  for (const UrlRewrite& rule : rules) {
    if (rule.is_mirror) continue;
    const bool longer = best == nullptr || rule.from.size() > best->from.size();
    if (!rule.from.empty() && url.starts_with(rule.from) && longer) best = &rule;
  }
  return best == nullptr ? url : best->to + url.substr(best->from.size());
}

std::vector<std::string> places_of(const std::vector<UrlRewrite>& rules, const std::string& url) {
  std::vector<const UrlRewrite*> mirrors;
  for (const UrlRewrite& rule : rules) {
    if (rule.is_mirror && !rule.from.empty() && url.starts_with(rule.from))
      mirrors.push_back(&rule);
  }
  std::ranges::stable_sort(mirrors, [](const UrlRewrite* a, const UrlRewrite* b) {
    return a->from.size() > b->from.size();
  });
  std::vector<std::string> places;
  for (const auto* rule : mirrors) places.push_back(rule->to + url.substr(rule->from.size()));
  places.push_back(rewritten(rules, url));
  return places;
}

}  // namespace ck::sys
