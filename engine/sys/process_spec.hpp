#pragma once
/// Private to this layer: what has to hold of a ProcessSpec before anything is started.

#include <string>

#include "base/error.hpp"
#include "sys/process.hpp"

namespace ck::sys {

/// `invalid` for an empty argv or a text that no program can get.
Status check_spec(const ProcessSpec& spec);

/// The program as the child will name it to the system; `not_found` when there is none.
Result<std::string> find_program(const ProcessSpec& spec);

}  // namespace ck::sys
