// Landlock. Its headers on Debian 12 know version 2 of the interface; what came later is written
// down here.

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "sys/launcher/barriers.hpp"

namespace ck::sys::launcher {
namespace {

/// struct landlock_ruleset_attr of version 6.
struct RulesetAttributes {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scopes = 0;
};

constexpr std::uint64_t kTruncate = 1u << 14;                            // version 3
constexpr std::uint64_t kBindTcp = 1u << 0, kConnectTcp = 1u << 1;       // version 4
constexpr std::uint64_t kAbstractSockets = 1u << 0, kSignals = 1u << 1;  // version 6

constexpr std::uint64_t kWriteFile = LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr std::uint64_t kChangeFolder =
    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
    LANDLOCK_ACCESS_FS_MAKE_SYM;
/// Handled, but allowed nowhere.
constexpr std::uint64_t kMakeDevice = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;

class Ruleset {
 public:
  explicit Ruleset(bool network) {
    const long version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 0) {
      error_ = errno;
      return;
    }
    file_ = kWriteFile | (version >= 3 ? kTruncate : 0);
    folder_ = file_ | kChangeFolder | (version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0);
    RulesetAttributes attributes{folder_ | kMakeDevice, 0, 0};
    if (version >= 4 && !network) attributes.network = kBindTcp | kConnectTcp;
    if (version >= 6) attributes.scopes = kAbstractSockets | kSignals;
    const std::size_t size = version >= 6   ? sizeof attributes
                             : version >= 4 ? 2 * sizeof(std::uint64_t)
                                            : sizeof(std::uint64_t);
    ruleset_ = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
    if (ruleset_ < 0) error_ = errno;
  }
  Ruleset(const Ruleset&) = delete;
  Ruleset& operator=(const Ruleset&) = delete;
  ~Ruleset() {
    if (ruleset_ >= 0) ::close(ruleset_);
  }

  /// Allows writing to the file, or to and in the folder. One that does not exist needs no rule.
  void allow(const char* path) {
    if (error_ != 0) return;
    const int place = ::open(path, O_PATH | O_CLOEXEC);
    if (place < 0) return;
    struct stat status {};
    const bool folder = ::fstat(place, &status) == 0 && S_ISDIR(status.st_mode);
    const landlock_path_beneath_attr rule{folder ? folder_ : file_, place};
    if (::syscall(SYS_landlock_add_rule, ruleset_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
      error_ = errno;
    }
    ::close(place);
  }

  int enforce() {
    if (error_ == 0 && ::syscall(SYS_landlock_restrict_self, ruleset_, 0) != 0) error_ = errno;
    return error_;
  }

 private:
  int ruleset_ = -1;
  int error_ = 0;
  std::uint64_t file_ = 0;
  std::uint64_t folder_ = 0;
};

}  // namespace

int restrict_rules(const Options& options, bool places) {
  Ruleset ruleset(options.network);
  for (const auto& place : options.places) {
    if (place.writable) ruleset.allow(place.path);
  }
  if (places) {
    for (const auto& one : options.set_aside) ruleset.allow(one.folder);
  }
  for (const char* device : options.devices) ruleset.allow(device);
  if (places) {
    for (const char* folder : options.scratch) ruleset.allow(folder);
    ruleset.allow("/dev/pts");
  }
  return ruleset.enforce();
}

}  // namespace ck::sys::launcher
