#include "sys/launcher/observer.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace ck::sys::launcher {
namespace {

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the observer has to be told this architecture"
#endif

constexpr std::array kObserved {
  SYS_openat, SYS_openat2, SYS_execve, SYS_execveat, SYS_renameat2, SYS_linkat,
#if defined(__x86_64__)
      SYS_open, SYS_creat, SYS_rename, SYS_renameat, SYS_link
#endif
};
/// Opens files past every filter; who uses it can do without.
constexpr std::array kUnobservable{SYS_io_uring_setup};

/// Of the names that a hostile program may make up.
constexpr std::uint64_t kMostNotes = 256u << 20;
constexpr std::size_t kMostHashes = 1u << 24;

int install_filter() {
  std::array<sock_filter, 10 + 2 * (kObserved.size() + kUnobservable.size())> code{};
  std::size_t size = 0;
  const auto add = [&](unsigned operation, unsigned value, unsigned char if_true,
                       unsigned char if_false) {
    code[size++] = {static_cast<unsigned short>(operation), if_true, if_false, value};
  };
  const auto answer = [&](long call, unsigned action) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1);
    add(BPF_RET | BPF_K, action, 0, 0);
  };
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch), 0, 0);
  add(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0);
  add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr), 0, 0);
  // Folders are no inputs: their files are.
  add(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 4);
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 2 * sizeof(__u64), 0, 0);
  add(BPF_JMP | BPF_JSET | BPF_K, O_DIRECTORY, 0, 1);
  add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
  add(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF, 0, 0);
  for (const long call : kObserved) answer(call, SECCOMP_RET_USER_NOTIF);
  for (const long call : kUnobservable) answer(call, SECCOMP_RET_ERRNO | ENOSYS);
  add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
  const sock_fprog program{static_cast<unsigned short>(size), code.data()};
  // Linux 5.19: a call that is being noted is not begun again for each signal that comes meanwhile.
  constexpr unsigned kWaitKillable = 1u << 5;
  for (const unsigned flags : {kWaitKillable, 0u}) {
    const long listener = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                    SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &program);
    if (listener >= 0 || errno != EINVAL) return static_cast<int>(listener);
  }
  return -1;
}

/// Room for one descriptor beside a message.
struct DescriptorMessage {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
  char byte = 0;
  iovec content{&byte, 1};
  msghdr header{nullptr, 0, &content, 1, room.data(), room.size(), 0};
};

bool send_descriptor(int channel, int descriptor) {
  DescriptorMessage message;
  cmsghdr* const part = CMSG_FIRSTHDR(&message.header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
  return ::sendmsg(channel, &message.header, MSG_NOSIGNAL) == 1;
}

int receive_descriptor(int channel) {
  DescriptorMessage message;
  if (::recvmsg(channel, &message.header, MSG_CMSG_CLOEXEC) != 1) return -1;
  const cmsghdr* const part = CMSG_FIRSTHDR(&message.header);
  if (part == nullptr || part->cmsg_type != SCM_RIGHTS) return -1;
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(part), sizeof descriptor);
  return descriptor;
}

std::uint64_t hash_of(char kind, std::string_view text) {
  std::uint64_t hash = (0xcbf29ce484222325u ^ static_cast<unsigned char>(kind)) * 0x100000001b3u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash == 0 ? 1 : hash;
}

bool is_of_the_kernel(std::string_view path) {
  return path.starts_with("/proc/") || path.starts_with("/sys/") || path.starts_with("/dev/");
}

/// A text of another process, read page by page since the next one may not exist. False when its
/// memory cannot be read or holds no end of the text.
bool read_text(pid_t process, std::uint64_t address, char* to, std::size_t room) {
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kPiece = 256;
  while (room > 0) {
    const std::size_t size = std::min({kPiece, room, kPage - address % kPage});
    const iovec here{to, size};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address in another process
    const iovec there{reinterpret_cast<void*>(address), size};
    if (::process_vm_readv(process, &here, 1, &there, 1, 0) != static_cast<ssize_t>(size))
      return false;
    if (std::memchr(to, '\0', size) != nullptr) return true;
    to += size;
    address += size;
    room -= size;
  }
  errno = ENAMETOOLONG;
  return false;
}

}  // namespace

int become_observed(int channel) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  const int listener = install_filter();
  if (listener < 0) return errno;
  if (!send_descriptor(channel, listener)) return errno;
  ::close(listener);
  // The observer answers the first call with an error when it may not look into this process.
  const int probe = ::open("/", O_PATH | O_CLOEXEC);
  if (probe < 0) return errno;
  ::close(probe);
  return 0;
}

HashSet::~HashSet() {
  if (slots_ != nullptr) ::munmap(slots_, room_ * sizeof *slots_);
}

bool HashSet::contains(std::uint64_t hash) const {
  if (room_ == 0) return false;
  for (std::size_t i = hash & (room_ - 1); slots_[i] != 0; i = (i + 1) & (room_ - 1)) {
    if (slots_[i] == hash) return true;
  }
  return false;
}

bool HashSet::insert(std::uint64_t hash) {
  if (2 * size_ >= room_ && !grow()) return false;
  std::size_t i = hash & (room_ - 1);
  while (slots_[i] != 0) i = (i + 1) & (room_ - 1);
  slots_[i] = hash;
  ++size_;
  return true;
}

bool HashSet::grow() {
  constexpr std::size_t kFirst = 4096;
  const std::size_t room = room_ == 0 ? kFirst : 2 * room_;
  if (room > kMostHashes) return false;
  void* const memory = ::mmap(nullptr, room * sizeof *slots_, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  auto* const slots = static_cast<std::uint64_t*>(memory);
  for (std::size_t old = 0; old < room_; ++old) {
    if (slots_[old] == 0) continue;
    std::size_t i = slots_[old] & (room - 1);
    while (slots[i] != 0) i = (i + 1) & (room - 1);
    slots[i] = slots_[old];
  }
  if (slots_ != nullptr) ::munmap(slots_, room_ * sizeof *slots_);
  slots_ = slots;
  room_ = room;
  return true;
}

/// One call that waits, in the words of its newest relative: openat, execveat, renameat.
struct Observer::Call {
  enum class Kind { open, execute, make };
  Kind kind = Kind::open;
  pid_t process = 0;
  int folder = AT_FDCWD;
  std::uint64_t path = 0;  ///< its address
  std::uint64_t flags = 0;
  std::uint64_t how = 0;  ///< address of openat2's flags

  explicit Call(const seccomp_notif& request) : process(static_cast<pid_t>(request.pid)) {
    const auto& arguments = request.data.args;
    const auto relative = [&](Kind what, unsigned folder_at, unsigned path_at) {
      kind = what;
      folder = static_cast<int>(arguments[folder_at]);
      path = arguments[path_at];
    };
    const auto absolute = [&](Kind what, unsigned path_at) {
      kind = what;
      path = arguments[path_at];
    };
    switch (request.data.nr) {
      case SYS_openat:
        relative(Kind::open, 0, 1);
        flags = arguments[2];
        break;
      case SYS_openat2:
        relative(Kind::open, 0, 1);
        how = arguments[2];
        break;
      case SYS_execve:
        absolute(Kind::execute, 0);
        break;
      case SYS_execveat:
        relative(Kind::execute, 0, 1);
        break;
      case SYS_renameat2:
      case SYS_linkat:
        relative(Kind::make, 2, 3);
        break;
#if defined(__x86_64__)
      case SYS_renameat:
        relative(Kind::make, 2, 3);
        break;
      case SYS_open:
        absolute(Kind::open, 0);
        flags = arguments[1];
        break;
      case SYS_creat:
        absolute(Kind::make, 0);
        break;
      case SYS_rename:
      case SYS_link:
        absolute(Kind::make, 1);
        break;
#endif
      default:
        break;
    }
  }
};

void Observer::serve(bool readable) {
  if (!listening_) {
    take_listener();
  } else if (readable) {
    answer_next();
  } else {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

void Observer::take_listener() {
  const int listener = receive_descriptor(descriptor_);
  ::close(descriptor_);
  descriptor_ = listener;
  listening_ = listener >= 0;
  // Linux 6.6: who is noted and who notes take turns on one processor. A busy machine would let
  // each of them wait in a queue of its own.
  constexpr unsigned long kSetFlags = SECCOMP_IOW(4, std::uint64_t);
  constexpr unsigned long kSyncWakeUp = 1;
  if (listening_) ::ioctl(listener, kSetFlags, kSyncWakeUp);
}

void Observer::answer_next() {
  seccomp_notif request{};
  // Fails when who asked was killed meanwhile.
  if (::ioctl(descriptor_, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) return;
  seccomp_notif_resp response{request.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  const bool looked = look(Call(request));
  if (!looked && !proved_) response = {request.id, 0, -errno, 0};
  if (looked) proved_ = true;
  ::ioctl(descriptor_, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/// Puts "/proc/PID/root" and the absolute path behind it; `prefix` is where the path begins.
bool Observer::read_path(const Call& call, Path& path, std::size_t prefix) const {
  std::array<char, 4096> text;  // filled as far as it is read: a call is worth microseconds
  if (!read_text(call.process, call.path, text.data(), text.size())) return false;
  std::size_t end = prefix;
  if (text.front() != '/') {
    std::array<char, 64> link{};
    if (call.folder == AT_FDCWD) {
      std::snprintf(link.data(), link.size(), "/proc/%d/cwd", call.process);
    } else {
      std::snprintf(link.data(), link.size(), "/proc/%d/fd/%d", call.process, call.folder);
    }
    const ssize_t size = ::readlink(link.data(), path.data() + end, 4000);
    if (size <= 0) {
      path[end] = '\0';
      return true;
    }
    end += static_cast<std::size_t>(size);
    if (text.front() != '\0' && path[end - 1] != '/') path[end++] = '/';
  }
  const std::size_t size = std::strlen(text.data()) + 1;
  std::memcpy(path.data() + end, text.data(), std::min(size, path.size() - end));
  path.back() = '\0';
  return true;
}

/// False with errno when the memory of the process cannot be read.
bool Observer::look(const Call& call) {
  Path path;
  const auto prefix = static_cast<std::size_t>(
      std::snprintf(path.data(), path.size(), "/proc/%d/root", call.process));
  if (!read_path(call, path, prefix)) {
    // A senseless address is the program's business.
    if (errno == EFAULT) return proved_;
    miss();
    return false;
  }
  const char* const plain = path.data() + prefix;
  if (*plain != '/' || is_of_the_kernel(plain)) return true;
  if (call.kind == Call::Kind::make) {
    note('w', plain);
    return true;
  }
  note_read(call, path);
  return true;
}

void Observer::note_read(const Call& call, const Path& path) {
  const char* const plain = std::strchr(path.data() + sizeof "/proc/" - 1, '/') + 5;
  const bool executes = call.kind == Call::Kind::execute;
  std::uint64_t flags = call.flags;
  if (call.how != 0) {
    const iovec here{&flags, sizeof flags};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address in another process
    const iovec there{reinterpret_cast<void*>(call.how), sizeof flags};
    ::process_vm_readv(call.process, &here, 1, &there, 1, 0);
  }
  if (!executes && (flags & (O_PATH | O_DIRECTORY)) != 0) return;
  const std::string_view name(plain);
  const char kind = executes ? 'x' : 'r';
  if (seen_.contains(hash_of('w', name)) || seen_.contains(hash_of(kind, name))) return;
  struct stat status {};
  const bool exists = ::stat(path.data(), &status) == 0;
  const bool makes = (flags & O_TRUNC) != 0 || (flags & O_ACCMODE) == O_WRONLY ||
                     (!exists && (flags & O_CREAT) != 0);
  if (!executes && makes) {
    note('w', plain);
    return;
  }
  if (!exists || !S_ISREG(status.st_mode)) return;
  if (::faccessat(AT_FDCWD, path.data(), executes ? X_OK : R_OK, AT_EACCESS) != 0) return;
  note(kind, plain);
}

void Observer::note(char kind, const char* path) {
  const std::string_view name(path);
  const std::uint64_t hash = hash_of(kind, name);
  if (seen_.contains(hash)) return;
  if (written_bytes_ > kMostNotes || !seen_.insert(hash)) return miss();
  const std::array<iovec, 2> parts{iovec{&kind, 1},
                                   iovec{const_cast<char*>(path), name.size() + 1}};
  const ssize_t size = ::writev(notes_, parts.data(), 2);
  if (size > 0) written_bytes_ += static_cast<std::uint64_t>(size);
}

void Observer::miss() {
  const int error = errno;
  if (!missed_) missed_ = ::write(notes_, "!", 2) == 2;
  errno = error;
}

}  // namespace ck::sys::launcher
