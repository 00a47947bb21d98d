#include "install/secrets.hpp"

#include <algorithm>
#include <array>

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "sys/files.hpp"
#include "sys/identity.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

/// Names of variables that hold secrets, upper case. The one table of them.
constexpr std::array<std::string_view, 16> kSecretNames{
    "*TOKEN*",       "*SECRET*",     "*PASSWORD*",    "*PASSWD*",
    "*PASSPHRASE*",  "*CREDENTIAL*", "*_KEY",         "*APIKEY*",
    "*PRIVATE_KEY*", "*_AUTH",       "AWS_*",         "AZURE_*",
    "KAGGLE_*",      "NETRC",        "SSH_AUTH_SOCK", "DOCKER_AUTH_CONFIG"};
/// What looks like one of them, but holds the name of a choice and no secret.
constexpr std::array<std::string_view, 3> kNoSecrets{"CK_*_KEY", "CMD_KEY", "AWS_*REGION"};

constexpr std::size_t kBlockBytes = 64;  // of SHA-256
constexpr std::size_t kShortest = 4;
constexpr std::string_view kKeyFile = "secrets.key";

bool matches_one(const auto& patterns, const std::string& name) {
  return std::ranges::any_of(patterns, [&](auto one) { return wildcard_match(one, name); });
}

/// 256 random bits in hex.
std::string new_key() {
  std::string key;
  for (int part = 0; part < 4; ++part) key += sys::random_uid();
  return key;
}

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::string mixed(const std::string& key, char with) {
  std::string block = key;
  block.resize(kBlockBytes, '\0');
  for (auto& byte : block) byte = static_cast<char>(byte ^ with);
  return block;
}

std::string hmac_sha256(const std::string& key, std::string_view text) {
  const std::string inner = sha256_hex(mixed(key, 0x36) + std::string(text));
  return sha256_hex(mixed(key, 0x5c) + bytes_of(inner));
}

}  // namespace

bool is_secret_name(std::string_view name) {
  std::string upper(name);
  for (auto& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return matches_one(kSecretNames, upper) && !matches_one(kNoSecrets, upper);
}

Result<SecretHasher> SecretHasher::open(const catalog::Home& home) {
  const fs::path file = home.root / kKeyFile;
  // Two at once must not make two keys.
  const auto lock = sys::FileLock::acquire(home.lock("secrets"), sys::FileLock::Mode::exclusive,
                                           std::chrono::seconds(10));
  if (!lock) return fail(lock.error());
  std::error_code missing;
  if (!fs::exists(file, missing)) CK_CHECK(sys::write_file(file, new_key(), 0600));
  CK_TRY(text, sys::read_file(file, 4096));
  return SecretHasher(bytes_of(std::string(trim(text))));
}

std::string SecretHasher::hash(std::string_view value) const {
  return "hmac-sha256:" + hmac_sha256(key_, value);
}

Result<std::vector<Secret>> secrets_of(const Variables& variables,
                                       const std::vector<std::string>& marked,
                                       const catalog::Home& home) {
  std::vector<Secret> secrets;
  std::optional<SecretHasher> hasher;
  for (const auto& [name, value] : variables) {
    const bool is_marked = std::ranges::find(marked, name) != marked.end();
    if (!is_marked && (value.empty() || !is_secret_name(name))) continue;
    if (!hasher) {
      CK_TRY(opened, SecretHasher::open(home));
      hasher = std::move(opened);
    }
    secrets.push_back({name, hasher->hash(value)});
  }
  return secrets;
}

Scrubber::Scrubber(const Variables& variables, const std::vector<Secret>& secrets) {
  for (const auto& [name, value] : variables) {
    const bool secret = std::ranges::find(secrets, name, &Secret::name) != secrets.end();
    if (!secret || value.size() < kShortest) continue;
    values_.emplace_back(name, value);
    // As it stands in a JSON text.
    const std::string quoted = ck::to_text(Json(value));
    const std::string inner = quoted.substr(1, quoted.size() - 2);
    if (inner != value) values_.emplace_back(name, inner);
  }
  std::ranges::stable_sort(
      values_, [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
}

std::string Scrubber::scrub(std::string_view text) const {
  std::string result(text);
  for (const auto& [name, value] : values_)
    result = replace_all(result, value, "${secret:" + name + "}");
  return result;
}

}  // namespace ck::install
