#include "collective/package_sources.hpp"

#include <algorithm>
#include <optional>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "install/download_cache.hpp"
#include "install/staging.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kYes = "YES";

class Fetcher {
 public:
  Fetcher(const std::string& package, Json& environment, const install::Variables& values,
          const fs::path& folder, const std::vector<PackageSource>& required, Workbench& bench)
      : package_(package),
        environment_(environment),
        values_(values),
        folder_(folder),
        required_(required),
        bench_(bench),
        context_(bench.context()) {}

  Result<std::vector<PackageSource>> run() {
    detect_names();
    if (value("PACKAGE_WGET") == kYes) {
      CK_CHECK(fetch_file());
      environment_["PACKAGE_WGET"] = "NO";
    }
    if (value("PACKAGE_GIT") == kYes) {
      CK_CHECK(fetch_repository());
      environment_["PACKAGE_GIT"] = "NO";
    }
    return std::move(sources_);
  }

 private:
  std::string value(const std::string& name) const {
    if (const auto chosen = chosen_.find(name); chosen != chosen_.end()) return chosen->second;
    const auto found =
        std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
    return found == values_.end() ? std::string() : found->second;
  }

  /// PACKAGE_DETECT_VARS=YES: NAME_LINUX goes before NAME.
  void detect_names() {
    if (value("PACKAGE_DETECT_VARS") != kYes) return;
    for (const auto* name : {"PACKAGE_URL", "PACKAGE_NAME", "PACKAGE_NAME1"}) {
      if (auto special = value(std::string(name) + "_LINUX"); !special.empty())
        chosen_[name] = std::move(special);
    }
  }

  const PackageSource* required_of(const std::string& url) const {
    const auto found = std::ranges::find(required_, url, &PackageSource::url);
    return found == required_.end() ? nullptr : &*found;
  }

  // Files.

  Status fetch_file() {
    const std::string name = value("PACKAGE_NAME");
    const std::string url = value("PACKAGE_URL") + "/" + name;
    const std::string base = fs::path(name).filename().string();
    if (!sys::is_plain_relative_path(base))
      return fail(ErrorCode::invalid, "'" + printable(name) + "' is no name of a file");
    auto sha256 = content_of(url);
    if (!sha256) return fail(with_advice(std::move(sha256.error()), url));
    CK_TRY(file, cached(*sha256, url));
    std::error_code error;
    fs::copy_file(file, folder_ / base, fs::copy_options::overwrite_existing, error);
    if (error) return fail(system_error("copy the download to " + base, error.value()));
    sources_.push_back({url, *sha256, {}});
    return {};
  }

  /// The file with which the user replaces the download, if there is one for this URL.
  std::optional<fs::path> replacement(const std::string& url) const {
    for (const auto& key : {url, std::string()}) {
      const auto found = bench_.wishes().sources.find(key);
      if (found != bench_.wishes().sources.end()) return fs::path(found->second);
    }
    return std::nullopt;
  }

  /// Where the first content seen under a URL is noted.
  fs::path note_of(const std::string& url) const {
    return context_.home.downloads().parent_path() / "urls" / (sha256_hex(url) + ".json");
  }

  std::string noted(const std::string& url) const {
    const auto text = sys::read_file(note_of(url), 1u << 16);
    if (!text) return {};
    const auto note = parse_json(*text, note_of(url).string());
    return note ? text_at(*note, "sha256") : std::string();
  }

  Status note(const std::string& url, const std::string& sha256) const {
    CK_CHECK(sys::make_directories(note_of(url).parent_path()));
    const Json note = {{"schema", "ck.seen-url/1"}, {"url", url}, {"sha256", sha256}};
    return sys::write_file(note_of(url), to_pretty_text(note));
  }

  /// The hash of what the URL holds: demanded by a lock, seen before, or seen now.
  Result<std::string> content_of(const std::string& url) {
    if (const auto file = replacement(url)) return adopted(*file);
    if (const auto* source = required_of(url)) return source->sha256;
    if (auto known = noted(url); !known.empty()) return known;
    if (context_.offline) {
      return fail(Error(ErrorCode::network, printable(url) +
                                                " was not downloaded before, and nothing may be "
                                                "fetched")
                      .hint("do it once without --offline"));
    }
    CK_TRY(work, install::make_staging(context_.home.staging()));
    CK_TRY(http, context_.transfer.http());
    const fs::path file = work.path() / "download";
    CK_CHECK(
        http->download({{url}, file, {}, std::nullopt, true}, context_.events, context_.cancel));
    CK_TRY(sha256, adopted(file));
    CK_CHECK(note(url, sha256));
    context_.events.on(Warning{package_ + " says nothing about what it downloads: the sha256 of " +
                               printable(url) + ", " + sha256 +
                               ", was recorded and is required from now on"});
    return sha256;
  }

  /// Puts a file into the cache of downloads; its hash.
  Result<std::string> adopted(const fs::path& file) {
    CK_TRY(sha256, sys::hash_file(file, context_.cancel));
    const auto kept = install::cached_file(sha256, context_, [&](const fs::path& target) -> Status {
      std::error_code error;
      fs::copy_file(file, target, error);
      if (error) return fail(system_error("copy " + file.string(), error.value()));
      return {};
    });
    if (!kept) return fail(kept.error());
    return sha256;
  }

  Result<fs::path> cached(const std::string& sha256, const std::string& url) {
    auto file = install::cached_file(sha256, context_, [&](const fs::path& target) -> Status {
      if (context_.offline)
        return fail(ErrorCode::network,
                    "it is no longer among the downloads, and nothing may be "
                    "fetched");
      CK_TRY(http, context_.transfer.http());
      return http->download({{url}, target, sha256, std::nullopt}, context_.events,
                            context_.cancel);
    });
    if (!file && file.error().code == ErrorCode::verification) {
      file.error().hint("it changed since it was first seen; if that is right, remove " +
                        note_of(url).string());
    }
    if (!file) return fail(with_advice(std::move(file.error()), url));
    return file;
  }

  Error with_advice(Error error, const std::string& url) const {
    error.in(package_ + ", " + printable(url));
    if (error.code == ErrorCode::network || error.code == ErrorCode::not_found)
      error.hint("if you have the file from elsewhere, give it with --source=PATH");
    return error;
  }

  // Git.

  static std::string option_after(const std::vector<std::string>& words, const std::string& name) {
    const auto place = std::ranges::find(words, name);
    return place == words.end() || place + 1 == words.end() ? std::string() : *(place + 1);
  }

  static bool is_commit(const std::string& text) {
    return text.size() >= 7 && text.size() <= 40 &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
  }

  Status fetch_repository() {
    const std::string url = value("PACKAGE_URL");
    CK_TRY(target, sys::contained_path(folder_, value("PACKAGE_SUB_DIR")));
    const auto flags = split(value("PACKAGE_GIT_CLONE_FLAGS"), ' ');
    std::string wanted = value("PACKAGE_GIT_CHECKOUT");
    for (const auto* option : {"-b", "--branch"}) {
      if (wanted.empty()) wanted = option_after(flags, option);
    }
    if (const auto* source = required_of(url)) wanted = source->commit;
    if (const auto file = replacement(url)) return clone(file->string(), url, wanted, target);
    if (context_.offline) {
      return fail(Error(ErrorCode::network, "the git repository " + printable(url) +
                                                " is needed, and nothing may be fetched")
                      .in(package_));
    }
    return clone(url, url, wanted, target);
  }

  /// A name may be a branch, a tag or a commit; git alone knows.
  Status clone(const std::string& from, const std::string& url, const std::string& wanted,
               const fs::path& target) {
    CK_TRY(git, context_.transfer.git());
    std::vector<sys::GitRevision> revisions;
    if (is_commit(wanted)) revisions.push_back({{}, {}, wanted});
    if (!wanted.empty()) {
      revisions.push_back({{}, wanted, {}});
      revisions.push_back({wanted, {}, {}});
    } else {
      revisions.emplace_back();
    }
    for (std::size_t i = 0; i < revisions.size(); ++i) {
      auto state = git->clone(from, revisions[i], target, context_.events, context_.cancel);
      if (state) {
        sources_.push_back({url, {}, state->commit});
        return {};
      }
      const bool other_name =
          state.error().code == ErrorCode::not_found && i + 1 < revisions.size();
      if (!other_name) return fail(with_advice(std::move(state.error()), url));
    }
    return {};
  }

  const std::string& package_;
  Json& environment_;
  const install::Variables& values_;
  const fs::path& folder_;
  const std::vector<PackageSource>& required_;
  Workbench& bench_;
  install::Context& context_;
  std::map<std::string, std::string> chosen_;
  std::vector<PackageSource> sources_;
};

}  // namespace

Json to_json(const std::vector<PackageSource>& sources) {
  Json list = Json::array();
  for (const auto& source : sources) {
    Json one = {{"url", source.url}};
    if (!source.sha256.empty()) one["sha256"] = source.sha256;
    if (!source.commit.empty()) one["commit"] = source.commit;
    list.push_back(std::move(one));
  }
  return list;
}

std::vector<PackageSource> sources_from_json(const Json& value) {
  std::vector<PackageSource> sources;
  if (!value.is_array()) return sources;
  for (const auto& one : value)
    sources.push_back({text_at(one, "url"), text_at(one, "sha256"), text_at(one, "commit")});
  return sources;
}

Result<std::vector<PackageSource>> fetch_package_sources(
    const std::string& package, Json& environment, const install::Variables& values,
    const fs::path& folder, const std::vector<PackageSource>& required, Workbench& bench) {
  return Fetcher(package, environment, values, folder, required, bench).run();
}

}  // namespace ck::collective
