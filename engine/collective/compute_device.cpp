#include "collective/compute_device.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/package_choice.hpp"
#include "collective/steps.hpp"
#include "install/staging.hpp"

namespace ck::collective {
namespace {

constexpr std::chrono::minutes kLongestAnswer{1};

struct Kind {
  std::string_view name;   ///< in need_compute_device
  std::string_view shown;  ///< to people
  std::string_view tags;   ///< of the tool
  std::string_view file;   ///< the variable that holds the tool's place
  bool has_platforms;
};

constexpr std::array kKinds = {
    Kind{"opencl", "OpenCL", "tool,show-opencl-devices", "CK_ENV_TOOL_SHOW_OPENCL_DEVICES_FULL",
         true},
    Kind{"cuda", "CUDA", "tool,show-cuda-devices", "CK_ENV_TOOL_SHOW_CUDA_DEVICES_FULL", false},
};

Result<Kind> kind_called(const std::string& name) {
  const auto* found = std::ranges::find(kKinds, name, &Kind::name);
  if (found != kKinds.end()) return *found;
  return fail(ErrorCode::invalid, "a command computes on a device '" + printable(name) +
                                      "' (key need_compute_device); there are opencl and cuda");
}

bool is_said(const Kind& kind, const ComputeDevice& wish) {
  return !wish.device.empty() && (!kind.has_platforms || !wish.platform.empty());
}

/// "1:0 NAME", as the numbers are told.
std::string text_of(const ComputeDevice& device) {
  return device.platform + (device.platform.empty() ? "" : ":") + device.device +
         (device.name.empty() ? "" : " " + printable(device.name));
}

bool fits(const ComputeDevice& device, const ComputeDevice& wish) {
  return (wish.platform.empty() || wish.platform == device.platform) &&
         (wish.device.empty() || wish.device == device.device);
}

std::string options_of(const Kind& kind) {
  return kind.has_platforms ? "--compute_platform_id=N --compute_device_id=N"
                            : "--compute_device_id=N";
}

/// " of platform 1 with the number 0", as far as it was said.
std::string said_of(const ComputeDevice& wish) {
  std::string text;
  if (!wish.platform.empty()) text += " of platform " + printable(wish.platform);
  if (!wish.device.empty()) text += " with the number " + printable(wish.device);
  return text;
}

Error no_device(const Kind& kind, const std::vector<ComputeDevice>& devices,
                const ComputeDevice& wish, const std::optional<Error>& failure) {
  const std::string shown(kind.shown);
  if (!devices.empty()) {
    std::vector<std::string> there;
    for (const auto& device : devices) there.push_back(text_of(device));
    return Error(ErrorCode::not_found, "there is no device of " + shown + said_of(wish) +
                                           " (there are: " + join(there, ", ") + ")");
  }
  Error error(ErrorCode::not_found,
              "the program computes on a device of " + shown + ", and there is none here");
  if (failure) {
    error.in(failure->message);
    for (const auto& place : failure->context) error.in(place);
  }
  return std::move(error).hint(options_of(kind) + " names one without looking for it");
}

/// As the original does without a terminal.
Result<ComputeDevice> first_of(const Kind& kind, const std::vector<ComputeDevice>& devices,
                               const ComputeDevice& wish, const std::optional<Error>& failure,
                               EventSink& events) {
  std::vector<ComputeDevice> fitting;
  std::ranges::copy_if(devices, std::back_inserter(fitting),
                       [&](const ComputeDevice& device) { return fits(device, wish); });
  if (fitting.empty()) return fail(no_device(kind, devices, wish, failure));
  if (fitting.size() > 1) {
    events.on(Warning{"the first of " + std::to_string(fitting.size()) + " devices of " +
                      std::string(kind.shown) + " is taken, " + text_of(fitting.front()) + "; " +
                      options_of(kind) + " names another"});
  }
  return fitting.front();
}

ComputeDevice assumed(const Kind& kind, ComputeDevice wish, EventSink& events) {
  if (wish.device.empty()) wish.device = "0";
  if (kind.has_platforms && wish.platform.empty()) wish.platform = "0";
  events.on(Warning{"nothing here tells which devices of " + std::string(kind.shown) +
                    " there are (no package has the tags " + std::string(kind.tags) +
                    "): " + text_of(wish) + " is taken; " + options_of(kind) + " names another"});
  return wish;
}

Result<Printed> ask(const Kind& kind, const Resolution& tool, Workbench& bench) {
  CK_TRY(work, install::make_staging(bench.context().home.staging()));
  for (const auto* name : {"home", "tmp", "asking"})
    CK_CHECK(sys::make_directories(work.path() / name));
  auto lines = tool.script();
  lines.push_back("exec \"$" + std::string(kind.file) + "\"");
  ShellStep step;
  step.what = "the tool that shows devices of " + std::string(kind.shown);
  step.script = join(lines, "\n");
  step.directory = work.path() / "asking";
  step.variables = bench.step_variables(work.path());
  step.time_limit = kLongestAnswer;
  step.places.writable = {work.path() / "home", work.path() / "tmp"};
  return printed_by(step, bench);
}

}  // namespace

std::vector<ComputeDevice> devices_in(std::string_view printed) {
  std::vector<ComputeDevice> devices;
  ComputeDevice device;
  const auto end = [&] {
    if (!device.device.empty()) devices.push_back(std::move(device));
    device = {};
  };
  for (const auto& line : split(printed, '\n')) {
    if (trim(line).empty()) end();
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = to_lower(trim(line.substr(0, colon)));
    std::string value(trim(line.substr(colon + 1)));
    if (key == "platform id") device.platform = std::move(value);
    if (key == "device id" || key == "gpu device id") device.device = std::move(value);
    if (key == "device" || key == "gpu name") device.name = std::move(value);
  }
  end();
  return devices;
}

Result<Json> device_needs(const std::string& kind_name, const ComputeDevice& wish,
                          Workbench& bench) {
  if (kind_name.empty()) return Json::object();
  CK_TRY(kind, kind_called(kind_name));
  if (is_said(kind, wish)) return Json::object();
  Json needs = {{kDeviceToolKey,
                 {{"name", "tool that shows devices of " + std::string(kind.shown)},
                  {"skip_default", "yes"},
                  {"tags", std::string(kind.tags)}}}};
  const auto need = active_needs(needs, Json::object(), bench.platform()).front();
  CK_TRY(registry, Registry::open(bench.context()));
  CK_TRY(registered, registry.matching(need));
  if (!registered.empty()) return needs;
  const auto package = choose_package(need, bench);
  if (package) return needs;
  if (package.error().code == ErrorCode::not_found) return Json::object();
  return fail(package.error());
}

Result<Resolution> device_tool(const std::string& kind, const ComputeDevice& wish,
                               const Resolution& given, Workbench& bench) {
  CK_TRY(needs, device_needs(kind, wish, bench));
  if (needs.empty()) return Resolution();
  return resolve_needs(needs, Json::object(), given, bench);
}

Result<Resolution> locked_device_tool(const std::string& kind_name, const ComputeDevice& wish,
                                      const Resolution& locked) {
  if (kind_name.empty()) return Resolution();
  CK_TRY(kind, kind_called(kind_name));
  if (is_said(kind, wish)) return Resolution();
  Resolution tool;
  if (const auto* chosen = locked.find(kDeviceToolKey)) tool.needs.push_back(*chosen);
  if (!tool.needs.empty()) return tool;
  return fail(Error(ErrorCode::not_found, "the lock does not say which device of " +
                                              std::string(kind.shown) +
                                              " to compute on, or which tool tells that")
                  .hint(options_of(kind) + " says it; 'ck lock' of now names the tool"));
}

Result<ComputeDevice> find_device(const std::string& kind_name, const ComputeDevice& wish,
                                  const Resolution& tool, Workbench& bench) {
  if (kind_name.empty()) return wish;
  CK_TRY(kind, kind_called(kind_name));
  if (is_said(kind, wish)) return wish;
  auto& events = bench.context().events;
  if (tool.needs.empty()) return assumed(kind, wish, events);
  CK_TRY(printed, ask(kind, tool, bench));
  return first_of(kind, devices_in(printed.text), wish, printed.failure, events);
}

}  // namespace ck::collective
