#pragma once
/// Seeing which files a program and everything it starts open. The calls that open, execute or
/// rename stop in the kernel until the launcher has noted them and lets them go on (seccomp's user
/// notification); all others run at full speed. Unlike with ptrace nobody can be lost: children and
/// threads have the filter from their first instruction, and debuggers inside still work.

#include <array>
#include <cstddef>
#include <cstdint>

namespace ck::sys::launcher {

/// In the process that becomes the program: from here on its calls are noted by whoever holds the
/// other end of `channel`. 0, or errno of what the machine refuses.
int become_observed(int channel);

/// A growing set of hashes; the launcher has no heap.
class HashSet {
 public:
  HashSet() = default;
  HashSet(const HashSet&) = delete;
  HashSet& operator=(const HashSet&) = delete;
  ~HashSet();
  /// Adds one that it does not contain; false when there is no room for more.
  bool insert(std::uint64_t hash);
  bool contains(std::uint64_t hash) const;

 private:
  bool grow();

  std::uint64_t* slots_ = nullptr;
  std::size_t room_ = 0;  ///< a power of 2
  std::size_t size_ = 0;
};

class Observer {
 public:
  /// `notes` gets one entry for each file, when it is first seen: 'r' (read), 'x' (executed) or 'w'
  /// (written or made), the absolute path, a NUL. A lone '!' says that something was missed.
  Observer(int channel, int notes) : descriptor_(channel), notes_(notes) {}

  /// To be polled for reading; -1 when nobody is left to be observed.
  int descriptor() const { return descriptor_; }
  /// The descriptor is readable, or its other end is closed.
  void serve(bool readable);

 private:
  struct Call;
  using Path = std::array<char, 8192>;

  void take_listener();
  void answer_next();
  bool look(const Call& call);
  bool read_path(const Call& call, Path& path, std::size_t prefix) const;
  void note_read(const Call& call, const Path& path);
  void note(char kind, const char* path);
  void miss();

  int descriptor_;
  int notes_;
  bool listening_ = false;
  bool proved_ = false;  ///< that the memory of those who are observed can be read
  bool missed_ = false;
  std::uint64_t written_bytes_ = 0;
  HashSet seen_;
};

}  // namespace ck::sys::launcher
