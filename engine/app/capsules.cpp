#include "app/capsules.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "app/archive.hpp"
#include "app/locks.hpp"
#include "app/mirrors.hpp"
#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "experiment/capsule.hpp"
#include "experiment/capsule_origin.hpp"
#include "install/recorded_repositories.hpp"
#include "install/staging.hpp"

namespace ck::app {
namespace {

constexpr const char* kRecords = "records";
constexpr const char* kMirror = "mirror";

/// What an experiment's capsule carries: all of its points that have ended.
Result<experiment::ExperimentRecords> ended_records(Session& session, const std::string& name) {
  CK_TRY(records, records_of(session, name));
  std::erase_if(records.points, [](const store::Point& point) {
    return point.state == store::PointState::running;
  });
  // As they were recorded, which is what signatures count by.
  std::ranges::stable_sort(records.points, {}, &store::Point::ended_ns);
  if (!records.points.empty()) return std::move(records);
  return fail(ErrorCode::not_found,
              "experiment '" + records.experiment.name + "' has no point that has ended");
}

Result<install::Mirror> make_mirror(Session& session, const experiment::ExperimentRecords& records,
                                    const fs::path& folder) {
  install::Mirror mirror;
  CK_TRY(uids, experiment::points_with_locks(records.points));
  for (const auto& uid : uids) {
    CK_TRY(locked, lock_experiment(session, records.experiment.name, uid));
    CK_TRY(made, create_mirror(session, locked.lock, folder, install::Uncloneable::keep_files));
    mirror = std::move(made);
  }
  CK_CHECK(install::strip_clones(mirror));
  return mirror;
}

/// Reads one repository from the capsule, and nothing from anywhere else.
std::vector<sys::UrlRewrite> only_from(const std::string& url, const std::string& place) {
  std::vector<sys::UrlRewrite> rewrites = {{url, place, false}};
  for (const auto* scheme : {"https://", "http://", "git://", "ssh://", "git@"})
    rewrites.push_back({scheme, "file:///dev/null/", false});
  return rewrites;
}

/// What is not there yet, with the files that its replays need of other repositories.
class CapsuleImport {
 public:
  CapsuleImport(Session& session, const fs::path& folder) : session_(session), folder_(folder) {}

  Result<ImportCapsuleReport> run() {
    CK_TRY(records, experiment::read_records(folder_ / kRecords, session_.cancel()));
    CK_CHECK(check_signatures(records));
    std::error_code missing;
    if (fs::exists(folder_ / kMirror / "mirror.json", missing)) CK_CHECK(take_mirror(records));
    CK_CHECK(add_points(records));
    return std::move(report_);
  }

 private:
  /// Before anything is taken: what somebody signed has to be what they signed.
  Status check_signatures(const experiment::ExperimentRecords& records) {
    using experiment::SignatureState;
    for (const auto& signature : records.signatures) {
      const auto checked = check_signature(session_, records, signature, {});
      if (!checked && checked.error().code == ErrorCode::not_found) {
        session_.events().on(Warning{"the signature of " + printable(signature.signer) +
                                     " is not checked: " + checked.error().message});
        continue;
      }
      if (!checked) return fail(checked.error());
      const SignatureState state = *checked;
      if (state != SignatureState::trusted && state != SignatureState::valid) {
        return fail(Error(ErrorCode::verification,
                          "the signature of " + printable(signature.signer) + " is " +
                              std::string(experiment::name_of(state)) +
                              (state == SignatureState::untrusted
                                   ? ": its key is not that of this name in allowed_signers"
                                   : ": it is not one of these records"))
                        .hint("get the capsule again, from whom you trust"));
      }
      report_.signatures.push_back({signature, state});
    }
    return {};
  }

  Status add_signatures(const experiment::ExperimentRecords& records, const std::string& name) {
    CK_TRY(archive, open_archive(session_));
    CK_TRY(head, archive.head(name));
    CK_TRY(known, store::signatures(archive, head));
    for (const auto& signature : records.signatures) {
      const bool there = std::ranges::any_of(known, [&](const store::Signature& one) {
        return one.signature == signature.signature && one.statement == signature.statement;
      });
      if (!there) CK_CHECK(store::add_signature(archive, head, signature));
    }
    return {};
  }

  Status take_mirror(const experiment::ExperimentRecords& records) {
    CK_TRY(mirror, install::read_mirror(folder_ / kMirror));
    CK_TRY(context, session_.context());
    CK_CHECK(install::use_mirror(mirror, *context));
    CK_TRY(home, session_.home());
    CK_TRY(kept, install::keep_clones(mirror, home->mirrors() / records.experiment.uid));
    sources_ = install::places_of(mirror);
    for (const auto& clone : kept.clones) CK_CHECK(add_source(kept.path_of(clone)));
    for (const auto& clone : mirror.clones) {
      if (clone.repository.empty()) continue;
      CK_CHECK(take_repository(clone, clone.has_no_url() ? kept : mirror));
      CK_CHECK(add_registered(clone.repository));
    }
    for (const auto& one : mirror.folders) {
      CK_CHECK(take_files(one, mirror, kept.folder));
      CK_CHECK(add_source(kept.folder / "folders" / one.name));
      CK_CHECK(add_registered(one.repository));
    }
    return {};
  }

  Status add_source(const fs::path& place) {
    CK_TRY(home, session_.home());
    const fs::path relative = place.lexically_relative(home->root);
    const bool inside = !relative.empty() && *relative.begin() != "..";
    sources_->push_back((inside ? relative : place).string());
    return {};
  }

  /// Where replays look for a repository first, whoever brought it here.
  Status add_registered(const std::string& name) {
    CK_TRY(repositories, session_.repositories());
    CK_TRY(registered, repositories->find(name));
    return add_source(registered.path);
  }

  /// The recorded commit of a repository that is here, which may be at another one.
  Status keep_commit(const install::LockedRepository& recorded, const catalog::Repository& here,
                     const fs::path& place) {
    CK_TRY(context, session_.context());
    CK_TRY(kept, install::keep_recorded(recorded, here, place, *context));
    return add_source(kept);
  }

  /// A repository without a history: registered where its files are kept.
  Status take_files(const install::MirrorFolder& one, const install::Mirror& mirror,
                    const fs::path& kept) {
    CK_TRY(repositories, session_.repositories());
    const fs::path place = kept / "folders" / one.name;
    std::error_code missing;
    if (!fs::exists(place, missing))
      CK_CHECK(install::take_folder(mirror, one, place, session_.cancel()));
    const bool here = repositories->find(one.repository).has_value();
    if (!here) {
      CK_TRY(added, repositories->import(place, session_.transfer(), session_.clock()));
      session_.forget_catalog();
      report_.repositories.push_back(added.name);
    } else {
      report_.kept.push_back(one.repository);
    }
    if (one.commit.empty()) return {};
    CK_TRY(registered, repositories->find(one.repository));
    return keep_commit({one.repository, one.url, one.commit, {}, {}}, registered, place);
  }

  Status take_repository(const install::MirrorClone& clone, const install::Mirror& mirror) {
    CK_TRY(repositories, session_.repositories());
    const auto here = repositories->find(clone.repository);
    if (here) {
      const std::string url = clone.has_no_url() ? std::string() : clone.url;
      report_.kept.push_back(here->name);
      return keep_commit({clone.repository, url, clone.commit, {}, {}}, *here,
                         mirror.path_of(clone));
    }
    // The address it came from stays its address; only this once it is read from the capsule.
    const std::string place = "file://" + mirror.path_of(clone).string();
    catalog::PullRequest request;
    request.name = clone.repository;
    request.url = clone.has_no_url() ? place : clone.url;
    request.revision.commit = clone.commit;
    const auto local =
        sys::make_transfer(session_.settings().transfer_module, only_from(clone.url, place));
    const auto pulled =
        repositories->pull(request, *local, session_.clock(), session_.events(), session_.cancel());
    // Repositories that this one names and no record used are not in the capsule: without them it
    // is registered all the same.
    if (!pulled && !repositories->find(clone.repository)) return fail(pulled.error());
    report_.repositories.push_back(clone.repository);
    session_.forget_catalog();
    return {};
  }

  Status add_points(const experiment::ExperimentRecords& records) {
    CK_TRY(store, session_.store());
    CK_CHECK(
        experiment::take_blobs(records, folder_ / kRecords, store->blobs(), session_.cancel()));
    CK_TRY(name, store->import_experiment(records.experiment));
    std::vector<store::ImportedPoint> points;
    for (const auto& point : records.points) {
      constexpr std::size_t kUidDigits = 16;
      const std::string other =
          sha256_hex(records.experiment.uid + "\n" + point.uid).substr(0, kUidDigits);
      points.push_back({point, other});
    }
    CK_TRY(before, store->point_uids(records.experiment.uid));
    CK_TRY(added, store->import_points(records.experiment.uid, points));
    CK_CHECK(note_origin(records, before));
    report_.experiment = name;
    report_.added = added;
    report_.known = points.size() - added;
    CK_CHECK(add_annotations(records, name));
    return add_signatures(records, name);
  }

  /// Of the points that were not here before; without sources a capsule lets nothing be replayed.
  Status note_origin(const experiment::ExperimentRecords& records,
                     const std::vector<std::string>& before) {
    if (!sources_) return {};
    CK_TRY(store, session_.store());
    CK_TRY(now, store->point_uids(records.experiment.uid));
    experiment::CapsuleOrigin origin{{}, *sources_};
    std::ranges::set_difference(now, before, std::back_inserter(origin.points));
    if (origin.points.empty()) return {};
    CK_TRY(home, session_.home());
    return experiment::keep_origin(records.experiment.uid, origin, *home, session_.cancel());
  }

  Status add_annotations(const experiment::ExperimentRecords& records, const std::string& name) {
    CK_TRY(archive, open_archive(session_));
    CK_CHECK(store::import_annotations(archive, name, records.annotations));
    return {};
  }

  Session& session_;
  const fs::path& folder_;
  std::optional<std::vector<std::string>> sources_;  ///< where they are kept, if there are any
  ImportCapsuleReport report_;
};

}  // namespace

Result<ExportCapsuleReport> export_capsule(Session& session, const std::string& experiment,
                                           const fs::path& file) {
  std::error_code failed;
  const fs::path target = fs::absolute(file, failed).lexically_normal();
  if (fs::exists(target, failed))
    return fail(Error(ErrorCode::conflict, target.string() + " exists already")
                    .hint("remove it, or give another name with --out"));
  CK_TRY(records, ended_records(session, experiment));
  CK_TRY(context, session.context());
  CK_TRY(folder, install::make_staging(context->home.staging()));
  const fs::path content = folder.path() / "capsule";
  CK_CHECK(experiment::write_records(records, context->store.blobs(), content / kRecords,
                                     session.cancel()));
  CK_TRY(mirror, make_mirror(session, records, content / kMirror));
  CK_TRY(archives, session.transfer().archives());
  CK_CHECK(archives->pack(content, target, session.cancel()));
  ExportCapsuleReport report;
  report.file = target;
  report.bytes = fs::file_size(target, failed);
  report.experiment = records.experiment.name;
  report.points = records.points.size();
  report.files = mirror.files.size();
  report.sources = mirror.trees.size();
  for (const auto& clone : mirror.clones)
    ++(clone.repository.empty() ? report.sources : report.repositories);
  report.repositories += mirror.folders.size();
  return report;
}

Result<ImportCapsuleReport> import_capsule(Session& session, const fs::path& file) {
  CK_TRY(context, session.context());
  CK_TRY(staging, install::make_staging(context->home.staging()));
  const fs::path folder = staging.path() / "capsule";
  CK_CHECK(sys::make_directories(folder));
  CK_TRY(archives, session.transfer().archives());
  std::error_code missing;
  if (!fs::is_regular_file(file, missing))
    return fail(ErrorCode::not_found, "there is no file " + printable(file.string()));
  CK_CHECK(archives->unpack(file, folder, {}, session.cancel()));
  auto report = CapsuleImport(session, folder).run();
  if (!report) return fail(std::move(report.error()).in("capsule " + printable(file.string())));
  return report;
}

}  // namespace ck::app
