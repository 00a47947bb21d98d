#pragma once
/// What components' Python code may ask of the engine through `ck.access`: CK's functions with
/// CK's input and output.

#include "base/error.hpp"
#include "base/json.hpp"

namespace ck::collective {

class Workbench;

/// The answer: "return" 0 with the result, 16 when something is not there, else 1 with "error".
/// Served: find, load, search, list, path and cid of any kind; search and load of `env`; and what
/// `work_for` does. All else is an error that says so: nothing is changed in a repository, and no
/// module of one is run.
Json answer(const Json& request, Workbench& bench);

/// An error as CK says it: "return" above 0 and "error".
Json failure(const Error& error);

}  // namespace ck::collective
