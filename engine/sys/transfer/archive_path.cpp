#include "sys/transfer/archive_path.hpp"

#include <algorithm>
#include <vector>

#include "base/strings.hpp"

namespace ck::sys {
namespace {

Error denied(std::string_view name, const std::string& why) {
  return Error(ErrorCode::denied, "the archive's entry " + printable(name) + " " + why);
}

bool has_dot_dot(std::string_view name, std::string_view separators) {
  while (true) {
    const auto end = name.find_first_of(separators);
    if (name.substr(0, end) == "..") return true;
    if (end == std::string_view::npos) return false;
    name.remove_prefix(end + 1);
  }
}

bool has_control_characters(std::string_view name) {
  return std::any_of(name.begin(), name.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::ptrdiff_t depth_of(const std::string& path) {
  return std::count(path.begin(), path.end(), '/');
}

}  // namespace

Result<std::string> entry_path(std::string_view name) {
  if (name.empty()) return fail(denied(name, "has no name"));
  if (name.starts_with('/') || name.starts_with('\\')) {
    return fail(denied(name, "has an absolute name"));
  }
  if (has_dot_dot(name, "/\\")) return fail(denied(name, "leaves the folder it is unpacked to"));
  if (has_control_characters(name)) return fail(denied(name, "has control characters in its name"));
  std::vector<std::string> parts;
  for (std::string& part : split(name, '/')) {
    if (!part.empty() && part != ".") parts.push_back(std::move(part));
  }
  return join(parts, "/");
}

std::optional<std::string> strip_parts(const std::string& path, unsigned count) {
  std::size_t start = 0;
  for (unsigned i = 0; i < count; ++i) {
    const auto slash = path.find('/', start);
    if (slash == std::string::npos) return std::nullopt;
    start = slash + 1;
  }
  return path.substr(start);
}

Status check_link_target(const std::string& path, std::string_view target) {
  const std::string why = "is a link to " + printable(target) + ", outside of the folder";
  if (target.empty() || target.starts_with('/')) return fail(denied(path, why));
  std::ptrdiff_t up = 0;
  bool descended = false;
  for (const std::string& part : split(target, '/')) {
    if (part.empty() || part == ".") continue;
    // ".." after a name steps out of wherever that name leads, which may be a link.
    if (part == ".." && (descended || ++up > depth_of(path))) return fail(denied(path, why));
    if (part != "..") descended = true;
  }
  return {};
}

std::string target_below_top(const std::string& path, std::string_view target) {
  std::string result;
  for (std::ptrdiff_t i = depth_of(path); i > 0; --i) result += "../";
  target.remove_prefix(std::min(target.find_first_not_of('/'), target.size()));
  result += target;
  return result.empty() ? "." : result;
}

}  // namespace ck::sys
