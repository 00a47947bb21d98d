#include "model/component.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.hpp"

namespace ck::model {
namespace {

constexpr std::size_t kLongestName = 200;

constexpr std::array<Kind, 7> kKinds = {Kind::dataset, Kind::model,  Kind::software, Kind::package,
                                        Kind::program, Kind::script, Kind::profile};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Repositories of CK have names with characters that ours may not have, so only what cannot be
/// part of any name is refused.
bool is_pattern_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7f &&
         std::string_view("/\\#^").find(c) == std::string_view::npos;
}

Error bad_pattern(std::string_view text, std::string_view why) {
  Error error(ErrorCode::usage,
              "'" + printable(shortened(text, 100)) + "' names no component: " + std::string(why));
  error.hint("write [REPO:]KIND:NAME, for example program:image-classification");
  return error;
}

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::dataset:
      return "dataset";
    case Kind::model:
      return "model";
    case Kind::software:
      return "software";
    case Kind::package:
      return "package";
    case Kind::program:
      return "program";
    case Kind::script:
      return "script";
    case Kind::profile:
      return "profile";
  }
  return "package";
}

std::optional<Kind> parse_kind(std::string_view name) {
  for (const Kind kind : kKinds) {
    if (name == name_of(kind)) return kind;
  }
  return std::nullopt;
}

bool installable(Kind kind) {
  return kind == Kind::dataset || kind == Kind::model || kind == Kind::package;
}

bool names_host_fact(std::string_view name) {
  return name.starts_with("host.") || name.starts_with("gpu.");
}

bool is_uid(std::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_valid_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestName) return false;
  if (text.front() == '.' || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || std::string_view("._-+@").find(c) != std::string_view::npos;
  });
}

Result<ComponentPattern> ComponentPattern::parse(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), is_pattern_character)) {
    return fail(bad_pattern(text, "'/', '\\', '#', '^' and control characters are not allowed"));
  }
  std::vector<std::string> parts = split(text, ':');
  if (parts.size() > 3) return fail(bad_pattern(text, "it has more than three parts"));
  for (std::string& part : parts) {
    part = std::string(trim(part));
    if (!part.starts_with('.')) continue;
    return fail(bad_pattern(text, "no name starts with '.'")
                    .hint("'^' stands for the component that the current folder is in"));
  }
  ComponentPattern pattern;
  if (parts.size() == 3) pattern.repo = parts[0];
  if (parts.size() > 1) pattern.name = parts.back();
  pattern.kind = parts.size() == 3 ? parts[1] : parts[0];
  return pattern;
}

std::string ComponentPattern::text() const {
  if (!repo.empty()) return repo + ":" + kind + ":" + name;
  return name.empty() ? kind : kind + ":" + name;
}

bool ComponentPattern::exact() const {
  return !kind.empty() && !name.empty() && !has_wildcard(repo) && !has_wildcard(kind) &&
         !has_wildcard(name);
}

}  // namespace ck::model
