#pragma once
/// Downloads of which nobody says what they should hold: what was seen first under a URL counts
/// from then on.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collective/package_sources.hpp"

namespace ck::collective {

/// What holds for the downloads of one package.
struct DownloadRules {
  std::string package;                         ///< "package:lib-x", for messages
  std::vector<PackageSource> required;         ///< what a lock demands, by URL
  std::map<std::string, std::string> sources;  ///< files in place of URLs; "" for any URL
};

struct SeenDownload {
  fs::path file;  ///< in the cache of downloads: to be copied, not changed
  std::string sha256;
};

/// The content of a URL: a file given for it, what a lock demands, what was seen before, or what
/// the server sends now, which is then noted with a warning. `verification` when the server sends
/// something else later; `network` errors name the URL and say how to give a file.
Result<SeenDownload> fetch_first_seen(const std::string& url, const DownloadRules& rules,
                                      install::Context& context);

/// The file with which the user replaces a URL, if there is one.
std::optional<fs::path> replacement(const std::map<std::string, std::string>& sources,
                                    const std::string& url);

/// Adds which URL it was about, and what to do about it.
Error with_advice(Error error, const std::string& package, const std::string& url);

}  // namespace ck::collective
