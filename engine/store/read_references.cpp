/// What recorded points refer to: for those who decide what may be deleted.

#include "store/documents.hpp"
#include "store/store.hpp"

namespace ck::store {

Status Store::each_point(const std::function<Status(const PointHead&)>& read) {
  CK_TRY(query,
         database_.prepare(
             "SELECT point.uid, experiment.name, subject, point.created_ns, document, base_id "
             "FROM point JOIN experiment ON experiment.id = experiment_id "
             "ORDER BY point.created_ns, point.id"));
  DocumentReader documents(database_);
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return {};
    PointHead head{std::string(query.text(0)),
                   std::string(query.text(1)),
                   std::string(query.text(2)),
                   query.integer(3),
                   {}};
    CK_TRY(document, documents.read(query.blob(4), query.integer(5), head.uid));
    head.document = std::move(document);
    CK_CHECK(read(head));
  }
}

Result<std::set<std::string>> Store::referenced_blobs() {
  CK_TRY(query, database_.prepare("SELECT out_sha256 FROM repetition UNION "
                                  "SELECT err_sha256 FROM repetition UNION "
                                  "SELECT sha256 FROM output WHERE kept != 0"));
  std::set<std::string> names;
  while (true) {
    CK_TRY(row, query.step());
    if (!row) return names;
    names.emplace(query.text(0));
  }
}

}  // namespace ck::store
