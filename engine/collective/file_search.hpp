#pragma once
/// Looking for a file by name below some folders, as CK's detection does, and deciding whether what
/// was found may be executed.

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"
#include "collective/folder_listings.hpp"
#include "sys/cancel.hpp"

namespace ck::collective {

struct FileSearch {
  std::vector<fs::path> folders;
  std::string name;          ///< a name, "part/name" or a pattern with * and ?
  int depth = 0;             ///< 0: only what lies in the folders themselves
  bool directories = false;  ///< folders of that name count too
};

/// Every path found, folder by folder, sorted within each. Links to folders are followed, but no
/// folder is entered twice.
Result<std::vector<fs::path>> find_files(const FileSearch& search, FolderListings& listings,
                                         const sys::Cancel& cancel);

/// Whether asking this file for its version by running it is sensible: a real program (ELF or a
/// script), nobody else can write it or replace it, and it lies where programs lie (a folder called
/// bin, sbin, libexec …; anywhere below `trusted`), not among documentation, completions or the
/// like. `denied` with the reason.
Status check_runnable(const fs::path& file, const std::vector<fs::path>& trusted);

}  // namespace ck::collective
