#pragma once
/// Looking closely at recorded experiments: ck diff, plot, verify, sign, report,
/// and results of other tools.

#include <optional>
#include <string>
#include <vector>

#include "app/archive.hpp"
#include "experiment/diff.hpp"
#include "experiment/import_benchmarks.hpp"
#include "experiment/plot.hpp"
#include "experiment/report.hpp"
#include "experiment/signing.hpp"
#include "store/chain.hpp"
#include "store/note_chain.hpp"

namespace ck::app {

/// A name without a point means the last one that ended well and is no replay.
Result<experiment::DiffReport> diff(Session& session, const PointName& a, const PointName& b);

struct PlotTarget {
  fs::path out;       ///< .svg or .png; empty: text for the terminal
  int columns = 100;  ///< of the terminal
  int lines = 28;
};
struct PlotReport {
  fs::path file;     ///< empty for the terminal
  std::string text;  ///< for the terminal
  std::size_t marks = 0;
};
/// `not_found` without gnuplot (with the package that has it), `usage` for an unknown ending of
/// `out`; errors of `make_picture`.
Result<PlotReport> plot(Session& session, const experiment::PlotRequest& request,
                        const PlotTarget& target);

struct SignatureReport {
  store::Signature signature;
  experiment::SignatureState state = experiment::SignatureState::valid;
};
/// What a signature of records is worth that are in no archive yet, in the order in which they were
/// recorded. `allowed` as for `verify_records`.
Result<experiment::SignatureState> check_signature(Session& session,
                                                   const experiment::ExperimentRecords& records,
                                                   const store::Signature& signature,
                                                   const fs::path& allowed);
struct RecordsReport {
  std::string experiment;  ///< empty: all
  store::ChainReport chain;
  store::NoteReport notes;
  std::vector<std::string> damaged_outputs;  ///< kept outputs and logs that are not what they were
  std::vector<SignatureReport> signatures;   ///< of one experiment
  bool good() const;
};
/// One experiment (with its kept outputs and signatures), or, for an empty name, the whole chain.
/// `allowed` lists allowed signers; empty: $CK_HOME/allowed_signers where there is one.
Result<RecordsReport> verify_records(Session& session, const std::string& experiment,
                                     const fs::path& allowed);

/// Columns that queries read, made again from the points where they say something else than those.
struct ColumnRepairReport {
  struct One {
    std::string experiment;
    enum class Outcome { sound, repaired, broken, failed } outcome = Outcome::sound;
    std::int64_t points = 0;  ///< whose columns were made
    std::string reason;       ///< what was wrong; of a broken one why its points cannot be believed
    std::optional<Error> failure = {};  ///< of a failed one
  };
  std::vector<One> experiments;
  bool ok() const;
};
/// One experiment, or all for an empty name; with `force` also those whose columns are sound. Of a
/// point that is not what was recorded no columns are made: its experiment stays as it is. So does
/// one where making them fails; the others are repaired all the same.
Result<ColumnRepairReport> repair_columns(Session& session, const std::string& experiment,
                                          bool force);

/// `signer`: a name as in a list of allowed signers, for instance an e-mail address.
Result<store::Signature> sign(Session& session, const std::string& experiment, const fs::path& key,
                              const std::string& signer);

/// `name`: of a shipped template (components/report), or a file. `not_found` with the names there
/// are.
Result<experiment::Report> report(Session& session, const std::string& experiment,
                                  const std::string& name);

/// Writes a file whole.
Status write_text(const fs::path& file, const std::string& text);

/// Results of hyperfine or Google Benchmark; `experiment` may be empty.
Result<experiment::ImportReport> import_benchmarks(Session& session, const fs::path& file,
                                                   const std::string& experiment);

}  // namespace ck::app
