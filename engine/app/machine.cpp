#include "app/machine.hpp"

#include "experiment/conditions.hpp"
#include "sys/noise.hpp"

namespace ck::app {

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
  experiment::look_at_machine(sampling);
  if (request.preflight == RunRequest::Preflight::tell)
    experiment::tell_noise(sampling, session.events());
}

}  // namespace ck::app
