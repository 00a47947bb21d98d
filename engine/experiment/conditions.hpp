#pragma once
/// The conditions under which a recorded point was measured, and what of them can be had again.

#include <vector>

#include "experiment/archive.hpp"
#include "experiment/compare.hpp"

namespace ck::experiment {

/// Notes what else the machine does, before anything is measured.
void look_at_machine(Sampling& sampling);

/// Warns of what disturbs, with advice, if that was looked at.
void tell_noise(const Sampling& sampling, EventSink& events);

/// Gives `sampling` the processors and the varied environment of the record, where they are among
/// the `allowed` processors. What is not as recorded then.
Result<std::vector<EnvironmentDifference>> hold_conditions(const store::Point& recorded,
                                                           const std::vector<unsigned>& allowed,
                                                           Sampling& sampling);

/// How a record's processors and environment differ from those of `sampling`.
Result<std::vector<EnvironmentDifference>> condition_differences(const store::Point& recorded,
                                                                 const Sampling& sampling);

/// Facts of the host and the version of ck that are not as recorded.
Result<std::vector<EnvironmentDifference>> host_differences_now(const store::Point& recorded,
                                                                const PointRequest& request,
                                                                const run::RunPlan& plan,
                                                                const install::Lock& lock,
                                                                const install::Context& context);

/// Warns, before anything is run, of what the record and this machine cannot have in common:
/// `differences` and facts of the host.
Status tell_unequal(const store::Point& recorded,
                    const std::vector<EnvironmentDifference>& differences,
                    const PointRequest& request, const run::RunPlan& plan,
                    const install::Lock& lock, install::Context& context);

/// The two together: `request` gets the recorded conditions, a look at what disturbs the machine
/// among them where the record has one, and what cannot be held equal is told, `differences` of the
/// environments too. What is not as recorded about the conditions.
Result<std::vector<EnvironmentDifference>> hold_equal(
    const store::Point& recorded, const std::vector<EnvironmentDifference>& differences,
    const run::RunPlan& plan, const install::Lock& lock, PointRequest& request,
    install::Context& context);

}  // namespace ck::experiment
