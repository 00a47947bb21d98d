#include "sys/noise.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>
#include <utility>

#include "base/strings.hpp"
#include "sys/host.hpp"

namespace ck::sys {
namespace {

constexpr double kBusy = 0.05;

/// A small text file; empty when it cannot be read.
std::string text_of(const fs::path& path) {
  // Through the stream: reading by iterator throws where the kernel refuses a file that was opened.
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (auto& word : split(line, ' ')) {
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

std::int64_t ticks(const std::vector<std::string>& words, std::size_t index) {
  static const std::int64_t tick_ns = 1'000'000'000 / std::max(1L, ::sysconf(_SC_CLK_TCK));
  if (index >= words.size()) return 0;
  return parse_integer(words[index]).value_or(0) * tick_ns;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    entries.push_back(it->path());
  std::ranges::sort(entries);
  return entries;
}

/// "cpu0", "cpu1" … below /sys.
std::vector<fs::path> cpu_folders(const fs::path& root) {
  std::vector<fs::path> folders;
  for (const auto& entry : entries_of(root / "sys/devices/system/cpu")) {
    const std::string name = entry.filename().string();
    const bool numbered = name.starts_with("cpu") && name.size() > 3 &&
                          name.find_first_not_of("0123456789", 3) == std::string::npos;
    if (numbered) folders.push_back(entry);
  }
  return folders;
}

std::uint64_t throttle_count(const fs::path& root) {
  std::uint64_t count = 0;
  for (const auto& cpu : cpu_folders(root)) {
    const auto events = parse_integer(trim(text_of(cpu / "thermal_throttle/core_throttle_count")));
    count += static_cast<std::uint64_t>(std::max<std::int64_t>(0, events.value_or(0)));
  }
  return count;
}

struct ProcessTime {
  std::string name;
  std::int64_t used_ns = 0;
};

/// Time every process has used; one that ends meanwhile is simply not there.
std::map<int, ProcessTime> process_times(const fs::path& root) {
  std::map<int, ProcessTime> times;
  for (const auto& entry : entries_of(root / "proc")) {
    const auto pid = parse_integer(entry.filename().string());
    if (!pid || *pid == ::getpid()) continue;
    // "PID (NAME) STATE …": a name may hold anything, so from its last bracket on.
    const std::string stat = text_of(entry / "stat");
    const auto open = stat.find('(');
    const auto close = stat.rfind(')');
    if (open == std::string::npos || close == std::string::npos || close < open) continue;
    const auto words = words_of(std::string_view(stat).substr(close + 1));
    constexpr std::size_t kUser = 11;
    times[static_cast<int>(*pid)] = {stat.substr(open + 1, close - open - 1),
                                     ticks(words, kUser) + ticks(words, kUser + 1)};
  }
  return times;
}

std::vector<BusyProcess> busy_between(const std::map<int, ProcessTime>& before,
                                      const std::map<int, ProcessTime>& after,
                                      std::int64_t window_ns) {
  std::vector<BusyProcess> busy;
  for (const auto& [pid, time] : after) {
    const auto old = before.find(pid);
    if (old == before.end()) continue;
    const double cpus =
        static_cast<double>(time.used_ns - old->second.used_ns) / static_cast<double>(window_ns);
    if (cpus >= kBusy) busy.push_back({pid, time.name, cpus});
  }
  std::ranges::stable_sort(busy, std::ranges::greater{}, &BusyProcess::cpus);
  return busy;
}

double steal_between(const CpuTimes& before, const CpuTimes& after) {
  const auto steal = static_cast<double>(after.steal_ns - before.steal_ns);
  const auto all =
      static_cast<double>(after.busy_ns - before.busy_ns + after.idle_ns - before.idle_ns) + steal;
  return all > 0 ? steal / all : 0;
}

/// The files of a setting, and what has to stand in them.
std::vector<std::pair<fs::path, std::string>> wanted(NoiseSetting setting, const fs::path& root) {
  std::vector<std::pair<fs::path, std::string>> files;
  const fs::path cpus = root / "sys/devices/system/cpu";
  std::error_code ignored;
  if (setting == NoiseSetting::performance_governor) {
    for (const auto& cpu : cpu_folders(root)) {
      const fs::path file = cpu / "cpufreq/scaling_governor";
      if (fs::exists(file, ignored)) files.emplace_back(file, "performance");
    }
  } else if (fs::exists(cpus / "intel_pstate/no_turbo", ignored)) {
    files.emplace_back(cpus / "intel_pstate/no_turbo", "1");
  } else if (fs::exists(cpus / "cpufreq/boost", ignored)) {
    files.emplace_back(cpus / "cpufreq/boost", "0");
  }
  return files;
}

bool write_text(const fs::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text << std::flush;
  return stream.good();
}

bool set_cpus(const std::vector<unsigned>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned cpu : cpus) {
    if (cpu >= CPU_SETSIZE) return false;
    CPU_SET(cpu, &set);
  }
  return ::sched_setaffinity(0, sizeof set, &set) == 0;
}

}  // namespace

std::optional<CpuTimes> read_cpu_times(const fs::path& root) {
  const std::string text = text_of(root / "proc/stat");
  const auto words = words_of(std::string_view(text).substr(0, text.find('\n')));
  constexpr std::size_t kSteal = 8;
  if (words.size() <= kSteal || words.front() != "cpu") return std::nullopt;
  CpuTimes times;
  for (const std::size_t busy : {1U, 2U, 3U, 6U, 7U}) times.busy_ns += ticks(words, busy);
  times.idle_ns = ticks(words, 4) + ticks(words, 5);
  times.steal_ns = ticks(words, kSteal);
  return times;
}

NoiseFacts watch_noise(int window_ms, const fs::path& root) {
  const auto begin = std::chrono::steady_clock::now();
  const auto processes = process_times(root);
  const auto times = read_cpu_times(root);
  const auto throttled = throttle_count(root);
  if (window_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(window_ms));

  NoiseFacts facts;
  const HostFacts host = read_host_facts(root);
  const HostLoad load = read_host_load(root);
  facts.cpus = std::max<std::uint32_t>(1, host.logical_cpus);
  facts.load_1min = load.load_1min;
  facts.cpu_pressure_percent = load.cpu_pressure_percent;
  facts.governor = host.governor;
  facts.turbo = host.turbo;
  facts.throttled = throttle_count(root) - throttled;
  if (const auto after = read_cpu_times(root); times && after)
    facts.steal_share = steal_between(*times, *after);
  const auto window = std::chrono::steady_clock::now() - begin;
  if (window_ms > 0)
    facts.busy =
        busy_between(processes, process_times(root), std::chrono::nanoseconds(window).count());
  return facts;
}

Result<std::vector<std::pair<fs::path, std::string>>> quieten(NoiseSetting setting,
                                                              const fs::path& root) {
  std::vector<std::pair<fs::path, std::string>> before;
  const auto files = wanted(setting, root);
  const std::string name =
      setting == NoiseSetting::performance_governor ? "the frequency governor" : "turbo";
  if (files.empty()) return fail(ErrorCode::unsupported, "this machine has no setting for " + name);
  for (const auto& [file, text] : files) {
    const std::string old(trim(text_of(file)));
    if (old == text) continue;
    if (!write_text(file, text)) {
      restore_settings(before);
      return fail(Error(ErrorCode::denied,
                        "cannot change " + name + ": " + file.string() + " may not be written")
                      .hint("root may"));
    }
    before.emplace_back(file, old);
  }
  return before;
}

void restore_settings(const std::vector<std::pair<fs::path, std::string>>& settings) {
  for (const auto& [file, text] : settings) write_text(file, text);
}

std::vector<unsigned> allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<unsigned> cpus;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

Result<Affinity> Affinity::keep(const std::vector<unsigned>& cpus) {
  Affinity affinity;
  if (cpus.empty()) return affinity;
  auto before = allowed_cpus();
  if (!set_cpus(cpus)) {
    return fail(Error(ErrorCode::unsupported, "cannot run on the processors asked for only")
                    .hint("'nproc --all' tells how many there are, from 0 on"));
  }
  affinity.before_ = std::move(before);
  return affinity;
}

Affinity::Affinity(Affinity&& other) noexcept : before_(std::exchange(other.before_, {})) {}

Affinity::~Affinity() {
  if (!before_.empty()) set_cpus(before_);
}

std::uint64_t minor_faults_of_children() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<std::uint64_t>(usage.ru_minflt);
}

Result<EnergyReading> read_energy(const fs::path& root) {
  EnergyReading reading;
  bool found = false;
  for (const auto& zone : entries_of(root / "sys/class/powercap")) {
    // "intel-rapl:0" is a package; "intel-rapl:0:1" is a part of it that it counts already.
    const std::string name = zone.filename().string();
    if (std::ranges::count(name, ':') != 1) continue;
    const fs::path file = zone / "energy_uj";
    const auto used = parse_integer(trim(text_of(file)));
    if (!used) {
      return fail(ErrorCode::denied, file.string() + " cannot be read (root may)");
    }
    found = true;
    reading.microjoules += static_cast<std::uint64_t>(*used);
    reading.range_microjoules += static_cast<std::uint64_t>(
        parse_integer(trim(text_of(zone / "max_energy_range_uj"))).value_or(0));
  }
  if (!found) return fail(ErrorCode::unsupported, "this machine has no energy meter (powercap)");
  return reading;
}

}  // namespace ck::sys
