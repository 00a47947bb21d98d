#include "sys/identity.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/hex.hpp"
#include "base/strings.hpp"

namespace ck::sys {
namespace {

/// A small file of /proc, or nothing. They have no size, so `read_file` does not serve.
std::string read_proc(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  std::array<char, 2048> buffer{};
  const ssize_t size = read(descriptor, buffer.data(), buffer.size());
  close(descriptor);
  return size > 0
             ? std::string(trim(std::string_view(buffer.data(), static_cast<std::size_t>(size))))
             : std::string();
}

/// Start time in ticks since boot: field 22 of /proc/PID/stat, counted after the command's ')'.
/// Nothing for a process that is gone, or dead and only not yet waited for.
std::string start_of(const std::string& pid) {
  const std::string stat = read_proc("/proc/" + pid + "/stat");
  const auto end = stat.rfind(')');
  if (end == std::string::npos || end + 2 > stat.size()) return {};
  const auto fields = split(std::string_view(stat).substr(end + 2), ' ');
  constexpr std::size_t kStartAfterCommand = 19;
  if (fields.size() <= kStartAfterCommand || fields[0] == "Z" || fields[0] == "X") return {};
  return fields[kStartAfterCommand];
}

/// Without ':', which separates the parts of a process's name.
std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return replace_all(name.data(), ":", "_");
}

std::string process_namespace() {
  struct stat status {};
  return stat("/proc/self/ns/pid", &status) == 0 ? std::to_string(status.st_ino) : "0";
}

std::string boot_id() { return read_proc("/proc/sys/kernel/random/boot_id"); }

}  // namespace

std::string random_uid() {
  std::array<std::uint8_t, 8> bytes{};
  // Eight bytes are never short once the kernel's pool is ready, which getrandom waits for.
  while (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
  }
  return hex_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string this_process() {
  const std::string pid = std::to_string(getpid());
  const std::vector<std::string> parts{host_name(), boot_id(), process_namespace(), pid,
                                       start_of(pid)};
  return join(parts, ":");
}

bool may_be_running(std::string_view process) {
  const auto parts = split(process, ':');
  if (parts.size() != 5) return false;
  if (parts[0] != host_name()) return true;
  if (parts[1] != boot_id()) return false;
  if (parts[2] != process_namespace()) return true;
  return start_of(parts[3]) == parts[4];
}

}  // namespace ck::sys
