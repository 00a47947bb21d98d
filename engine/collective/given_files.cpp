#include "collective/given_files.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "install/installer.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kScheme = "://";

bool exists(const std::string& file) {
  std::error_code unknown;
  return !file.empty() && fs::exists(file, unknown);
}

/// A comma may be part of a path: what begins behind one has a URL.
std::vector<std::string> items_of(const std::string& text) {
  std::vector<std::string> items;
  for (const auto& piece : split(text, ',')) {
    if (items.empty() || piece.find(kScheme) != std::string::npos) {
      items.push_back(piece);
    } else {
      items.back() += "," + piece;
    }
  }
  return items;
}

/// A URL, or nothing, and its file. Each may have a '=' of its own: the file is what is there.
Result<std::pair<std::string, std::string>> parts_of(const std::string& item) {
  if (exists(item)) return std::pair(std::string(), item);
  for (auto end = item.find('='); end != std::string::npos; end = item.find('=', end + 1)) {
    if (exists(item.substr(end + 1))) return std::pair(item.substr(0, end), item.substr(end + 1));
  }
  const bool has_url = item.find(kScheme) != std::string::npos;
  const std::string file = has_url ? item.substr(item.rfind('=') + 1) : item;
  return fail(Error(ErrorCode::not_found, "--source: there is no " + printable(file))
                  .hint("--source=PATH or --source=URL=PATH takes a file that is here"));
}

/// PACKAGE_URL often ends with the '/' that is put behind it.
std::string without_double_slashes(const std::string& url) {
  const auto scheme = url.find(kScheme);
  const auto start = scheme == std::string::npos ? 0 : scheme + kScheme.size();
  std::string result = url.substr(0, start);
  for (std::size_t i = start; i < url.size(); ++i) {
    if (url[i] != '/' || i == start || url[i - 1] != '/') result += url[i];
  }
  return result;
}

/// An environment and all that was built on it, that first.
std::vector<std::string> with_dependants(const std::string& id,
                                         const std::vector<store::EnvironmentRecord>& records) {
  std::vector<std::string> ids{id};
  std::set<std::string> seen{id};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    for (const auto& record : records) {
      const std::string below = ids[i];
      const bool needs = std::ranges::any_of(record.dependencies,
                                             [&](const auto& one) { return one.second == below; });
      if (needs && seen.insert(record.id).second) ids.push_back(record.id);
    }
  }
  std::ranges::reverse(ids);
  return ids;
}

}  // namespace

Result<GivenFiles> GivenFiles::parse(const std::string& text) {
  GivenFiles given;
  for (const auto& item : items_of(text)) {
    CK_TRY(parts, parts_of(item));
    const std::string file = fs::absolute(parts.second).string();
    if (!parts.first.empty()) {
      given.of_urls[parts.first] = file;
    } else if (given.any.empty()) {
      given.any = file;
    } else {
      return fail(Error(ErrorCode::usage, "--source names two files without their URLs")
                      .hint("--source=URL=PATH says which is for which"));
    }
  }
  return given;
}

GivenFiles GivenFiles::with_any(const std::string& file) const {
  GivenFiles given;
  given.of_urls = of_urls;
  given.any = file;
  return given;
}

Result<std::optional<fs::path>> GivenFiles::file_for(const std::string& url) const {
  for (const auto& [known, file] : of_urls) {
    if (without_double_slashes(known) == without_double_slashes(url))
      return std::optional(fs::path(file));
  }
  if (any.empty()) return std::optional<fs::path>();
  if (use->url.empty()) use->url = url;
  if (use->url == url) return std::optional(fs::path(any));
  use->refused = true;
  return fail(Error(ErrorCode::usage, "--source=" + printable(any) + " is one file, and two are " +
                                          "wanted: " + printable(use->url) + " and " +
                                          printable(url))
                  .hint("--source=URL=PATH says which of them it is"));
}

Status GivenFiles::take_back(install::Context& context) const {
  if (!use->refused || use->environment.empty()) return {};
  CK_TRY(records, context.store.environments());
  for (const auto& id : with_dependants(std::exchange(use->environment, {}), records)) {
    const auto removed = install::remove_environment(id, true, context);
    if (!removed && removed.error().code != ErrorCode::not_found) return fail(removed.error());
  }
  return {};
}

}  // namespace ck::collective
