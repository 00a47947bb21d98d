#include "store/annotations.hpp"

#include <algorithm>
#include <optional>

#include "base/strings.hpp"
#include "store/note_chain.hpp"

namespace ck::store {
namespace {

Status check_point(sys::Database& database, std::int64_t experiment, const std::string& uid) {
  CK_TRY(query, database.prepare("SELECT 1 FROM point WHERE uid = ? AND experiment_id = ?"));
  query.bind(0, std::string_view(uid)).bind(1, experiment);
  CK_TRY(row, query.step());
  if (!row) return fail(ErrorCode::not_found, "the experiment has no point '" + uid + "'");
  return {};
}

/// The words as FTS5 reads them: each a quoted string, so that nothing in them is an operator.
std::string match_expression(std::string_view words) {
  std::string expression;
  std::string word;
  bool quoted = false;
  const auto end_word = [&](bool prefix) {
    if (word.empty()) return;
    expression += (expression.empty() ? "\"" : " \"") + word + "\"" + (prefix ? "*" : "");
    word.clear();
  };
  for (const char c : words) {
    if (c == '"') {
      end_word(false);
      quoted = !quoted;
    } else if (!quoted && (c == ' ' || c == '\t' || c == '\n')) {
      end_word(false);
    } else if (!quoted && c == '*') {
      end_word(true);
    } else if (c != '\0') {
      word += c;
    }
  }
  end_word(false);
  return expression;
}

}  // namespace

std::string_view name_of(Annotation::Kind kind) {
  switch (kind) {
    case Annotation::Kind::tag:
      return "tag";
    case Annotation::Kind::untag:
      return "untag";
    case Annotation::Kind::note:
      return "note";
  }
  return "note";
}

Annotation::Kind kind_named(std::string_view name) {
  for (const auto kind : {Annotation::Kind::tag, Annotation::Kind::untag}) {
    if (name == name_of(kind)) return kind;
  }
  return Annotation::Kind::note;
}

Status add_words(sys::Database& database, std::int64_t experiment, const std::string& point,
                 std::string_view source, std::string_view text) {
  if (trim(text).empty()) return {};
  CK_TRY(insert, database.prepare("INSERT INTO words(body, experiment_id, point_uid, source) "
                                  "VALUES (?, ?, ?, ?)"));
  return insert.bind(0, text)
      .bind(1, experiment)
      .bind(2, std::string_view(point))
      .bind(3, source)
      .run();
}

namespace {

/// The caller has the transaction.
Status add_annotations(sys::Database& database, const ExperimentHead& head,
                       const std::vector<Annotation>& annotations) {
  CK_TRY(insert, database.prepare("INSERT INTO annotation(experiment_id, point_uid, created_ns, "
                                  "author, kind, text) VALUES (?, ?, ?, ?, ?, ?)"));
  for (const auto& annotation : annotations) {
    if (trim(annotation.text).empty())
      return fail(ErrorCode::usage, "an empty " + std::string(name_of(annotation.kind)));
    if (!annotation.point.empty()) CK_CHECK(check_point(database, head.row, annotation.point));
    CK_CHECK(insert.bind(0, head.row)
                 .bind(1, std::string_view(annotation.point))
                 .bind(2, annotation.created_ns)
                 .bind(3, std::string_view(annotation.author))
                 .bind(4, name_of(annotation.kind))
                 .bind(5, std::string_view(annotation.text))
                 .run());
    CK_CHECK(append_note_record(database, database.last_insert_id(), annotation, head.uid));
    if (annotation.kind == Annotation::Kind::untag) continue;
    CK_CHECK(
        add_words(database, head.row, annotation.point, name_of(annotation.kind), annotation.text));
  }
  return {};
}

/// In the order of their records, which nobody can change unseen.
Result<std::vector<Annotation>> read_annotations(sys::Database& database, std::int64_t experiment) {
  CK_TRY(query, database.prepare("SELECT point_uid, created_ns, author, kind, text FROM annotation "
                                 "WHERE experiment_id = ? ORDER BY record IS NULL, record, id"));
  query.bind(0, experiment);
  std::vector<Annotation> all;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return all;
    Annotation annotation;
    annotation.point = query.text(0);
    annotation.created_ns = query.integer(1);
    annotation.author = query.text(2);
    annotation.kind = kind_named(query.text(3));
    annotation.text = query.text(4);
    all.push_back(std::move(annotation));
  }
}

bool says_the_same(const Annotation& a, const Annotation& b) {
  return a.created_ns == b.created_ns && a.text == b.text && a.point == b.point && a.kind == b.kind;
}

}  // namespace

Status annotate(Archive& archive, const std::string& experiment,
                const std::vector<Annotation>& annotations) {
  CK_TRY(transaction, sys::Transaction::begin(archive.database()));
  CK_TRY(head, archive.head(experiment));
  CK_CHECK(add_annotations(archive.database(), head, annotations));
  return transaction.commit();
}

Result<std::size_t> import_annotations(Archive& archive, const std::string& experiment,
                                       const std::vector<Annotation>& annotations) {
  auto& database = archive.database();
  // What is known is read inside: another process may be adding the same.
  CK_TRY(transaction, sys::Transaction::begin(database));
  CK_TRY(head, archive.head(experiment));
  CK_TRY(known, read_annotations(database, head.row));
  std::vector<Annotation> fresh;
  for (const auto& annotation : annotations) {
    const auto same = [&](const Annotation& one) { return says_the_same(one, annotation); };
    if (std::ranges::any_of(known, same)) continue;
    const auto there =
        annotation.point.empty() ? Status() : check_point(database, head.row, annotation.point);
    if (!there && there.error().code != ErrorCode::not_found) return fail(there.error());
    if (there) fresh.push_back(annotation);
  }
  CK_CHECK(add_annotations(database, head, fresh));
  CK_CHECK(transaction.commit());
  return fresh.size();
}

Result<std::vector<Annotation>> annotations(Archive& archive, const std::string& experiment) {
  CK_TRY(head, archive.head(experiment));
  return read_annotations(archive.database(), head.row);
}

Result<model::Tags> effective_tags(sys::Database& database, std::int64_t experiment) {
  // The newest row about a tag decides; what was recorded is older than all.
  CK_TRY(query,
         database.prepare("SELECT tag, 1 FROM experiment_tag WHERE experiment_id = ?1 UNION ALL "
                          "SELECT * FROM (SELECT text, kind = 'tag' FROM annotation "
                          "WHERE experiment_id = ?1 AND point_uid = '' AND kind <> 'note' "
                          "ORDER BY record IS NULL, record, id)"));
  query.bind(0, experiment);
  std::vector<std::string> tags;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return model::Tags(std::move(tags));
    std::erase(tags, query.text(0));
    if (query.integer(1) != 0) tags.emplace_back(query.text(0));
  }
}

Result<std::vector<Found>> search_words(Archive& archive, const std::string& words,
                                        std::size_t limit) {
  const std::string expression = match_expression(words);
  if (expression.empty()) return fail(ErrorCode::usage, "no word to look for");
  CK_TRY(query,
         archive.database().prepare("SELECT experiment.name, point_uid, source, "
                                    "snippet(words, 0, '', '', '…', 16) FROM words "
                                    "JOIN experiment ON experiment.id = words.experiment_id "
                                    "WHERE words MATCH ? ORDER BY rank, words.rowid LIMIT ?"));
  query.bind(0, std::string_view(expression)).bind(1, static_cast<std::int64_t>(limit));
  std::vector<Found> all;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return all;
    all.push_back({std::string(query.text(0)), std::string(query.text(1)),
                   std::string(query.text(2)), std::string(query.text(3))});
  }
}

}  // namespace ck::store
