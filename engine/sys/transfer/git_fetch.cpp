#include "sys/transfer/git_fetch.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "base/strings.hpp"
#include "sys/transfer/git_stream.hpp"
#include "sys/transfer/url.hpp"

namespace ck::sys {
namespace {

constexpr std::string_view kBranches = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";
constexpr std::string_view kTracking = "refs/remotes/origin/";

/// What a remote says it has.
struct Advertised {
  std::vector<std::string> branches;
  std::vector<std::string> tags;
  std::optional<std::string> default_branch;
  std::optional<git_oid> head;
};

/// One connection to origin. libgit2 keeps the address of `access`, so it is not movable.
class Connection {
 public:
  Connection(git_repository* repository, GitOperation& operation)
      : repository_(repository), operation_(operation) {}

  Status open();
  Advertised advertised() const;
  Status download(std::vector<std::string> refspecs);
  std::string url() const { return without_credentials(git_remote_url(remote_.get())); }

 private:
  Status check_url(const std::string& url) const;
  Error failure(int code, const std::string& what) const;

  git_repository* repository_;
  GitOperation& operation_;
  std::optional<StoppableSockets> sockets_;
  std::optional<RemoteAccess> access_;
  Remote remote_;
};

/// How long a server may keep silent: http.lowSpeedTime of git's configuration, else a minute.
std::chrono::milliseconds patience() {
  constexpr std::chrono::seconds kUsual(60);
  Config config;
  std::int64_t seconds = 0;
  const bool set = acquire(config, git_config_open_default) == 0 &&
                   git_config_get_int64(&seconds, config.get(), "http.lowspeedtime") == 0;
  if (!set || seconds < 1 || seconds > 86'400) return kUsual;
  return std::chrono::seconds(seconds);
}

Status Connection::check_url(const std::string& url) const {
  const auto parts = parse_url(url);
  constexpr std::array known = {"https", "http", "ssh", "file", "git"};
  if (parts && std::find(known.begin(), known.end(), parts->scheme) != known.end()) return {};
  return fail(Error(ErrorCode::unsupported, "no way to fetch from " + without_credentials(url))
                  .hint("give an https://, ssh:// or file:// URL, host:path, or an absolute path"));
}

Status Connection::open() {
  int code = acquire(
      remote_, [&](git_remote** out) { return git_remote_lookup(out, repository_, "origin"); });
  if (code != 0) return fail(git_failure(code, "read the remote origin", ErrorCode::invalid));
  const std::string effective = rewritten(operation_.rewrites, git_remote_url(remote_.get()));
  code = git_remote_set_instance_url(remote_.get(), effective.c_str());
  if (code != 0) return fail(git_failure(code, "use the URL " + url(), ErrorCode::invalid));
  CK_CHECK(check_url(effective));
  const std::string scheme = parse_url(effective)->scheme;
  if (scheme == "https") CK_CHECK(trust_certificates());
  const bool ssh = scheme == "ssh";
  if (ssh || scheme.starts_with("http")) sockets_.emplace(operation_.cancel, patience(), ssh);

  access_.emplace(operation_, effective);
  git_remote_connect_options options;
  git_remote_connect_options_init(&options, GIT_REMOTE_CONNECT_OPTIONS_VERSION);
  options.callbacks = access_->callbacks();
  options.proxy_opts.type = GIT_PROXY_AUTO;
  code = git_remote_connect_ext(remote_.get(), GIT_DIRECTION_FETCH, &options);
  if (code == 0) return {};
  if (scheme == "file" && code == GIT_ENOTFOUND) {
    if (auto foreign = foreign_owner(parse_url(effective)->path)) return fail(std::move(*foreign));
  }
  return fail(failure(code, "reach " + url()));
}

Error Connection::failure(int code, const std::string& what) const {
  if (!sockets_ || !sockets_->silent() || operation_.cancel.requested())
    return access_->failure(code, what);
  return Error(ErrorCode::network,
               "cannot " + what + ": the server sent nothing for " +
                   human_duration_ns(static_cast<double>(patience().count()) * 1e6))
      .hint("try again; git's setting http.lowSpeedTime (seconds) says how long to wait");
}

Advertised Connection::advertised() const {
  Advertised result;
  const git_remote_head** heads = nullptr;
  std::size_t count = 0;
  if (git_remote_ls(&heads, &count, remote_.get()) != 0) return result;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = heads[i]->name;
    if (name == "HEAD") result.head = heads[i]->oid;
    if (name.ends_with("^{}")) continue;
    if (name.starts_with(kBranches)) result.branches.emplace_back(name.substr(kBranches.size()));
    if (name.starts_with(kTags)) result.tags.emplace_back(name.substr(kTags.size()));
  }
  git_buf branch = GIT_BUF_INIT;
  if (git_remote_default_branch(&branch, remote_.get()) == 0) {
    const std::string_view name = branch.ptr;
    if (name.starts_with(kBranches)) result.default_branch = name.substr(kBranches.size());
  }
  git_buf_dispose(&branch);
  return result;
}

namespace {

/// Locks of references below a folder, with when they were made.
std::map<fs::path, fs::file_time_type> reference_locks(const fs::path& folder) {
  std::map<fs::path, fs::file_time_type> locks;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    const auto time = fs::last_write_time(at->path(), gone);
    if (!gone && at->path().extension() == ".lock") locks.emplace(at->path(), time);
  }
  return locks;
}

/// What a process left that was killed while it recorded a reference: whoever lives holds such a
/// file for microseconds. Whether there was any.
bool remove_left_locks(git_repository* repository) {
  const fs::path folder = fs::path(git_repository_commondir(repository)) / "refs/remotes";
  const auto before = reference_locks(folder);
  if (before.empty()) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const auto now = reference_locks(folder);
  bool removed = false;
  for (const auto& [file, time] : before) {
    const auto still = now.find(file);
    std::error_code ignored;
    if (still != now.end() && still->second == time) removed |= fs::remove(file, ignored);
  }
  return removed;
}

}  // namespace

Status Connection::download(std::vector<std::string> refspecs) {
  git_fetch_options options;
  git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
  options.callbacks = access_->callbacks();
  options.proxy_opts.type = GIT_PROXY_AUTO;
  std::vector<char*> texts;
  for (std::string& refspec : refspecs) texts.push_back(refspec.data());
  const git_strarray specs{texts.data(), texts.size()};
  int code = git_remote_download(remote_.get(), &specs, &options);
  if (code != 0) return fail(failure(code, "fetch from " + url()));
  if (operation_.cancel.requested()) return operation_.cancel.check();
  const auto record = [&] {
    return git_remote_update_tips(remote_.get(), &options.callbacks, 0,
                                  GIT_REMOTE_DOWNLOAD_TAGS_NONE, "fetch");
  };
  code = record();
  if (code != 0 && remove_left_locks(repository_)) code = record();
  if (code != 0) {
    return fail(
        git_failure(code, "record what " + url() + " has", ErrorCode::io, operation_.cancel));
  }
  return {};
}

/// Removes tracking branches the remote no longer has: they would pass for its branches, and get in
/// the way of new ones ("a" and "a/b" cannot both exist).
void drop_stale_branches(git_repository* repository, const Advertised& remote) {
  ReferenceIterator all;
  const std::string pattern = std::string(kTracking) + "*";
  if (acquire(all, [&](git_reference_iterator** out) {
        return git_reference_iterator_glob_new(out, repository, pattern.c_str());
      }) != 0) {
    return;
  }
  std::vector<std::string> stale;
  const char* name = nullptr;
  while (git_reference_next_name(&name, all.get()) == 0) {
    const std::string_view branch = std::string_view(name).substr(kTracking.size());
    if (branch != "HEAD" && std::find(remote.branches.begin(), remote.branches.end(), branch) ==
                                remote.branches.end()) {
      stale.emplace_back(name);
    }
  }
  for (const std::string& gone : stale) git_reference_remove(repository, gone.c_str());
}

Error missing_name(const std::string& kind, const std::string& name, const std::string& url,
                   const std::vector<std::string>& candidates) {
  Error error(ErrorCode::not_found, url + " has no " + kind + " " + printable(name));
  if (const auto hint = did_you_mean(near_misses(name, candidates))) error.hint(*hint);
  return error;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Refuses what the remote does not have before anything is downloaded.
Status check_names(const GitRevision& revision, const Advertised& remote, const std::string& url) {
  if (revision.branch && !contains(remote.branches, *revision.branch)) {
    return fail(missing_name("branch", *revision.branch, url, remote.branches));
  }
  if (revision.tag && !contains(remote.tags, *revision.tag)) {
    return fail(missing_name("tag", *revision.tag, url, remote.tags));
  }
  if (revision.commit) {
    const std::string& text = *revision.commit;
    const bool is_hash = text.size() >= 4 && text.size() <= GIT_OID_HEXSZ &&
                         text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (is_hash) return {};
    return fail(Error(ErrorCode::invalid, printable(text) + " is not a commit hash")
                    .hint("a commit is named by 4 to 40 hex digits"));
  }
  return {};
}

/// The commit a name in the repository stands for, through annotated tags.
Result<git_oid> commit_of_name(git_repository* repository, const std::string& name) {
  Object commit;
  Reference reference;
  int code = acquire(reference, [&](git_reference** out) {
    return git_reference_lookup(out, repository, name.c_str());
  });
  if (code == 0) {
    code = acquire(commit, [&](git_object** out) {
      return git_reference_peel(out, reference.get(), GIT_OBJECT_COMMIT);
    });
  }
  if (code != 0) return fail(git_failure(code, "find the commit of " + name, ErrorCode::not_found));
  return *git_object_id(commit.get());
}

/// The commit a hash stands for; nothing if the repository has none.
Result<std::optional<git_oid>> commit_of_hash(git_repository* repository, const std::string& text) {
  git_oid prefix;
  git_oid_fromstrn(&prefix, text.c_str(), text.size());
  Object commit;
  const int code = acquire(commit, [&](git_object** out) {
    return git_object_lookup_prefix(out, repository, &prefix, text.size(), GIT_OBJECT_COMMIT);
  });
  if (code == GIT_ENOTFOUND) return std::optional<git_oid>();
  if (code == GIT_EAMBIGUOUS) {
    return fail(Error(ErrorCode::invalid, "several commits start with " + text)
                    .hint("give more digits of the hash"));
  }
  if (code != 0) return fail(git_failure(code, "find commit " + text, ErrorCode::invalid));
  return *git_object_id(commit.get());
}

/// Some servers hand out a commit that no branch or tag leads to, when asked for its full hash.
Status fetch_hidden_commit(git_repository* repository, const std::string& hash,
                           GitOperation& operation) {
  Connection connection(repository, operation);
  CK_CHECK(connection.open());
  return connection.download({hash + ":refs/ck/pinned/" + hash});
}

Result<git_oid> find_commit(git_repository* repository, const std::string& hash,
                            const std::string& url, GitOperation& operation) {
  CK_TRY(found, commit_of_hash(repository, hash));
  if (found) return *found;
  Error missing(ErrorCode::not_found, url + " has no commit " + hash);
  if (hash.size() < GIT_OID_HEXSZ) {
    return fail(std::move(missing.hint("give all 40 digits of the hash")));
  }
  if (const auto fetched = fetch_hidden_commit(repository, hash, operation); !fetched) {
    if (fetched.error().code == ErrorCode::interrupted) return fail(fetched.error());
    return fail(
        std::move(missing.hint("no branch or tag leads to it, and the server does not hand "
                               "it out alone")));
  }
  CK_TRY(hidden, commit_of_hash(repository, hash));
  if (hidden) return *hidden;
  return fail(std::move(missing));
}

Result<FetchedRevision> default_revision(git_repository* repository, const Advertised& remote,
                                         const std::string& url) {
  if (remote.branches.empty() && !remote.head) {
    return fail(ErrorCode::not_found, url + " has no commits yet");
  }
  if (remote.default_branch && contains(remote.branches, *remote.default_branch)) {
    CK_TRY(commit, commit_of_name(repository, std::string(kTracking) + *remote.default_branch));
    return FetchedRevision{commit, remote.default_branch};
  }
  Object commit;
  if (remote.head && acquire(commit, [&](git_object** out) {
                       return git_object_lookup(out, repository, &*remote.head, GIT_OBJECT_COMMIT);
                     }) == 0) {
    return FetchedRevision{*remote.head, std::nullopt};
  }
  return fail(Error(ErrorCode::not_found, url + " does not say which branch is its default")
                  .hint("name one: " + join(remote.branches, ", ")));
}

}  // namespace

Status add_origin(git_repository* repository, const std::string& url) {
  Remote remote;
  const int code = acquire(remote, [&](git_remote** out) {
    return git_remote_create(out, repository, "origin", url.c_str());
  });
  if (code != 0) return fail(git_failure(code, "use the URL " + url, ErrorCode::invalid));
  return {};
}

Result<std::string> origin_url(git_repository* repository) {
  Config config;
  git_buf value = GIT_BUF_INIT;
  int code =
      acquire(config, [&](git_config** out) { return git_repository_config(out, repository); });
  if (code == 0) code = git_config_get_string_buf(&value, config.get(), "remote.origin.url");
  const std::string url = code == 0 ? value.ptr : "";
  git_buf_dispose(&value);
  if (code == 0) return url;
  return fail(Error(ErrorCode::invalid, "this clone has no remote called origin")
                  .hint("git remote add origin <URL>"));
}

Result<FetchedRevision> fetch_origin(git_repository* repository, const GitRevision& revision,
                                     const std::optional<std::string>& fallback_branch,
                                     GitOperation& operation) {
  Connection connection(repository, operation);
  CK_CHECK(connection.open());
  const Advertised remote = connection.advertised();
  GitRevision wanted = revision;
  if (wanted == GitRevision{}) wanted.branch = fallback_branch;
  CK_CHECK(check_names(wanted, remote, connection.url()));
  drop_stale_branches(repository, remote);
  CK_CHECK(
      connection.download({"+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"}));

  if (wanted.commit) {
    CK_TRY(commit, find_commit(repository, *wanted.commit, connection.url(), operation));
    return FetchedRevision{commit, std::nullopt};
  }
  if (wanted.tag) {
    CK_TRY(commit, commit_of_name(repository, std::string(kTags) + *wanted.tag));
    return FetchedRevision{commit, std::nullopt};
  }
  if (wanted.branch) {
    CK_TRY(commit, commit_of_name(repository, std::string(kTracking) + *wanted.branch));
    return FetchedRevision{commit, wanted.branch};
  }
  return default_revision(repository, remote, connection.url());
}

}  // namespace ck::sys
