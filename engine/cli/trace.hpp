#pragma once
/// --trace: which files the steps of a command opened, and which of them nobody declared.

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace ck::cli {

/// The option of verbs that run steps of components; the session knows by it that it has to note.
Option trace_option();

/// A line of numbers for each step, and below it what is not declared with what would declare it.
std::string observed_text(const std::vector<install::ObservedInputs>& observed);

/// With --trace, takes what was opened into the report, and says it where that is not JSON.
template <typename Report>
Status take_observed(Call& call, Report& report) {
  if (!call.line.has("trace")) return {};
  CK_TRY(observed, call.session.take_observed());
  report.observed = std::move(observed);
  if (call.output.json()) return {};
  std::string text = observed_text(report.observed);
  text.pop_back();
  call.output.say(text);
  return {};
}

}  // namespace ck::cli
