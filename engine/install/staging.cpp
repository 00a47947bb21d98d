#include "install/staging.hpp"

#include <sys/stat.h>

#include <chrono>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "sys/identity.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kOwnerFile = "owner";
constexpr std::int64_t kHourNs = 3'600'000'000'000;

/// A process's name in two: where it runs, as it stands and as a short digest, and which one it is.
struct Owner {
  std::string place;
  std::string digest;
  std::string process;  ///< "PID:START"
};

Owner this_owner() {
  const std::string name = sys::this_process();
  const auto start = name.rfind(':');
  const auto process = name.rfind(':', start - 1);
  const std::string place = name.substr(0, process);
  return {place, sha256_hex(place).substr(0, 8), name.substr(process + 1)};
}

/// The name of a folder tells its owner from the first moment on and to the last: one that is
/// killed has no time to write the file, or to remove all but the file.
std::string name_prefix(const Owner& owner) {
  return "ck-" + owner.digest + "-" + replace_all(owner.process, ":", "-") + "-";
}

/// Whether the name says that its owner is dead, which can be told of processes of this place only.
bool named_after_a_dead_process(const std::string& name) {
  const auto parts = split(name, '-');
  const Owner here = this_owner();
  return parts.size() == 5 && parts[1] == here.digest &&
         !sys::may_be_running(here.place + ":" + parts[2] + ":" + parts[3]);
}

bool abandoned(const fs::path& folder, const sys::Clock& clock) {
  // Nothing stands in it for a moment, or after the machine lost its power.
  const auto owner = sys::read_file(folder / kOwnerFile, 4096);
  if (owner && !owner->empty()) return !sys::may_be_running(*owner);
  if (named_after_a_dead_process(folder.filename().string())) return true;
  struct stat status {};
  if (lstat(folder.c_str(), &status) != 0) return false;
  const std::int64_t changed_ns =
      std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  return clock.unix_ns() - changed_ns > kHourNs;
}

}  // namespace

Result<sys::TemporaryDirectory> make_staging(const fs::path& parent) {
  CK_TRY(folder, sys::TemporaryDirectory::create(parent, name_prefix(this_owner())));
  // Not durable: after the machine was down, no owner runs any more.
  CK_CHECK(sys::write_new_file(folder.path() / kOwnerFile, sys::this_process()));
  return std::move(folder);
}

void clean_abandoned(const fs::path& parent, const sys::Clock& clock) {
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(parent, unreadable)) {
    if (abandoned(entry.path(), clock)) static_cast<void>(sys::remove_tree(entry.path()));
  }
}

Result<fs::path> make_inside(const fs::path& root, const std::string& relative) {
  fs::path below;
  for (const auto& part : fs::path(relative)) {
    below /= part;
    CK_TRY(folder, sys::contained_path(root, below.string()));
    CK_CHECK(sys::make_directories(folder));
  }
  return sys::contained_path(root, relative);
}

}  // namespace ck::install
