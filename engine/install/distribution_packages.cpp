#include "install/distribution_packages.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::install {
namespace {

constexpr std::uint64_t kMaxList = 64u << 20;
constexpr std::uint64_t kMaxStatus = 256u << 20;
constexpr std::string_view kListEnding = ".list";

/// The value of a field that stands on one line, as those that are read here do.
std::string_view field(std::string_view paragraph, std::string_view name) {
  for (std::size_t at = 0; at < paragraph.size();) {
    const auto end = std::min(paragraph.find('\n', at), paragraph.size());
    const auto line = paragraph.substr(at, end - at);
    if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == ':')
      return trim(line.substr(name.size() + 1));
    at = end + 1;
  }
  return {};
}

/// "libc6 (>= 2.36), default-mta | mail-transport-agent, python3:any": the names, alternatives too,
/// since the one that is installed is the one that is meant.
std::vector<std::string> names_in(std::string_view relation) {
  std::vector<std::string> names;
  for (const auto& part : split(replace_all(relation, "|", ","), ',')) {
    const auto word = trim(part);
    const auto name = word.substr(0, word.find_first_of(" (:"));
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

/// "gcc-12.list", "libc6:amd64.list".
std::string package_of(const fs::path& list) {
  const std::string name = list.stem().string();
  return name.substr(0, name.find(':'));
}

/// Where /lib is a link to /usr/lib, packages from before that change still list /lib/x.
std::string old_name(const std::string& file) {
  if (!file.starts_with("/usr/")) return {};
  const std::string top = file.substr(4, file.find('/', 5) - 4);
  std::error_code unreadable;
  return fs::is_symlink(fs::symlink_status(top, unreadable)) ? file.substr(4) : std::string();
}

}  // namespace

DistributionPackages::DistributionPackages(const fs::path& dpkg) : info_(dpkg / "info") {
  const auto status = sys::read_file(dpkg / "status", kMaxStatus);
  if (!status) return;
  const std::string_view text = *status;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find("\n\n", at), text.size());
    read_paragraph(text.substr(at, end - at));
    at = end + 2;
  }
}

void DistributionPackages::read_paragraph(std::string_view paragraph) {
  const std::string name(field(paragraph, "Package"));
  if (name.empty() || !field(paragraph, "Status").ends_with(" installed")) return;
  Package package;
  package.version = field(paragraph, "Version");
  package.essential =
      field(paragraph, "Essential") == "yes" || field(paragraph, "Priority") == "required";
  for (const auto* relation : {"Pre-Depends", "Depends"}) {
    for (auto& needed : names_in(field(paragraph, relation)))
      package.needs.push_back(std::move(needed));
  }
  package.recommends = names_in(field(paragraph, "Recommends"));
  for (const auto& provided : names_in(field(paragraph, "Provides")))
    providers_.emplace(provided, name);
  packages_.insert_or_assign(name, std::move(package));
}

std::map<fs::path, std::string> DistributionPackages::owners(
    const std::set<fs::path>& files) const {
  std::map<fs::path, std::string> owners;
  std::vector<std::pair<std::string, const fs::path*>> names;
  for (const auto& file : files) {
    names.emplace_back(file.native(), &file);
    if (auto old = old_name(file.native()); !old.empty()) names.emplace_back(std::move(old), &file);
  }
  std::unordered_map<std::string_view, const fs::path*> wanted;
  for (const auto& [name, file] : names) wanted.emplace(name, file);
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(info_, unreadable)) {
    if (entry.path().extension() != kListEnding) continue;
    const auto list = sys::read_file(entry.path(), kMaxList);
    if (!list) continue;
    const std::string_view text = *list;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      const auto found = wanted.find(text.substr(at, end - at));
      at = end + 1;
      if (found == wanted.end()) continue;
      // The order of the folder must not decide between two packages.
      const std::string package = package_of(entry.path());
      const auto [known, is_new] = owners.emplace(*found->second, package);
      if (!is_new) known->second = std::min(known->second, package);
    }
  }
  return owners;
}

std::vector<fs::path> DistributionPackages::files_of(const std::string& package) const {
  std::error_code unreadable;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(info_, unreadable)) {
    if (entry.path().extension() != kListEnding || package_of(entry.path()) != package) continue;
    const auto list = sys::read_file(entry.path(), kMaxList);
    for (const auto& line : split(list ? *list : std::string(), '\n')) files.emplace_back(line);
  }
  return files;
}

std::set<std::string> DistributionPackages::with_needs(const std::set<std::string>& packages,
                                                       bool recommended) const {
  std::set<std::string> all;
  std::vector<std::string> next(packages.begin(), packages.end());
  while (!next.empty()) {
    std::string name = std::move(next.back());
    next.pop_back();
    auto package = packages_.find(name);
    if (package == packages_.end()) {
      const auto provider = providers_.find(name);
      if (provider == providers_.end()) continue;
      package = packages_.find(provider->second);
    }
    if (package == packages_.end() || !all.insert(package->first).second) continue;
    const auto& [version, essential, needs, recommends] = package->second;
    next.insert(next.end(), needs.begin(), needs.end());
    if (recommended) next.insert(next.end(), recommends.begin(), recommends.end());
  }
  return all;
}

std::set<std::string> DistributionPackages::base() const {
  std::set<std::string> essential;
  for (const auto& [name, package] : packages_) {
    if (package.essential) essential.insert(name);
  }
  return with_needs(essential, false);
}

std::string DistributionPackages::version(const std::string& package) const {
  const auto found = packages_.find(package);
  return found == packages_.end() ? std::string() : found->second.version;
}

}  // namespace ck::install
