#include "sys/exchange.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "base/strings.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace ck::sys {

Status replace_in_place(const fs::path& from, const fs::path& to) {
  struct stat status {};
  if (::lstat(to.c_str(), &status) != 0) return rename_into_place(from, to);
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
    CK_CHECK(sync_folder(folder_of(to)));
    return sync_folder(folder_of(from));
  }
  if (errno != EINVAL && errno != ENOSYS)
    return fail(system_error("replace " + shown(to) + " by " + shown(from), errno));
  CK_CHECK(rename_into_place(to, fs::path(from.native() + ".replaced")));
  return rename_into_place(from, to);
}

}  // namespace ck::sys
