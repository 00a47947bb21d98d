#pragma once
/// Files that the user gave in place of downloads: --source=URL=PATH for a URL, --source=PATH for
/// the only one that is wanted.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "install/context.hpp"

namespace ck::collective {

struct GivenFiles {
  /// What became of `any`. Copies of a value share it.
  struct Use {
    std::string url;          ///< in whose place it was taken
    std::string environment;  ///< the id of what was made with it
    bool refused = false;     ///< it was wanted for another URL too
  };

  std::map<std::string, std::string> of_urls;
  std::string any;  ///< for one URL, whichever is wanted; empty: none
  std::shared_ptr<Use> use = std::make_shared<Use>();

  /// The value of --source: PATH or URL=PATH, several behind commas. `not_found` naming a file that
  /// is not there.
  static Result<GivenFiles> parse(const std::string& text);

  /// The same files for URLs, and this one for any.
  GivenFiles with_any(const std::string& file) const;

  /// The file to take in place of a URL, if there is one. `usage` when that of any URL was taken
  /// for another already.
  Result<std::optional<fs::path>> file_for(const std::string& url) const;

  /// After a refusal nobody knows whether the right one was replaced: what was made with the file
  /// goes again, and what was built on that.
  Status take_back(install::Context& context) const;
};

}  // namespace ck::collective
