#include "app/archive.hpp"

#include <algorithm>
#include <utility>

#include "sys/host.hpp"

namespace ck::app {
namespace {

/// The whole uid of a point of the experiment; empty for none.
Result<std::string> whole_uid(Session& session, const std::string& experiment,
                              const std::string& point) {
  if (point.empty()) return std::string();
  CK_TRY(found, point_of(session, experiment, point));
  return std::move(found.uid);
}

/// Who says something: as the system calls them.
std::string author() {
  for (const auto& [name, value] : sys::process_variables()) {
    if ((name == "LOGNAME" || name == "USER") && !value.empty()) return value;
  }
  return "unknown";
}

Result<AnnotateReport> report_of(store::Archive& archive, const store::ExperimentHead& experiment,
                                 const std::string& point) {
  AnnotateReport report{experiment.name, point, {}, {}};
  CK_TRY(all, store::annotations(archive, experiment.name));
  std::vector<std::string> tags;
  for (auto& annotation : all) {
    if (annotation.point != point) continue;
    if (annotation.kind != store::Annotation::Kind::note) std::erase(tags, annotation.text);
    if (annotation.kind == store::Annotation::Kind::tag) tags.push_back(annotation.text);
    report.annotations.push_back(std::move(annotation));
  }
  if (point.empty()) {
    CK_TRY(now, archive.head(experiment.name));
    report.tags = std::move(now.tags);
  } else {
    report.tags = model::Tags(std::move(tags));
  }
  return report;
}

}  // namespace

Result<store::Archive> open_archive(Session& session) {
  CK_CHECK(session.store());
  CK_TRY(home, session.home());
  return store::Archive::open(home->store(), home->blobs());
}

Result<store::Point> point_of(Session& session, const std::string& experiment,
                              const std::string& point) {
  CK_TRY(store, session.store());
  CK_TRY(found, store->point(point));
  CK_TRY(wanted, store->experiment(experiment));
  if (found.experiment == wanted.name) return std::move(found);
  return fail(
      Error(ErrorCode::not_found, "experiment '" + wanted.name + "' has no point '" + point + "'")
          .hint("it is one of experiment:" + found.experiment));
}

Result<experiment::ExperimentRecords> records_of(Session& session, const std::string& experiment) {
  CK_TRY(store, session.store());
  CK_TRY(archive, open_archive(session));
  experiment::ExperimentRecords records;
  CK_TRY(summary, store->experiment(experiment));
  CK_TRY(points, store->points(summary.name));
  CK_TRY(annotations, store::annotations(archive, summary.name));
  records.experiment = std::move(summary);
  records.points = std::move(points);
  records.annotations = std::move(annotations);
  CK_TRY(head, archive.head(records.experiment.name));
  CK_TRY(signatures, store::signatures(archive, head));
  records.signatures = std::move(signatures);
  return records;
}

Result<experiment::Selection> select_points(Session& session,
                                            const experiment::SelectRequest& request) {
  CK_TRY(archive, open_archive(session));
  return experiment::select_points(request, archive);
}

Result<AnnotateReport> annotate(Session& session, const AnnotateRequest& request) {
  CK_TRY(archive, open_archive(session));
  CK_TRY(experiment, archive.head(request.experiment));
  CK_TRY(point, whole_uid(session, experiment.name, request.point));
  std::vector<store::Annotation> added;
  const auto add = [&](store::Annotation::Kind kind, const std::string& text) {
    added.push_back({point, session.clock().unix_ns(), author(), kind, text});
  };
  for (const auto& tag : request.tags) {
    const bool signed_tag = tag.starts_with('+') || tag.starts_with('-');
    const auto kind =
        tag.starts_with('-') ? store::Annotation::Kind::untag : store::Annotation::Kind::tag;
    const std::string text = signed_tag ? tag.substr(1) : tag;
    if (text.find(',') != std::string::npos)
      return fail(Error(ErrorCode::usage, "a tag has no comma: '" + text + "'")
                      .hint("give several tags as several words"));
    add(kind, text);
  }
  if (!request.note.empty()) add(store::Annotation::Kind::note, request.note);
  if (added.empty()) return fail(ErrorCode::usage, "neither a tag nor a note to add");
  CK_CHECK(store::annotate(archive, experiment.name, added));
  return report_of(archive, experiment, point);
}

Result<AnnotateReport> annotations(Session& session, const std::string& experiment,
                                   const std::string& point) {
  CK_TRY(archive, open_archive(session));
  CK_TRY(head, archive.head(experiment));
  CK_TRY(uid, whole_uid(session, head.name, point));
  return report_of(archive, head, uid);
}

Result<SearchWordsReport> search_words(Session& session, const std::string& words,
                                       std::size_t limit) {
  CK_TRY(archive, open_archive(session));
  CK_TRY(found, store::search_words(archive, words, limit));
  return SearchWordsReport{words, std::move(found)};
}

}  // namespace ck::app
