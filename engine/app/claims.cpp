#include "app/claims.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kMostBytes = 16u << 20;

Result<std::vector<experiment::Claim>> read_claims(const VerifyClaimsRequest& request) {
  CK_TRY(text, sys::read_file(request.file, kMostBytes));
  CK_TRY(json, parse_json(text, request.file.string()));
  CK_TRY(claims, experiment::claims_from_json(json, request.file.string()));
  if (request.only.empty()) return std::move(claims);
  std::vector<std::string> names;
  for (auto& claim : claims) {
    if (claim.name == request.only) return std::vector{std::move(claim)};
    names.push_back(claim.name);
  }
  Error error(ErrorCode::not_found,
              request.file.string() + " has no claim '" + printable(request.only) + "'");
  if (const auto hint = did_you_mean(near_misses(request.only, names))) error.hint(*hint);
  return fail(std::move(error));
}

}  // namespace

bool ClaimsReport::reproduced() const {
  return std::ranges::all_of(results, [](const experiment::ClaimResult& result) {
    return result.verdict == experiment::ClaimVerdict::reproduced;
  });
}

Result<ClaimsReport> verify_claims(Session& session, const VerifyClaimsRequest& request,
                                   const run::PassThrough& output) {
  ClaimsReport report;
  CK_TRY(claims, read_claims(request));
  report.claims = std::move(claims);
  CK_TRY(store, session.store());
  for (const auto& claim : report.claims)
    report.seconds.push_back(experiment::seconds_for(claim, request.reduced, *store));
  if (request.dry_run) return report;
  CK_TRY(context, session.context());
  for (const auto& claim : report.claims) {
    session.events().on(StepStarted{"claim " + claim.name});
    CK_TRY(result, experiment::verify_claim(claim, request.reduced, request.command_line, output,
                                            *context));
    session.events().on(
        StepFinished{"claim " + claim.name, std::string(experiment::name_of(result.verdict))});
    report.results.push_back(std::move(result));
  }
  return report;
}

}  // namespace ck::app
