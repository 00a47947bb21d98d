#include "catalog/head_commit.hpp"

#include <algorithm>
#include <string_view>

#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestReference = 4096;
constexpr std::size_t kLargestPack = 64 << 20;
constexpr int kMostLinks = 5;  ///< as git follows symbolic references

bool is_commit(std::string_view text) {
  return text.size() == 40 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// References are paths below the git folder, and stay there.
bool is_reference(std::string_view name) {
  return name.starts_with("refs/") && name.find("..") == std::string_view::npos;
}

/// One line of a small file, without what follows it.
std::optional<std::string> line_of(const fs::path& file) {
  const auto text = sys::read_file(file, kLargestReference);
  if (!text) return std::nullopt;
  return std::string(trim(text->substr(0, text->find('\n'))));
}

/// Of a work tree made by `git worktree`, or a submodule, `.git` is a file "gitdir: PATH".
std::optional<fs::path> git_folder(const fs::path& folder) {
  const fs::path git = folder / ".git";
  std::error_code missing;
  if (fs::is_directory(git, missing)) return git;
  const auto link = line_of(git);
  constexpr std::string_view kLink = "gitdir: ";
  if (!link || !link->starts_with(kLink)) return std::nullopt;
  return folder / link->substr(kLink.size());
}

/// Work trees share the references of the repository they were made from.
fs::path shared_folder(const fs::path& git) {
  const auto common = line_of(git / "commondir");
  return common ? git / *common : git;
}

std::optional<std::string> packed(const fs::path& shared, const std::string& name) {
  const auto text = sys::read_file(shared / "packed-refs", kLargestPack);
  if (!text) return std::nullopt;
  const auto at = text->find(" " + name + "\n");
  if (at == std::string::npos || at < 40) return std::nullopt;
  return text->substr(at - 40, 40);
}

std::optional<std::string> loose(const fs::path& git, const fs::path& shared,
                                 const std::string& name) {
  auto value = line_of(git / name);
  return value ? value : line_of(shared / name);
}

}  // namespace

std::optional<std::string> head_commit(const fs::path& folder) {
  const auto git = git_folder(folder);
  if (!git) return std::nullopt;
  const fs::path shared = shared_folder(*git);
  auto value = line_of(*git / "HEAD");
  constexpr std::string_view kSymbolic = "ref: ";
  for (int link = 0; link < kMostLinks && value && value->starts_with(kSymbolic); ++link) {
    const std::string name = value->substr(kSymbolic.size());
    if (!is_reference(name)) return std::nullopt;
    value = loose(*git, shared, name);
    if (!value) value = packed(shared, name);
  }
  return value && is_commit(*value) ? value : std::nullopt;
}

}  // namespace ck::catalog
