// Loaded in front of the C library: lets one file-system call fail.
//
//   CK_FAIL_BELOW=FOLDER   only calls on files below it count
//   CK_FAIL_AT=N           the N-th one fails (from 1)
//   CK_FAIL_ERRNO=NUMBER   with this error
//   CK_FAIL_TOLD=FILE      gets a line "CALL PATH" when it happened

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::atomic<long> g_count{0};

/// The same call of the C library.
template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string of_descriptor(int descriptor) {
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const long size = syscall(SYS_readlink, link, path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

std::string at(int folder, const char* path) {
  if (path[0] == '/' || folder == AT_FDCWD) return path;
  return of_descriptor(folder) + "/" + path;
}

void tell(const char* call, const std::string& path) {
  const char* file = std::getenv("CK_FAIL_TOLD");
  if (file == nullptr) return;
  const long descriptor = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (descriptor < 0) return;
  const std::string line = std::string(call) + " " + path + "\n";
  syscall(SYS_write, descriptor, line.data(), line.size());
  syscall(SYS_close, descriptor);
}

/// Whether this call is the one; then errno is set.
bool fails(const char* call, const std::string& path) {
  const char* below = std::getenv("CK_FAIL_BELOW");
  const char* which = std::getenv("CK_FAIL_AT");
  const char* error = std::getenv("CK_FAIL_ERRNO");
  if (below == nullptr || which == nullptr || error == nullptr) return false;
  if (path.compare(0, std::strlen(below), below) != 0) return false;
  if (++g_count != std::atol(which)) return false;
  tell(call, path);
  errno = std::atoi(error);
  return true;
}

/// Whether a mode comes with the flags.
bool creates(int flags) { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

bool writes(int flags) { return (flags & (O_CREAT | O_TRUNC)) != 0 || (flags & O_ACCMODE) != 0; }

}  // namespace

extern "C" {

// The names are those of the C library.
#define CK_PATH_CALL(name, result, failed, parameters, arguments, path) \
  result name parameters {                                              \
    if (fails(#name, path)) return failed;                              \
    return next<result parameters>(#name) arguments;                    \
  }

#define CK_OPEN(name)                                                  \
  int name(const char* path, int flags, ...) {                         \
    va_list rest;                                                      \
    va_start(rest, flags);                                             \
    const mode_t mode = creates(flags) ? va_arg(rest, mode_t) : 0;     \
    va_end(rest);                                                      \
    if (writes(flags) && fails(#name, path)) return -1;                \
    return next<int(const char*, int, ...)>(#name)(path, flags, mode); \
  }
#define CK_OPENAT(name)                                                             \
  int name(int folder, const char* path, int flags, ...) {                          \
    va_list rest;                                                                   \
    va_start(rest, flags);                                                          \
    const mode_t mode = creates(flags) ? va_arg(rest, mode_t) : 0;                  \
    va_end(rest);                                                                   \
    if (writes(flags) && fails(#name, at(folder, path))) return -1;                 \
    return next<int(int, const char*, int, ...)>(#name)(folder, path, flags, mode); \
  }
CK_OPEN(open)
CK_OPEN(open64)
CK_OPENAT(openat)
CK_OPENAT(openat64)

FILE* fopen(const char* path, const char* mode) {
  if (std::strpbrk(mode, "wa+") != nullptr && fails("fopen", path)) return nullptr;
  return next<FILE*(const char*, const char*)>("fopen")(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  if (std::strpbrk(mode, "wa+") != nullptr && fails("fopen64", path)) return nullptr;
  return next<FILE*(const char*, const char*)>("fopen64")(path, mode);
}

CK_PATH_CALL(write, ssize_t, -1, (int fd, const void* bytes, size_t size), (fd, bytes, size),
             of_descriptor(fd))
CK_PATH_CALL(writev, ssize_t, -1, (int fd, const struct iovec* parts, int count),
             (fd, parts, count), of_descriptor(fd))
CK_PATH_CALL(pwrite, ssize_t, -1, (int fd, const void* bytes, size_t size, off_t offset),
             (fd, bytes, size, offset), of_descriptor(fd))
CK_PATH_CALL(pwrite64, ssize_t, -1, (int fd, const void* bytes, size_t size, off64_t offset),
             (fd, bytes, size, offset), of_descriptor(fd))
CK_PATH_CALL(fsync, int, -1, (int fd), (fd), of_descriptor(fd))
CK_PATH_CALL(fdatasync, int, -1, (int fd), (fd), of_descriptor(fd))
CK_PATH_CALL(syncfs, int, -1, (int fd), (fd), of_descriptor(fd))
CK_PATH_CALL(ftruncate, int, -1, (int fd, off_t size), (fd, size), of_descriptor(fd))
CK_PATH_CALL(ftruncate64, int, -1, (int fd, off64_t size), (fd, size), of_descriptor(fd))
CK_PATH_CALL(fchmod, int, -1, (int fd, mode_t mode), (fd, mode), of_descriptor(fd))
CK_PATH_CALL(rename, int, -1, (const char* from, const char* to), (from, to), to)
CK_PATH_CALL(renameat, int, -1, (int a, const char* from, int b, const char* to), (a, from, b, to),
             at(b, to))
CK_PATH_CALL(renameat2, int, -1, (int a, const char* from, int b, const char* to, unsigned flags),
             (a, from, b, to, flags), at(b, to))
CK_PATH_CALL(mkdir, int, -1, (const char* path, mode_t mode), (path, mode), path)
CK_PATH_CALL(mkdirat, int, -1, (int folder, const char* path, mode_t mode), (folder, path, mode),
             at(folder, path))
CK_PATH_CALL(mkdtemp, char*, nullptr, (char* path), (path), path)
CK_PATH_CALL(link, int, -1, (const char* from, const char* to), (from, to), to)
CK_PATH_CALL(linkat, int, -1, (int a, const char* from, int b, const char* to, int flags),
             (a, from, b, to, flags), at(b, to))
CK_PATH_CALL(symlink, int, -1, (const char* target, const char* path), (target, path), path)
CK_PATH_CALL(symlinkat, int, -1, (const char* target, int folder, const char* path),
             (target, folder, path), at(folder, path))
CK_PATH_CALL(chmod, int, -1, (const char* path, mode_t mode), (path, mode), path)
CK_PATH_CALL(fchmodat, int, -1, (int folder, const char* path, mode_t mode, int flags),
             (folder, path, mode, flags), at(folder, path))
CK_PATH_CALL(unlink, int, -1, (const char* path), (path), path)
CK_PATH_CALL(unlinkat, int, -1, (int folder, const char* path, int flags), (folder, path, flags),
             at(folder, path))
CK_PATH_CALL(rmdir, int, -1, (const char* path), (path), path)
CK_PATH_CALL(utimensat, int, -1,
             (int folder, const char* path, const struct timespec times[2], int flags),
             (folder, path, times, flags), at(folder, path))
CK_PATH_CALL(copy_file_range, ssize_t, -1,
             (int in, off64_t* from, int out, off64_t* to, size_t size, unsigned flags),
             (in, from, out, to, size, flags), of_descriptor(out))

}  // extern "C"
