#include "install/found_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>

#include "base/strings.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kWildcards = "*?[";
constexpr std::string_view kSeparators = "-._";

/// Paths below `folder` that match a pattern with '/' in it, wildcards allowed in every part.
void expand(const fs::path& folder, const std::vector<std::string>& parts, std::size_t part,
            std::vector<fs::path>& found) {
  if (part == parts.size()) return found.push_back(folder);
  const std::string& pattern = parts[part];
  std::error_code missing;
  if (!has_wildcard(pattern)) {
    // Only what exists goes on, so that a pattern costs no more than the folders there are.
    if (fs::exists(folder / pattern, missing)) expand(folder / pattern, parts, part + 1, found);
    return;
  }
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    const std::string name = entry.path().filename().string();
    if (wildcard_match(pattern, name)) expand(entry.path(), parts, part + 1, found);
  }
}

std::vector<fs::path> expanded(const fs::path& folder, std::string_view pattern) {
  std::vector<fs::path> found;
  expand(folder, split(pattern, '/'), 0, found);
  std::ranges::sort(found);
  return found;
}

std::vector<fs::path> roots_of(const model::Software& software) {
  std::vector<fs::path> roots;
  std::set<fs::path> known;
  for (const auto& pattern : software.roots) {
    const auto inside = std::string_view(pattern).substr(pattern.starts_with('/') ? 1 : 0);
    const auto matches = inside.empty() ? std::vector<fs::path>{"/"} : expanded("/", inside);
    for (const auto& root : matches) {
      std::error_code bad;
      const fs::path real = fs::canonical(root, bad);
      if (bad || !fs::is_directory(real, bad) || !known.insert(real).second) continue;
      roots.push_back(root);
    }
  }
  return roots;
}

std::string suffix_of(std::string_view name, std::string_view pattern) {
  auto start = pattern.find_first_of(kWildcards);
  if (start == std::string_view::npos) return {};
  while (start > 0 && kSeparators.find(pattern[start - 1]) != std::string_view::npos) --start;
  return std::string(name.substr(std::min(start, name.size())));
}

void add(const fs::path& file, const fs::path& root, std::string_view pattern,
         std::vector<FoundFile>& found) {
  std::error_code bad;
  const fs::path real = fs::canonical(file, bad);
  if (bad || !fs::is_regular_file(real, bad)) return;
  const auto last = pattern.substr(pattern.rfind('/') + 1);
  found.push_back({file, real, root, suffix_of(file.filename().string(), last)});
}

/// The names of one file together, shortest path first; files in the order of their nicest name.
void group(std::vector<FoundFile>& found) {
  const auto niceness = [](const FoundFile& one) {
    return std::pair(one.file.native().size(), one.file.native());
  };
  std::map<fs::path, decltype(niceness(found.front()))> nicest;
  for (const auto& one : found) {
    const auto [known, added] = nicest.emplace(one.real, niceness(one));
    if (!added) known->second = std::min(known->second, niceness(one));
  }
  std::ranges::sort(found, {}, [&](const FoundFile& one) {
    return std::pair(nicest.at(one.real), niceness(one));
  });
  // Two patterns may match one name; the first listed decides its suffix.
  const auto same = [](const FoundFile& a, const FoundFile& b) { return a.file == b.file; };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
}

}  // namespace

std::vector<FoundFile> find_files(const model::Software& software) {
  std::vector<FoundFile> found;
  for (const auto& root : roots_of(software)) {
    for (const auto& pattern : software.executables) {
      for (const auto& file : expanded(root / "bin", pattern)) add(file, root, pattern, found);
    }
    for (const auto& pattern : software.files) {
      for (const auto& file : expanded(root, pattern)) add(file, root, pattern, found);
    }
  }
  group(found);
  return found;
}

FoundFile describe_file(const fs::path& file, const model::Software& software) {
  std::error_code bad;
  FoundFile found{file, fs::canonical(file, bad), file.parent_path(), {}};
  if (bad) found.real = file;
  if (found.root.filename() == "bin") found.root = found.root.parent_path();
  const std::string name = file.filename().string();
  for (const auto& pattern : software.executables) {
    if (!wildcard_match(pattern, name)) continue;
    found.suffix = suffix_of(name, pattern);
    return found;
  }
  for (const auto& pattern : software.files) {
    if (!wildcard_match("*/" + pattern, file.string())) continue;
    found.root = file;
    for (auto parts = split(pattern, '/').size(); parts > 0; --parts)
      found.root = found.root.parent_path();
    found.suffix = suffix_of(name, std::string_view(pattern).substr(pattern.rfind('/') + 1));
    return found;
  }
  return found;
}

Status check_executable(const fs::path& file) {
  std::error_code bad;
  if (!fs::is_regular_file(file, bad)) return fail(ErrorCode::denied, "it is no regular file");
  if (::access(file.c_str(), X_OK) != 0) return fail(ErrorCode::denied, "it is not executable");
  std::array<char, 4> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  const std::string_view magic(start.data(), start.size());
  if (magic ==
          "\x7f"
          "ELF" ||
      magic.starts_with("#!"))
    return {};
  return fail(ErrorCode::denied, "it is neither a program (ELF) nor a script (#!)");
}

}  // namespace ck::install
