#pragma once
/// Values that must not be written down: not into the store, not into logs, not into exports. What
/// is kept of one is a keyed hash, by which two can be compared and none can be guessed.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/home.hpp"
#include "install/environment.hpp"

namespace ck::install {

/// A variable whose value is one.
struct Secret {
  std::string name;
  std::string hash;  ///< "hmac-sha256:HEX", with the key of this $CK_HOME
};

/// Whether a variable of this name holds a secret by its name: API_TOKEN, AWS_…, DB_PASSWORD.
bool is_secret_name(std::string_view name);

/// Makes hashes with the key of a home; the key is made when the first is wanted, in the file
/// `secrets.key` (mode 600).
class SecretHasher {
 public:
  static Result<SecretHasher> open(const catalog::Home& home);

  std::string hash(std::string_view value) const;

 private:
  explicit SecretHasher(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

/// Those of `variables` that are secret by name or listed in `marked`, with their hashes. No key is
/// made when there are none.
Result<std::vector<Secret>> secrets_of(const Variables& variables,
                                       const std::vector<std::string>& marked,
                                       const catalog::Home& home);

/// Takes the values of secrets out of texts.
class Scrubber {
 public:
  Scrubber() = default;
  Scrubber(const Variables& variables, const std::vector<Secret>& secrets);

  bool empty() const { return values_.empty(); }
  /// The text with "${secret:NAME}" in place of each value. Values below 4 bytes are not looked
  /// for: they would be found everywhere.
  std::string scrub(std::string_view text) const;

 private:
  Variables values_;  ///< longest value first: one may hold another
};

}  // namespace ck::install
