#include "run/runner.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <limits>

#include <nlohmann/json.hpp>
#include "base/strings.hpp"
#include "install/isolation.hpp"
#include "install/observations.hpp"
#include "install/profile.hpp"
#include "install/staging.hpp"
#include "run/moment.hpp"
#include "run/placement.hpp"
#include "run/written_file.hpp"
#include "sys/files.hpp"

namespace ck::run {
namespace {

constexpr std::uint64_t kMaxKeptOutput = 16u << 20;
constexpr std::size_t kMaxKeptStream = 16u << 20;
constexpr std::size_t kShownLines = 10;

/// A run's own folder: `run` is the working directory, `tmp` and `home` serve TMPDIR and HOME.
Result<sys::TemporaryDirectory> make_work(const install::Context& context) {
  install::clean_abandoned(context.home.work(), context.clock);
  CK_TRY(work, install::make_staging(context.home.work()));
  for (const auto* name : {"run", "tmp", "home"})
    CK_CHECK(sys::make_directories(work.path() / name));
  return std::move(work);
}

/// The value of a plan's secret, if the plan has it: what was recorded has none.
const std::string* value_of(const install::Secret& secret, const RunPlan& plan) {
  for (const auto* values : {&plan.hidden, &plan.variables}) {
    const auto known =
        std::ranges::find(*values, secret.name, &install::Variables::value_type::first);
    if (known != values->end()) return &known->second;
  }
  return nullptr;
}

/// Only places are left open in a plan, and secrets in a recorded one.
std::string placed(const std::string& text, const RunPlan& plan, const fs::path& work,
                   const fs::path& home) {
  std::string result =
      replace_all(replace_all(text, "${work}", work.string()), "${home}", home.string());
  for (const auto& secret : plan.secrets) {
    if (const auto* value = value_of(secret, plan))
      result = replace_all(result, place_of_secret(secret.name), *value);
  }
  return result;
}

/// A record has no values of secrets; who replays it has to give them again.
Status check_secrets(const RunPlan& plan) {
  for (const auto& secret : plan.secrets) {
    if (value_of(secret, plan) != nullptr) continue;
    return fail(Error(ErrorCode::usage, plan.subject + " was run with the secret " +
                                            printable(secret.name) + ", which is not recorded")
                    .hint("give it again: --secret." + secret.name + "=VALUE"));
  }
  return {};
}

sys::ProcessSpec make_spec(const RunPlan& plan, const fs::path& work, const fs::path& home,
                           const PassThrough& output, const Conditions& conditions) {
  sys::ProcessSpec spec;
  for (const auto& argument : plan.argv) spec.argv.push_back(placed(argument, plan, work, home));
  for (const auto& [name, value] : plan.variables)
    spec.variables.emplace_back(name, placed(value, plan, work, home));
  if (conditions.padding_bytes > 0)
    spec.variables.emplace_back("CK_PADDING", std::string(conditions.padding_bytes, 'x'));
  spec.directory = work / "run";
  if (!plan.directory.empty()) spec.directory /= plan.directory;
  spec.limits = install::process_limits(plan.limits, {});
  spec.out = {sys::OutputTarget::To::capture, output.out, kMaxKeptStream};
  spec.err = {sys::OutputTarget::To::capture, output.err, kMaxKeptStream};
  return spec;
}

/// The run's own folders can be written; `home` and `tmp` are among them.
Result<std::optional<sys::Sandbox>> sandbox_for(const RunPlan& plan, const fs::path& work,
                                                const install::Context& context) {
  install::StepPlaces places;
  for (const auto* name : {"run", "tmp", "home"}) places.writable.push_back(work / name);
  for (const auto& path : plan.readable) places.readable.emplace_back(path);
  places.collective = !plan.surroundings.empty();
  if (!places.collective && plan.isolation.level != model::Isolation::Level::none) {
    CK_TRY(repositories, install::repositories_of(plan.environments, context));
    places.repositories = std::move(repositories);
  }
  return install::sandbox_of(plan.isolation, places, context);
}

Result<sys::ProcessResult> run_on(const std::vector<unsigned>& cpus, const sys::ProcessSpec& spec,
                                  install::Context& context) {
  const auto kept = sys::Affinity::keep(cpus);
  if (!kept) return fail(kept.error());
  return context.processes.run(spec, context.cancel);
}

/// What it opened, looked up: while its folders are there, since it may have links to others.
Status keep_inputs(const RunPlan& plan, const sys::ProcessSpec& spec, sys::OpenedFiles files,
                   const fs::path& work, store::Repetition& repetition, install::Context& context) {
  install::ObservedStep step;
  step.what = "running " + plan.subject;
  step.component = plan.subject;
  step.collective = !plan.surroundings.empty();
  step.environments = plan.environments;
  step.own = {work};
  step.named.assign(spec.argv.begin() + 1, spec.argv.end());
  for (const auto& [name, value] : spec.variables) step.named.push_back(name + "=" + value);
  for (const auto& path : plan.readable) step.named.push_back(path);
  step.files = std::move(files);
  CK_TRY(inputs, install::observed_inputs(step, context));
  CK_TRY(detail, parse_json(repetition.detail, "what was seen of the run"));
  detail["inputs"] = install::to_json(inputs);
  const install::Scrubber scrubber = scrubber_of(plan);
  repetition.detail = scrubber.scrub(to_text(detail));
  context.observations->add(std::move(inputs));
  return {};
}

std::string last_lines(const std::string& text) {
  auto lines = split(trim(text), '\n');
  if (lines.size() > kShownLines) lines.erase(lines.begin(), lines.end() - kShownLines);
  return join(lines, "\n");
}

/// Whether it speaks of a file that only the sandbox kept it from writing.
bool met_the_sandbox(const RunPlan& plan, const std::string& words) {
  return plan.isolation.level != model::Isolation::Level::none &&
         words.find("Read-only file system") != std::string::npos;
}

/// Why the process itself counts as failed, if it does.
std::optional<Error> process_failure(const RunPlan& plan, const sys::ProcessResult& result) {
  if (result.killed_for == sys::KilledFor::cancelled) {
    return Error(ErrorCode::interrupted, plan.subject + " was interrupted");
  }
  const auto* exited = std::get_if<sys::Exited>(&result.ending);
  const bool accepted = exited != nullptr && result.killed_for == sys::KilledFor::nothing &&
                        std::ranges::find(plan.accept_exit, exited->code) != plan.accept_exit.end();
  if (accepted) return std::nullopt;
  Error error(ErrorCode::program_failed, plan.subject + " " + result.ending_text());
  if (const auto tail = last_lines(result.err); !tail.empty())
    error.in("its last words on stderr:\n" + printable_lines(tail));
  if (met_the_sandbox(plan, result.err))
    error.hint("under the profile '" + plan.profile +
               "' it can write only in its own work directory: --profile=host lifts that, for code "
               "that you trust");
  return error;
}

Result<store::StoredOutput> keep_output(const model::Output& output, const fs::path& folder,
                                        const install::Scrubber& scrubber, store::Blobs& blobs,
                                        const sys::Cancel& cancel) {
  auto file = written_file(folder, output.path);
  if (!file) {
    file.error().message = "output " + output.name + ": " + file.error().message;
    return fail(std::move(file.error()));
  }
  std::error_code unreadable;
  store::StoredOutput stored{output.name, output.path, {}, fs::file_size(*file, unreadable), false};
  if (stored.size_bytes <= kMaxKeptOutput) {
    CK_TRY(bytes, sys::read_file(*file, kMaxKeptOutput));
    if (!scrubber.empty()) bytes = scrubber.scrub(bytes);
    CK_TRY(sha256, blobs.put(bytes));
    stored.sha256 = sha256;
    stored.kept = true;
    return stored;
  }
  CK_TRY(sha256, sys::hash_file(*file, cancel));
  stored.sha256 = sha256;
  return stored;
}

bool declares(const std::vector<model::Metric>& metrics, std::string_view name) {
  return std::ranges::any_of(metrics,
                             [&](const model::Metric& metric) { return metric.name == name; });
}

std::string direction_name(model::Metric::Direction direction) {
  switch (direction) {
    case model::Metric::Direction::lower:
      return "lower";
    case model::Metric::Direction::higher:
      return "higher";
    case model::Metric::Direction::none:
      return "none";
  }
  return "none";
}

/// Over how many iterations a number of the program's is to be divided.
double shared_by(const std::string& metric, const RunPlan& plan) {
  const bool total = plan.iterations && std::ranges::find(plan.iterations->totals, metric) !=
                                            plan.iterations->totals.end();
  return total ? static_cast<double>(plan.iterations->count) : 1;
}

/// Keys and values of the program's metrics, then of what the engine measures itself.
void add_metrics(RunOutcome& outcome, const RunPlan& plan, const std::vector<double>& extracted,
                 std::uint64_t memory_floor) {
  for (std::size_t i = 0; i < plan.metrics.size(); ++i) {
    const auto& metric = plan.metrics[i];
    outcome.keys.push_back(
        {metric.name, metric.unit, direction_name(metric.direction), metric.role});
    outcome.repetition.metrics.push_back(i < extracted.size()
                                             ? extracted[i] / shared_by(metric.name, plan)
                                             : std::numeric_limits<double>::quiet_NaN());
  }
  const auto own = [&](const char* name, const char* unit, const char* role, double value) {
    if (declares(plan.metrics, name)) return;
    outcome.keys.push_back({name, unit, "lower", role});
    outcome.repetition.metrics.push_back(value);
  };
  const auto& repetition = outcome.repetition;
  own("wall_time", "ns", "performance", static_cast<double>(repetition.wall_ns));
  own("user_time", "ns", "performance", static_cast<double>(repetition.user_ns));
  own("system_time", "ns", "performance", static_cast<double>(repetition.system_ns));
  // The kernel knows the sum exactly, but divides it by sampling.
  own("cpu_time", "ns", "performance",
      static_cast<double>(repetition.user_ns + repetition.system_ns));
  if (plan.iterations) {
    const auto count = static_cast<double>(plan.iterations->count);
    own("iteration_time", "ns", "performance", static_cast<double>(repetition.wall_ns) / count);
    own("iteration_cpu_time", "ns", "performance",
        static_cast<double>(repetition.user_ns + repetition.system_ns) / count);
  }
  // At or below the floor the kernel tells our own past, not the program's memory.
  const bool measured = repetition.max_rss_bytes > memory_floor;
  own("peak_memory", "bytes", "memory",
      measured ? static_cast<double>(repetition.max_rss_bytes)
               : std::numeric_limits<double>::quiet_NaN());
}

/// Of what was built to be run, in bytes.
std::optional<double> binary_size(const RunPlan& plan, const fs::path& work, const fs::path& home) {
  if (plan.binary.empty()) return std::nullopt;
  std::error_code missing;
  const auto bytes = fs::file_size(placed(plan.binary, plan, work, home), missing);
  if (missing) return std::nullopt;
  return static_cast<double>(bytes);
}

/// What the finished program left: outputs into the repetition, numbers into `extracted` and
/// `measured`.
Status collect(const RunPlan& plan, const fs::path& folder, const sys::ProcessResult& result,
               const Phases& phases, install::Context& context, store::Repetition& repetition,
               std::vector<double>& extracted, std::vector<Measured>& measured) {
  if (phases.measured) {
    CK_TRY(numbers, phases.measured(folder, result));
    measured = std::move(numbers);
  }
  const install::Scrubber scrubber = scrubber_of(plan);
  for (const auto& output : plan.outputs) {
    CK_TRY(stored, keep_output(output, folder, scrubber, context.store.blobs(), context.cancel));
    repetition.outputs.push_back(std::move(stored));
  }
  CK_TRY(values, extract_metrics(plan.metrics, folder, result.out));
  extracted = std::move(values);
  return {};
}

/// What a program did not leave as its plan says is its failure, Ctrl-C meanwhile is not.
Error failed_after(const RunPlan& plan, const store::Repetition& repetition, Error error) {
  if (error.code != ErrorCode::interrupted) error.code = ErrorCode::program_failed;
  return std::move(error).in("after " + plan.subject + " " + repetition.ending);
}

/// A program whose preparation failed did not run; that is archived like any failure of it.
Result<RunOutcome> failed_before(Error error, const RunPlan& plan, RunOutcome outcome,
                                 install::Context& context) {
  if (error.code == ErrorCode::io) return fail(std::move(error));
  if (error.code != ErrorCode::interrupted) error.code = ErrorCode::program_failed;
  outcome.failure = std::move(error).in("before " + plan.subject + " was started");
  auto& repetition = outcome.repetition;
  repetition.started_ns = context.clock.unix_ns();
  repetition.ending = "not started";
  repetition.detail = "{}";
  CK_TRY(nothing, context.store.blobs().put(""));
  repetition.out_sha256 = repetition.err_sha256 = nothing;
  return outcome;
}

}  // namespace

Result<RunOutcome> run_once(const RunPlan& plan, int number, const PassThrough& output,
                            install::Context& context, const Phases& phases,
                            const Conditions& conditions) {
  CK_CHECK(check_secrets(plan));
  const install::Scrubber scrubber = scrubber_of(plan);
  CK_TRY(work, make_work(context));
  CK_CHECK(place(plan, work.path() / "run", context));
  RunOutcome outcome;
  auto& repetition = outcome.repetition;
  repetition.number = number;
  auto spec = make_spec(plan, work.path(), context.home.root, output, conditions);
  CK_TRY(sandbox, sandbox_for(plan, work.path(), context));
  spec.sandbox = std::move(sandbox);
  if (phases.before) {
    auto prepared = phases.before(spec.directory, spec);
    if (!prepared)
      return failed_before(std::move(prepared.error()), plan, std::move(outcome), context);
  }
  const Moment before = Moment::now(conditions);
  repetition.started_ns = context.clock.unix_ns();
  spec.observe = context.observations != nullptr;
  CK_TRY(result, run_on(conditions.cpus, spec, context));
  repetition.wall_ns = result.wall_ns;
  repetition.user_ns = result.user_ns;
  repetition.system_ns = result.system_ns;
  repetition.max_rss_bytes = result.max_rss_bytes;
  repetition.ending = result.ending_text();
  const Observation observed = observe(plan.profile, result, before, conditions);
  repetition.detail = observed.detail;
  if (result.opened)
    CK_CHECK(keep_inputs(plan, spec, std::move(*result.opened), work.path(), repetition, context));
  if (phases.ended) CK_CHECK(phases.ended(spec.directory, result));
  if (!scrubber.empty()) {
    result.out = scrubber.scrub(result.out);
    result.err = scrubber.scrub(result.err);
  }
  CK_TRY(out_sha256, context.store.blobs().put(result.out));
  repetition.out_sha256 = out_sha256;
  CK_TRY(err_sha256, context.store.blobs().put(result.err));
  repetition.err_sha256 = err_sha256;

  std::vector<double> extracted;
  std::vector<Measured> measured;
  outcome.failure = process_failure(plan, result);
  if (!outcome.failure) {
    auto collected =
        collect(plan, spec.directory, result, phases, context, repetition, extracted, measured);
    // A missing or senseless number is the program's failure; a full disk is ours.
    if (!collected && collected.error().code == ErrorCode::io)
      return fail(std::move(collected.error()));
    if (!collected) outcome.failure = failed_after(plan, repetition, std::move(collected.error()));
  }
  repetition.ok = !outcome.failure;
  add_metrics(outcome, plan, extracted, result.max_rss_floor_bytes);
  measured.insert(measured.end(), observed.counted.begin(), observed.counted.end());
  if (const auto size = binary_size(plan, work.path(), context.home.root))
    measured.push_back({{"binary_size", "bytes", "lower", "size"}, *size});
  for (auto& number_found : measured) {
    if (declares(plan.metrics, number_found.key.name)) continue;
    outcome.keys.push_back(std::move(number_found.key));
    repetition.metrics.push_back(number_found.value);
  }
  return outcome;
}

}  // namespace ck::run
