#pragma once
/// ck verify CLAIMS.json.

#include "app/session.hpp"
#include "experiment/claims.hpp"

namespace ck::app {

struct VerifyClaimsRequest {
  fs::path file;
  std::string only;      ///< name of one claim; empty: all
  bool reduced = false;  ///< the shorter runs that claims name
  bool dry_run = false;  ///< nothing is run: what is claimed, and what it costs
  std::string command_line;
};
struct ClaimsReport {
  std::vector<experiment::Claim> claims;  ///< those asked for
  /// About how long each takes; nothing where neither it nor a record here tells.
  std::vector<std::optional<double>> seconds;
  std::vector<experiment::ClaimResult> results;  ///< none for a dry run
  bool reproduced() const;                       ///< every one of them
};
/// `not_found` for a file or a claim that is not there.
Result<ClaimsReport> verify_claims(Session& session, const VerifyClaimsRequest& request,
                                   const run::PassThrough& output);

}  // namespace ck::app
