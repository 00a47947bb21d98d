#pragma once
/// How a repository of CK spreads the entries of a module over folders, for modules with very many
/// of them: "split_all_dirs" and "split_dirs" of `.ckr.json` (CK_FORMAT section 1.8).

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace ck::model {

struct SplitFolders {
  std::size_t all = 0;                                      ///< characters; 0: not all modules
  std::map<std::string, std::size_t, std::less<>> modules;  ///< by name or UID of the module

  bool empty() const { return all == 0 && modules.empty(); }
  /// By how many characters of their names the entries of a module are spread; 0: they are not.
  std::size_t characters(std::string_view module, std::string_view uid) const;
};

/// Of the object `details` at `path` of a `.ckr.json`. As in CK a number may be written as text,
/// and what is no number is passed over; a number that no folder can be named by is a problem.
SplitFolders read_split_folders(const Json& details, const std::string& path,
                                JsonProblems& problems);

/// The folder in that of the module in which the entry `name` lies: its first `characters`, or "_"
/// for a name that has no more than these.
std::string split_folder(std::string_view name, std::size_t characters);

}  // namespace ck::model
