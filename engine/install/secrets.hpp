#pragma once
/// Values that must not be written down: not into the store, not into logs, not into exports. What
/// is kept of one is a keyed hash, by which two can be compared and none can be guessed.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/home.hpp"
#include "install/environment.hpp"

namespace ck::install {

struct Context;

/// A variable whose value is one.
struct Secret {
  std::string name;
  std::string hash;  ///< "hmac-sha256:HEX", with the key of this $CK_HOME
};

/// Whether a variable of this name holds a secret by its name: API_TOKEN, AWS_…, DB_PASSWORD.
bool is_secret_name(std::string_view name);

/// "user:password" or a token of each URL in a text that has one. A user's name alone is none.
std::vector<std::string> credentials_in(std::string_view text);

/// Whether a variable holds a secret, by its name or because credentials stand in its value.
bool is_secret(std::string_view name, std::string_view value);

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

/// Those of `variables` that are secret (`is_secret`) or listed in `marked`, with their hashes. No
/// key is made when there are none.
Result<std::vector<Secret>> secrets_of(const Variables& variables,
                                       const std::vector<std::string>& marked,
                                       const catalog::Home& home);

/// Takes the values of secrets out of texts.
class Scrubber {
 public:
  Scrubber() = default;
  Scrubber(const Variables& variables, const std::vector<Secret>& secrets);

  /// From now on this value too, and credentials that stand in it. Values below 4 bytes are not
  /// looked for: they would be found everywhere.
  void add(const std::string& name, const std::string& value);
  void add(const Scrubber& other);

  bool empty() const { return values_.empty(); }
  /// The text with "${secret:NAME}" in place of each value.
  std::string scrub(std::string_view text) const;
  /// The same for a text that comes in pieces, into `out`: how many bytes were dealt with. What is
  /// left may be the beginning of a value; it belongs before the next piece.
  std::size_t scrub_piece(std::string_view piece, std::string& out) const;
  /// Whether a file of whatever size holds one of the values. `io` when it cannot be read.
  Result<bool> is_in(const fs::path& file) const;

 private:
  void look_for(const std::string& name, const std::string& text);
  std::size_t scrub_until(std::string_view text, std::size_t reserve, std::string& out) const;

  Variables values_;  ///< longest value first: one may begin like another
  std::array<bool, 256> begins_{};
};

/// The secrets that were told to one command. They are told before its work is divided among
/// threads.
class KnownSecrets {
 public:
  void add(const std::string& name, const std::string& value);
  /// What `--secret.NAME=` gave.
  std::optional<std::string> value(std::string_view name) const;
  const Scrubber& scrubber() const { return scrubber_; }

 private:
  Variables values_;
  Scrubber scrubber_;
};

/// Where anything is about to be written down: takes out what the command was told, and the values
/// of those of `variables` that are secret (`is_secret`).
Scrubber scrubber_of(const Context& context, const Variables& variables = {});

}  // namespace ck::install
