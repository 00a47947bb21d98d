#include "sys/launch.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/strings.hpp"
#include "sys/descriptor.hpp"
#include "sys/process_limits.hpp"

namespace ck::sys {
namespace {

constexpr std::array kAlwaysThere{"/dev/null",   "/dev/zero",    "/dev/full",
                                  "/dev/random", "/dev/urandom", "/dev/tty"};

/// A path as it is written and, where links are on the way, as it is: both may be asked for.
std::vector<fs::path> spellings(const fs::path& path) {
  std::error_code failed;
  const fs::path plain = fs::absolute(path, failed).lexically_normal();
  std::vector<fs::path> result{plain.has_filename() ? plain : plain.parent_path()};
  const fs::path real = fs::canonical(plain, failed);
  if (!failed && real != result.front()) result.push_back(real);
  return result;
}

std::vector<fs::path> all_spellings(const std::vector<fs::path>& paths) {
  std::vector<fs::path> result;
  for (const auto& path : paths) {
    for (auto& spelling : spellings(path)) result.push_back(std::move(spelling));
  }
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

class Arguments {
 public:
  explicit Arguments(const fs::path& launcher) : words_{launcher.native()} {}

  void add(const char* key, const std::string& value) {
    words_.emplace_back(key);
    words_.push_back(value);
  }
  void add(const char* key, const std::optional<std::uint64_t>& number) {
    if (number) add(key, std::to_string(*number));
  }
  void add(const char* key, const std::vector<fs::path>& paths) {
    for (const auto& path : paths) add(key, path.native());
  }
  void add(const Sandbox& sandbox) {
    add("--network", sandbox.network == Sandbox::Network::none ? "none" : "host");
    if (sandbox.demanded) add("--demanded", "yes");
    add_places(sandbox);
    for (const auto& one : sandbox.set_aside) {
      std::error_code failed;
      add("--set-aside", fs::canonical(one.folder, failed).native());
      add("--changes", fs::canonical(one.changes, failed).native());
    }
    add("--hide", all_spellings(sandbox.hidden));
    add("--scratch", all_spellings(sandbox.scratch));
    add("--cover", all_spellings(sandbox.covered));
    for (const char* device : kAlwaysThere) add("--device", device);
    add("--device", sandbox.devices);
    add("--scratch-bytes", sandbox.scratch_bytes);
    add("--memory", sandbox.tree_memory_bytes);
    add("--processes", sandbox.tree_processes);
    add("--disk", sandbox.disk_bytes);
  }
  /// Parents before what lies in them, whichever of the two may be written.
  void add_places(const Sandbox& sandbox) {
    std::vector<std::pair<fs::path, bool>> places;
    for (auto& path : all_spellings(sandbox.readable)) places.emplace_back(std::move(path), false);
    for (auto& path : all_spellings(sandbox.writable)) {
      std::erase_if(places, [&](const auto& place) { return place.first == path; });
      places.emplace_back(std::move(path), true);
    }
    std::ranges::sort(places);
    for (const auto& [path, writable] : places) add(writable ? "--write" : "--read", path.native());
  }
  std::vector<std::string> take() { return std::move(words_); }
  void program(const std::string& path, const std::vector<std::string>& argv) {
    words_.emplace_back("--");
    words_.push_back(path);
    words_.insert(words_.end(), argv.begin(), argv.end());
  }

 private:
  std::vector<std::string> words_;
};

/// What a barrier is called in records, and what it is made of.
struct Words {
  const char* name;
  const char* mechanism;
};

Words words_of(Barrier barrier) {
  switch (barrier) {
    case Barrier::identity:
      return {"own user identity", "user namespaces"};
    case Barrier::places:
      return {"read-only system and hidden homes", "mount namespaces"};
    case Barrier::processes:
      return {"own process space", "process namespaces"};
    case Barrier::process_list:
      return {"own process list", "a /proc of its own"};
    case Barrier::network:
      return {"no network", "network namespaces"};
    case Barrier::messages:
      return {"own message queues", "IPC namespaces"};
    case Barrier::privileges:
      return {"no privileges", "dropping capabilities"};
    case Barrier::calls:
      return {"filtered system calls", "seccomp"};
    case Barrier::changes:
      return {"changes to repositories set aside", "overlay mounts"};
    case Barrier::rules:
      return {"write rules", "Landlock"};
  }
  return {"", ""};
}

std::string why(Barrier barrier, int error) {
  return "the machine refuses " + std::string(words_of(barrier).mechanism) + ": " +
         std::generic_category().message(error);
}

}  // namespace

std::vector<std::string> launcher_arguments(const ProcessSpec& spec, const std::string& program,
                                            LaunchDescriptors descriptors, bool take_terminal) {
  Arguments arguments(default_launcher());
  arguments.add("--report", std::to_string(descriptors.report));
  arguments.add("--ending", std::to_string(descriptors.ending));
  if (descriptors.notes >= 0) arguments.add("--notes", std::to_string(descriptors.notes));
  arguments.add("--directory", spec.directory.native());
  if (take_terminal) arguments.add("--terminal", "yes");
  if (spec.sandbox) {
    arguments.add(*spec.sandbox);
  } else {
    arguments.add("--barriers", "no");
  }
  for (const auto& limit : resource_limits(spec.limits)) {
    arguments.add("--limit", std::to_string(limit.resource) + ":" +
                                 std::to_string(limit.value.rlim_cur) + ":" +
                                 std::to_string(limit.value.rlim_max));
  }
  arguments.program(program, spec.argv);
  return arguments.take();
}

Isolation isolation_of(const LaunchReport& report, const Sandbox& sandbox) {
  Isolation isolation;
  for (std::size_t i = 0; i < kBarriers; ++i) {
    const auto barrier = static_cast<Barrier>(i);
    if (report.barriers[i] == kNotAskedFor) continue;
    if (report.barriers[i] == 0) {
      isolation.enforced.emplace_back(words_of(barrier).name);
    } else {
      isolation.missing.push_back({words_of(barrier).name, why(barrier, report.barriers[i])});
    }
  }
  const bool limited = sandbox.tree_memory_bytes || sandbox.tree_processes || sandbox.disk_bytes;
  if (!limited) return isolation;
  if (report.barriers[static_cast<std::size_t>(Barrier::process_list)] == 0) {
    isolation.enforced.emplace_back("limits on all processes together");
  } else {
    isolation.missing.push_back(
        {"limits on all processes together", "they need a process list of their own"});
  }
  return isolation;
}

Error barrier_error(const LaunchReport& report, const std::string& program) {
  Error error(ErrorCode::unsupported, "cannot start " + shown(program) +
                                          " in its sandbox: " + why(report.failed, report.error));
  if (report.place.front() != '\0')
    error.in("place " + shown(std::string(report.place.data(),
                                          ::strnlen(report.place.data(), report.place.size()))));
  return std::move(error).hint(
      "'ck doctor' tells which profiles this machine can enforce; --profile=clean goes on without "
      "what is refused");
}

fs::path default_launcher() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return (program.parent_path().parent_path() / "lib" / "ck" / "ck-launch").lexically_normal();
}

}  // namespace ck::sys
