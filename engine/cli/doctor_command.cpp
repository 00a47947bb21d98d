#include <algorithm>

#include "app/doctor.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "cli/command.hpp"
#include "cli/report_json.hpp"

namespace ck::cli {
namespace {

std::string_view word(app::Finding::Weight weight) {
  switch (weight) {
    case app::Finding::Weight::good:
      return "good";
    case app::Finding::Weight::odd:
      return "odd";
    case app::Finding::Weight::broken:
      return "broken";
  }
  return "odd";
}

Result<int> doctor(Call& call) {
  CK_TRY(name, name_of_kind(call, "repo"));
  CK_TRY(report, app::doctor(call.session, name));
  const auto broken =
      std::ranges::count(report.findings, app::Finding::Weight::broken, &app::Finding::weight);
  const auto odd =
      std::ranges::count(report.findings, app::Finding::Weight::odd, &app::Finding::weight);
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    for (const auto& finding : report.findings) {
      call.output.data(std::string(word(finding.weight)) + ": " + printable(finding.where) + ": " +
                       printable(finding.message) + "\n");
    }
    call.output.say(counted(report.components, "component") + " read: " + std::to_string(broken) +
                    " broken, " + counted(odd, "oddity", "oddities"));
  }
  return broken > 0 ? exit_code(ErrorCode::invalid) : 0;
}

}  // namespace

std::vector<Command> doctor_commands() {
  return {{"doctor",
           "check the machine and the components of the repositories",
           {"doctor", "doctor repo:NAME"},
           "Reads every component. What is odd works, or is left out, but hardly as its author "
           "meant. Fails when\n"
           "something cannot be read.",
           {},
           {"ck doctor", "ck doctor repo:core"},
           doctor}};
}

}  // namespace ck::cli
