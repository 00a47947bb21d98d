#pragma once
/// Dry runs of components of Collective Knowledge: what would be taken, detected, installed and
/// run. Nothing is executed but what tells a program's version, and nothing is written. Internal to
/// app.

#include "app/environments.hpp"
#include "app/programs.hpp"
#include "collective/explain.hpp"
#include "collective/program.hpp"

namespace ck::app {

/// The explained needs as steps, dependencies first. What is not there yet has no id.
install::InstallPlan plan_of(const std::vector<collective::ExplainedNeed>& needs);

/// The program's own step.
install::PlannedEnvironment program_step(const catalog::Component& program, const Json& document);

/// A package's own step; `bench` knows whether there is something of it already.
Result<install::PlannedEnvironment> package_step(const collective::ChosenPackage& package,
                                                 const std::string& forced_version,
                                                 collective::Workbench& bench);

/// The environments of a lock, and which of them are here.
install::InstallPlan plan_of(const install::Lock& lock, const catalog::Home& home);

/// A run as far as it is known before its environments are there: the command as it is written.
run::RunPlan written_run(const collective::ProgramRequest& program, const Json& document,
                         const std::string& command, const model::Profile& profile);

}  // namespace ck::app
