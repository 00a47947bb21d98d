#include "install/staging.hpp"

#include <sys/stat.h>

#include <chrono>

#include "sys/identity.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kOwnerFile = "owner";
constexpr std::int64_t kHourNs = 3'600'000'000'000;

bool abandoned(const fs::path& folder, const sys::Clock& clock) {
  if (const auto owner = sys::read_file(folder / kOwnerFile, 4096))
    return !sys::may_be_running(*owner);
  struct stat status {};
  if (lstat(folder.c_str(), &status) != 0) return false;
  const std::int64_t changed_ns =
      std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  return clock.unix_ns() - changed_ns > kHourNs;
}

}  // namespace

Result<sys::TemporaryDirectory> make_staging(const fs::path& parent) {
  CK_TRY(folder, sys::TemporaryDirectory::create(parent, "ck-"));
  CK_CHECK(sys::write_file(folder.path() / kOwnerFile, sys::this_process()));
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
