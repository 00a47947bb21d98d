#include "catalog/puller.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "catalog/registrations.hpp"
#include "catalog/remote_url.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

/// A hostile remote could name a new need in every repository for ever.
constexpr std::size_t kMaxRepositories = 500;
constexpr std::string_view kStagingPrefix = "pull-";

sys::GitRevision revision_of(const model::RepositoryNeed& need) {
  sys::GitRevision revision;
  if (!need.branch.empty()) revision.branch = need.branch;
  if (!need.tag.empty()) revision.tag = need.tag;
  if (!need.commit.empty()) revision.commit = need.commit;
  return revision;
}

/// Of all profiles of a repository, wherever they may lie in it.
Result<std::string> hash_of_profiles(const fs::path& repository, const sys::Cancel& cancel) {
  std::string hashes;
  for (const auto* folder : {"environments", "components/profile"}) {
    std::error_code missing;
    if (!fs::exists(repository / folder, missing)) continue;
    CK_TRY(entries, sys::list_tree(repository / folder, {}, cancel));
    std::erase_if(entries, [](const sys::TreeEntry& entry) {
      return fs::path(entry.path).filename() == "README.md";
    });
    hashes += std::string(folder) + " " + sys::tree_hash(entries) + "\n";
  }
  return hashes;
}

bool is_default(const sys::GitRevision& revision) { return revision == sys::GitRevision{}; }

std::string described(const sys::GitRevision& revision) {
  std::vector<std::string> parts;
  if (revision.branch) parts.push_back("branch " + printable(*revision.branch));
  if (revision.tag) parts.push_back("tag " + printable(*revision.tag));
  if (revision.commit) parts.push_back("commit " + printable(*revision.commit));
  return parts.empty() ? "no certain revision" : join(parts, ", ");
}

std::string who(const std::string& needed_by) {
  return needed_by.empty() ? "the command line" : "'" + needed_by + "'";
}

/// Whether a repository at `commit` is what `revision` asks for, as far as that can be told.
bool is_met_by(const sys::GitRevision& revision, const std::string& commit) {
  return revision.commit && revision.commit->size() >= 7 && commit.starts_with(*revision.commit);
}

Error two_revisions(const std::string& name, const sys::GitRevision& one, const std::string& by_one,
                    const sys::GitRevision& other, const std::string& by_other) {
  return Error(ErrorCode::conflict, "the repository '" + name + "' cannot be at " + described(one) +
                                        " (asked for by " + who(by_one) + ") and at " +
                                        described(other) + " (asked for by " + who(by_other) + ")")
      .hint("change one of the two in its ck-repo.json");
}

Error unknown_repository(const std::string& name, const std::vector<model::RepositoryNeed>& known,
                         const std::vector<Repository>& registered) {
  std::vector<std::string> names;
  for (const model::RepositoryNeed& one : known) names.push_back(one.name);
  for (const Repository& one : registered) names.push_back(one.name);
  Error error(ErrorCode::not_found,
              "no repository '" + printable(name) + "' is known, and no URL is given for it");
  if (const auto advice = did_you_mean(near_misses(name, names))) error.hint(*advice);
  return error.hint("say where it is: ck pull repo:" + printable(name) + " --url=https://…");
}

/// The names that its public repositories have.
bool is_of_collective_knowledge(const std::string& name) {
  return name.starts_with("ck-") || name.starts_with("ctuning-") || name.starts_with("reproduce-");
}

}  // namespace

Result<std::vector<PulledRepository>> Puller::pull(const PullRequest& request) {
  // Only the holder of the lock makes such folders: these are of pulls that were killed.
  std::error_code ignored;
  std::vector<fs::path> left_over;
  for (fs::directory_iterator at(services_.home.staging(), ignored), end; at != end;
       at.increment(ignored)) {
    if (at->path().filename().string().starts_with(kStagingPrefix)) left_over.push_back(at->path());
  }
  for (const fs::path& folder : left_over) CK_CHECK(sys::remove_tree(folder));

  if (request.all) {
    CK_CHECK(pull_all());
  } else if (request.name.empty() && request.url.empty()) {
    return fail(Error(ErrorCode::usage, "no repository is named")
                    .hint("ck pull repo:NAME, or --url=URL, or --all"));
  } else {
    CK_CHECK(pull_with_needs({request.name, request.url, request.revision, ""}));
  }
  return std::move(pulled_);
}

/// Goes on after an error, so that one dead remote does not hold up the others.
Status Puller::pull_all() {
  for (const Repository& repository : registered_) {
    if (repository.origin == Repository::Origin::cloned) later_.insert(repository.name);
  }
  std::optional<Error> first;
  while (!later_.empty()) {
    const std::string name = std::move(later_.extract(later_.begin()).value());
    auto pulled = pull_with_needs({name, "", {}, ""});
    if (pulled) continue;
    if (pulled.error().code == ErrorCode::interrupted) return pulled;
    services_.events.on(Warning{"repo:" + name + " is not updated: " + pulled.error().message});
    if (!first) first = std::move(pulled.error());
  }
  if (first) return fail(std::move(*first));
  return {};
}

Status Puller::pull_with_needs(Demand demand) {
  waiting_.clear();
  waiting_.push_back(std::move(demand));
  while (!waiting_.empty()) {
    CK_CHECK(services_.cancel.check());
    if (done_.size() > kMaxRepositories) {
      return fail(ErrorCode::denied, "more than " + std::to_string(kMaxRepositories) +
                                         " repositories are needed: one of them never ends");
    }
    const Demand next = std::move(waiting_.front());
    waiting_.pop_front();
    auto met = meet(next);
    if (met) continue;
    if (next.needed_by.empty()) return met;
    return fail(
        std::move(met.error())
            .in("repository '" + printable(next.name) + "', needed by '" + next.needed_by + "'"));
  }
  return {};
}

Repository* Puller::by_name(const std::string& name) {
  const auto found = std::find_if(registered_.begin(), registered_.end(), [&](const auto& one) {
    return one.name == name || (model::is_uid(name) && one.uid == name);
  });
  return found == registered_.end() ? nullptr : &*found;
}

Repository* Puller::by_url(const std::string& url) {
  const auto found = std::find_if(registered_.begin(), registered_.end(), [&](const auto& one) {
    return one.origin == Repository::Origin::cloned && is_same_remote(one.url, url);
  });
  return found == registered_.end() ? nullptr : &*found;
}

/// The registered repository that is meant, or none and the address to clone from.
Result<Repository*> Puller::registered_for(const Demand& demand, std::string& url,
                                           sys::GitRevision& revision) {
  if (!demand.name.empty() && !model::is_valid_name(demand.name)) {
    return fail(Error(ErrorCode::invalid,
                      "'" + printable(shortened(demand.name, 200)) + "' is no name of a repository")
                    .hint("use letters, digits and \"._-+@\", not '.' or '-' first"));
  }
  if (!demand.url.empty()) CK_CHECK(check_remote_url(demand.url));
  Repository* named = demand.name.empty() ? nullptr : by_name(demand.name);
  const bool elsewhere =
      named != nullptr && !demand.url.empty() && !is_same_remote(named->url, demand.url);
  if (elsewhere && demand.needed_by.empty() && named->origin != Repository::Origin::shipped) {
    return fail(Error(ErrorCode::conflict,
                      "the repository '" + named->name + "' is registered already, from " +
                          printable(named->url.empty() ? named->path.string() : named->url))
                    .hint("forget it first: ck rm repo:" + named->name));
  }
  if (elsewhere && !demand.needed_by.empty()) {
    services_.events.on(Note{"'" + demand.needed_by + "' names another URL for '" + named->name +
                             "', " + printable(demand.url) + ": the registered one is used"});
  }
  if (named != nullptr && (!elsewhere || !demand.needed_by.empty())) return named;

  url = demand.url;
  revision = demand.revision;
  if (url.empty()) {
    const auto entry = std::find_if(known_.begin(), known_.end(),
                                    [&](const auto& one) { return one.name == demand.name; });
    if (entry != known_.end() && !entry->url.empty()) {
      url = entry->url;
      if (is_default(revision)) revision = revision_of(*entry);
    } else {
      CK_TRY(guessed, public_url(demand));
      url = guessed;
    }
  }
  CK_CHECK(check_remote_url(url));
  return by_url(url);
}

/// Where Collective Knowledge finds a repository that is only named: "user@name" at that user's,
/// others at ctuning's. What is nearly the name of a known one is a typing error instead.
Result<std::string> Puller::public_url(const Demand& demand) const {
  const std::string& name = demand.name;
  if (const auto at = name.find('@'); at != std::string::npos && at > 0 && at + 1 < name.size())
    return "https://github.com/" + name.substr(0, at) + "/" + name.substr(at + 1);
  Error unknown = unknown_repository(name, known_, registered_);
  const bool typing_error = unknown.hints.size() > 1;
  const bool needed_there =
      std::any_of(registered_.begin(), registered_.end(), [&](const Repository& repository) {
        return repository.name == demand.needed_by &&
               repository.format == model::RepositoryDescriptor::Format::ck;
      });
  if (!needed_there && (typing_error || !is_of_collective_knowledge(name)))
    return fail(std::move(unknown));
  return "https://github.com/ctuning/" + name;
}

Status Puller::meet(const Demand& demand) {
  std::string url;
  sys::GitRevision revision;
  CK_TRY(registered, registered_for(demand, url, revision));
  if (registered == nullptr) return clone(demand, url, revision);
  return visit(*registered, demand);
}

Status Puller::clone(const Demand& demand, const std::string& url,
                     const sys::GitRevision& revision) {
  const std::string what = "cloning " + printable(without_credentials(url));
  services_.events.on(StepStarted{what});
  auto cloned = clone_into_place(demand, url, revision);
  if (!cloned) return fail(std::move(cloned.error()).in(what));
  const Repository repository = *cloned;
  registered_.push_back(repository);
  arrange(registered_);
  CK_CHECK(save_registrations(services_.home, registered_));
  done_[repository.name] = {revision, demand.needed_by, repository.commit};
  services_.events.on(StepFinished{what, repository.name + " " + repository.commit});
  note(repository, demand, "");
  return want_needs_of(repository);
}

/// The shipped repository gives way to what the user asks for by its name, and to another that has
/// the same profiles: they say what strangers' code may do. Never to what a repository needs.
Result<bool> Puller::may_be_named(const std::string& name, const fs::path& folder,
                                  const Demand& demand) const {
  if (name != "core") return true;
  if (!demand.needed_by.empty()) return false;
  if (demand.name == name) return true;
  const auto shipped =
      std::ranges::find(registered_, Repository::Origin::shipped, &Repository::origin);
  if (shipped == registered_.end()) return false;
  CK_TRY(known, hash_of_profiles(shipped->path, services_.cancel));
  CK_TRY(own, hash_of_profiles(folder, services_.cancel));
  return own == known;
}

Result<Repository> Puller::clone_into_place(const Demand& demand, const std::string& url,
                                            const sys::GitRevision& revision) {
  CK_TRY(staging, sys::TemporaryDirectory::create(services_.home.staging(), kStagingPrefix));
  const fs::path folder = staging.path() / "clone";
  CK_TRY(state, services_.git.clone(url, revision, folder, services_.events, services_.cancel));
  CK_TRY(descriptor, read_repository_folder(folder));
  CK_CHECK(check_no_clash(registered_, descriptor, without_credentials(url)));
  CK_TRY(may_take_place, may_be_named(descriptor.name, folder, demand));
  if (!may_take_place) {
    return fail(Error(ErrorCode::denied,
                      "the repository calls itself 'core', the name of the one "
                      "that comes with ck")
                    .hint("if it is to take that one's place: ck pull repo:core --url=" +
                          shell_quoted(without_credentials(url))));
  }
  if (descriptor.name == "core") {
    services_.events.on(
        Warning{"repo:core from " + without_credentials(url) +
                " takes the place of the one that comes with ck, its profiles included; "
                "'ck rm repo:core' undoes that"});
  }
  const fs::path place = services_.home.repositories() / descriptor.name;
  CK_CHECK(make_room(place, url));
  CK_CHECK(services_.cancel.check());
  CK_CHECK(sys::rename_into_place(folder, place));
  Repository repository;
  repository.name = descriptor.name;
  repository.uid = descriptor.uid;
  repository.origin = Repository::Origin::cloned;
  repository.format = descriptor.format;
  repository.path = place;
  repository.url = without_credentials(url);
  repository.revision = revision;
  repository.commit = state.commit;
  repository.pulled_ns = services_.clock.unix_ns();
  return repository;
}

/// A folder that nobody registered may be a clone whose registration was cut short. Only if it
/// holds nothing that its remote does not have, it makes room.
Status Puller::make_room(const fs::path& place, const std::string& url) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(place, ignored))) return {};
  const auto state = services_.git.state(place);
  if (state && state->local_changes.empty() && is_same_remote(state->url, url)) {
    return sys::remove_tree(place);
  }
  return fail(Error(ErrorCode::conflict, "the folder " + printable(place.string()) +
                                             " exists, but is not registered as a repository")
                  .hint("keep it with: cd " + shell_quoted(place.string()) +
                        " && ck import repo; or move it away"));
}

Status Puller::visit(Repository& repository, const Demand& demand) {
  const auto done = done_.find(repository.name);
  if (done != done_.end()) return visit_again(repository, demand, done->second);
  if (repository.origin == Repository::Origin::cloned) return update(repository, demand);
  if (demand.needed_by.empty() && !is_default(demand.revision)) {
    return fail(Error(ErrorCode::unsupported, "the repository '" + repository.name +
                                                  "' is a folder that ck does not change")
                    .in("folder " + printable(repository.path.string()))
                    .hint("move it to " + described(demand.revision) + " with git"));
  }
  done_[repository.name] = {demand.revision, demand.needed_by, repository.commit};
  if (demand.needed_by.empty()) note(repository, demand, repository.commit);
  return want_needs_of(repository);
}

Status Puller::visit_again(Repository& repository, const Demand& demand, const Done& done) {
  const bool content = is_default(demand.revision) || demand.revision == done.revision ||
                       is_met_by(demand.revision, done.commit) ||
                       repository.origin != Repository::Origin::cloned;
  if (content) return {};
  if (is_default(done.revision)) return update(repository, demand);
  return fail(two_revisions(repository.name, done.revision, done.asked_by, demand.revision,
                            demand.needed_by));
}

/// `conflict` if a repository that this pull does not touch needs another revision.
Status Puller::check_other_needs(const Repository& repository, const Demand& demand) const {
  for (const Repository& other : registered_) {
    const bool waiting = std::any_of(waiting_.begin(), waiting_.end(),
                                     [&](const Demand& one) { return one.name == other.name; });
    if (waiting || later_.count(other.name) > 0 || other.name == demand.needed_by ||
        done_.count(other.name) > 0)
      continue;
    const auto descriptor = read_repository_folder(other.path);
    if (!descriptor) continue;  // reported where its components are listed
    for (const model::RepositoryNeed& need : descriptor->needs) {
      const sys::GitRevision revision = revision_of(need);
      if (need.name != repository.name || is_default(revision)) continue;
      if (revision == demand.revision) continue;
      return fail(
          two_revisions(repository.name, revision, other.name, demand.revision, demand.needed_by));
    }
  }
  return {};
}

Status Puller::update(Repository& repository, const Demand& demand) {
  const bool moves = !is_default(demand.revision) && demand.revision != repository.revision;
  if (moves && !demand.needed_by.empty()) CK_CHECK(check_other_needs(repository, demand));
  const sys::GitRevision revision =
      is_default(demand.revision) ? repository.revision : demand.revision;
  const std::string what = "updating repo:" + repository.name;
  services_.events.on(StepStarted{what});
  auto state = update_clone(repository, revision);
  if (!state) return fail(std::move(state.error()).in(what));
  const std::string old_commit = repository.commit;
  repository.revision = revision;
  repository.commit = state->commit;
  repository.pulled_ns = services_.clock.unix_ns();
  CK_CHECK(save_registrations(services_.home, registered_));
  services_.events.on(StepFinished{what, repository.commit});
  done_[repository.name] = {demand.revision, demand.needed_by, repository.commit};
  note(repository, demand, old_commit);
  return want_needs_of(repository);
}

/// The clone as it was if what the remote has now is no repository, or another one.
Result<sys::GitState> Puller::update_clone(const Repository& repository,
                                           const sys::GitRevision& revision) {
  CK_TRY(state,
         services_.git.update(repository.path, revision, services_.events, services_.cancel));
  auto descriptor = read_repository_folder(repository.path);
  if (descriptor && descriptor->name == repository.name) return std::move(state);
  Error error = descriptor ? Error(ErrorCode::conflict,
                                   "its remote calls itself '" + descriptor->name + "' now")
                                 .hint("ck rm repo:" + repository.name + ", then pull the URL")
                           : std::move(descriptor.error());
  sys::GitRevision before;
  before.commit = repository.commit;
  const auto restored =
      services_.git.update(repository.path, before, services_.events, sys::Cancel());
  if (!restored) error.in("going back to " + repository.commit + ": " + restored.error().message);
  return fail(std::move(error));
}

void Puller::note(const Repository& repository, const Demand& demand,
                  const std::string& old_commit) {
  const auto again = std::find_if(pulled_.begin(), pulled_.end(),
                                  [&](const auto& one) { return one.name == repository.name; });
  if (again != pulled_.end()) {
    again->commit = repository.commit;
    return;
  }
  pulled_.push_back({repository.name, repository.url, old_commit, repository.commit,
                     demand.needed_by, repository.path});
}

Status Puller::want_needs_of(const Repository& repository) {
  CK_TRY(descriptor, read_repository_folder(repository.path));
  for (const model::RepositoryNeed& need : descriptor.needs) {
    waiting_.push_back({need.name, need.url, revision_of(need), repository.name});
  }
  return {};
}

}  // namespace ck::catalog
