#pragma once
/// Keeping a program apart from the machine: what it may see, change and reach. Enforced by a small
/// launcher of ours (engine/sys/launcher) with namespaces, mounts, seccomp and Landlock, as root
/// and as an ordinary user alike.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/path.hpp"

namespace ck::sys {

struct Sandbox {
  enum class Network {
    host,  ///< as without a sandbox
    none   ///< no sockets but those between its own processes
  };
  Network network = Network::host;
  /// Whether the program must not start where the machine refuses a part of this (Landlock, the
  /// second line, excepted). Otherwise what is refused is told, and the program runs without it.
  bool demanded = false;
  std::vector<fs::path>
      writable;  ///< folders and files that it may change; those missing do not count
  /// Visible and unchangeable, also where they lie in a hidden or writable place. What lies in
  /// neither is visible anyhow.
  std::vector<fs::path> readable;
  /// A folder that the program finds writable and that stays as it is: what it changes is set aside
  /// in `upper`, below the empty folder `changes`. Where the machine refuses that it is read-only.
  struct SetAside {
    fs::path folder;
    fs::path changes;
  };
  std::vector<SetAside> set_aside = {};
  std::vector<fs::path> hidden;   ///< are empty: homes, /run
  std::vector<fs::path> scratch;  ///< are empty too, can be written and go with the program: /tmp
  std::vector<fs::path>
      devices;  ///< nodes of /dev beside null, zero, full, random, urandom and tty
  std::optional<std::uint64_t> scratch_bytes;  ///< room in each scratch folder
  /// Limits on everything the program starts, taken together; looked at every 50 ms.
  std::optional<std::uint64_t> tree_memory_bytes;
  std::optional<std::uint64_t> tree_processes;
  std::optional<std::uint64_t> disk_bytes;  ///< that the writable places may grow by
  /// Folders and files that are empty wherever the other places show them; those missing do not
  /// count.
  std::vector<fs::path> covered = {};
};

/// What came of it.
struct Isolation {
  struct Missing {
    std::string what;
    std::string why;
  };
  std::vector<std::string> enforced;  ///< in words, the same ones always: "read-only system"
  std::vector<Missing> missing;       ///< asked for, but refused by the machine
};

/// Where the launcher lies: ../lib/ck/ck-launch from the folder of this executable.
fs::path default_launcher();

}  // namespace ck::sys
