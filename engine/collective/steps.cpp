#include "collective/steps.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/plain_shell.hpp"
#include "collective/shell.hpp"
#include "install/observations.hpp"
#include "install/profile.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kBash = "/bin/bash";
constexpr std::size_t kKeptOutput = 1u << 20;
constexpr std::size_t kShownBytes = 2000;

sys::ProcessSpec bash(const std::string& script, const fs::path& directory,
                      const install::Variables& variables, Workbench& bench) {
  sys::ProcessSpec spec;
  spec.argv = {std::string(kBash), "-c", script};
  spec.variables = variables;
  spec.directory = directory;
  spec.limits = install::process_limits(bench.profile().limits, {});
  spec.out.keep_bytes = spec.err.keep_bytes = kKeptOutput;
  return spec;
}

std::string last_words(const sys::ProcessResult& result, const install::Scrubber& secrets) {
  const std::string text = secrets.scrub(trim(result.err).empty() ? result.out : result.err);
  const auto tail = text.size() > kShownBytes ? text.substr(text.size() - kShownBytes) : text;
  return printable_lines(trim(tail));
}

void note_opened(const ShellStep& step, sys::OpenedFiles files, install::Context& context) {
  install::ObservedStep observed;
  observed.what = step.what;
  observed.component = step.component;
  observed.collective = true;
  for (const auto& [key, id] : step.dependencies) observed.environments.push_back(id);
  observed.own = step.places.writable;
  observed.own.push_back(step.directory);
  observed.named = {step.script};
  for (const auto& [name, value] : step.variables) observed.named.push_back(name + "=" + value);
  observed.files = std::move(files);
  context.observations->add(std::move(observed));
}

bool of_the_shell(const std::string& name) {
  return name == "_" || name == "SHLVL" || name == "PWD" || name == "OLDPWD";
}

Result<sys::ProcessResult> execute(const ShellStep& step, Workbench& bench) {
  auto spec = bash(step.script, step.directory, step.variables, bench);
  if (step.time_limit)
    spec.limits.wall_time =
        std::min(*step.time_limit, spec.limits.wall_time.value_or(*step.time_limit));
  if (step.log != nullptr) {
    step.log->hide(install::scrubber_of(bench.context(), step.variables));
    step.log->write("+ " + step.what + "\n" + step.script + "\n");
    spec.out.tee = spec.err.tee = [&](std::string_view piece) { step.log->write(piece); };
  }
  auto places = step.places;
  places.writable.push_back(step.directory);
  CK_TRY(sandbox, bench.sandbox(std::move(places)));
  spec.sandbox = std::move(sandbox);
  spec.observe = bench.context().observations != nullptr && !step.component.empty();
  CK_TRY(result, bench.context().processes.run(spec, bench.context().cancel));
  if (step.log != nullptr) step.log->note(bench.profile().common.name, result.isolation);
  if (result.opened) note_opened(step, std::move(*result.opened), bench.context());
  if (result.killed_for == sys::KilledFor::cancelled)
    return fail(ErrorCode::interrupted, step.what + " was interrupted");
  return std::move(result);
}

Error failure_of(const ShellStep& step, const sys::ProcessResult& result, Workbench& bench) {
  Error error(ErrorCode::build_failed, step.what + " " + result.ending_text());
  const auto secrets = install::scrubber_of(bench.context(), step.variables);
  const std::string tail = last_words(result, secrets);
  if (!tail.empty()) error.in("its last lines:\n" + tail);
  return error;
}

}  // namespace

Status run_step(const ShellStep& step, Workbench& bench) {
  CK_TRY(result, execute(step, bench));
  if (result.ok()) return {};
  return fail(failure_of(step, result, bench));
}

Result<Printed> printed_by(const ShellStep& step, Workbench& bench) {
  CK_TRY(result, execute(step, bench));
  Printed printed;
  if (!result.ok()) printed.failure = failure_of(step, result, bench);
  printed.text = std::move(result.out);
  return printed;
}

Result<install::Variables> variables_after(const std::vector<std::string>& lines,
                                           const install::Variables& before,
                                           const fs::path& directory, Workbench& bench) {
  if (auto plain = plain_variables_after(lines, before, bench.context().home.environments()))
    return std::move(*plain);
  const std::string script = "exec 3>&1 1>&2\n" + join(lines, "\n") + "\nexec /usr/bin/env -0 >&3";
  auto spec = bash(script, directory, before, bench);
  CK_TRY(sandbox, bench.sandbox({.writable = {}, .readable = {directory}, .files = {}}));
  spec.sandbox = std::move(sandbox);
  CK_TRY(result, bench.context().processes.run(spec, bench.context().cancel));
  if (!result.ok()) {
    return fail(Error(ErrorCode::build_failed,
                      "loading the environments failed: bash " + result.ending_text())
                    .in("its last lines:\n" +
                        last_words(result, install::scrubber_of(bench.context(), before))));
  }
  install::Variables variables;
  for (const auto& line : split(result.out, '\0')) {
    const auto equals = line.find('=');
    if (equals == std::string::npos || of_the_shell(line.substr(0, equals))) continue;
    variables.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  std::ranges::sort(variables);
  return variables;
}

Result<std::string> shell_lines_of(const Json& answer, const std::string& hook) {
  const auto bat = answer.find("bat");
  if (bat == answer.end() || bat->is_null()) return std::string();
  if (bat->is_string()) return bat->get<std::string>();
  return fail(ErrorCode::program_failed, hook + " returned a \"bat\" that is no text but " +
                                             shortened(printable(to_text(*bat)), 80));
}

Result<std::vector<std::string>> export_lines(const Json& environment) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : environment.items()) {
    if (!is_variable_name(name))
      return fail(ErrorCode::invalid, "'" + printable(name) + "' is no name of a variable");
    const std::string text =
        value.is_string() ? value.get<std::string>() : text_at(environment, name);
    lines.emplace_back(trim(export_line(name, text)));
  }
  return lines;
}

}  // namespace ck::collective
