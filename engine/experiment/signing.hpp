#pragma once
/// Signatures with ssh keys, made and checked by ssh-keygen.

#include <string>

#include "store/chain.hpp"
#include "sys/clock.hpp"
#include "sys/process.hpp"

namespace ck::experiment {

/// What is needed to run ssh-keygen.
struct Signing {
  sys::Processes& processes;
  const sys::Cancel& cancel;
  const std::vector<std::pair<std::string, std::string>>& variables;  ///< for PATH and the agent
  fs::path scratch;  ///< where temporary files may lie
};

/// Signs the statement about all records of the experiment with `key`, a private key's file or a
/// public one whose private half an agent has, and keeps it. `not_found` without ssh-keygen (with
/// the package that has it) or key; `denied` when ssh-keygen refuses.
Result<store::Signature> sign(store::Archive& archive, const store::ExperimentHead& experiment,
                              const fs::path& key, const std::string& signer,
                              const sys::Clock& clock, const Signing& signing);

enum class SignatureState {
  trusted,    ///< valid, of a key that the list of allowed signers has for this name
  valid,      ///< valid, but nobody said whose key it is
  untrusted,  ///< valid, but its key is not that of the signer in the list
  wrong,      ///< not a signature of this statement
  outdated,   ///< valid, but the records are not what was signed
};
std::string_view name_of(SignatureState state);

/// What a statement says it is about: the first `points` records, numbered up to `last` where it
/// was made; -1 for a text that is none.
struct Signed {
  std::int64_t last = -1;
  std::int64_t points = -1;
};
Signed signed_by(const std::string& statement);

/// Whether the signature is one of `statement`, which is what the records say now.
Result<SignatureState> check_signature(const std::string& statement,
                                       const store::Signature& signature, const fs::path& allowed,
                                       const Signing& signing);
/// `allowed` is a file as in ssh-keygen(1), ALLOWED SIGNERS; empty: none is asked.
Result<SignatureState> check_signature(store::Archive& archive,
                                       const store::ExperimentHead& experiment,
                                       const store::Signature& signature, const fs::path& allowed,
                                       const Signing& signing);

}  // namespace ck::experiment
