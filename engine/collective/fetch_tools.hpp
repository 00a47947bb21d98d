#pragma once
/// wget and curl inside installation scripts. Scripts of packages find small stand-ins first in
/// their PATH (components/script/fetch-tools) which call `ck fetch`: every download goes through
/// the verified cache, and none fails unnoticed.

#include <string>
#include <vector>

#include "collective/first_seen.hpp"
#include "collective/workbench.hpp"

namespace ck::collective {

/// What a command line of wget or curl asks for.
struct FetchOrder {
  struct Item {
    std::string url;
    std::string file;  ///< where to; "-" for stdout
  };
  std::vector<Item> items;
  std::vector<std::string> headers;  ///< "Name: value", for each of them
  bool names_file = false;           ///< the command says where to
};

/// `usage` naming an option that has no meaning here. Options about certificates, retries, progress
/// and resuming are dropped: the cache decides.
Result<FetchOrder> read_wget(const std::vector<std::string>& arguments);
Result<FetchOrder> read_curl(const std::vector<std::string>& arguments);

/// What the installer tells its scripts' downloads, and what they tell it.
class FetchChannel {
 public:
  /// Makes `folder` and writes the rules into it.
  static Result<FetchChannel> create(const fs::path& folder, const DownloadRules& rules,
                                     bool offline);
  /// Variables that the stand-ins need, PATH among them.
  Result<install::Variables> variables(install::Variables base, Workbench& bench) const;
  /// What was fetched so far; the error of a download that failed and was not repeated with
  /// success.
  Result<std::vector<PackageSource>> fetched();

  const fs::path& folder() const { return folder_; }

 private:
  FetchChannel(fs::path folder, GivenFiles given)
      : folder_(std::move(folder)), given_(std::move(given)) {}
  fs::path folder_;
  GivenFiles given_;
};

/// `ck fetch`: executes an order by the rules in a channel's folder (or without rules when it is
/// empty) and notes what happened there.
Status execute_fetch(const FetchOrder& order, const fs::path& channel, const fs::path& directory,
                     install::Context& context, std::string& to_stdout);

}  // namespace ck::collective
