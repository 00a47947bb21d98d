#include "experiment/signing.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::experiment {
namespace {

/// Signatures made for something else do not count here.
constexpr const char* kNamespace = "ck-experiment";

Result<sys::ProcessResult> run_ssh_keygen(std::vector<std::string> arguments,
                                          const std::string& input, const fs::path& directory,
                                          const Signing& signing) {
  sys::ProcessSpec spec;
  spec.argv = {"ssh-keygen"};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.variables = signing.variables;
  spec.directory = directory;
  spec.stdin_text = input;
  spec.limits.wall_time = std::chrono::minutes(2);
  auto result = signing.processes.run(spec, signing.cancel);
  if (!result && result.error().code == ErrorCode::not_found)
    return fail(std::move(result.error()).hint("install it with: apt install openssh-client"));
  return result;
}

/// The number behind the words at the beginning of a line.
std::int64_t number_after(std::string_view words, const std::string& statement) {
  const auto place = statement.find("\n" + std::string(words) + " ");
  if (place == std::string::npos) return -1;
  const auto begin = place + words.size() + 2;
  const auto number = parse_integer(statement.substr(begin, statement.find('\n', begin) - begin));
  return number.value_or(-1);
}

}  // namespace

Result<store::Signature> sign(store::Archive& archive, const store::ExperimentHead& experiment,
                              const fs::path& key, const std::string& signer,
                              const sys::Clock& clock, const Signing& signing) {
  std::error_code missing;
  if (!fs::is_regular_file(key, missing)) {
    return fail(Error(ErrorCode::not_found, "there is no key " + key.string())
                    .hint("make one with: ssh-keygen -t ed25519 -f " + shell_quoted(key.string())));
  }
  CK_TRY(statement, store::make_statement(archive, experiment));
  if (statement.points == 0)
    return fail(ErrorCode::not_found, "experiment '" + experiment.name + "' has nothing to sign");
  CK_TRY(scratch, sys::TemporaryDirectory::create(signing.scratch, "sign-"));
  const fs::path file = scratch.path() / "statement";
  CK_CHECK(sys::write_new_file(file, statement.text));
  CK_TRY(result, run_ssh_keygen({"-Y", "sign", "-f", fs::absolute(key).string(), "-n", kNamespace,
                                 file.string()},
                                {}, scratch.path(), signing));
  if (!result.ok()) {
    return fail(
        Error(ErrorCode::denied, "ssh-keygen did not sign: " + std::string(trim(result.err)))
            .in("key " + key.string())
            .hint("a key with a passphrase is signed with through ssh-agent: give the .pub "
                  "file"));
  }
  CK_TRY(text, sys::read_file(file.string() + ".sig"));
  store::Signature signature{clock.unix_ns(), signer, statement.text, std::move(text)};
  CK_CHECK(store::add_signature(archive, experiment, signature));
  return signature;
}

std::string_view name_of(SignatureState state) {
  switch (state) {
    case SignatureState::trusted:
      return "trusted";
    case SignatureState::valid:
      return "valid";
    case SignatureState::untrusted:
      return "untrusted";
    case SignatureState::wrong:
      return "wrong";
    case SignatureState::outdated:
      return "outdated";
  }
  return "wrong";
}

Signed signed_by(const std::string& statement) {
  return {number_after("records up to", statement), number_after("points", statement)};
}

Result<SignatureState> check_signature(store::Archive& archive,
                                       const store::ExperimentHead& experiment,
                                       const store::Signature& signature, const fs::path& allowed,
                                       const Signing& signing) {
  const Signed about = signed_by(signature.statement);
  CK_TRY(now, store::make_statement(archive, experiment, about.last,
                                    std::max<std::int64_t>(about.points, 0)));
  return check_signature(now.text, signature, allowed, signing);
}

Result<SignatureState> check_signature(const std::string& statement,
                                       const store::Signature& signature, const fs::path& allowed,
                                       const Signing& signing) {
  CK_TRY(scratch, sys::TemporaryDirectory::create(signing.scratch, "verify-"));
  const fs::path file = scratch.path() / "signature";
  CK_CHECK(sys::write_new_file(file, signature.signature));
  const auto check = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-n", kNamespace, "-s", file.string()});
    return run_ssh_keygen(std::move(arguments), signature.statement, scratch.path(), signing);
  };
  CK_TRY(valid, check({"-Y", "check-novalidate"}));
  if (!valid.ok()) return SignatureState::wrong;
  if (statement != signature.statement) return SignatureState::outdated;
  if (allowed.empty()) return SignatureState::valid;
  CK_TRY(trusted,
         check({"-Y", "verify", "-f", fs::absolute(allowed).string(), "-I", signature.signer}));
  return trusted.ok() ? SignatureState::trusted : SignatureState::untrusted;
}

}  // namespace ck::experiment
