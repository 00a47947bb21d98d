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

/// Every path found, folder by folder, sorted within each. Links to folders are followed, but what
/// lies in a folder is told once, whichever ways lead there.
Result<std::vector<fs::path>> find_files(const FileSearch& search, FolderListings& listings,
                                         const sys::Cancel& cancel);

/// Whether nobody but this user and root can write the file (or folder), its folders, or a link
/// that leads to it. `denied` with the reason.
Status check_owner(const fs::path& file);

/// The same for a file that only its names or its content are asked of: libraries and headers may
/// belong to another user, such as who keeps a cluster's software.
Status check_shown(const fs::path& file);

/// Whether it lies where programs lie (a folder called bin, sbin, libexec …; anywhere below
/// `trusted`), not among documentation, completions or the like. `denied` otherwise.
Status check_place(const fs::path& file, const std::vector<fs::path>& trusted);

/// Whether asking this file for its version by running it is sensible: a real program (ELF or a
/// script) that passes `check_owner` and `check_place`. `denied` with the reason.
Status check_runnable(const fs::path& file, const std::vector<fs::path>& trusted);

/// The same for a file that a version command reads, sources or imports: it need not be executable,
/// and libraries and headers, which are only read, may lie anywhere (see check_shown).
Status check_asked(const fs::path& file, const std::vector<fs::path>& trusted);

}  // namespace ck::collective
