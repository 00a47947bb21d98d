#include "install/distribution.hpp"

#include <vector>

#include "base/strings.hpp"
#include "install/detector.hpp"
#include "sys/files.hpp"

namespace ck::install {
namespace {

constexpr std::uint64_t kMaxList = 64u << 20;
constexpr std::uint64_t kMaxStatus = 256u << 20;
constexpr std::string_view kListEnding = ".list";

/// The names that dpkg may know a file by: where /bin is a link to /usr/bin, packages from before
/// that change still list /bin/ls.
std::vector<std::string> names_of(const fs::path& file) {
  std::error_code unresolved;
  const fs::path real = fs::canonical(file, unresolved);
  const std::string name = unresolved ? file.string() : real.string();
  std::vector<std::string> names{name};
  if (!name.starts_with("/usr/")) return names;
  const std::string top = name.substr(4, name.find('/', 5) - 4);
  if (fs::is_symlink(fs::symlink_status(top, unresolved))) names.push_back(name.substr(4));
  return names;
}

bool lists(const std::string& list, const std::string& name) {
  for (auto at = list.find(name); at != std::string::npos; at = list.find(name, at + 1)) {
    const auto end = at + name.size();
    if ((at == 0 || list[at - 1] == '\n') && (end == list.size() || list[end] == '\n')) return true;
  }
  return false;
}

/// The name of the package (as its list is called, "libc6:amd64") that has one of the names.
std::string find_package(const std::vector<std::string>& names, const fs::path& info) {
  std::error_code unreadable;
  std::string found;
  for (const auto& entry : fs::directory_iterator(info, unreadable)) {
    if (entry.path().extension() != kListEnding) continue;
    const auto list = sys::read_file(entry.path(), kMaxList);
    if (!list) continue;
    for (const auto& name : names) {
      // The order of the folder must not decide between two packages.
      const std::string package = entry.path().stem().string();
      if (lists(*list, name) && (found.empty() || package < found)) found = package;
    }
  }
  return found;
}

/// A field of a paragraph of dpkg's status file, or empty.
std::string_view field(std::string_view paragraph, std::string_view name) {
  const std::string start = "\n" + std::string(name) + ": ";
  const auto at = paragraph.find(start);
  if (at == std::string_view::npos) return {};
  const auto value = paragraph.substr(at + start.size());
  return value.substr(0, value.find('\n'));
}

std::string version_in(const std::string& status, std::string_view package,
                       std::string_view architecture) {
  const std::string start = "\nPackage: " + std::string(package) + "\n";
  for (auto at = status.find(start); at != std::string::npos; at = status.find(start, at + 1)) {
    const auto end = status.find("\n\n", at);
    const auto paragraph = std::string_view(status).substr(at, end - at);
    if (architecture.empty() || field(paragraph, "Architecture") == architecture)
      return std::string(field(paragraph, "Version"));
  }
  return {};
}

}  // namespace

std::string owning_package(const fs::path& file, const fs::path& dpkg) {
  const std::string list_name = find_package(names_of(file), dpkg / "info");
  if (list_name.empty()) return {};
  const auto colon = list_name.find(':');
  const std::string package = list_name.substr(0, colon);
  const auto status = sys::read_file(dpkg / "status", kMaxStatus);
  if (!status) return package;
  const std::string version =
      version_in("\n" + *status, package,
                 colon == std::string::npos ? "" : std::string_view(list_name).substr(colon + 1));
  return version.empty() ? package : package + " " + version;
}

std::string owning_package(const fs::path& file) { return owning_package(file, "/var/lib/dpkg"); }

}  // namespace ck::install
