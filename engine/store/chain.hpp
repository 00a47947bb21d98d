#pragma once
/// The chain of records: each ended point has a hash of all it holds, and a second one over this
/// and the record before. Whoever changes, removes or reorders anything breaks it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/archive.hpp"
#include "store/columns.hpp"

namespace ck::store {

/// The first record that is not what it was.
struct BrokenRecord {
  std::int64_t number = 0;
  std::string point;
  std::string experiment;  ///< empty when the point is gone
  std::string reason;
};

struct ChainReport {
  std::int64_t records = 0;    ///< looked at
  std::int64_t removed = 0;    ///< of them: whose point was removed on purpose
  std::int64_t unchained = 0;  ///< points that ended but have no record
  std::string head;            ///< hash of the newest record, which vouches for all; "" without one
  std::optional<BrokenRecord> broken;
  /// Columns are no part of a hash: they are compared with the points. Empty after a broken record.
  ColumnReport columns;
};
/// All records, oldest first, up to the first broken one.
Result<ChainReport> verify_chain(Archive& archive);
/// Only those of one experiment: their contents, and their links to the records before.
Result<ChainReport> verify_chain(Archive& archive, const ExperimentHead& experiment);

/// What a hash of a point is made of. `first` leaves out whether a metric is better lower or higher
/// and what it is for; archives and capsules have such hashes of points recorded before.
enum class HashRule { first, newest };

/// Hash of all that a point holds (64 hex digits), the same in every archive that has it.
std::string content_hash(const Point& point, const std::string& experiment_uid,
                         HashRule rule = HashRule::newest);
/// The one in its record, if it has one: what was signed is about that.
std::string recorded_hash(const Point& point, const std::string& experiment_uid);
/// Whether `recorded` is the point's hash, by whichever rule.
bool has_content(const Point& point, const std::string& experiment_uid, std::string_view recorded);

/// What a signature of an experiment says: a text with its name, uid, number of points, and a hash
/// over their uids and contents up to record `last` (0: all there are).
struct Statement {
  std::string text;
  std::int64_t points = 0;
};
Result<Statement> make_statement(Archive& archive, const ExperimentHead& experiment,
                                 std::int64_t last = 0);
/// The same about the first `points` records of the experiment, as an archive says it that has
/// numbers up to `last` for them: where a capsule brought them they have others.
Result<Statement> make_statement(Archive& archive, const ExperimentHead& experiment,
                                 std::int64_t last, std::int64_t points);
/// The same about the first `count` of points that are in no archive yet.
Statement statement_of(const std::vector<Point>& points, const std::string& experiment_uid,
                       std::int64_t last, std::int64_t count);

struct Signature {
  std::int64_t created_ns = 0;
  std::string signer;
  std::string statement;
  std::string signature;  ///< armoured, as ssh-keygen wrote it
};
Status add_signature(Archive& archive, const ExperimentHead& experiment,
                     const Signature& signature);
Result<std::vector<Signature>> signatures(Archive& archive, const ExperimentHead& experiment);

/// Private to this layer: appends the point's record; its number. The caller has the transaction.
Result<std::int64_t> append_record(sys::Database& database, const Point& point,
                                   const std::string& experiment_uid, HashRule rule);

}  // namespace ck::store
