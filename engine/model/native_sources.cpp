#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/integrity.hpp"
#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "model/native_parts.hpp"

namespace ck::model::native {
namespace {

constexpr std::int64_t kDeepestStrip = 100;

bool is_debian_package(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  return text.size() >= 2 && text.size() <= 100 && std::all_of(text.begin(), text.end(), allowed) &&
         text.front() != '-' && text.front() != '+' && text.front() != '.';
}

bool is_debian_version(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".+-~:").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), allowed) &&
         text.front() >= '0' && text.front() <= '9';
}

/// Where the source goes, and the end of its keys.
std::string finish_source(Document& document, ObjectReader& object) {
  std::string to = path_field(document, object, "to");
  object.finish();
  return to;
}

std::string hash_field(Document& document, ObjectReader& object) {
  std::string text = object.string("sha256");
  if (!text.empty()) {
    must_be(document, object.path_of("sha256"), text, is_sha256, "64 lower-case hex digits");
  }
  return text;
}

Source read_files(Document& document, ObjectReader& object) {
  FilesSource source;
  source.path = path_field(document, object, "files");
  source.to = finish_source(document, object);
  return source;
}

void add_url(Document& document, const std::string& url, const std::string& path,
             UrlSource& source) {
  must_be(document, path, url, is_download_url,
          "a URL that starts with http://, https:// or file:///");
  document.uses(Scope::paths, path, url);
  source.urls.push_back(url);
}

void read_urls(Document& document, ObjectReader& object, UrlSource& source) {
  const Json& value = *object.optional("url");
  const std::string path = object.path_of("url");
  if (value.is_string()) return add_url(document, value.get<std::string>(), path, source);
  if (!value.is_array() || value.empty()) {
    document.add(path, "must be a URL or an array of URLs");
    return;
  }
  each_string(document, object, "url", [&](const std::string& url, const std::string& place) {
    add_url(document, url, place, source);
  });
}

Source read_url(Document& document, ObjectReader& object) {
  UrlSource source;
  read_urls(document, object, source);
  source.sha256 = hash_field(document, object);
  source.size_bytes = count_field(object, "size_bytes");
  source.unpack = object.optional_bool("unpack").value_or(true);
  source.strip =
      static_cast<unsigned>(object.optional_integer("strip", 0, kDeepestStrip).value_or(0));
  if (!source.unpack && object.has("strip")) {
    object.problem("strip", "belongs to archives that are unpacked only");
  }
  source.to = finish_source(document, object);
  return source;
}

Source read_git(Document& document, ObjectReader& object) {
  GitSource source;
  source.url = object.string("git");
  source.commit = object.string("commit");
  if (!source.url.empty()) {
    must_be(document, object.path_of("git"), source.url, is_git_url,
            "a git URL: https://, ssh://, file:/// or user@host:path");
  }
  if (!source.commit.empty()) {
    must_be(document, object.path_of("commit"), source.commit, is_commit,
            "a commit: 40 lower-case hex digits");
  }
  source.to = finish_source(document, object);
  return source;
}

Source read_debian(Document& document, ObjectReader& object) {
  DebianSource source;
  source.package = object.string("debian");
  if (!source.package.empty()) {
    must_be(document, object.path_of("debian"), source.package, is_debian_package,
            "the name of a Debian package");
  }
  source.version = object.string("version");
  if (!source.version.empty()) {
    must_be(document, object.path_of("version"), source.version, is_debian_version,
            "the version of a Debian package, such as 1.2.1+dfsg-1");
  }
  source.sha256 = hash_field(document, object);
  each_string(document, object, "paths", [&](const std::string& pattern, const std::string& path) {
    check_path(document, path, pattern);
    source.paths.push_back(pattern);
  });
  source.to = finish_source(document, object);
  return source;
}

bool is_pip_package(std::string_view text) {
  return is_label(text) && text.back() != '.' && text.back() != '_' && text.back() != '-';
}

/// PEP 440, with an epoch (1!2.0) and a local part (2.0+cpu).
bool is_pip_version(std::string_view text) {
  std::string rest(text);
  std::replace(rest.begin(), rest.end(), '!', '.');
  std::replace(rest.begin(), rest.end(), '+', '.');
  return is_label(rest);
}

/// "name" or "@scope/name".
bool is_npm_package(std::string_view text) {
  const auto is_part = [](std::string_view part) { return part != ".." && is_label(part); };
  if (!text.starts_with('@')) return is_part(text);
  const auto slash = text.find('/');
  return slash != std::string_view::npos && is_part(text.substr(1, slash - 1)) &&
         is_part(text.substr(slash + 1));
}

std::string named(Document& document, ObjectReader& object, std::string_view key,
                  bool (*right)(std::string_view), std::string_view wanted) {
  std::string text = object.string(key);
  if (!text.empty()) must_be(document, object.path_of(key), text, right, wanted);
  return text;
}

std::string from_field(Document& document, ObjectReader& object) {
  std::string url = object.optional_string("from").value_or("");
  if (url.empty()) return url;
  UrlSource checked;
  add_url(document, url, object.path_of("from"), checked);
  return url;
}

Source read_pip(Document& document, ObjectReader& object) {
  PipSource source;
  source.package = named(document, object, "pip", is_pip_package, "the name of a Python package");
  source.version = named(document, object, "version", is_pip_version,
                         "the exact version of a Python package, such as 1.26.4");
  source.sha256 = hash_field(document, object);
  source.from = from_field(document, object);
  source.to = finish_source(document, object);
  return source;
}

Source read_npm(Document& document, ObjectReader& object) {
  NpmSource source;
  source.package = named(document, object, "npm", is_npm_package, "the name of an npm package");
  source.version = named(document, object, "version", is_pip_version,
                         "the exact version of an npm package, such as 4.17.21");
  source.integrity = named(document, object, "integrity", is_integrity,
                           "'sha512-' and 88 digits of base64, as package-lock.json has it");
  source.from = from_field(document, object);
  source.to = finish_source(document, object);
  return source;
}

struct SourceForm {
  std::string_view key;
  Source (*read)(Document&, ObjectReader&);
};
constexpr SourceForm kForms[] = {{"files", read_files},   {"url", read_url}, {"git", read_git},
                                 {"debian", read_debian}, {"pip", read_pip}, {"npm", read_npm}};

std::optional<Source> read_source(Document& document, const Json& value, const std::string& path) {
  ObjectReader object(value, path, document.problems());
  std::vector<const SourceForm*> found;
  for (const SourceForm& form : kForms) {
    if (value.is_object() && value.contains(form.key)) found.push_back(&form);
  }
  if (found.size() == 1) return found.front()->read(document, object);
  if (value.is_object()) {
    document.add(path,
                 "must have exactly one of the keys 'files', 'url', 'git', 'debian', 'pip' and "
                 "'npm'");
  }
  return std::nullopt;
}

}  // namespace

std::vector<Source> read_sources(Document& document, ObjectReader& object) {
  std::vector<Source> sources;
  object.each("sources", [&](const Json& value, const std::string& path) {
    if (auto source = read_source(document, value, path)) sources.push_back(std::move(*source));
  });
  return sources;
}

}  // namespace ck::model::native
