#pragma once
/// What components' Python code may ask of the engine through `ck.access`: CK's functions with
/// CK's input and output.

#include "base/json.hpp"

namespace ck::collective {

class Workbench;

/// The answer: "return" 0 with the result, 16 when something is not there, else 1 with "error".
/// Served: find, load, search, list, path and cid of any kind; search and load of `env`. All else
/// is an error that says so: reading only, nothing is changed for a hook.
Json answer(const Json& request, Workbench& bench);

}  // namespace ck::collective
