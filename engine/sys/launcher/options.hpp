#pragma once
/// The launcher's command line, written by the engine:
///   ck-launch --KEY VALUE… -- PROGRAM ARGV0 ARGV1…

#include <sys/resource.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ck::sys::launcher {

/// A list of fixed room: the launcher allocates nothing.
template <typename T, std::size_t Room>
class List {
 public:
  bool add(const T& value) {
    if (size_ == Room) return false;
    items_[size_++] = value;
    return true;
  }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + size_; }
  std::size_t size() const { return size_; }
  const T& operator[](std::size_t index) const { return items_[index]; }

 private:
  std::array<T, Room> items_{};
  std::size_t size_ = 0;
};

struct Place {
  const char* path = nullptr;
  bool writable = false;
};

struct SetAside {
  const char* folder = nullptr;
  const char* changes = nullptr;
};

struct ProcessLimit {
  unsigned resource = 0;  ///< RLIMIT_…
  rlimit value{};
};

struct Options {
  List<Place, 512> places;      ///< --read, --write: parents before what lies in them
  List<SetAside, 8> set_aside;  ///< --set-aside FOLDER --changes FOLDER: changed there instead
  const char* to_set_aside = nullptr;  ///< the last FOLDER of these
  List<const char*, 64> hidden;        ///< --hide: replaced by nothing, parents first
  /// --cover: replaced by nothing at the very end, wherever the other places show it.
  List<const char*, 512> covered;
  List<const char*, 16> scratch;    ///< --scratch: replaced by an empty folder that can be written
  List<const char*, 64> devices;    ///< --device: nodes that stay in /dev
  List<ProcessLimit, 8> limits;     ///< --limit RESOURCE:SOFT:HARD
  std::uint64_t scratch_bytes = 0;  ///< --scratch-bytes: of each; 0 leaves the system's default
  std::uint64_t memory_bytes = 0;   ///< --memory: of the whole tree; 0 for none, also below
  std::uint64_t processes = 0;      ///< --processes: in the whole tree
  std::uint64_t disk_bytes = 0;     ///< --disk: in all writable places together
  const char* directory = nullptr;  ///< --directory
  bool network = true;              ///< --network host|none
  bool demanded = false;            ///< --demanded yes: any barrier that is refused is an error
  bool terminal = false;            ///< --terminal yes: the program gets the terminal on stdin
  bool barriers = true;             ///< --barriers no: it is only observed
  int notes = -1;                   ///< --notes: descriptor for the names of files it opens
  int report = -1;                  ///< --report: descriptor for LaunchReport
  int ending = -1;                  ///< --ending: descriptor for LaunchEnding
  const char* program = nullptr;
  char** argv = nullptr;  ///< of the program
};

/// False when the line is not what the engine writes.
bool read_options(int argc, char** argv, Options& options);

}  // namespace ck::sys::launcher
