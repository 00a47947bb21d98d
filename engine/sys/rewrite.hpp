#pragma once
/// Addresses that a user wants read from elsewhere: a mirror in the house, a proxy, a folder.

#include <string>
#include <vector>

namespace ck::sys {

/// URLs that start with `from` are fetched from `to` and the rest.
struct UrlRewrite {
  std::string from;
  std::string to;
  /// Of files only: asked before the place that is meant, which is asked when this one fails.
  bool is_mirror = false;
};

/// Where a file is to be fetched from: its mirrors in the order of the rules, those with the
/// longest `from` first, and then the URL itself, rewritten.
std::vector<std::string> places_of(const std::vector<UrlRewrite>& rules, const std::string& url);

/// The URL by the rule with the longest `from` that it starts with, or as it is; once, not again.
/// Mirrors do not count.
std::string rewritten(const std::vector<UrlRewrite>& rules, const std::string& url);

}  // namespace ck::sys
