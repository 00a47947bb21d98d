#pragma once
/// Files that a program and everything it started opened.

#include <vector>

#include "base/path.hpp"

namespace ck::sys {

/// Regular files only, as absolute paths in the program's own words: links are not resolved. What
/// it wrote or made itself before it read it is left out; so is /proc, /sys and /dev.
struct OpenedFiles {
  std::vector<fs::path> read;      ///< in the order of their first opening
  std::vector<fs::path> executed;  ///< scripts and programs; with their interpreters and loaders
  bool complete = true;  ///< false: more than can be noted, or a process that lets nobody look
};

}  // namespace ck::sys
