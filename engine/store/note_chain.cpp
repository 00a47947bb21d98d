#include "store/note_chain.hpp"

#include <utility>
#include <vector>

#include "store/hashed_fields.hpp"

namespace ck::store {
namespace {

std::string content_of(const Annotation& annotation, const std::string& experiment_uid) {
  return bytes_of_hex(HashedFields("ck.note-hash/1")
                          .text(experiment_uid)
                          .text(annotation.point)
                          .number(annotation.created_ns)
                          .text(annotation.author)
                          .text(name_of(annotation.kind))
                          .text(annotation.text)
                          .finish());
}

/// An annotation in five columns from `first` on: point, time, author, kind, text.
Annotation annotation_at(const sys::Statement& row, int first) {
  Annotation annotation;
  annotation.point = row.text(first);
  annotation.created_ns = row.integer(first + 1);
  annotation.author = row.text(first + 2);
  annotation.kind = kind_named(row.text(first + 3));
  annotation.text = row.text(first + 4);
  return annotation;
}

/// A record with the annotation it speaks of, if that is still there, and the experiment it was
/// made for, if that is.
constexpr std::string_view kNoteColumns =
    "SELECT annotation_record.number, experiment_uid, content, chained, removed_ns, annotation.id, "
    "experiment.uid, experiment.name, point_uid, annotation.created_ns, author, kind, text, "
    "recorded.name FROM annotation_record "
    "LEFT JOIN annotation ON annotation.record = annotation_record.number "
    "LEFT JOIN experiment ON experiment.id = annotation.experiment_id "
    "LEFT JOIN experiment AS recorded ON recorded.uid = annotation_record.experiment_uid ";

constexpr const char* kRepeated = "another one has its number";

bool is_gone(const sys::Statement& row) { return row.is_null(5); }

/// What is wrong with the record, or nothing.
std::optional<std::string> wrong_with(const sys::Statement& row, std::string_view before) {
  constexpr int kAnnotation = 8;
  if (row.blob(3) != chained_hash(before, row.blob(2)))
    return "it does not follow from the one before it";
  if (is_gone(row)) {
    if (row.integer(4) != 0) return std::nullopt;
    return "it is gone, and its experiment was not removed by 'ck rm'";
  }
  if (row.blob(2) != content_of(annotation_at(row, kAnnotation), std::string(row.text(6))))
    return "it does not say what was said";
  return std::nullopt;
}

BrokenNote broken_note(const sys::Statement& row, std::string reason) {
  constexpr int kRecordedName = 13;
  std::string experiment(is_gone(row) ? row.text(kRecordedName) : row.text(7));
  if (experiment.empty()) experiment = row.text(1);
  return {row.integer(0), experiment, std::string(row.text(8)), std::move(reason)};
}

Result<std::int64_t> count_unchained(sys::Database& database, std::int64_t experiment) {
  CK_TRY(count, database.prepare("SELECT COUNT(*) FROM annotation WHERE record IS NULL "
                                 "AND (?1 = 0 OR experiment_id = ?1)"));
  count.bind(0, experiment);
  CK_CHECK(count.step());
  return count.integer(0);
}

/// Annotations of the experiment (0: of all) whose mark of a record leads to none.
Result<std::optional<BrokenNote>> find_unlinked(sys::Database& database, std::int64_t experiment) {
  CK_TRY(query, database.prepare("SELECT annotation.record, experiment.name, point_uid "
                                 "FROM annotation JOIN experiment ON experiment.id = experiment_id "
                                 "LEFT JOIN annotation_record ON number = annotation.record "
                                 "WHERE annotation.record IS NOT NULL "
                                 "AND (?1 = 0 OR experiment_id = ?1) "
                                 "AND annotation_record.experiment_uid IS NOT experiment.uid "
                                 "LIMIT 1"));
  query.bind(0, experiment);
  CK_TRY(row, query.step());
  if (!row) return std::optional<BrokenNote>();
  return std::optional(BrokenNote{query.integer(0), std::string(query.text(1)),
                                  std::string(query.text(2)), "it has a record no more"});
}

/// What is wrong with the place of a record, or nothing.
std::optional<std::string> wrong_number(std::int64_t number, std::int64_t expected) {
  if (number == expected) return std::nullopt;
  return number < expected ? kRepeated : "one before it is missing";
}

Result<std::string> hash_before(sys::Statement& query, std::int64_t number) {
  query.reset();
  query.bind(0, number - 1);
  CK_TRY(row, query.step());
  std::string bytes = row ? std::string(query.blob(0)) : std::string();
  query.reset();
  return bytes;
}

}  // namespace

Result<NoteReport> verify_notes(Archive& archive) {
  auto& database = archive.database();
  NoteReport report;
  CK_TRY(unchained, count_unchained(database, 0));
  report.unchained = unchained;
  CK_TRY(query, database.prepare(std::string(kNoteColumns) + "ORDER BY annotation_record.number"));
  std::string before;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) break;
    ++report.notes;
    auto wrong = wrong_number(query.integer(0), report.notes);
    if (!wrong) wrong = wrong_with(query, before);
    if (wrong) {
      report.broken = broken_note(query, std::move(*wrong));
      return report;
    }
    if (is_gone(query)) ++report.removed;
    before = query.blob(3);
  }
  report.head = hex_of(before);
  CK_TRY(unlinked, find_unlinked(database, 0));
  report.broken = std::move(unlinked);
  return report;
}

Result<NoteReport> verify_notes(Archive& archive, const ExperimentHead& experiment) {
  auto& database = archive.database();
  NoteReport report;
  CK_TRY(unchained, count_unchained(database, experiment.row));
  report.unchained = unchained;
  CK_TRY(previous, database.prepare("SELECT chained FROM annotation_record WHERE number = ?"));
  CK_TRY(query, database.prepare(std::string(kNoteColumns) +
                                 "WHERE experiment_uid = ? ORDER BY annotation_record.number"));
  query.bind(0, std::string_view(experiment.uid));
  std::int64_t last = 0;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) break;
    ++report.notes;
    CK_TRY(before, hash_before(previous, query.integer(0)));
    auto wrong = wrong_with(query, before);
    if (query.integer(0) == last) wrong = kRepeated;
    last = query.integer(0);
    if (wrong) {
      report.broken = broken_note(query, std::move(*wrong));
      return report;
    }
    if (is_gone(query)) ++report.removed;
    report.head = hex_of(query.blob(3));
  }
  CK_TRY(unlinked, find_unlinked(database, experiment.row));
  report.broken = std::move(unlinked);
  return report;
}

Status append_note_record(sys::Database& database, std::int64_t row, const Annotation& annotation,
                          const std::string& experiment_uid) {
  CK_TRY(newest, database.prepare("SELECT number, chained FROM annotation_record "
                                  "ORDER BY number DESC LIMIT 1"));
  CK_TRY(there, newest.step());
  const std::int64_t number = there ? newest.integer(0) + 1 : 1;
  const std::string before = there ? std::string(newest.blob(1)) : std::string();
  const std::string content = content_of(annotation, experiment_uid);
  CK_TRY(insert, database.prepare("INSERT INTO annotation_record(number, experiment_uid, content, "
                                  "chained) VALUES (?, ?, ?, ?)"));
  CK_CHECK(insert.bind(0, number)
               .bind(1, std::string_view(experiment_uid))
               .bind_blob(2, content)
               .bind_blob(3, chained_hash(before, content))
               .run());
  CK_TRY(mark, database.prepare("UPDATE annotation SET record = ? WHERE id = ?"));
  return mark.bind(0, number).bind(1, row).run();
}

Status mark_notes_removed(sys::Database& database, const ExperimentHead& experiment,
                          std::int64_t now_ns) {
  CK_TRY(mark, database.prepare("UPDATE annotation_record SET removed_ns = ? WHERE number IN "
                                "(SELECT record FROM annotation WHERE experiment_id = ?)"));
  return mark.bind(0, now_ns).bind(1, experiment.row).run();
}

Status record_pending_notes(sys::Database& database) {
  constexpr std::string_view kPending =
      "SELECT annotation.id, experiment.uid, point_uid, annotation.created_ns, author, kind, text "
      "FROM annotation JOIN experiment ON experiment.id = experiment_id WHERE record IS NULL "
      "ORDER BY annotation.id";
  {
    CK_TRY(query, database.prepare(kPending));
    CK_TRY(some, query.step());
    if (!some) return {};
  }
  struct Pending {
    std::int64_t row = 0;
    std::string experiment_uid;
    Annotation annotation;
  };
  CK_TRY(transaction, sys::Transaction::begin(database));
  std::vector<Pending> all;
  {
    CK_TRY(query, database.prepare(kPending));
    while (true) {
      CK_TRY(row, query.step());
      if (!row) break;
      all.push_back({query.integer(0), std::string(query.text(1)), annotation_at(query, 2)});
    }
  }
  for (const auto& one : all)
    CK_CHECK(append_note_record(database, one.row, one.annotation, one.experiment_uid));
  return transaction.commit();
}

}  // namespace ck::store
