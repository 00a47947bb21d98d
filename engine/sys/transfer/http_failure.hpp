#pragma once
/// What goes wrong with downloads, in words.

#include <curl/curl.h>

#include <string>

#include "base/error.hpp"
#include "sys/http.hpp"
#include "sys/transfer/http_part.hpp"

namespace ck::sys {

/// A status that is no success: "HTTP status 404 (there is no such file)".
std::string status_text(long status);

/// Whether the same request may succeed later.
bool is_temporary_status(long status);
bool is_temporary_failure(CURLcode code);

/// A transfer that libcurl ended: for TLS which of name, date and authority is wrong. `message` is
/// libcurl's own, may be empty.
Error transfer_failure(CURL* easy, CURLcode code, const std::string& url, const char* message);

/// Content that is not what was asked for: both hashes, the size, and what it looks like instead.
Error wrong_content(const DownloadRequest& request, const std::string& url,
                    const std::string& found, const PartFile& part);

/// One error from the answers of all mirrors.
Error all_failed(const DownloadRequest& request, std::vector<Error> answers);

/// What messages call the download.
std::string name_of(const DownloadRequest& request);

}  // namespace ck::sys
