#pragma once
/// The engine for scripts in a sandbox. They cannot see $CK_HOME, and may have no network: what
/// they want of `ck` is done outside, as far as it changes nothing but the cache of downloads. For
/// `ck virtual env` they are told the script that loads environments that exist (CK_FORMAT section
/// 5).

#include <memory>

#include "collective/workbench.hpp"
#include "sys/local_channel.hpp"

namespace ck::collective {

/// Name of the variable that leads to it; the engine's command line looks for it.
constexpr const char* kEngineSocket = "CK_ENGINE_SOCKET";

class Broker {
 public:
  /// An installation may have files fetched; a run may only ask.
  enum class Serves { questions, downloads_too };

  /// Serves as long as the value lives, from a folder of its own. `channel` is where downloads are
  /// noted and their rules stand (see FetchChannel); empty for none.
  static Result<Broker> start(const fs::path& channel, Serves what, Workbench& bench);

  /// Adds the way to it to what a step gets; of a sandbox, to what it shows.
  void add_to(install::Variables& variables, std::vector<fs::path>& readable) const;

 private:
  Broker(std::unique_ptr<sys::TemporaryDirectory> folder, sys::LocalServer server,
         std::shared_ptr<void> stop)
      : folder_(std::move(folder)), server_(std::move(server)), stop_(std::move(stop)) {}

  // In the order in which they have to be there; they go the other way round.
  std::unique_ptr<sys::TemporaryDirectory> folder_;
  sys::LocalServer server_;
  std::shared_ptr<void> stop_;  ///< ends what the server is doing
};

/// Whether a script without a network may have a URL fetched for it: not one of this machine or of
/// the networks around it, which strangers' code could reach no other way.
bool may_be_fetched(const std::string& url, bool has_network);

}  // namespace ck::collective
