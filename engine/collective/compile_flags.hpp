#pragma once
/// The flags of compiler and linker that a program's metadata and its dependencies ask for: parts
/// of the lines in compile_script.hpp. All are shell text.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "collective/compile_script.hpp"

namespace ck::collective {

/// A member that is shell text, `$<<X>>$` as references.
Result<std::string> flags_at(const Json& object, std::string_view key);

/// -D… of `build_compiler_vars`, those of the request over them, and the names of the platform,
/// sorted by name; then `compiler_flags_as_env`.
Result<std::string> definition_flags(const CompileInput& input, const CompileRequest& request,
                                     const Platform& platform);

/// -I… of the dependencies, of `include_dirs` (relative to the program's folder) and of the
/// variables in `compiler_add_include_as_env_from_deps` that have a value.
Result<std::string> include_flags(const CompileInput& input);

/// What is linked for the dependencies, by their order. `invalid` for a library of `extra_libs`
/// that its dependency does not have.
Result<std::string> library_flags(const CompileInput& input, bool static_link);

/// "$#ck_take_from_{CID}#$rest": the folder of the entry, a slash and the rest; other names are
/// relative to `parent` unless they are absolute or begin with a variable.
Result<std::string> place_of(const std::string& name, std::string_view parent,
                             const CompileInput& input);

}  // namespace ck::collective
