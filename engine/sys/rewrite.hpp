#pragma once
/// Addresses that a user wants read from elsewhere: a mirror in the house, a proxy, a folder.

#include <string>
#include <vector>

namespace ck::sys {

/// URLs that start with `from` are fetched from `to` and the rest.
struct UrlRewrite {
  std::string from;
  std::string to;
};

/// The URL by the rule with the longest `from` that it starts with, or as it is; once, not again.
std::string rewritten(const std::vector<UrlRewrite>& rules, const std::string& url);

}  // namespace ck::sys
