#include "install/removed.hpp"

namespace ck::install {

Error removed_after_choice(const std::string& what, const fs::path& environment) {
  return Error(ErrorCode::conflict, what + " was removed after it was chosen")
      .in("environment " + environment.string())
      .hint("run the command again: what is needed will be made again");
}

}  // namespace ck::install
