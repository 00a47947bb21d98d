#include "install/sources.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "install/debian.hpp"
#include "install/download_cache.hpp"
#include "install/package_index.hpp"
#include "install/staging.hpp"
#include "install/wheel.hpp"
#include "sys/files.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kDescriptor = "ck.json";
constexpr std::string_view kLocal = "file://";
constexpr std::string_view kNodeModules = "lib/node_modules";

Error offline_error(const std::string& what) {
  return Error(ErrorCode::network, what + " was not downloaded before, and nothing may be fetched")
      .hint("do it once without --offline");
}

/// What a URL ends with; may be no name of a file.
std::string file_name(std::string url) {
  url.resize(std::min(url.find_first_of("?#"), url.size()));
  return url.substr(url.rfind('/') + 1);
}

Status download(const model::UrlSource& source, const fs::path& target, Context& context) {
  if (source.urls.empty())
    return fail(ErrorCode::invalid, "no URL is given for the file with sha256 " + source.sha256);
  sys::DownloadRequest request{source.urls,       target, source.sha256,
                               source.size_bytes, false,  file_name(source.urls.front())};
  if (context.offline) {
    std::erase_if(request.urls, [](const auto& url) { return !url.starts_with(kLocal); });
    if (request.urls.empty()) return fail(offline_error(printable(source.urls.front())));
  }
  CK_TRY(http, context.transfer.http());
  return http->download(request, context.events, context.cancel);
}

/// Fetches one source after the other into `folder`.
class Fetcher {
 public:
  Fetcher(const catalog::Component& component, const fs::path& folder, Context& context)
      : component_(component), folder_(folder), context_(context) {}

  Status operator()(const model::FilesSource& source) {
    CK_TRY(from, sys::contained_path(component_.path, source.path));
    CK_TRY(to, make_inside(folder_, source.to));
    std::error_code missing;
    if (!fs::exists(from, missing)) {
      return fail(ErrorCode::not_found, "the component has no '" + source.path + "'");
    }
    if (fs::is_regular_file(from, missing)) return copy_file(from, to);
    CK_TRY(entries, sys::list_tree(from, {.skip_names = {}, .hash = false}, context_.cancel));
    if (source.path.empty() || source.path == ".")
      std::erase_if(entries, [](const auto& entry) { return entry.path == kDescriptor; });
    return sys::copy_tree(from, to, entries, context_.cancel);
  }

  Status operator()(const model::UrlSource& source) {
    CK_TRY(file, source_file(source, context_));
    CK_TRY(to, make_inside(folder_, source.to));
    if (!source.unpack) return copy_download(file, to, source);
    CK_TRY(archives, context_.transfer.archives());
    sys::UnpackOptions options;
    options.strip = source.strip;
    auto unpacked = archives->unpack(file, to, options, context_.cancel);
    if (!unpacked && unpacked.error().code == ErrorCode::invalid)
      unpacked.error().hint("if it is no archive, the source needs \"unpack\": false");
    return unpacked;
  }

  Status operator()(const model::GitSource& source) {
    CK_TRY(exported, source_folder(source, context_));
    CK_TRY(to, make_inside(folder_, source.to));
    CK_TRY(entries, sys::list_tree(exported, {.skip_names = {}, .hash = false}, context_.cancel));
    return sys::copy_tree(exported, to, entries, context_.cancel);
  }

  Status operator()(const model::PipSource& source) {
    CK_TRY(file, source_file(source, context_));
    CK_TRY(to, make_inside(folder_, source.to));
    CK_TRY(needs, unpack_wheel(file, source, to, context_));
    wheels_.insert(normalised_python_name(source.package));
    std::ranges::move(needs, std::back_inserter(needs_));
    return {};
  }

  Status operator()(const model::NpmSource& source) {
    CK_TRY(file, source_file(source, context_));
    CK_TRY(to,
           make_inside(folder_, (fs::path(source.to) / kNodeModules / source.package).string()));
    CK_TRY(archives, context_.transfer.archives());
    sys::UnpackOptions options;
    options.strip = 1;  // "package", whatever it is called
    CK_CHECK(archives->unpack(file, to, options, context_.cancel));
    return check_npm(source, to);
  }

  /// What wheels say they need and no source gives, which a dependency may.
  void tell_needs() const {
    for (const auto& need : needs_) {
      if (wheels_.contains(need.package)) continue;
      context_.events.on(Note{component_.id.text() + ": a wheel needs " + printable(need.text) +
                              ", which no source of it gives"});
    }
  }

  Status operator()(const model::DebianSource& source) {
    CK_TRY(file, source_file(source, context_));
    CK_TRY(to, make_inside(folder_, source.to));
    CK_TRY(archives, context_.transfer.archives());
    sys::UnpackOptions options;
    options.only = source.paths;
    CK_CHECK(archives->unpack_debian(file, to, options, context_.cancel));
    return check_paths(source, to);
  }

 private:
  Status check_npm(const model::NpmSource& source, const fs::path& to) const {
    const fs::path file = to / "package.json";
    auto text = sys::read_file(file);
    if (!text) {
      return fail(ErrorCode::invalid, "the archive is no npm package: it has no package.json");
    }
    CK_TRY(json, parse_json(*text, file.string(), {.comments = false, .duplicate_keys = true}));
    const auto says = [&](const char* key, const std::string& wanted) {
      return json.is_object() && json.contains(key) && json.at(key) == wanted;
    };
    if (says("name", source.package) && says("version", source.version)) return {};
    return fail(ErrorCode::verification, "the archive is not " + source.package + " " +
                                             source.version + ", says its package.json");
  }

  Status copy_file(const fs::path& from, const fs::path& to) {
    sys::TreeEntry entry;
    entry.path = from.filename().string();
    const auto permissions = fs::status(from).permissions();
    entry.executable = (permissions & fs::perms::owner_exec) != fs::perms::none;
    return sys::copy_tree(from.parent_path(), to, {entry}, context_.cancel);
  }

  /// The cache knows the file by its hash; here it gets the name its URL ends with.
  Status copy_download(const fs::path& file, const fs::path& to, const model::UrlSource& source) {
    const std::string name = file_name(source.urls.front());
    if (name == "." || !sys::is_plain_relative_path(name)) {
      return fail(ErrorCode::invalid,
                  "the URL " + printable(source.urls.front()) + " does not end with a file name");
    }
    std::error_code error;
    fs::copy_file(file, to / name, error);
    if (error) return fail(system_error("copy the download to " + name, error.value()));
    return {};
  }

  /// A pattern that keeps nothing is a mistake, or the package is not what it was.
  Status check_paths(const model::DebianSource& source, const fs::path& to) const {
    if (source.paths.empty()) return {};
    CK_TRY(entries, sys::list_tree(to, {.skip_names = {}, .hash = false}, context_.cancel));
    for (const auto& pattern : source.paths) {
      const bool any = std::ranges::any_of(
          entries, [&](const auto& entry) { return wildcard_match(pattern, entry.path); });
      if (any) continue;
      return fail(ErrorCode::not_found, "the Debian package " + source.package + " " +
                                            source.version + " has no file '" + pattern + "'");
    }
    return {};
  }

  const catalog::Component& component_;
  const fs::path& folder_;
  Context& context_;
  std::set<std::string> wheels_;  ///< normalised names
  std::vector<WheelNeed> needs_;
};

std::string name_of(const model::Source& source) {
  struct Namer {
    std::string operator()(const model::FilesSource& one) const { return "files " + one.path; }
    std::string operator()(const model::UrlSource& one) const { return one.urls.front(); }
    std::string operator()(const model::GitSource& one) const { return one.url + " " + one.commit; }
    std::string operator()(const model::DebianSource& one) const {
      return "debian " + one.package + "=" + one.version;
    }
    std::string operator()(const model::PipSource& one) const {
      return "pip " + one.package + "==" + one.version;
    }
    std::string operator()(const model::NpmSource& one) const {
      return "npm " + one.package + "@" + one.version;
    }
  };
  return printable(std::visit(Namer{}, source));
}

}  // namespace

Status fetch_sources(const std::vector<model::Source>& sources, const catalog::Component& component,
                     const fs::path& folder, Context& context) {
  CK_CHECK(sys::make_directories(folder));
  Fetcher fetch(component, folder, context);
  for (const auto& source : sources) {
    CK_CHECK(context.cancel.check());
    auto done = std::visit(fetch, source);
    if (done) continue;
    return fail(std::move(done.error()).in("source " + name_of(source)).in(component.id.text()));
  }
  fetch.tell_needs();
  return {};
}

Result<fs::path> source_file(const model::UrlSource& source, Context& context) {
  return cached_file(source.sha256, context,
                     [&](const fs::path& target) { return download(source, target, context); });
}

Result<fs::path> source_file(const model::DebianSource& source, Context& context) {
  return cached_file(source.sha256, context, [&](const fs::path& target) -> Status {
    if (context.offline) return fail(offline_error("the Debian package " + source.package));
    return download_debian(source, target, context);
  });
}

Result<fs::path> source_file(const model::PipSource& source, Context& context) {
  return cached_file(source.sha256, context, [&](const fs::path& target) -> Status {
    if (context.offline && !source.from.starts_with(kLocal))
      return fail(offline_error("the wheel of " + source.package));
    std::string url = source.from;
    if (url.empty()) {
      CK_TRY(found, find_wheel(source, context));
      url = std::move(found);
    }
    CK_TRY(http, context.transfer.http());
    return http->download({{url}, target, source.sha256, std::nullopt, false, file_name(url)},
                          context.events, context.cancel);
  });
}

Result<fs::path> source_file(const model::NpmSource& source, Context& context) {
  return cached_by_integrity(source.integrity, context, [&](const fs::path& target) -> Status {
    if (context.offline && !source.from.starts_with(kLocal))
      return fail(offline_error("the npm package " + source.package));
    std::string url = source.from;
    if (url.empty()) {
      CK_TRY(found, find_npm_archive(source, context));
      url = std::move(found);
    }
    CK_TRY(http, context.transfer.http());
    return http->download({{url}, target, {}, std::nullopt, true, file_name(url)}, context.events,
                          context.cancel);
  });
}

Result<fs::path> source_folder(const model::GitSource& source, Context& context) {
  const std::string name = sha256_hex(source.url + "\n" + source.commit);
  return cached_folder(name, context, [&](const fs::path& target) -> Status {
    if (context.offline && !source.url.starts_with(kLocal))
      return fail(offline_error("commit " + source.commit));
    CK_TRY(git, context.transfer.git());
    return git->export_commit(source.url, source.commit, target, context.events, context.cancel);
  });
}

}  // namespace ck::install
