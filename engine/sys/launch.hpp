#pragma once
/// Private to this layer: a program in a sandbox as a command line of the launcher, and what the
/// launcher answers.

#include <string>
#include <vector>

#include "base/error.hpp"
#include "sys/launcher/protocol.hpp"
#include "sys/process.hpp"

namespace ck::sys {

/// The descriptors through which the launcher answers; above those of the channel.
struct LaunchDescriptors {
  int report = -1;
  int ending = -1;
  int notes = -1;  ///< -1: nothing is observed
};

/// The launcher's arguments; its own path first. The limits of the spec become its business.
std::vector<std::string> launcher_arguments(const ProcessSpec& spec, const std::string& program,
                                            LaunchDescriptors descriptors, bool take_terminal);

/// What stands and what does not, in words.
Isolation isolation_of(const LaunchReport& report, const Sandbox& sandbox);

/// Why a demanded barrier keeps the program from starting.
Error barrier_error(const LaunchReport& report, const std::string& program);

}  // namespace ck::sys
