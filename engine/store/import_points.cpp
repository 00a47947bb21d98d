/// Points that were measured elsewhere: many in one transaction.

#include <map>
#include <utility>

#include "store/annotations.hpp"
#include "store/documents.hpp"
#include "store/recorder.hpp"
#include "store/rows.hpp"
#include "store/store.hpp"

namespace ck::store {
namespace {

/// The experiment's row, 0 if there is none.
Result<std::int64_t> find_experiment(sys::Database& database, const char* column,
                                     const std::string& text) {
  CK_TRY(query,
         database.prepare("SELECT id FROM experiment WHERE " + std::string(column) + " = ?"));
  query.bind(0, std::string_view(text));
  CK_TRY(row, query.step());
  return row ? query.integer(0) : 0;
}

/// An experiment's metrics with their places; read once, since each repetition may have thousands.
class Dictionary {
 public:
  static Result<Dictionary> read(sys::Database& database, std::int64_t experiment) {
    Dictionary dictionary(database, experiment);
    CK_TRY(query, database.prepare("SELECT name, unit, position FROM metric "
                                   "WHERE experiment_id = ?"));
    query.bind(0, experiment);
    while (true) {
      CK_TRY(row, query.step());
      if (!row) return dictionary;
      dictionary.places_.emplace(std::pair(std::string(query.text(0)), std::string(query.text(1))),
                                 static_cast<std::size_t>(query.integer(2)));
    }
  }

  /// The place of each key; those it does not know are added.
  Result<std::vector<std::size_t>> places(const std::vector<MetricKey>& keys) {
    std::vector<std::size_t> places;
    for (const auto& key : keys) {
      const auto [known, added] = places_.emplace(std::pair(key.name, key.unit), places_.size());
      if (added) CK_CHECK(insert(key, known->second));
      places.push_back(known->second);
    }
    return places;
  }

 private:
  Dictionary(sys::Database& database, std::int64_t experiment)
      : database_(&database), experiment_(experiment) {}

  Status insert(const MetricKey& key, std::size_t place) {
    CK_TRY(row, database_->prepare(
                    "INSERT INTO metric(experiment_id, position, name, unit, direction, role) "
                    "VALUES (?, ?, ?, ?, ?, ?)"));
    return row.bind(0, experiment_)
        .bind(1, static_cast<std::int64_t>(place))
        .bind(2, std::string_view(key.name))
        .bind(3, std::string_view(key.unit))
        .bind(4, std::string_view(key.direction))
        .bind(5, std::string_view(key.role))
        .run();
  }

  sys::Database* database_;
  std::int64_t experiment_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
};

/// The rule of the record that it comes with: somebody may have signed that.
HashRule rule_of(const Point& point, const std::string& experiment_uid) {
  const bool first = !point.content.empty() &&
                     point.content == content_hash(point, experiment_uid, HashRule::first);
  return first ? HashRule::first : HashRule::newest;
}

/// The uid under which the point can be added; empty when the experiment has it already.
Result<std::string> free_uid(sys::Database& database, std::int64_t experiment,
                             const ImportedPoint& imported) {
  for (const auto& uid : {imported.point.uid, imported.other_uid}) {
    CK_TRY(query, database.prepare("SELECT experiment_id FROM point WHERE uid = ?"));
    query.bind(0, std::string_view(uid));
    CK_TRY(taken, query.step());
    if (!taken) return uid;
    if (query.integer(0) == experiment) return std::string();
  }
  return fail(ErrorCode::conflict,
              "other experiments have points " + imported.point.uid + " and " + imported.other_uid);
}

/// The new row.
Result<std::int64_t> insert_point(sys::Database& database, std::int64_t experiment,
                                  const std::string& uid, const Point& point,
                                  const std::vector<std::size_t>& places,
                                  const PackedDocument& document) {
  CK_TRY(insert, database.prepare("INSERT INTO point(uid, experiment_id, subject, state, owner, "
                                  "created_ns, ended_ns, document, error, replay_of, base_id) "
                                  "VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?)"));
  CK_CHECK(insert.bind(0, std::string_view(uid))
               .bind(1, experiment)
               .bind(2, std::string_view(point.subject))
               .bind(3, name_of(point.state))
               .bind(4, point.created_ns)
               .bind(5, point.ended_ns)
               .bind_blob(6, document.bytes)
               .bind(7, std::string_view(point.error))
               .bind(8, std::string_view(point.replay_of))
               .bind(9, document.base)
               .run());
  const std::int64_t id = database.last_insert_id();
  for (const auto& repetition : point.repetitions) {
    CK_CHECK(insert_repetition(database, id, repetition, arranged(repetition.metrics, places)));
  }
  return id;
}

}  // namespace

Result<std::string> Store::import_experiment(const ExperimentSummary& experiment) {
  CK_TRY(transaction, sys::Transaction::begin(database_));
  CK_TRY(known, database_.prepare("SELECT name FROM experiment WHERE uid = ?"));
  known.bind(0, std::string_view(experiment.uid));
  CK_TRY(there, known.step());
  if (there) return std::string(known.text(0));
  CK_TRY(taken, find_experiment(database_, "name", experiment.name));
  const std::string name = taken == 0 ? experiment.name : experiment.uid;
  CK_TRY(insert,
         database_.prepare("INSERT INTO experiment(uid, name, created_ns) VALUES (?, ?, ?)"));
  CK_CHECK(insert.bind(0, std::string_view(experiment.uid))
               .bind(1, std::string_view(name))
               .bind(2, experiment.created_ns)
               .run());
  const std::int64_t row = database_.last_insert_id();
  CK_CHECK(add_words(database_, row, "", "name", name));
  CK_CHECK(add_tags(database_, row, experiment.tags));
  CK_CHECK(transaction.commit());
  return name;
}

Result<std::size_t> Store::import_points(const std::string& experiment_uid,
                                         const std::vector<ImportedPoint>& points) {
  CK_TRY(transaction, sys::Transaction::begin(database_));
  CK_TRY(experiment, find_experiment(database_, "uid", experiment_uid));
  if (experiment == 0) {
    return fail(ErrorCode::not_found, "experiment " + experiment_uid + " is not there any more");
  }
  CK_TRY(dictionary, Dictionary::read(database_, experiment));
  DocumentPacker packer(database_, experiment);
  std::vector<std::pair<std::int64_t, HashRule>> added;
  for (const auto& imported : points) {
    CK_TRY(uid, free_uid(database_, experiment, imported));
    if (uid.empty()) continue;
    CK_TRY(places, dictionary.places(imported.point.keys));
    CK_TRY(document, packer.pack(imported.point.document));
    CK_TRY(row, insert_point(database_, experiment, uid, imported.point, places, document));
    added.emplace_back(row, rule_of(imported.point, experiment_uid));
  }
  // Only now: the dictionary has grown by all of them.
  CK_TRY(recorder, Recorder::make(database_, blobs_));
  for (const auto& [row, rule] : added) CK_CHECK(recorder.record(experiment, row, rule));
  CK_CHECK(transaction.commit());
  return added.size();
}

Result<std::vector<std::string>> Store::point_uids(const std::string& experiment_uid) {
  CK_TRY(query, database_.prepare("SELECT point.uid FROM point JOIN experiment "
                                  "ON experiment.id = experiment_id WHERE experiment.uid = ? "
                                  "ORDER BY point.uid"));
  query.bind(0, std::string_view(experiment_uid));
  std::vector<std::string> uids;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return uids;
    uids.emplace_back(query.text(0));
  }
}

}  // namespace ck::store
