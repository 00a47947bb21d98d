#include "sys/rewrite.hpp"

namespace ck::sys {

std::string rewritten(const std::vector<UrlRewrite>& rules, const std::string& url) {
  const UrlRewrite* best = nullptr;
  for (const UrlRewrite& rule : rules) {
    const bool longer = best == nullptr || rule.from.size() > best->from.size();
    if (!rule.from.empty() && url.starts_with(rule.from) && longer) best = &rule;
  }
  return best == nullptr ? url : best->to + url.substr(best->from.size());
}

}  // namespace ck::sys
