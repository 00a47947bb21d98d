#pragma once
/// Asking the archive: ck ls experiment --where, ck search experiment, tags, notes, the chain.

#include <optional>

#include "app/session.hpp"
#include "experiment/records.hpp"
#include "experiment/select.hpp"
#include "store/annotations.hpp"
#include "store/archive.hpp"

namespace ck::app {

/// An experiment, and maybe one of its points.
struct PointName {
  std::string experiment;
  std::string point;  ///< uid or its start; empty: the verb says which
};

/// A connection of its own, after the store was opened (and migrated).
Result<store::Archive> open_archive(Session& session);

/// A point of that experiment by the start of its uid. `not_found` names the experiment it is of.
Result<store::Point> point_of(Session& session, const std::string& experiment,
                              const std::string& point);

/// Everything recorded of an experiment, by its alias or uid.
Result<experiment::ExperimentRecords> records_of(Session& session, const std::string& experiment);

Result<experiment::Selection> select_points(Session& session,
                                            const experiment::SelectRequest& request);

struct AnnotateRequest {
  std::string experiment;
  std::string point;              ///< uid or its start; empty: the experiment itself
  std::vector<std::string> tags;  ///< "+tag" or "tag" adds, "-tag" takes away
  std::string note;
};
struct AnnotateReport {
  std::string experiment;
  std::string point;                           ///< whole uid, or empty
  model::Tags tags;                            ///< of the experiment or point, now
  std::vector<store::Annotation> annotations;  ///< all there are of it, oldest first
};
/// Adds tags and a note, both or neither. `usage` when there is nothing to add.
Result<AnnotateReport> annotate(Session& session, const AnnotateRequest& request);
/// What was said about an experiment, or one of its points.
Result<AnnotateReport> annotations(Session& session, const std::string& experiment,
                                   const std::string& point);

struct SearchWordsReport {
  std::string words;
  std::vector<store::Found> found;
};
Result<SearchWordsReport> search_words(Session& session, const std::string& words,
                                       std::size_t limit);

}  // namespace ck::app
