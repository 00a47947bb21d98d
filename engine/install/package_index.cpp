#include "install/package_index.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "catalog/configuration.hpp"
#include "install/environment.hpp"
#include "install/staging.hpp"
#include "sys/files.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kPublicPythonIndex = "https://pypi.org/simple";
constexpr std::string_view kPublicNpmRegistry = "https://registry.npmjs.org";
constexpr std::size_t kShownVersions = 8;
constexpr std::string_view kWheel = ".whl";

struct Link {
  std::string url;     ///< as written, without the fragment
  std::string sha256;  ///< of the fragment; may be empty
  std::string file;    ///< the last part of the URL
};

std::string unescaped(std::string text) {
  text = replace_all(text, "&quot;", "\"");
  text = replace_all(text, "&#39;", "'");
  text = replace_all(text, "%2B", "+");
  return replace_all(text, "&amp;", "&");
}

/// The links of a page of a simple index. Such pages are generated; what is no link with a quoted
/// address is passed over.
std::vector<Link> links_of(const std::string& page) {
  constexpr std::string_view kHash = "sha256=";
  std::vector<Link> links;
  for (auto at = page.find("href="); at != std::string::npos; at = page.find("href=", at + 5)) {
    const char quote = at + 5 < page.size() ? page[at + 5] : '\0';
    if (quote != '"' && quote != '\'') continue;
    const auto end = page.find(quote, at + 6);
    if (end == std::string::npos) break;
    std::string address = page.substr(at + 6, end - at - 6);
    Link link;
    const auto hash = address.find('#');
    if (hash != std::string::npos) {
      const std::string fragment = address.substr(hash + 1);
      if (fragment.starts_with(kHash)) link.sha256 = to_lower(fragment.substr(kHash.size()));
      address.resize(hash);
    }
    link.url = unescaped(address);
    link.file = link.url.substr(0, link.url.find('?'));
    link.file = link.file.substr(link.file.rfind('/') + 1);
    links.push_back(std::move(link));
  }
  return links;
}

/// The version in "name-1.0-py3-none-any.whl"; empty for what is no wheel of that package.
std::string version_of(const std::string& file, const std::string& package) {
  if (!file.ends_with(kWheel)) return {};
  const auto parts = split(file, '-');
  if (parts.size() < 5) return {};
  const bool ours = normalised_python_name(parts[0]) == normalised_python_name(package);
  return ours ? parts[1] : std::string();
}

std::string variable(const Variables& variables, std::initializer_list<std::string_view> names) {
  for (const auto& name : names) {
    for (const auto& [key, value] : variables) {
      if (key == name && !value.empty()) return value;
    }
  }
  return {};
}

std::string first_of(std::initializer_list<std::string> texts) {
  for (std::string text : texts) {
    while (text.ends_with('/')) text.pop_back();
    if (!text.empty()) return text;
  }
  return {};
}

/// What an index says now.
Result<std::string> fetch_page(const std::string& url, const std::string& name, Context& context) {
  CK_TRY(staging, make_staging(context.home.staging()));
  CK_TRY(http, context.transfer.http());
  sys::DownloadRequest request{{url}, staging.path() / "page", {}, std::nullopt, true, name};
  NoEvents quiet;
  CK_CHECK(http->download(request, quiet, context.cancel));
  return sys::read_file(request.file);
}

}  // namespace

std::string normalised_python_name(std::string_view name) {
  std::string result;
  for (const char c : to_lower(name)) {
    const bool separates = c == '-' || c == '_' || c == '.';
    if (!separates) {
      result += c;
    } else if (!result.ends_with('-')) {
      result += '-';
    }
  }
  return result;
}

std::string resolved_url(const std::string& base, const std::string& reference) {
  if (reference.find("://") != std::string::npos) return reference;
  const auto scheme = base.find("://");
  if (scheme == std::string::npos) return reference;
  if (reference.starts_with("//")) return base.substr(0, scheme + 1) + reference;
  const auto top = std::min(base.find('/', scheme + 3), base.size());
  if (reference.starts_with('/')) return base.substr(0, top) + reference;
  std::string path = base.substr(top, base.find_first_of("?#", top) - top);
  path.resize(path.rfind('/') + 1);
  if (path.empty()) path = "/";
  std::string_view rest = reference;
  while (rest.starts_with("./") || rest.starts_with("../")) {
    const bool up = rest.starts_with("../");
    rest.remove_prefix(up ? 3 : 2);
    if (up && path.size() > 1) path.resize(path.rfind('/', path.size() - 2) + 1);
  }
  return base.substr(0, top) + path + std::string(rest);
}

Result<std::string> wheel_in_page(const std::string& page, const std::string& page_url,
                                  const model::PipSource& source) {
  std::vector<Link> of_version;
  std::set<std::string> versions;
  for (Link& link : links_of(page)) {
    if (link.sha256 == source.sha256) return resolved_url(page_url, link.url);
    const std::string version = version_of(link.file, source.package);
    if (!version.empty()) versions.insert(version);
    if (version == source.version) of_version.push_back(std::move(link));
  }
  const bool hashes =
      std::ranges::any_of(of_version, [](const Link& link) { return !link.sha256.empty(); });
  if (!hashes && of_version.size() == 1) return resolved_url(page_url, of_version.front().url);
  const std::string what =
      "the wheel of " + source.package + " " + source.version + " with sha256 " + source.sha256;
  if (of_version.empty()) {
    std::vector<std::string> shown(versions.begin(), versions.end());
    if (shown.size() > kShownVersions)
      shown.erase(shown.begin(), shown.end() - static_cast<std::ptrdiff_t>(kShownVersions));
    Error error(ErrorCode::not_found, "the index does not have " + what);
    if (!shown.empty()) error.hint("it has wheels of " + printable(join(shown, ", ")));
    return fail(std::move(error.hint("give the wheel's URL with 'from'")));
  }
  Error error(ErrorCode::not_found, "the index does not have " + what + ", but other wheels of it");
  for (const Link& link : of_version) error.in(printable(link.file + " " + link.sha256));
  return fail(std::move(error.hint("give the sha256 of one of them, or a URL with 'from'")));
}

Result<std::string> find_wheel(const model::PipSource& source, Context& context) {
  CK_TRY(configuration, catalog::read_configuration(context.home));
  const std::string index =
      first_of({configuration.pip_index, variable(context.host_variables, {"PIP_INDEX_URL"}),
                std::string(kPublicPythonIndex)});
  const std::string url = index + "/" + normalised_python_name(source.package) + "/";
  CK_TRY(page, fetch_page(url, "the index of " + source.package, context));
  return wheel_in_page(page, url, source);
}

Result<std::string> find_npm_archive(const model::NpmSource& source, Context& context) {
  CK_TRY(configuration, catalog::read_configuration(context.home));
  const std::string registry =
      first_of({configuration.npm_registry,
                variable(context.host_variables, {"npm_config_registry", "NPM_CONFIG_REGISTRY"}),
                std::string(kPublicNpmRegistry)});
  const std::string url =
      registry + "/" + replace_all(source.package, "/", "%2f") + "/" + source.version;
  CK_TRY(text, fetch_page(url, "what the registry says of " + source.package, context));
  CK_TRY(json, parse_json(text, "the registry's answer", {.comments = false}));
  const auto pointer = Json::json_pointer("/dist/tarball");
  if (!json.is_object() || !json.contains(pointer) || !json.at(pointer).is_string()) {
    return fail(Error(ErrorCode::not_found,
                      "the registry names no archive of " + source.package + " " + source.version)
                    .hint("give the archive's URL with 'from'"));
  }
  return resolved_url(url, json.at(pointer).get<std::string>());
}

}  // namespace ck::install
