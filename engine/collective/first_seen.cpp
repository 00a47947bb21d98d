#include "collective/first_seen.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "install/download_cache.hpp"
#include "install/secrets.hpp"
#include "install/staging.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

class Downloads {
 public:
  Downloads(const std::string& url, const DownloadRules& rules, install::Context& context,
            const std::vector<std::string>& headers)
      : url_(url),
        written_url_(install::scrubber_of(context).scrub(url)),
        rules_(rules),
        context_(context),
        headers_(headers) {}

  Result<SeenDownload> run() {
    CK_TRY(sha256, content());
    CK_TRY(file, cached(sha256));
    return SeenDownload{file, sha256};
  }

 private:
  /// Where the first content seen under a URL is noted. What was asked for with headers may be
  /// another content: it says nothing about the URL alone.
  fs::path note_file() const {
    std::string key = written_url_;
    for (const auto& header : headers_) key += "\n" + install::scrubber_of(context_).scrub(header);
    return context_.home.downloads().parent_path() / "urls" / (sha256_hex(key) + ".json");
  }

  std::string noted() const {
    const auto text = sys::read_file(note_file(), 1u << 16);
    if (!text) return {};
    const auto note = parse_json(*text, note_file().string());
    return note ? text_at(*note, "sha256") : std::string();
  }

  Status note(const std::string& sha256) const {
    CK_CHECK(sys::make_directories(note_file().parent_path()));
    const Json note = {{"schema", "ck.seen-url/1"}, {"url", written_url_}, {"sha256", sha256}};
    return sys::write_file(note_file(), to_pretty_text(note));
  }

  /// Whether a lock says what the URL must hold.
  bool is_required() const {
    return std::ranges::find(rules_.required, url_, &PackageSource::url) != rules_.required.end();
  }

  /// The hash of what the URL holds.
  Result<std::string> content() {
    CK_TRY(given, rules_.sources.file_for(url_));
    if (given) return adopted(*given);
    if (is_required()) return std::ranges::find(rules_.required, url_, &PackageSource::url)->sha256;
    if (auto known = noted(); !known.empty()) return known;
    if (context_.offline) {
      return fail(Error(ErrorCode::network,
                        printable(url_) + " was not downloaded before, and nothing may be fetched")
                      .hint("do it once without --offline"));
    }
    CK_TRY(work, install::make_staging(context_.home.staging()));
    CK_TRY(http, context_.transfer.http());
    const fs::path name = fs::path(url_.substr(0, url_.find_first_of("?#"))).filename();
    const fs::path file =
        work.path() / (sys::is_plain_relative_path(name.string()) ? name : "data");
    sys::DownloadRequest request{{url_}, file, {}, std::nullopt, true};
    request.headers = headers_;
    CK_CHECK(http->download(request, context_.events, context_.cancel));
    CK_TRY(sha256, adopted(file));
    CK_CHECK(note(sha256));
    context_.events.on(Warning{rules_.package + " does not say what it downloads: the sha256 of " +
                               printable(written_url_) + ", " + sha256 +
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

  Result<fs::path> cached(const std::string& sha256) {
    auto file = install::cached_file(sha256, context_, [&](const fs::path& target) -> Status {
      if (context_.offline) {
        return fail(ErrorCode::network,
                    "it is no longer among the downloads, and nothing may be fetched");
      }
      CK_TRY(http, context_.transfer.http());
      sys::DownloadRequest request{{url_}, target, sha256, std::nullopt};
      request.headers = headers_;
      return http->download(request, context_.events, context_.cancel);
    });
    if (!file && file.error().code == ErrorCode::verification && is_required()) {
      file.error().hint(
          "the lock demands what was recorded; whoever has that can give it with "
          "--source=URL=PATH");
    } else if (!file && file.error().code == ErrorCode::verification) {
      file.error().hint("it changed since it was first seen; if that is right, remove " +
                        note_file().string());
    }
    return file;
  }

  const std::string& url_;
  const std::string written_url_;  ///< without secrets
  const DownloadRules& rules_;
  install::Context& context_;
  const std::vector<std::string>& headers_;
};

}  // namespace

Result<SeenDownload> fetch_first_seen(const std::string& url, const DownloadRules& rules,
                                      install::Context& context,
                                      const std::vector<std::string>& headers) {
  auto download = Downloads(url, rules, context, headers).run();
  if (!download) return fail(with_advice(std::move(download.error()), rules.package, url));
  return download;
}

Error with_advice(Error error, const std::string& package, const std::string& url) {
  error.in(package + ", " + printable(url));
  if (error.code == ErrorCode::network || error.code == ErrorCode::not_found)
    advise_another_place(error);
  return error;
}

void advise_another_place(Error& error) {
  error.hint(
      "if you have the file from elsewhere, give it with --source=PATH; where several are "
      "downloaded, with --source=URL=PATH");
  error.hint(
      "a mirror, or the place it moved to, is named in $CK_HOME/config.json: {\"rewrite\": "
      "[{\"from\": \"https://OLD/\", \"to\": \"https://NEW/\"}]}");
}

}  // namespace ck::collective
