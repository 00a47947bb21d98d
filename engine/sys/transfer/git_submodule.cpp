#include "sys/transfer/git_submodule.hpp"

#include <map>

#include "base/strings.hpp"
#include "sys/files.hpp"
#include "sys/transfer/git_fetch.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

/// "submodule.<name>.<key>" taken apart; nothing for other keys.
struct Key {
  std::string name;
  std::string key;
};
std::optional<Key> parse_key(std::string_view text) {
  constexpr std::string_view start = "submodule.";
  const auto dot = text.rfind('.');
  if (!text.starts_with(start) || dot < start.size()) return std::nullopt;
  return Key{std::string(text.substr(start.size(), dot - start.size())),
             std::string(text.substr(dot + 1))};
}

/// URL by path, as `.gitmodules` in the work tree says.
Result<std::map<std::string, std::string>> read_gitmodules(const fs::path& folder) {
  const fs::path file = folder / ".gitmodules";
  std::error_code ignored;
  std::map<std::string, std::string> urls;
  if (fs::symlink_status(file, ignored).type() != fs::file_type::regular) return urls;
  Config config;
  ConfigIterator entries;
  int code =
      acquire(config, [&](git_config** out) { return git_config_open_ondisk(out, file.c_str()); });
  if (code == 0) {
    code = acquire(entries, [&](git_config_iterator** out) {
      return git_config_iterator_new(out, config.get());
    });
  }
  if (code != 0) return fail(git_failure(code, "read " + file.string(), ErrorCode::invalid));
  std::map<std::string, std::map<std::string, std::string>> by_name;
  git_config_entry* entry = nullptr;
  while (git_config_next(&entry, entries.get()) == 0) {
    if (const auto key = parse_key(entry->name)) by_name[key->name][key->key] = entry->value;
  }
  for (auto& [name, values] : by_name) urls[values["path"]] = values["url"];
  return urls;
}

/// Relative URLs start at that of the repository they are in, which counts as a folder. (libgit2
/// has a function for it, which turns file:///a into file://a.)
Result<std::string> absolute_url(git_repository* repository, const std::string& url) {
  if (!url.starts_with("./") && !url.starts_with("../")) return url;
  CK_TRY(base, origin_url(repository));
  std::string_view rest = url;
  while (rest.starts_with("./") || rest.starts_with("../")) {
    while (base.ends_with('/')) base.pop_back();
    const bool up = rest.starts_with("../");
    rest.remove_prefix(up ? 3 : 2);
    if (!up) continue;
    const auto end = base.find_last_of("/:");
    const auto top = base.find("://");
    const bool at_top = end == std::string::npos || (top != std::string::npos && end <= top + 2);
    if (at_top) return fail(ErrorCode::denied, "the URL " + printable(url) + " leaves its host");
    base.resize(base[end] == ':' ? end + 1 : end);
  }
  const bool joined = base.ends_with(':');
  return base + (joined ? "" : "/") + std::string(rest);
}

/// A repository from elsewhere may not make us read repositories of this machine.
Status check_reach(git_repository* repository, const std::string& url) {
  const auto to = parse_url(url);
  if (!to) return fail(ErrorCode::invalid, "the URL " + printable(url) + " cannot be understood");
  CK_TRY(origin, origin_url(repository));
  const auto from = parse_url(origin);
  if (to->scheme != "file" || (from && from->scheme == "file")) return {};
  return fail(ErrorCode::denied, "a repository from " + host_of(origin) +
                                     " names a submodule on this machine: " + printable(url));
}

}  // namespace

Result<std::vector<Submodule>> submodules_of(git_repository* repository, const git_oid& commit,
                                             const fs::path& folder) {
  std::vector<Submodule> result;
  CK_TRY(links, gitlinks_of(repository, commit));
  if (links.empty()) return result;
  CK_TRY(urls, read_gitmodules(folder));
  for (Gitlink& link : links) {
    const std::string place = "submodule " + printable(link.path);
    if (!is_plain_relative_path(link.path)) {
      return fail(Error(ErrorCode::denied, "a submodule leaves the repository").in(place));
    }
    const auto url = urls.find(link.path);
    if (url == urls.end() || url->second.empty()) {
      return fail(Error(ErrorCode::invalid, ".gitmodules names no URL for it").in(place));
    }
    auto absolute = absolute_url(repository, url->second);
    if (!absolute) return fail(std::move(absolute.error().in(place)));
    if (auto reach = check_reach(repository, *absolute); !reach) {
      return fail(std::move(reach.error().in(place)));
    }
    result.push_back({std::move(link), *absolute});
  }
  return result;
}

}  // namespace ck::sys
