#pragma once
/// What installing, running and replaying need from outside; references only, made by `app`.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/events.hpp"
#include "catalog/catalog.hpp"
#include "catalog/home.hpp"
#include "store/store.hpp"
#include "sys/cancel.hpp"
#include "sys/clock.hpp"
#include "sys/process.hpp"
#include "sys/transfer.hpp"

namespace ck::install {

class EnvironmentUse;
class KnownSecrets;
class Observations;

struct Context {
  const catalog::Home& home;
  const std::vector<catalog::Repository>& repositories;
  catalog::Catalog& catalog;
  store::Store& store;
  sys::Processes& processes;
  sys::Transfer& transfer;
  const sys::Clock& clock;
  EventSink& events;
  const sys::Cancel& cancel;
  /// The variables of this process; profiles decide which of them pass.
  const std::vector<std::pair<std::string, std::string>>& host_variables;
  bool offline = false;      ///< nothing may be fetched
  std::string request = {};  ///< the command line as typed; kept with what is made for it
  int jobs = 0;              ///< processors that builds may use, together; 0: all there are
  /// Keeps what is used from being collected; without it nothing is kept.
  std::shared_ptr<EnvironmentUse> use = {};
  /// Gets what the steps open; without it nobody is observed.
  std::shared_ptr<Observations> observations = {};
  /// Values that must not be written down; see scrubber_of.
  std::shared_ptr<KnownSecrets> secrets = {};
  /// Where what comes with ck is looked up (profiles, the host of hooks), if not in `catalog`: a
  /// record does not choose what that is.
  catalog::Catalog* shipped = nullptr;
  /// The profile in use, which was loaded last, demands its sandbox: detection does as well.
  bool demands_isolation = false;
};

}  // namespace ck::install
