#pragma once
/// Internal to hook: what the Python side says, checked and turned into results and errors.

#include <string>
#include <string_view>

#include "hook/host.hpp"

namespace ck::hook {

/// "hook setup of soft/compiler.gcc/customize.py".
std::string name_of(const HookCall& call);

/// `program_failed`: the name of the hook and what it did, with file and function as context.
Error hook_error(const HookCall& call, const std::string& what);

/// Adds the last lines of what was printed.
Error& with_output(Error& error, std::string_view output);

/// `invalid` unless the input is an object and the folder given, `not_found` without the file.
Status check_call(const HookCall& call);

/// One message of the host: an object.
Result<Json> parse_message(const HookCall& call, std::string_view line, std::size_t max_bytes);

/// What the hook wants of the engine.
Result<Json> access_request(const HookCall& call, const Json& message);

/// The answer to a call, as Host::call promises it, without the output.
Result<HookResult> read_answer(const HookCall& call, Json answer);

}  // namespace ck::hook
