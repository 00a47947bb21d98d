#include "sys/transfer/url.hpp"

#include "base/strings.hpp"

namespace ck::sys {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    if (escape) {
      decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

bool is_scheme(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") ==
             std::string_view::npos;
}

void read_user(std::string_view text, Url& url) {
  const auto colon = text.find(':');
  url.user = percent_decoded(text.substr(0, colon));
  if (colon != std::string_view::npos) url.password = percent_decoded(text.substr(colon + 1));
}

void read_host(std::string_view text, Url& url) {
  const auto bracket = text.rfind(']');  // [::1]:8080
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.host = to_lower(text.substr(0, colon));
  if (colon != std::string_view::npos) url.port = text.substr(colon + 1);
}

Url parse_absolute(std::string_view text, std::size_t scheme_end) {
  Url url;
  url.scheme = to_lower(text.substr(0, scheme_end));
  std::string_view rest = text.substr(scheme_end + 3);
  const auto slash = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) url.path = rest.substr(slash);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    read_user(authority.substr(0, at), url);
    authority.remove_prefix(at + 1);
  }
  read_host(authority, url);
  return url;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end != std::string_view::npos && is_scheme(text.substr(0, scheme_end))) {
    return parse_absolute(text, scheme_end);
  }
  Url url;
  if (text.starts_with('/')) {
    url.scheme = "file";
    url.path = text;
    return url;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || text.find('/') < colon) return std::nullopt;
  if (text.substr(colon).starts_with("::")) return std::nullopt;  // git's way to name a program
  url.scheme = "ssh";
  std::string_view host = text.substr(0, colon);
  if (const auto at = host.rfind('@'); at != std::string_view::npos) {
    read_user(host.substr(0, at), url);
    host.remove_prefix(at + 1);
  }
  url.host = to_lower(host);
  url.path = text.substr(colon + 1);
  return url;
}

std::string without_credentials(std::string_view text) {
  const auto scheme_end = text.find("://");
  const auto url = parse_url(text);
  if (!url) return std::string(text);
  if (scheme_end == std::string_view::npos) {
    if (url->scheme == "file" || !url->password) return std::string(text);
    return *url->user + "@" + url->host + ":" + url->path;
  }
  std::string result = url->scheme + "://";
  if (url->user && url->scheme == "ssh") result += *url->user + "@";
  result += url->host;
  if (!url->port.empty()) result += ":" + url->port;
  const bool has_query = url->scheme != "file";
  return result + (has_query ? url->path.substr(0, url->path.find_first_of("?#")) : url->path);
}

std::string host_of(std::string_view text) {
  const auto url = parse_url(text);
  if (!url || url->scheme == "file") return "this machine";
  return url->port.empty() ? url->host : url->host + ":" + url->port;
}

std::string scrubbed(std::string_view text) {
  std::string result;
  while (true) {
    const auto start = text.find("://");
    if (start == std::string_view::npos) return printable(result + std::string(text));
    result += text.substr(0, start + 3);
    text.remove_prefix(start + 3);
    const std::string_view authority = text.substr(0, text.find_first_of("/ '\"?#\n"));
    if (const auto at = authority.rfind('@'); at != std::string_view::npos)
      text.remove_prefix(at + 1);
  }
}

}  // namespace ck::sys
