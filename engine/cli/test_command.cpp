#include <algorithm>

#include "app/component_test.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/command.hpp"
#include "cli/report_json.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kShownFiles = 10;

std::string_view word(const app::ComponentCase& one) {
  if (one.outcome == app::ComponentCase::Outcome::not_testable) return "not testable";
  return one.outcome == app::ComponentCase::Outcome::passed ? "passed" : "failed";
}

std::string reproducible_text(const app::ComponentCase& one) {
  if (!one.reproducible) return {};
  if (*one.reproducible) return "yes";
  return "no: " + counted(one.differing.size(), "file differs", "files differ");
}

void print(const Call& call, const app::ComponentTestReport& report) {
  TextTable table({{"CASE"}, {"RESULT"}, {"BYTE-IDENTICAL"}, {"DETAIL"}});
  for (const auto& one : report.cases) {
    const std::string detail = one.failure ? split(one.failure->message, '\n').front() : one.detail;
    table.add_row(
        {printable(one.what), std::string(word(one)), reproducible_text(one), printable(detail)});
  }
  call.output.data(table.to_string());
  for (const auto& one : report.cases) {
    if (one.outcome == app::ComponentCase::Outcome::failed) {
      Error error = *one.failure;
      error.in("case " + one.what);
      call.output.error(error);
    }
    for (std::size_t i = 0; i < one.differing.size() && i < kShownFiles; ++i)
      call.output.say(one.what + ": not the same twice: " + printable(one.differing[i]));
    if (one.differing.size() > kShownFiles)
      call.output.say(one.what + ": and " + std::to_string(one.differing.size() - kShownFiles) +
                      " more files");
  }
}

Result<int> test(Call& call) {
  app::ComponentTestRequest request;
  CK_TRY(pattern, pattern_of(call, {"package", "dataset", "model", "program", "software", "soft"}));
  request.pattern = pattern;
  request.values = call.line.values;
  if (const auto variations = call.line.given("variation"))
    request.variations = split(*variations, ',');
  request.profile = call.line.given("profile").value_or(request.profile);
  // What programs print is no part of the result.
  const bool told = call.output.verbose();
  const run::PassThrough output{[&](std::string_view bytes) {
                                  if (told) call.output.pass_through(bytes, true);
                                },
                                [&](std::string_view bytes) {
                                  if (told) call.output.pass_through(bytes, true);
                                }};
  CK_TRY(report, app::test_component(call.session, request, output));
  const auto is_failed = [](const app::ComponentCase& one) {
    return one.outcome == app::ComponentCase::Outcome::failed;
  };
  const bool differs = std::ranges::any_of(
      report.cases, [](const auto& one) { return !one.reproducible.value_or(true); });
  if (call.output.json()) {
    call.output.data(json_text(report));
  } else {
    print(call, report);
  }
  if (std::ranges::any_of(report.cases, is_failed)) return exit_code(ErrorCode::program_failed);
  return differs && call.line.has("strict") ? exit_code(ErrorCode::program_failed) : 0;
}

}  // namespace

std::vector<Command> test_commands() {
  return {
      {"test",
       "try a component from nothing, for those who write it",
       {"test package:NAME [--variation=A,B]", "test program:NAME", "test software:NAME"},
       "Works in a home of its own, which is removed afterwards. Packages, datasets and models "
       "are\n"
       "built and checked with their defaults and with each other option of their variations,\n"
       "everything twice: are the files byte-identical? Programs run each command once and have "
       "to\n"
       "leave their metrics and outputs. Software has to be found, with a version. Variations of\n"
       "CK's packages for which this machine lacks something are listed as not testable. Exit\n"
       "status 3 when a case fails.",
       {{{"variation", "A,B", "only with these variations"},
         {"profile", "NAME", "which variables and limits builds and runs get (default: clean)"},
         {"strict", "", "fail when two builds differ"}},
        {},
        true},
       {"ck test software:gcc", "ck test program:hello"},
       test}};
}

}  // namespace ck::cli
