#pragma once
/// The chain of notes and of tags given later: each has a hash of all it says, and a second one
/// over this and the one before. Whoever changes, removes, repeats or reorders one breaks it. Tags
/// that an experiment was recorded with are in no chain.

#include <cstdint>
#include <optional>
#include <string>

#include "store/annotations.hpp"

namespace ck::store {

/// The first note or tag that is not what it was.
struct BrokenNote {
  std::int64_t number = 0;
  std::string experiment;  ///< its name; its uid when it is gone
  std::string point;       ///< uid; empty: about the experiment, or gone
  std::string reason;
};

struct NoteReport {
  std::int64_t notes = 0;      ///< looked at, tags too
  std::int64_t removed = 0;    ///< of them: removed with their experiment, on purpose
  std::int64_t unchained = 0;  ///< that have no record
  std::string head;            ///< hash of the newest, which vouches for all; "" without one
  std::optional<BrokenNote> broken;
};
/// All of them, oldest first, up to the first broken one.
Result<NoteReport> verify_notes(Archive& archive);
/// Only those of one experiment: what they say, and their links to those before.
Result<NoteReport> verify_notes(Archive& archive, const ExperimentHead& experiment);

/// Private to this layer, all in the caller's transaction: appends the record of the annotation in
/// that row; and notes that those of an experiment go with it.
Status append_note_record(sys::Database& database, std::int64_t row, const Annotation& annotation,
                          const std::string& experiment_uid);
Status mark_notes_removed(sys::Database& database, const ExperimentHead& experiment,
                          std::int64_t now_ns);

/// Private to this layer: gives a record to all that have none, which older versions wrote.
Status record_pending_notes(sys::Database& database);

}  // namespace ck::store
