#include <algorithm>

#include "app/lint.hpp"
#include "app/lint_fix.hpp"
#include "base/counted.hpp"
#include "base/line_diff.hpp"
#include "base/strings.hpp"
#include "cli/command.hpp"
#include "cli/report_json.hpp"

namespace ck::cli {
namespace {

using Severity = app::LintFinding::Severity;

/// As it is typed: from here, when it lies below here.
std::string shown_path(const fs::path& file) {
  std::error_code unknown;
  const fs::path here = fs::current_path(unknown);
  const fs::path relative = unknown ? file : file.lexically_relative(here);
  const bool below = !relative.empty() && *relative.begin() != "..";
  return printable((below ? relative : file).string());
}

void print(const Call& call, const app::LintReport& report) {
  std::string text;
  for (const auto& one : report.findings) {
    const bool error = one.severity == Severity::error;
    text += shown_path(one.file) + ":" + std::to_string(one.line) + ": " +
            (error ? "error" : "warning") + ": " + printable(one.message) +
            (one.hint.empty() ? "" : " (" + printable(one.hint) + ")") + " [" + one.rule + "]\n";
  }
  call.output.data(text);
}

/// Corrects first; what is left is told after it.
Status fix(Call& call, const std::string& path, std::vector<app::LintFix>& fixes) {
  if (!call.line.has("fix")) {
    if (!call.line.has("dry_run")) return {};
    return fail(Error(ErrorCode::usage, "--dry_run is for --fix").hint("ck lint --fix --dry_run"));
  }
  CK_TRY(made, app::fix_lint(call.session, path, call.line.has("dry_run")));
  fixes = std::move(made);
  if (call.output.json()) return {};
  std::size_t count = 0;
  for (const auto& one : fixes) {
    call.output.data(printable_lines(line_diff(shown_path(one.file), one.before, one.after)));
    count += one.changes.size();
  }
  call.output.say(counted(count, "correction") +
                  (call.line.has("dry_run") ? " to make in " : " made in ") +
                  counted(fixes.size(), "file"));
  return {};
}

Result<int> lint(Call& call) {
  if (call.line.words.size() > 1) {
    return fail(ErrorCode::usage, "one path is expected, found also '" + call.line.words[1] + "'");
  }
  const std::string path = call.line.words.empty() ? "." : call.line.words.front();
  std::vector<app::LintFix> fixes;
  CK_CHECK(fix(call, path, fixes));
  CK_TRY(report, app::lint(call.session, path));
  const auto errors =
      std::ranges::count(report.findings, Severity::error, &app::LintFinding::severity);
  const auto warnings = static_cast<std::ptrdiff_t>(report.findings.size()) - errors;
  if (call.output.json()) {
    call.output.data(json_text(report, fixes));
  } else {
    print(call, report);
    call.output.say(counted(report.files, "descriptor") + " read: " + counted(errors, "error") +
                    ", " + counted(warnings, "warning"));
  }
  const bool bad = errors > 0 || (warnings > 0 && call.line.has("strict"));
  return bad ? exit_code(ErrorCode::invalid) : 0;
}

}  // namespace

std::vector<Command> lint_commands() {
  return {
      {"lint",
       "check components before others use them",
       {"lint [PATH]", "lint repo:NAME", "lint KIND:NAME"},
       "PATH is a repository, a folder or one descriptor (default: the folder you are in). "
       "Each line is\nFILE:LINE: error or warning: what, and the name of the rule. Errors are "
       "what ck would refuse,\nwarnings what is hardly meant. Fails when there are errors. --fix "
       "corrects what is beyond\n"
       "doubt, in descriptors of ours: keys and words one slip away from the one that is meant, "
       "the name of\nthe folder, a missing UID or hash of a file of this machine. It prints the "
       "lines it changes.",
       {{{"strict", "", "fail for warnings too"},
         {"fix", "", "correct what is beyond doubt, and print the changed lines"},
         {"dry_run", "", "with --fix: print them, and change nothing"}},
        {},
        false},
       {"ck lint repo:core", "ck lint . --fix --dry_run", "ck lint package:onnx-lite --strict"},
       lint}};
}

}  // namespace ck::cli
