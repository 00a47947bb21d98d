#include "catalog/home.hpp"

#include <cstdlib>

#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

/// The value of a variable of this process; an empty one counts as not set.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Result<Home> Home::open(const fs::path& root) {
  Home home{root};
  for (const fs::path& folder :
       {home.root, home.repositories(), home.downloads(), home.staging(), home.environments(),
        home.blobs(), home.logs(), home.work(), home.locks()}) {
    // Only what is missing is made: a complete home may be read-only.
    std::error_code error;
    if (fs::is_directory(folder, error)) continue;
    auto made = sys::make_directories(folder);
    if (!made) {
      return fail(std::move(made.error())
                      .in("home " + root.string())
                      .hint("set CK_HOME to a folder that you may write, for example: "
                            "export CK_HOME=\"$HOME/ck\""));
    }
  }
  return home;
}

Result<fs::path> default_home() {
  const std::string own = variable("CK_HOME");
  if (!own.empty()) {
    if (own.front() == '/') return fs::path(own);
    return fail(
        Error(ErrorCode::usage, "CK_HOME must be an absolute path, but is '" + printable(own) + "'")
            .hint("export CK_HOME=\"$PWD/" + printable(own) + "\""));
  }
  // The XDG specification tells to ignore a relative path.
  const std::string data = variable("XDG_DATA_HOME");
  if (data.starts_with('/')) return fs::path(data) / "ck";
  const std::string user = variable("HOME");
  if (user.starts_with('/')) return fs::path(user) / ".local/share/ck";
  return fail(Error(ErrorCode::usage, "neither CK_HOME nor HOME names a folder")
                  .hint("set CK_HOME to the absolute path of a folder that you may write"));
}

}  // namespace ck::catalog
