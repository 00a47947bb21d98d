#include "install/debian.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "install/environment.hpp"
#include "install/staging.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kSearchPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::size_t kKeptOutput = 1u << 20;
constexpr std::size_t kShownVersions = 5;

/// What apt needs to know of the host: whose home, which configuration, which proxy.
Variables apt_variables(const Variables& host) {
  Variables variables{{"PATH", std::string(kSearchPath)},
                      {"LC_ALL", "C.UTF-8"},
                      {"DEBIAN_FRONTEND", "noninteractive"}};
  for (const auto& [name, value] : host) {
    const bool passes =
        name == "HOME" || name == "APT_CONFIG" || to_lower(name).ends_with("_proxy");
    if (passes) variables.emplace_back(name, value);
  }
  return variables;
}

sys::ProcessSpec apt_command(std::vector<std::string> words, const fs::path& folder,
                             const Context& context) {
  sys::ProcessSpec spec;
  spec.argv = std::move(words);
  spec.variables = apt_variables(context.host_variables);
  spec.directory = folder;
  spec.out.keep_bytes = spec.err.keep_bytes = kKeptOutput;
  return spec;
}

/// The versions that apt knows: the second column of "name | version | where".
std::vector<std::string> known_versions(const std::string& package, const fs::path& folder,
                                        Context& context) {
  std::vector<std::string> versions;
  const auto result = context.processes.run(
      apt_command({"apt-cache", "madison", package}, folder, context), context.cancel);
  if (!result || !result->ok()) return versions;
  for (const auto& line : split(result->out, '\n')) {
    const auto columns = split(line, '|');
    if (columns.size() < 3) continue;
    std::string version(trim(columns[1]));
    if (std::ranges::find(versions, version) == versions.end())
      versions.push_back(std::move(version));
  }
  versions.resize(std::min(versions.size(), kShownVersions));
  return versions;
}

std::string last_line(const std::string& text) {
  const auto lines = split(trim(text), '\n');
  return printable(lines.back());
}

Error apt_error(const model::DebianSource& source, const sys::ProcessResult& result,
                const fs::path& folder, Context& context) {
  const std::string wanted = source.package + "=" + source.version;
  const auto says = [&](std::string_view words) {
    return result.err.find(words) != std::string::npos;
  };
  if (says("Unable to locate package") || says("Can't select candidate version") ||
      says("has no installation candidate")) {
    return Error(ErrorCode::not_found, "apt knows no package " + source.package)
        .hint("run 'apt-get update' as root to bring its lists up to date");
  }
  if (says("was not found") && says("Version")) {
    Error error(ErrorCode::not_found,
                "apt has no version " + source.version + " of the package " + source.package);
    const auto versions = known_versions(source.package, folder, context);
    if (!versions.empty())
      error.hint("it has " + join(versions, ", ") +
                 ": use a newer version of the component, or change its 'version' and 'sha256'");
    return error.hint("run 'apt-get update' as root to bring its lists up to date")
        .hint("the archive of all versions, snapshot.debian.org/binary/" + source.package +
              "/, keeps the file: give its URL there as 'url'");
  }
  const bool unreachable = says("Failed to fetch") || says("Could not resolve");
  return Error(unreachable ? ErrorCode::network : ErrorCode::not_found,
               "'apt-get download " + wanted + "' " + result.ending_text() + ": " +
                   last_line(result.err.empty() ? result.out : result.err))
      .hint("run 'apt-get update' as root, then try again");
}

Result<fs::path> downloaded_file(const fs::path& folder, const std::string& package) {
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
    if (entry.path().extension() == ".deb") return entry.path();
  }
  return fail(ErrorCode::not_found, "apt-get left no file of the package " + package);
}

}  // namespace

Status download_debian(const model::DebianSource& source, const fs::path& file, Context& context) {
  if (!sys::find_executable("apt-get", kSearchPath)) {
    return fail(
        Error(ErrorCode::unsupported, "the Debian package " + source.package +
                                          " cannot be fetched: there is no apt-get on this machine")
            .hint("copy the file with sha256 " + source.sha256 + " to " + file.string()));
  }
  CK_TRY(staging, make_staging(context.home.staging()));
  const std::string what = "downloading " + source.package + " " + source.version;
  context.events.on(StepStarted{what});
  const fs::path folder = staging.path() / "apt";
  CK_CHECK(sys::make_directories(folder));
  CK_TRY(result, context.processes.run(apt_command({"apt-get", "download", "--quiet",
                                                    source.package + "=" + source.version},
                                                   folder, context),
                                       context.cancel));
  if (result.killed_for == sys::KilledFor::cancelled)
    return fail(ErrorCode::interrupted, what + " was interrupted");
  if (!result.ok()) return fail(apt_error(source, result, folder, context));
  CK_TRY(package, downloaded_file(folder, source.package));
  CK_TRY(sha256, sys::hash_file(package, context.cancel));
  if (sha256 != source.sha256) {
    return fail(Error(ErrorCode::verification, "the Debian package " + source.package + " " +
                                                   source.version + " has sha256 " + sha256 +
                                                   ", expected " + source.sha256)
                    .hint("the component may be meant for another architecture or distribution"));
  }
  CK_CHECK(sys::rename_into_place(package, file));
  context.events.on(StepFinished{what, ""});
  return {};
}

}  // namespace ck::install
