#pragma once
/// The files that may be a piece of software, before anything is executed. Internal to install.

#include <string>
#include <vector>

#include "install/detector.hpp"

namespace ck::install {

/// One name of a file that a software component's patterns match.
struct FoundFile {
  fs::path file;       ///< as found, links not resolved
  fs::path real;       ///< links resolved
  fs::path root;       ///< the folder that counts as installation prefix
  std::string suffix;  ///< of the name, from the pattern's first wildcard on with the separators
                       ///< ("-", ".", "_") before it: "-12" for gcc-12 found by gcc-[0-9]*
};

/// All names that match below the roots, the names of one real file next to each other and nicest
/// (shortest) first. `executables` are looked up in the bin folders of the roots only: PATH is not
/// asked, so that what is found does not depend on who asks. Roots that resolve to the same folder
/// count once.
std::vector<FoundFile> find_files(const model::Software& software);

/// The file named by --full_path=; its root is guessed from the patterns, else it is the folder
/// above bin, else the file's own folder.
FoundFile describe_file(const fs::path& file, const model::Software& software);

/// Whether the file may be executed: a regular file with the permission, and ELF or a script (#!).
/// `denied` with the reason otherwise.
Status check_executable(const fs::path& file);

}  // namespace ck::install
