#include "sys/process_spec.hpp"

#include <optional>
#include <string_view>

#include "base/strings.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace ck::sys {
namespace {

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

}  // namespace

Status check_spec(const ProcessSpec& spec) {
  if (spec.argv.empty() || spec.argv.front().empty()) {
    return fail(ErrorCode::invalid, "cannot start a program without a name");
  }
  for (const auto& argument : spec.argv) {
    if (!has_nul(argument)) continue;
    return fail(ErrorCode::invalid, "cannot start " + shown(spec.argv.front()) +
                                        ": the argument '" + printable(argument) +
                                        "' contains a NUL byte");
  }
  for (const auto& [name, value] : spec.variables) {
    const bool bad_name = name.empty() || name.find('=') != std::string::npos || has_nul(name);
    if (!bad_name && !has_nul(value)) continue;
    return fail(ErrorCode::invalid, "cannot start " + shown(spec.argv.front()) +
                                        ": the variable '" + printable(name) + "' " +
                                        (bad_name ? "has no valid name" : "contains a NUL byte"));
  }
  return {};
}

namespace {

std::optional<std::string> search_path_of(const ProcessSpec& spec) {
  for (const auto& [name, value] : spec.variables) {
    if (name == "PATH") return value;
  }
  return std::nullopt;
}

/// PATH with its relative folders taken from the program's working directory, as execvp would.
std::string seen_from(const fs::path& directory, std::string_view search_path) {
  auto folders = split(search_path, ':');
  for (auto& folder : folders) folder = (directory / (folder.empty() ? "." : folder)).native();
  return join(folders, ":");
}

}  // namespace

Result<std::string> find_program(const ProcessSpec& spec) {
  const std::string& name = spec.argv.front();
  if (name.find('/') != std::string::npos) {
    std::error_code error;
    // A relative path is meant from the working directory; an absolute one stays itself.
    if (fs::exists(spec.directory / name, error) || !fs::exists(spec.directory, error)) return name;
    return fail(ErrorCode::not_found, "program " + shown(name) + " does not exist");
  }
  const auto search_path = search_path_of(spec);
  if (!search_path) {
    return fail(Error(ErrorCode::not_found,
                      "program " + shown(name) + " cannot be looked up: its variables have no PATH")
                    .hint("give its path, or a PATH"));
  }
  const auto found = find_executable(name, seen_from(spec.directory, *search_path));
  if (found) return fs::absolute(*found).native();
  return fail(Error(ErrorCode::not_found, "program " + shown(name) + " not found in PATH '" +
                                              printable(*search_path) + "'")
                  .hint("install it, or add its folder to PATH"));
}

}  // namespace ck::sys
