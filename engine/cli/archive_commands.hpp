#pragma once
/// Verbs that ask the archive, and what `ls` and `search` do when they are about experiments.

#include "app/bisect.hpp"
#include "cli/command.hpp"

namespace ck::cli {

/// tag, note.
std::vector<Command> archive_commands();

/// diff, bisect, plot, sign, report.
std::vector<Command> inspect_commands();

/// ck import FILE.json
Result<int> import_results(Call& call);

/// ck import FILE.ckz
Result<int> import_capsule(Call& call);

/// ck verify experiment[:NAME]
Result<int> verify_experiments(Call& call);
/// ck repair experiment:NAME, or --all: the columns that queries read.
Result<int> repair_experiments(Call& call);

/// The word "experiment:NAME[:POINT]" at that place.
Result<app::PointName> place_at(const Call& call, std::size_t word, const std::string& verb);

/// What `ls` and `plot` choose points by.
Result<experiment::SelectRequest> selection_of(const Call& call, const std::string& experiments);

/// Options of `ls` that ask for points instead of experiments.
std::vector<Option> point_options();
/// Whether the line has one of them.
bool asks_for_points(const Call& call);
Result<int> list_points(Call& call);

/// ck search experiment 'words'
Result<int> search_experiments(Call& call);

}  // namespace ck::cli
