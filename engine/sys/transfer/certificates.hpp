#pragma once
/// Where this machine keeps the certificate authorities it trusts. Distributions differ, and the
/// libraries only know the place of the distribution they were built for.

#include <initializer_list>
#include <optional>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::sys {

/// The first of the environment variables that is set names the file (`io` if it is not there);
/// else the first of the known places that exists; nothing when there is none.
Result<std::optional<fs::path>> certificate_bundle(std::initializer_list<const char*> variables);

}  // namespace ck::sys
