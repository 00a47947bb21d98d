#pragma once
/// The built transfer module, as the engine loads it.

#include <memory>

#include "support/temporary_home.hpp"
#include "sys/transfer.hpp"

namespace ck::test {

/// Loads the module after HOME points to `home`, where libgit2 then looks for the user's
/// configuration, and takes away what the machine's user has set.
class TransferServices {
 public:
  explicit TransferServices(const fs::path& home);

  sys::Git& git() { return **transfer_->git(); }
  sys::Http& http() { return **transfer_->http(); }
  sys::Archives& archives() { return **transfer_->archives(); }

 private:
  std::unique_ptr<sys::Transfer> transfer_;
};

/// While one lives, what this thread allocates may leak: libgit2 1.5 loses two texts a connection
/// by ssh. Does nothing without AddressSanitizer.
class LeaksOfSshAllowed {
 public:
  LeaksOfSshAllowed();
  LeaksOfSshAllowed(const LeaksOfSshAllowed&) = delete;
  LeaksOfSshAllowed& operator=(const LeaksOfSshAllowed&) = delete;
  ~LeaksOfSshAllowed();
};

}  // namespace ck::test
