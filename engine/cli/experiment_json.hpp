#pragma once
/// Runs, experiments and what is made of them as the JSON documents that leave the program. Each
/// has a schema id; keys are only ever added.

#include <string>

#include "app/experiments.hpp"
#include "app/explore.hpp"
#include "app/programs.hpp"
#include "app/sweep.hpp"

namespace ck::cli {

std::string json_text(const app::RunReport& report);
std::string json_text(const app::CompareReport& report);
std::string json_text(const app::ExploreReport& report);
std::string json_text(const app::SweepReport& report);
std::string json_text(const app::ExperimentsReport& report);
std::string json_text(const app::ExperimentDetail& report);
std::string json_text(const experiment::ReplayReport& report);
std::string json_text(const experiment::ReplayPlan& plan);  ///< "ck.replay_plan/1"
std::string json_text(const experiment::ImportReport& report);
std::string json_text(const experiment::ExportReport& report);

}  // namespace ck::cli
