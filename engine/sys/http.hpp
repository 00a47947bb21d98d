#pragma once
/// Verified downloads: resumed, several mirrors, several files at once, retried on what is
/// temporary.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/events.hpp"
#include "base/path.hpp"
#include "sys/cancel.hpp"

namespace ck::sys {

struct DownloadRequest {
  std::vector<std::string> urls;  ///< http, https or file; tried in order
  fs::path file;       ///< result; `file` + ".part" holds the partial content across calls
  std::string sha256;  ///< required content hash
  std::optional<std::uint64_t> size_bytes;  ///< known size, for progress and an early refusal
  /// Nobody knows the hash yet: what the server sends is taken (a partial content is not).
  bool any_content = false;
  std::string name{};                  ///< for progress and messages; empty: that of the file
  std::vector<std::string> headers{};  ///< "Name: value", sent with each request
  /// A server that sends nothing for so long is given up (and asked again, like one that broke
  /// off).
  std::chrono::milliseconds silence = std::chrono::seconds(60);
};

class Http {
 public:
  virtual ~Http() = default;
  /// Downloads until each `file` exists with the right hash, several at once; one status for each
  /// request, in their order. Partial content is resumed when the server still has the same (ETag,
  /// size), else fetched anew. What may be temporary (5xx, 408, 429, broken or silent connections)
  /// is tried three times at each URL, after the time the server asks for; nothing else is. The
  /// variables of the process name proxies and certificate authorities as for curl. Errors:
  /// `network` (host, status, TLS reason, each mirror's answer), `verification` (expected and found
  /// hash; the bad content is removed), `io` (disk full). Time-out for connecting: 30 s.
  virtual std::vector<Status> download_all(const std::vector<DownloadRequest>& requests,
                                           EventSink& events, const Cancel& cancel) = 0;

  Status download(const DownloadRequest& request, EventSink& events, const Cancel& cancel) {
    return download_all({request}, events, cancel).front();
  }
};

}  // namespace ck::sys
