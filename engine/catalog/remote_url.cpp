#include "catalog/remote_url.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"

namespace ck::catalog {
namespace {

constexpr std::array<std::string_view, 4> kSchemes = {"https://", "http://", "ssh://", "file://"};
constexpr std::size_t kMaxBytes = 2048;

bool is_plain_character(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte > 0x20 && byte != 0x7f && byte != '\\';
}

/// "user@host:path", which git hands to ssh: neither part may look like an option.
bool is_scp_like(std::string_view url) {
  const auto colon = url.find(':');
  const auto at = url.substr(0, colon).find('@');
  if (colon == std::string_view::npos || at == std::string_view::npos || at == 0) return false;
  const std::string_view host = url.substr(at + 1, colon - at - 1);
  const std::string_view path = url.substr(colon + 1);
  return url.substr(0, colon).find('/') == std::string_view::npos && !host.empty() &&
         host.front() != '-' && !path.empty() && path.front() != '-' && path.front() != ':' &&
         !path.starts_with("//");
}

/// The part of a URL between "//" and the next '/'.
std::string_view authority_of(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = url.substr(begin + 3);
  return rest.substr(0, rest.find('/'));
}

bool has_harmless_host(std::string_view url) {
  if (url.starts_with("file://")) return url.size() > std::string_view("file:///").size();
  const std::string_view authority = authority_of(url);
  const std::string_view host = authority.substr(authority.rfind('@') + 1);
  return !host.empty() && host.front() != '-' && authority.front() != '-';
}

bool is_allowed(std::string_view url) {
  if (url.empty() || url.size() > kMaxBytes || url.front() == '-') return false;
  if (!std::all_of(url.begin(), url.end(), is_plain_character)) return false;
  if (url.front() == '/') return true;
  const bool known_scheme =
      std::any_of(kSchemes.begin(), kSchemes.end(),
                  [&](std::string_view scheme) { return url.starts_with(scheme); });
  return known_scheme ? has_harmless_host(url) : is_scp_like(url);
}

std::string normalized(std::string_view url) {
  std::string text = without_credentials(url);
  if (text.starts_with("file://")) text.erase(0, std::string_view("file://").size());
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  if (text.ends_with(".git") && text.size() > 4) text.resize(text.size() - 4);
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

}  // namespace

Status check_remote_url(std::string_view url) {
  if (is_allowed(url)) return {};
  return fail(Error(ErrorCode::invalid, "'" + printable(shortened(without_credentials(url), 200)) +
                                            "' is no address of a git repository that ck uses")
                  .hint("allowed are https://, http://, ssh:// and file:// URLs, "
                        "USER@HOST:PATH and absolute paths"));
}

std::string without_credentials(std::string_view url) {
  const std::string_view authority = authority_of(url);
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  const std::string_view user = authority.substr(0, at);
  const auto begin = static_cast<std::size_t>(authority.data() - url.data());
  std::string text(url);
  // ssh has no password in its URLs that it would use, but it needs to know the user.
  const std::size_t keep = url.starts_with("ssh://") ? std::min(user.find(':'), user.size()) : 0;
  const std::string kept = keep > 0 ? std::string(user.substr(0, keep)) + "@" : "";
  return text.replace(begin, at + 1, kept);
}

bool is_same_remote(std::string_view a, std::string_view b) {
  return !a.empty() && normalized(a) == normalized(b);
}

}  // namespace ck::catalog
