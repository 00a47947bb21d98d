#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/claims.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/command.hpp"

namespace ck::cli {
namespace {

std::string subject_text(const experiment::ClaimSubject& subject) {
  return "experiment:" + subject.experiment + (subject.point.empty() ? "" : "/" + subject.point);
}

/// The claim as the file has it, in one line.
std::string claim_text(const experiment::Claim& claim) {
  if (claim.than) {
    const std::string times = claim.expected
                                  ? fmt::format("{}{} times faster than ",
                                                claim.at_least ? "at least " : "", *claim.expected)
                                  : "faster than ";
    return subject_text(claim.subject) + " is " + times + subject_text(*claim.than);
  }
  const std::string value = claim.expected ? fmt::format("{}", *claim.expected) : "as recorded";
  return claim.metric + " of " + subject_text(claim.subject) + " is " + value;
}

/// How long all claims take whose time is known, and whether that is all of them.
struct Cost {
  double seconds = 0;
  bool complete = true;
};

Cost cost_of(const app::ClaimsReport& report) {
  Cost cost;
  for (const auto& seconds : report.seconds) {
    cost.seconds += seconds.value_or(0);
    cost.complete = cost.complete && seconds.has_value();
  }
  return cost;
}

std::string plan_text(const app::ClaimsReport& report) {
  TextTable table({{"CLAIM"}, {"WHAT"}, {"ABOUT", TextTable::Align::right}});
  for (std::size_t i = 0; i < report.claims.size(); ++i) {
    const auto& claim = report.claims[i];
    const auto& seconds = report.seconds.at(i);
    table.add_row({printable(claim.name), printable(claim_text(claim)),
                   seconds ? human_duration_ns(*seconds * 1e9) : "?"});
  }
  const auto cost = cost_of(report);
  return table.to_string() + (cost.complete ? "together about " : "together at least ") +
         human_duration_ns(cost.seconds * 1e9) + "\n";
}

std::string result_text(const Output& output, const app::ClaimsReport& report) {
  std::string text;
  for (const auto& result : report.results) {
    const std::string word(experiment::name_of(result.verdict));
    const bool good = result.verdict == experiment::ClaimVerdict::reproduced;
    text +=
        (good ? output.good(word) : output.bad(word)) + ": " + printable(result.claim.name) + "\n";
    if (!result.claim.text.empty()) text += "  " + printable(result.claim.text) + "\n";
    text += "  " + printable(claim_text(result.claim)) + "\n";
    text += "  " + printable(result.detail) + "\n";
  }
  return text;
}

Json json_of(const app::ClaimsReport& report) {
  Json json = {{"schema", "ck.verified-claims/1"}, {"reproduced", report.reproduced()}};
  json["claims"] = Json::array();
  const auto cost = cost_of(report);
  json["cost_seconds"] = cost.seconds;
  json["cost_is_complete"] = cost.complete;
  for (std::size_t i = 0; i < report.claims.size(); ++i) {
    const auto& claim = report.claims[i];
    const auto& seconds = report.seconds.at(i);
    json["claims"].push_back({{"name", claim.name},
                              {"claim", claim_text(claim)},
                              {"cost_seconds", seconds ? Json(*seconds) : Json(nullptr)}});
  }
  for (std::size_t i = 0; i < report.results.size(); ++i) {
    Json& one = json["claims"][i];
    one["verdict"] = experiment::name_of(report.results[i].verdict);
    one["detail"] = report.results[i].detail;
    one["points"] = report.results[i].points;
  }
  return json;
}

}  // namespace

Result<int> verify_claims(Call& call) {
  if (call.line.words.size() != 1) {
    return fail(Error(ErrorCode::usage, "which claims?")
                    .hint("ck verify CLAIMS.json (schema ck.claims/1)"));
  }
  app::VerifyClaimsRequest request;
  request.file = call.line.words.front();
  request.only = call.line.get("claim");
  request.reduced = call.line.has("reduced");
  request.dry_run = call.line.has("dry_run");
  request.command_line = call.line.typed;
  CK_TRY(report, app::verify_claims(call.session, request, {}));
  if (call.output.json()) {
    call.output.data(to_pretty_text(json_of(report)));
  } else {
    call.output.data(request.dry_run ? plan_text(report) : result_text(call.output, report));
  }
  return report.reproduced() ? 0 : exit_code(ErrorCode::differs);
}

}  // namespace ck::cli
