#include "collective/set_aside.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

constexpr std::size_t kMostCounted = 10'000;
constexpr std::size_t kMostNamed = 3;

bool is_within(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

}  // namespace

std::optional<fs::path> repository_around(const fs::path& component,
                                          const install::Context& context) {
  for (const auto& repository : context.repositories) {
    if (is_within(component, repository.path)) return repository.path;
  }
  return std::nullopt;
}

Status set_aside(const fs::path& repository, const fs::path& work, sys::Sandbox& sandbox) {
  if (sandbox.disk_bytes) return {};
  const fs::path changes = work / "changes";
  CK_CHECK(sys::make_directories(changes));
  sandbox.set_aside = {{repository, changes}};
  return {};
}

std::string changes_in_words(const sys::Sandbox::SetAside& place) {
  const fs::path upper = place.changes / "upper";
  std::vector<std::string> files;
  std::error_code unreadable;
  for (fs::recursive_directory_iterator at(upper, unreadable), end;
       !unreadable && at != end && files.size() < kMostCounted; at.increment(unreadable)) {
    // A folder is there for what it holds; a file that was removed is there as a device.
    if (!at->is_directory(unreadable)) files.push_back(at->path().lexically_relative(upper));
  }
  if (files.empty()) return {};
  std::ranges::sort(files);
  const std::string count =
      std::to_string(files.size()) + (files.size() == 1 ? " file: " : " files: ");
  const bool more = files.size() > kMostNamed;
  files.resize(std::min(files.size(), kMostNamed));
  return count + printable(join(files, ", ")) + (more ? ", …" : "");
}

}  // namespace ck::collective
