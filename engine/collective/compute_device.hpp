#pragma once
/// Which device a program computes on: its command says `need_compute_device`, and is told by
/// CK_COMPUTE_PLATFORM_ID and CK_COMPUTE_DEVICE_ID (CK_FORMAT 9.2).

#include <string>
#include <string_view>
#include <vector>

#include "collective/resolver.hpp"

namespace ck::collective {

/// The variables that tell a program its device.
constexpr const char* kPlatformVariable = "CK_COMPUTE_PLATFORM_ID";
constexpr const char* kDeviceVariable = "CK_COMPUTE_DEVICE_ID";

/// The key of the tool that tells devices, among what a program needs.
constexpr const char* kDeviceToolKey = "compute-devices";

/// By the numbers that programs are told. What is empty nobody has said.
struct ComputeDevice {
  std::string platform;  ///< of OpenCL; CUDA has none
  std::string device;
  std::string name;  ///< "Tesla T4"
};

/// The devices in what CK's tools print: "Platform ID: 0", "Device ID: 1", "Device: NAME" of
/// OpenCL, "GPU Device ID: 0", "GPU Name: NAME" of CUDA, an empty line after each device.
std::vector<ComputeDevice> devices_in(std::string_view printed);

/// The `deps` of the tool that tells what devices of a kind ("opencl", "cuda") there are. Empty
/// where nobody has to be asked: without a kind, with a wish that leaves nothing open, and where
/// neither an environment nor a package is such a tool. `invalid` for another kind.
Result<Json> device_needs(const std::string& kind, const ComputeDevice& wish, Workbench& bench);

/// That tool, installed if need be, with `given` choices. Nothing where `device_needs` is empty.
Result<Resolution> device_tool(const std::string& kind, const ComputeDevice& wish,
                               const Resolution& given, Workbench& bench);

/// The same by a lock: the tool among what it chose, and no other. `not_found` where somebody has
/// to be asked and the lock names no tool.
Result<Resolution> locked_device_tool(const std::string& kind, const ComputeDevice& wish,
                                      const Resolution& locked);

/// The first device that is as wished, told by `tool` in a sandbox. Without a tool it is the first
/// of the first platform, and a warning says so. Without a kind it is the wish. `not_found` when
/// there is no such device.
Result<ComputeDevice> find_device(const std::string& kind, const ComputeDevice& wish,
                                  const Resolution& tool, Workbench& bench);

}  // namespace ck::collective
