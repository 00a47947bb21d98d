#pragma once
/// Downloads of which nobody says what they should hold: what was seen first under a URL counts
/// from then on.

#include <string>
#include <vector>

#include "collective/package_sources.hpp"

namespace ck::collective {

struct SeenDownload {
  fs::path file;  ///< in the cache of downloads: to be copied, not changed
  std::string sha256;
};

/// The content of a URL: a file given for it, what a lock demands, what was seen before, or what
/// the server sends now, which is then noted with a warning. `verification` when the server sends
/// something else later; `network` errors name the URL and say how to give a file. `headers`:
/// "Name: value", sent with the request.
Result<SeenDownload> fetch_first_seen(const std::string& url, const DownloadRules& rules,
                                      install::Context& context,
                                      const std::vector<std::string>& headers = {});

/// Adds which URL it was about, and what to do about it.
Error with_advice(Error error, const std::string& package, const std::string& url);
/// What to do about a URL that is gone.
void advise_another_place(Error& error);

}  // namespace ck::collective
