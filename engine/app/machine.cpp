#include "app/machine.hpp"

#include "run/preflight.hpp"
#include "sys/noise.hpp"

namespace ck::app {
namespace {

/// Long enough to see who is busy at 10 ms a tick, short beside any benchmark.
constexpr int kWatchMs = 300;

}  // namespace

std::vector<unsigned> allowed_processors() { return sys::allowed_cpus(); }

QuietMachine::~QuietMachine() { sys::restore_settings(changed_); }

void QuietMachine::quieten(Session& session) {
  for (const auto setting :
       {sys::NoiseSetting::performance_governor, sys::NoiseSetting::no_turbo}) {
    auto before = sys::quieten(setting);
    if (!before) {
      session.events().on(Warning{"--fix: " + before.error().message});
      continue;
    }
    changed_.insert(changed_.end(), before->begin(), before->end());
  }
}

void QuietMachine::prepare(Session& session, const RunRequest& request,
                           experiment::Sampling& sampling) {
  if (request.fix) quieten(session);
  if (request.preflight == RunRequest::Preflight::no) return;
  sampling.preflight = run::assess(sys::watch_noise(kWatchMs));
  if (request.preflight == RunRequest::Preflight::record) return;
  for (const auto& finding : sampling.preflight->findings) {
    session.events().on(Warning{"noise (" + std::string(run::name_of(finding.noise)) +
                                "): " + finding.what + "; " + finding.advice});
  }
}

}  // namespace ck::app
