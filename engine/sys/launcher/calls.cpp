// The filter of system calls. What it refuses is either a way out (mounts, namespaces, tracing
// other processes, kernel keyrings), a large and young piece of the kernel that builds and programs
// can do without (bpf, io_uring, userfaultfd), or something that would outlive the sandbox (setuid
// files).

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "sys/launcher/barriers.hpp"

namespace ck::sys::launcher {
namespace {

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
constexpr unsigned kForeignCalls = 0x40000000;  // the x32 interface: the same calls, other numbers
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the filter of system calls has to be told this architecture"
#endif

/// Refused whatever their arguments are.
constexpr std::array kRefused {
  // mounts and namespaces
  SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_setns, SYS_open_tree, SYS_move_mount,
      SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr, SYS_open_by_handle_at,
      // keyrings and the kernel's own programs
      SYS_keyctl, SYS_add_key, SYS_request_key, SYS_bpf, SYS_userfaultfd, SYS_io_uring_setup,
      SYS_io_uring_enter, SYS_io_uring_register,
      // the machine
      SYS_kexec_load, SYS_kexec_file_load, SYS_init_module, SYS_finit_module, SYS_delete_module,
      SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, SYS_syslog, SYS_settimeofday,
      SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname,
      SYS_vhangup,
#if defined(__x86_64__)
      SYS_iopl, SYS_ioperm, SYS_uselib, SYS_ustat, SYS__sysctl,
#endif
};

/// What debuggers, leak checkers, profilers and MPI use on processes of their own; harmless where
/// there are no others to be seen.
constexpr std::array kOnOtherProcesses{SYS_ptrace,      SYS_process_vm_readv,
                                       SYS_pidfd_getfd, SYS_process_vm_writev,
                                       SYS_kcmp,        SYS_perf_event_open};

constexpr unsigned kNewNamespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                                    CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
constexpr unsigned kTakeOver = S_ISUID | S_ISGID;

/// A program for the kernel, put together from the top.
class Filter {
 public:
  Filter() {
    load(offsetof(seccomp_data, arch));
    skip_if(BPF_JEQ, kArchitecture, 1);
    answer(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
    skip_unless(BPF_JGE, kForeignCalls, 1);
    answer(refusal(ENOSYS));
#endif
  }

  void refuse(long call, int error) {
    skip_unless(BPF_JEQ, static_cast<unsigned>(call), 1);
    answer(refusal(error));
  }

  /// Refuses a call when an argument has one of the bits.
  void refuse_bits(long call, unsigned argument, unsigned bits, int error) {
    skip_unless(BPF_JEQ, static_cast<unsigned>(call), 4);
    load_argument(argument);
    skip_unless(BPF_JSET, bits, 1);
    answer(refusal(error));
    answer(SECCOMP_RET_ALLOW);
  }

  /// Refuses to make a file whose mode has one of the bits; without O_CREAT the mode means nothing.
  void refuse_mode(long call, unsigned flags, unsigned mode, unsigned bits, int error) {
    constexpr unsigned kTemporary = 020000000;  // O_TMPFILE without its O_DIRECTORY
    skip_unless(BPF_JEQ, static_cast<unsigned>(call), 6);
    load_argument(flags);
    skip_unless(BPF_JSET, O_CREAT | kTemporary, 3);
    load_argument(mode);
    skip_unless(BPF_JSET, bits, 1);
    answer(refusal(error));
    answer(SECCOMP_RET_ALLOW);
  }

  /// Refuses a call when an argument is the value.
  void refuse_value(long call, unsigned argument, unsigned value, int error) {
    skip_unless(BPF_JEQ, static_cast<unsigned>(call), 4);
    load_argument(argument);
    skip_unless(BPF_JEQ, value, 1);
    answer(refusal(error));
    load(offsetof(seccomp_data, nr));
  }

  /// Refuses a call unless an argument is the value.
  void require_value(long call, unsigned argument, unsigned value, int error) {
    skip_unless(BPF_JEQ, static_cast<unsigned>(call), 4);
    load_argument(argument);
    skip_if(BPF_JEQ, value, 1);
    answer(refusal(error));
    answer(SECCOMP_RET_ALLOW);
  }

  int install() {
    answer(SECCOMP_RET_ALLOW);
    const sock_fprog program{static_cast<unsigned short>(size_), code_.data()};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
  }

 private:
  static constexpr unsigned refusal(int error) {
    return SECCOMP_RET_ERRNO | static_cast<unsigned>(error);
  }
  void add(unsigned code, unsigned value, unsigned char if_true, unsigned char if_false) {
    code_[size_++] = {static_cast<unsigned short>(code), if_true, if_false, value};
  }
  void load(std::size_t offset) {
    add(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset), 0, 0);
  }
  /// The lower half, which is all that the kernel looks at in flags, modes and families.
  void load_argument(unsigned argument) {
    load(offsetof(seccomp_data, args) + argument * sizeof(__u64));
  }
  void skip_if(unsigned test, unsigned value, unsigned char count) {
    add(BPF_JMP | test | BPF_K, value, count, 0);
  }
  void skip_unless(unsigned test, unsigned value, unsigned char count) {
    add(BPF_JMP | test | BPF_K, value, 0, count);
  }
  void answer(unsigned action) { add(BPF_RET | BPF_K, action, 0, 0); }

  std::array<sock_filter, 512> code_{};
  std::size_t size_ = 0;
};

/// Files that would give whoever executes them later the identity of the user of this engine.
void refuse_take_over(Filter& filter) {
  filter.refuse_bits(SYS_fchmod, 1, kTakeOver, EPERM);
  filter.refuse_bits(SYS_fchmodat, 2, kTakeOver, EPERM);
  filter.refuse_bits(SYS_mknodat, 2, kTakeOver, EPERM);
  filter.refuse_mode(SYS_openat, 2, 3, kTakeOver, EPERM);
  constexpr long kFchmodat2 = 452;  // not in the headers of Linux 6.1
  filter.refuse_bits(kFchmodat2, 2, kTakeOver, EPERM);
  // Its flags and mode lie in memory, where a filter cannot look; callers fall back to openat.
  filter.refuse(SYS_openat2, ENOSYS);
#if defined(__x86_64__)
  filter.refuse_bits(SYS_chmod, 1, kTakeOver, EPERM);
  filter.refuse_bits(SYS_creat, 1, kTakeOver, EPERM);
  filter.refuse_bits(SYS_mknod, 1, kTakeOver, EPERM);
  filter.refuse_mode(SYS_open, 1, 2, kTakeOver, EPERM);
#endif
}

}  // namespace

int restrict_calls(const Options& options, bool alone) {
  Filter filter;
  for (const long call : kRefused) filter.refuse(call, EPERM);
  if (options.demanded || !alone) {
    for (const long call : kOnOtherProcesses) filter.refuse(call, EPERM);
  }
  filter.refuse_bits(SYS_clone, 0, kNewNamespaces, EPERM);
  filter.refuse_bits(SYS_unshare, 0, kNewNamespaces, EPERM);
  // Its flags lie in memory, where a filter cannot look; C libraries fall back to clone.
  filter.refuse(SYS_clone3, ENOSYS);
  refuse_take_over(filter);
  // Typing on the terminal of whoever called.
  filter.refuse_value(SYS_ioctl, 1, TIOCSTI, EPERM);
  constexpr unsigned kTerminalOfLinux = 0x541C;  // TIOCLINUX
  filter.refuse_value(SYS_ioctl, 1, kTerminalOfLinux, EPERM);
  if (!options.network) {
    filter.require_value(SYS_socket, 0, AF_UNIX, EAFNOSUPPORT);
    filter.require_value(SYS_socketpair, 0, AF_UNIX, EAFNOSUPPORT);
  }
  return filter.install();
}

}  // namespace ck::sys::launcher
