// Namespaces and capabilities.

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "sys/launcher/barriers.hpp"

namespace ck::sys::launcher {
namespace {

/// Root is nobody inside: a program that believes to be root would try what it has no right to any
/// more, tar to restore owners for instance, and fail.
constexpr unsigned kNobody = 65534;

int write_text(const char* file, std::string_view text) {
  const int descriptor = ::open(file, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const bool written = ::write(descriptor, text.data(), text.size()) == ssize_t(text.size());
  const int error = written ? 0 : errno;
  ::close(descriptor);
  return error;
}

/// "INSIDE OUTSIDE 1": one id and no other.
int map_id(const char* file, unsigned outside) {
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%u %u 1", outside == 0 ? kNobody : outside, outside);
  return write_text(file, {text.data(), static_cast<std::size_t>(size)});
}

}  // namespace

int enter_identity() {
  const unsigned user = ::geteuid();
  const unsigned group = ::getegid();
  // Only root may; an ordinary user's other groups stay in force.
  if (user == 0) ::setgroups(0, nullptr);
  if (::unshare(CLONE_NEWUSER) != 0) return errno;
  if (const int error = write_text("/proc/self/setgroups", "deny"); error != 0) return error;
  if (const int error = map_id("/proc/self/uid_map", user); error != 0) return error;
  return map_id("/proc/self/gid_map", group);
}

int enter_space(int flag) { return ::unshare(flag) == 0 ? 0 : errno; }

int drop_privileges() {
  constexpr int kLastPossible = 63;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  // Both need a capability; who has none has nothing to give up, which is checked below.
  ::prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                 SECBIT_NO_SETUID_FIXUP_LOCKED);
  for (int capability = 0; capability <= kLastPossible; ++capability) {
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, 2> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) return errno;
  std::array<__user_cap_data_struct, 2> left{};
  if (::syscall(SYS_capget, &header, left.data()) != 0) return errno;
  for (const auto& part : left) {
    if ((part.effective | part.permitted | part.inheritable) != 0) return EPERM;
  }
  return 0;
}

}  // namespace ck::sys::launcher
