#include "install/secrets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "install/context.hpp"
#include "sys/files.hpp"
#include "sys/identity.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

/// Names of variables that hold secrets, upper case. The one table of them.
constexpr std::array<std::string_view, 32> kSecretNames{
    "*TOKEN*",      "*SECRET*",      "*PASSWORD*",   "*PASSWD*",
    "*PASSPHRASE*", "*PASS_PHRASE*", "*PASSCODE*",   "*_PASS",
    "PASS",         "*_PWD",         "*_PW",         "*_PSWD",
    "*_PAT",        "PAT",           "*CREDENTIAL*", "*_CRED",
    "*_CREDS",      "*_KEY",         "*APIKEY*",     "*PRIVATE_KEY*",
    "*_AUTH",       "*BEARER*",      "*_JWT",        "*_COOKIE",
    "*_COOKIES",    "AWS_*",         "AZURE_*",      "KAGGLE_*",
    "NETRC",        "SSH_AUTH_SOCK", "SSHPASS",      "DOCKER_AUTH_CONFIG"};
/// What looks like one of them, but holds the name of a choice and no secret.
constexpr std::array<std::string_view, 3> kNoSecrets{"CK_*_KEY", "CMD_KEY", "AWS_*REGION"};

constexpr std::size_t kBlockBytes = 64;  // of SHA-256
constexpr std::size_t kShortest = 4;
constexpr std::size_t kShortestPassword = 8;  // alone: shorter ones are words of other texts
constexpr std::size_t kShortestToken = 16;    // in the place of a user's name
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

/// The texts by which a value would be known.
std::vector<std::string> forms_of(const std::string& value) {
  std::vector<std::string> forms{value};
  for (const auto& credentials : credentials_in(value)) {
    const auto colon = credentials.find(':');
    const std::string password =
        colon == std::string::npos ? std::string() : credentials.substr(colon + 1);
    forms.push_back(credentials);
    if (password.size() >= kShortestPassword) forms.push_back(password);
  }
  return forms;
}

}  // namespace

bool is_secret_name(std::string_view name) {
  std::string upper(name);
  for (auto& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return matches_one(kSecretNames, upper) && !matches_one(kNoSecrets, upper);
}

std::vector<std::string> credentials_in(std::string_view text) {
  constexpr std::string_view kScheme = "://";
  constexpr std::string_view kEnd = "/?#\\\"'<> \t\r\n";
  std::vector<std::string> found;
  for (auto at = text.find(kScheme); at != std::string_view::npos; at = text.find(kScheme, at)) {
    at += kScheme.size();
    const auto authority = text.substr(at, text.find_first_of(kEnd, at) - at);
    const auto host = authority.rfind('@');
    if (host == std::string_view::npos) continue;
    const auto user = authority.substr(0, host);
    const auto colon = user.find(':');
    const bool told =
        colon == std::string_view::npos ? user.size() >= kShortestToken : colon + 1 < user.size();
    if (told) found.emplace_back(user);
  }
  return found;
}

bool is_secret(std::string_view name, std::string_view value) {
  return !value.empty() && (is_secret_name(name) || !credentials_in(value).empty());
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
    if (!is_marked && !is_secret(name, value)) continue;
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
    if (std::ranges::find(secrets, name, &Secret::name) != secrets.end()) add(name, value);
  }
}

void Scrubber::add(const std::string& name, const std::string& value) {
  for (const auto& form : forms_of(value)) {
    if (form.size() < kShortest) continue;
    // As it is, and as it stands in a JSON text.
    const std::string quoted = ck::to_text(Json(form));
    look_for(name, form);
    look_for(name, quoted.substr(1, quoted.size() - 2));
  }
  std::ranges::stable_sort(
      values_, [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
}

void Scrubber::look_for(const std::string& name, const std::string& text) {
  const auto same = [&](const auto& known) { return known.second == text; };
  if (std::ranges::any_of(values_, same)) return;
  values_.emplace_back(name, text);
  begins_.at(static_cast<unsigned char>(text.front())) = true;
}

void Scrubber::add(const Scrubber& other) {
  for (const auto& [name, value] : other.values_) add(name, value);
}

std::size_t Scrubber::scrub_until(std::string_view text, std::size_t reserve,
                                  std::string& out) const {
  std::size_t at = 0;
  while (at + reserve < text.size()) {
    if (!begins_.at(static_cast<unsigned char>(text[at]))) {
      out += text[at++];
      continue;
    }
    const auto rest = text.substr(at);
    const auto found = std::ranges::find_if(
        values_, [&](const auto& one) { return rest.starts_with(one.second); });
    if (found == values_.end()) {
      out += text[at++];
    } else {
      out += "${secret:" + found->first + "}";
      at += found->second.size();
    }
  }
  return at;
}

std::string Scrubber::scrub(std::string_view text) const {
  if (empty()) return std::string(text);
  std::string result;
  result.reserve(text.size());
  scrub_until(text, 0, result);
  return result;
}

std::size_t Scrubber::scrub_piece(std::string_view piece, std::string& out) const {
  if (!empty()) return scrub_until(piece, values_.front().second.size() - 1, out);
  out += piece;
  return piece.size();
}

Result<bool> Scrubber::is_in(const fs::path& file) const {
  constexpr std::size_t kPiece = 1u << 20;
  if (empty()) return false;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(system_error("read " + printable(file.string()), errno));
  std::string text;
  std::string clean;
  std::string piece(kPiece, '\0');
  while (stream) {
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    text.append(piece, 0, static_cast<std::size_t>(stream.gcount()));
    clean.clear();
    const std::size_t done = scrub_piece(text, clean);
    if (clean != text.substr(0, done)) return true;
    text.erase(0, done);
  }
  return scrub(text) != text;
}

void KnownSecrets::add(const std::string& name, const std::string& value) {
  set_variable(values_, name, value);
  scrubber_.add(name, value);
}

std::optional<std::string> KnownSecrets::value(std::string_view name) const {
  const auto found = std::ranges::find(values_, name, &Variables::value_type::first);
  return found == values_.end() ? std::nullopt : std::optional(found->second);
}

Scrubber scrubber_of(const Context& context, const Variables& variables) {
  Scrubber scrubber;
  if (context.secrets) scrubber = context.secrets->scrubber();
  for (const auto& [name, value] : variables) {
    if (is_secret(name, value)) scrubber.add(name, value);
  }
  return scrubber;
}

}  // namespace ck::install
