#include "sys/transfer/http_part.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "sys/files.hpp"

namespace ck::sys {
namespace {

constexpr int kLockPollMilliseconds = 50;
constexpr std::size_t kMaxValidatorBytes = 1024;

/// Waits for the lock of an open file.
Status lock(int descriptor, const fs::path& part, const Cancel& cancel) {
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    // Without flock(2) on this file system two processes may spoil each other's content; the hash
    // shows it, and the content is fetched anew.
    if (errno != EWOULDBLOCK) return {};
    CK_CHECK(cancel.check());
    pollfd cancelled{cancel.descriptor(), POLLIN, 0};
    if (::poll(&cancelled, 1, kLockPollMilliseconds) < 0 && errno != EINTR) {
      return fail(system_error("wait for " + part.string(), errno));
    }
  }
  return {};
}

/// Whether the open file still has this name: its last owner may have published or removed it.
bool still_named(int descriptor, const fs::path& part) {
  struct stat open_file {};
  struct stat named_file {};
  return ::fstat(descriptor, &open_file) == 0 && ::lstat(part.c_str(), &named_file) == 0 &&
         open_file.st_ino == named_file.st_ino && open_file.st_dev == named_file.st_dev;
}

}  // namespace

Result<PartFile> PartFile::open(const fs::path& file, const Cancel& cancel) {
  CK_CHECK(make_directories(file.parent_path()));
  while (true) {
    const fs::path part = file.string() + ".part";
    const int descriptor =
        ::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (descriptor < 0) return fail(system_error("open " + part.string(), errno));
    PartFile opened(file, descriptor);
    CK_CHECK(lock(descriptor, part, cancel));
    if (!still_named(descriptor, part)) continue;
    CK_CHECK(opened.load(cancel));
    return opened;
  }
}

PartFile::PartFile(PartFile&& other) noexcept
    : file_(std::move(other.file_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      validator_(std::move(other.validator_)),
      hash_(std::move(other.hash_)) {}

PartFile::~PartFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status PartFile::load(const Cancel& cancel) {
  const auto validator = read_file(validator_file(), kMaxValidatorBytes);
  if (!validator || validator->empty()) return restart("");
  std::vector<char> buffer(1u << 20);
  while (true) {
    CK_CHECK(cancel.check());
    const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
    if (count < 0) return fail(system_error("read " + part().string(), errno));
    if (count == 0) break;
    hash_.update(buffer.data(), static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
  validator_ = *validator;
  return {};
}

Status PartFile::restart(const std::string& validator) {
  if (::ftruncate(descriptor_, 0) != 0 || ::lseek(descriptor_, 0, SEEK_SET) != 0) {
    return fail(system_error("empty " + part().string(), errno));
  }
  size_ = 0;
  hash_ = Sha256();
  validator_ = validator;
  if (validator.empty()) return remove_tree(validator_file());
  return write_file(validator_file(), validator);
}

Status PartFile::append(std::string_view bytes) {
  hash_.update(bytes);
  size_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(system_error("write " + part().string(), errno));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

std::string PartFile::beginning() const {
  std::string bytes(512, '\0');
  const ssize_t count = ::pread(descriptor_, bytes.data(), bytes.size(), 0);
  bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return bytes;
}

Status PartFile::publish() {
  if (::fsync(descriptor_) != 0) return fail(system_error("sync " + part().string(), errno));
  if (::rename(part().c_str(), file_.c_str()) != 0) {
    return fail(system_error("rename " + part().string() + " to " + file_.string(), errno));
  }
  CK_CHECK(remove_tree(validator_file()));
  const int folder = ::open(file_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return fail(system_error("open " + file_.parent_path().string(), errno));
  const int synced = ::fsync(folder);
  const int reason = errno;
  ::close(folder);
  if (synced != 0) return fail(system_error("sync " + file_.parent_path().string(), reason));
  return {};
}

void PartFile::discard() {
  ::unlink(validator_file().c_str());
  ::unlink(part().c_str());
}

}  // namespace ck::sys
