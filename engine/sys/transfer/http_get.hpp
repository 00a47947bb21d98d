#pragma once
/// One request for one URL.

#include "sys/http.hpp"
#include "sys/transfer/http_part.hpp"

namespace ck::sys {

/// How a request ended when it did not end well.
struct GetFailure {
  Error error;
  bool temporary = false;  ///< the same request may succeed a moment later
};

/// Brings `part` to its full size from `url`: continues it if the server has the same content
/// still, else begins anew. Says nothing about the hash.
std::optional<GetFailure> get(const std::string& url, const DownloadRequest& request,
                              PartFile& part, EventSink& events, const Cancel& cancel);

}  // namespace ck::sys
