#include "hook/python.hpp"

#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::hook {
namespace {

constexpr const char* kUsualFolders = "/usr/bin:/usr/local/bin";

Error no_python(const std::string& where) {
  return Error(ErrorCode::not_found,
               "Collective Knowledge's hooks need Python 3.6 or newer, and " + where)
      .hint("install it: apt-get install python3");
}

}  // namespace

Result<fs::path> find_python(const HostOptions& options) {
  if (!options.python.empty()) {
    std::error_code error;
    if (fs::is_regular_file(options.python, error)) return options.python;
    return fail(no_python("'" + printable(options.python.native()) + "' does not exist"));
  }
  std::string folders = kUsualFolders;
  for (const auto& [name, value] : options.variables) {
    if (name == "PATH" && !value.empty()) folders += ":" + value;
  }
  if (const auto found = sys::find_executable("python3", folders)) return *found;
  return fail(no_python("there is no python3 in " + printable(folders)));
}

}  // namespace ck::hook
