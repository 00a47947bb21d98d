#include <algorithm>

#include "base/strings.hpp"
#include "model/native_fields.hpp"

namespace ck::model::native {
namespace {

constexpr std::size_t kLongestShown = 60;
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kLongestUrl = 4096;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Only letters, digits and `others`, at a length that fits names.
bool has_only(std::string_view text, std::string_view others) {
  if (text.empty() || text.size() > kLongestName) return false;
  return std::all_of(text.begin(), text.end(), [others](char c) {
    return is_letter(c) || is_digit(c) || others.find(c) != std::string_view::npos;
  });
}

/// Characters that no URL holds unescaped; blanks and control characters would end up in commands
/// and messages.
bool has_only_url_characters(std::string_view text) {
  return text.size() <= kLongestUrl && std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte > 0x20 && byte < 0x7f &&
                  std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
         });
}

/// Whether something that can be a host follows. One that starts with '-' would be an option of
/// ssh.
bool has_host(std::string_view rest) {
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::string_view host = authority.substr(authority.rfind('@') + 1);
  return !host.empty() && host.front() != '-' && host.front() != ':' && authority.front() != '-';
}

/// "git@host:path", where "git" may be any user.
bool is_scp_like(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::size_t colon = text.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon < at) return false;
  const std::string_view host = text.substr(at + 1, colon - at - 1);
  return has_only(text.substr(0, at), "._-") && text.front() != '-' && has_only(host, ".-") &&
         host.front() != '-' && colon + 1 < text.size();
}

/// ${name} may stand in a URL; its braces are no URL characters.
std::string without_substitutions(std::string_view text) {
  std::string rest;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find("${"), text.size());
    rest += text.substr(0, open);
    text.remove_prefix(open);
    if (text.empty()) break;
    const std::size_t close = text.find('}');
    if (close == std::string_view::npos) return rest += text;
    rest += "x";
    text.remove_prefix(close + 1);
  }
  return rest;
}

}  // namespace

bool is_identifier(std::string_view text) { return has_only(text, "_") && !is_digit(text.front()); }

bool is_key(std::string_view text) {
  return has_only(text, "_-") && !is_digit(text.front()) && text.front() != '-';
}

bool is_label(std::string_view text) {
  return has_only(text, "._-") && (is_letter(text.front()) || is_digit(text.front()));
}

bool is_tag(std::string_view text) {
  if (text.empty() || text.size() > kLongestName || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && c != ',';
  });
}

bool is_commit(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_reference(std::string_view text) {
  if (text.empty() || text.size() > kLongestName * 2) return false;
  if (text.front() == '-' || text.front() == '/' || text.back() == '/' || text.back() == '.') {
    return false;
  }
  if (text.find("..") != std::string_view::npos || text.find("@{") != std::string_view::npos) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f &&
           std::string_view("~^:?*[\\").find(c) == std::string_view::npos;
  });
}

bool is_download_url(std::string_view text) {
  const std::string url = without_substitutions(text);
  if (!has_only_url_characters(url)) return false;
  const std::string_view view = url;
  if (view.starts_with("file:///")) return view.size() > 8;
  if (view.starts_with("https://")) return has_host(view.substr(8));
  return view.starts_with("http://") && has_host(view.substr(7));
}

bool is_git_url(std::string_view text) {
  if (!has_only_url_characters(text)) return false;
  if (is_download_url(text)) return true;
  if (text.starts_with("ssh://")) return has_host(text.substr(6));
  return is_scp_like(text);
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
  });
}

bool is_inside(std::string_view path) {
  if (path.find_first_of("\\\n\t") != std::string_view::npos) return false;
  if (has_control_character(path)) return false;
  const std::vector<std::string> parts = split(path, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [](const std::string& part) { return part.empty() || part == ".."; });
}

std::string shown(std::string_view text) {
  return "'" + printable(shortened(text, kLongestShown)) + "'";
}

std::string child(const std::string& path, std::string_view name) {
  std::string pointer = path + "/";
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string child(const std::string& path, std::size_t index) {
  return path + "/" + std::to_string(index);
}

}  // namespace ck::model::native
