#include "base/strings.hpp"
#include "hook/host.hpp"
#include "sys/files.hpp"

namespace ck::hook {

Result<bool> Host::defines(const fs::path& file, const std::string& function) {
  CK_TRY(source, sys::read_file(file));
  for (const std::string& line : split(source, '\n')) {
    std::string_view rest = line;
    if (!rest.starts_with("def ")) continue;
    rest = trim(rest.substr(4));
    if (rest.starts_with(function) && trim(rest.substr(function.size())).starts_with("("))
      return true;
  }
  return false;
}

}  // namespace ck::hook
