#pragma once
/// Private to this layer: an owned descriptor and the few calls that everything on files shares.

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::sys {

/// A file descriptor that is closed when the value dies; -1 means none.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }
  void reset(int number = -1);

 private:
  int number_;
};

/// Repeats a system call until no signal interrupts it.
template <typename Call>
auto uninterrupted(Call call) {
  for (;;) {
    auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

/// A path as it may stand in a message: quoted, without bytes that could upset a terminal.
std::string shown(const fs::path& path);

/// The path that the kernel knows an open folder by; for messages.
fs::path path_of(int folder);

/// Opens a folder for reading; never through a symbolic link in the last component when
/// `parent` is a descriptor. The descriptor is empty and errno is set on failure.
Descriptor open_folder(const fs::path& folder);
Descriptor open_folder_at(int parent, const std::string& name);

/// Names of what is in an open folder, without "." and "..", in the file system's order.
Result<std::vector<std::string>> entry_names(int folder);

/// Writes everything; `file` is only for the message.
Status write_all(int descriptor, std::string_view bytes, const fs::path& file);

/// Makes a rename or creation in `folder` durable.
Status sync_folder(const fs::path& folder);

/// The folder that holds `path`: "." for a plain name.
fs::path folder_of(const fs::path& path);

}  // namespace ck::sys
