#include "sys/host.hpp"

#include <gnu/libc-version.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string_view>

#include "base/strings.hpp"

namespace ck::sys {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// The beginning of a small text file; empty when it cannot be read. Of /proc/cpuinfo on a machine
/// with many processors, asking for more than the first one would take milliseconds.
std::string read_start(const fs::path& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) return {};
  std::string text(16u << 10, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  return text;
}

std::optional<std::string> read_word(const fs::path& path) {
  const std::string text = read_start(path);
  const std::string_view word = trim(text);
  if (word.empty()) return std::nullopt;
  return std::string(word);
}

/// A number in the file times `factor`.
std::optional<double> read_scaled(const fs::path& path, double factor) {
  const auto number = parse_number(read_word(path).value_or(""));
  if (!number) return std::nullopt;
  return *number * factor;
}

/// The value of the first line "NAME<separator>VALUE", without white space and double quotes.
std::optional<std::string> field(std::string_view text, std::string_view name, char separator) {
  for (const std::string& line : split(text, '\n')) {
    const std::size_t end = line.find(separator);
    if (end == std::string::npos || trim(line.substr(0, end)) != name) continue;
    std::string_view value = trim(std::string_view(line).substr(end + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
  }
  return std::nullopt;
}

/// The value of the first of these fields that there is: architectures name them differently.
std::optional<std::string> any_field(std::string_view text,
                                     std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (auto value = field(text, name, ':')) return value;
  }
  return std::nullopt;
}

/// The entries of a folder in the order of their names; empty when there is no such folder.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

void add_cpu(const fs::path& root, HostFacts& facts) {
  const std::string cpu = read_start(root / "proc/cpuinfo");
  facts.cpu_model = any_field(cpu, {"model name", "cpu model", "cpu", "Model"}).value_or("");
  facts.microcode = field(cpu, "microcode", ':');
  for (std::string& flag : split(any_field(cpu, {"flags", "Features"}).value_or(""), ' ')) {
    if (!flag.empty()) facts.cpu_flags.push_back(std::move(flag));
  }
  std::sort(facts.cpu_flags.begin(), facts.cpu_flags.end());
}

std::optional<bool> read_turbo(const fs::path& root) {
  const fs::path cpu = root / "sys/devices/system/cpu";
  if (const auto off = read_word(cpu / "intel_pstate/no_turbo")) return *off == "0";
  if (const auto on = read_word(cpu / "cpufreq/boost")) return *on == "1";
  return std::nullopt;
}

std::string read_os_id(const fs::path& root) {
  std::string release = read_start(root / "etc/os-release");
  if (release.empty()) release = read_start(root / "usr/lib/os-release");
  std::string id = field(release, "ID", '=').value_or("linux");
  if (const auto version = field(release, "VERSION_ID", '=')) id.append("-").append(*version);
  return id;
}

/// "535.54.03" of "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.54.03  Tue Jun …".
std::string nvidia_driver(const fs::path& root) {
  const std::string text = read_start(root / "proc/driver/nvidia/version");
  for (const std::string& word : split(text.substr(0, text.find('\n')), ' ')) {
    const bool version = word.find('.') != std::string::npos && word[0] >= '0' && word[0] <= '9';
    if (version) return word;
  }
  return "unknown";
}

std::string described(std::string gpu, std::string_view driver) {
  gpu.append(" (driver ").append(driver).append(")");
  return gpu;
}

void add_nvidia_gpus(const fs::path& root, std::vector<std::string>& gpus) {
  for (const fs::path& gpu : entries_of(root / "proc/driver/nvidia/gpus")) {
    const auto model = field(read_start(gpu / "information"), "Model", ':');
    gpus.push_back(described(model.value_or("NVIDIA GPU"), nvidia_driver(root)));
  }
}

/// "AMD 0x744c (driver amdgpu)": what the kernel knows without a table of devices.
void add_drm_gpus(const fs::path& root, std::vector<std::string>& gpus) {
  const bool nvidia_listed = !gpus.empty();
  for (const fs::path& card : entries_of(root / "sys/class/drm")) {
    const std::string name = card.filename().string();
    const bool connector = name.find('-') != std::string::npos;  // card0-HDMI-A-1
    if (name.substr(0, 4) != "card" || connector) continue;
    const auto vendor = read_word(card / "device/vendor");
    if (!vendor || (*vendor == "0x10de" && nvidia_listed)) continue;
    const std::string maker = *vendor == "0x1002"   ? "AMD"
                              : *vendor == "0x8086" ? "Intel"
                              : *vendor == "0x10de" ? "NVIDIA"
                                                    : *vendor;
    const std::string device = read_word(card / "device/device").value_or("GPU");
    const auto driver = field(read_start(card / "device/uevent"), "DRIVER", '=');
    gpus.push_back(described(join(std::array{maker, device}, " "), driver.value_or("unknown")));
  }
}

/// The 10-second mean of "some avg10=0.81 avg60=9.97 …".
std::optional<double> read_pressure(const fs::path& root) {
  const std::string text = read_start(root / "proc/pressure/cpu");
  constexpr std::string_view kStart = "some avg10=";
  if (text.substr(0, kStart.size()) != kStart) return std::nullopt;
  return parse_number(text.substr(kStart.size(), text.find(' ', kStart.size()) - kStart.size()));
}

std::optional<double> read_mhz(const fs::path& root) {
  const fs::path frequency = root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq";
  if (const auto mhz = read_scaled(frequency, 1e-3)) return mhz;
  return parse_number(field(read_start(root / "proc/cpuinfo"), "cpu MHz", ':').value_or(""));
}

/// The processor's sensor where one says that it is, else the first thermal zone.
std::optional<double> read_temperature(const fs::path& root) {
  for (const fs::path& sensor : entries_of(root / "sys/class/hwmon")) {
    const std::string name = read_word(sensor / "name").value_or("");
    const bool cpu = name == "coretemp" || name == "k10temp" || name == "cpu_thermal";
    if (!cpu) continue;
    if (const auto celsius = read_scaled(sensor / "temp1_input", 1e-3)) return celsius;
  }
  for (const fs::path& zone : entries_of(root / "sys/class/thermal")) {
    if (const auto celsius = read_scaled(zone / "temp", 1e-3)) return celsius;
  }
  return std::nullopt;
}

std::uint64_t positive(long number) { return number > 0 ? static_cast<std::uint64_t>(number) : 0; }

}  // namespace

HostFacts read_host_facts(const fs::path& root) {
  HostFacts facts;
  utsname system{};
  if (uname(&system) == 0) {
    facts.architecture = system.machine;
    facts.kernel = system.release;
  }
  facts.logical_cpus = static_cast<std::uint32_t>(positive(sysconf(_SC_NPROCESSORS_ONLN)));
  facts.memory_bytes = positive(sysconf(_SC_PHYS_PAGES)) * positive(sysconf(_SC_PAGESIZE));
  facts.os_id = read_os_id(root);
  facts.libc = std::string("glibc ") + gnu_get_libc_version();
  facts.governor = read_word(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  facts.turbo = read_turbo(root);
  add_cpu(root, facts);
  add_nvidia_gpus(root, facts.gpus);
  add_drm_gpus(root, facts.gpus);
  return facts;
}

HostLoad read_host_load(const fs::path& root) {
  HostLoad load;
  const std::string text = read_start(root / "proc/loadavg");
  load.load_1min = parse_number(text.substr(0, text.find(' '))).value_or(0);
  load.cpu_pressure_percent = read_pressure(root);
  load.cpu_mhz = read_mhz(root);
  load.temperature_celsius = read_temperature(root);
  return load;
}

std::vector<std::pair<std::string, std::string>> process_variables() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t end = text.find('=');
    if (end == 0 || end == std::string_view::npos) continue;  // no name, so nobody can ask for it
    variables.emplace_back(text.substr(0, end), text.substr(end + 1));
  }
  return variables;
}

}  // namespace ck::sys
