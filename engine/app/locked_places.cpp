#include "app/locked_places.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "app/preparations.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kMostTold = 20;

struct Refusal {
  SweepValues values;
  Error error;
};

std::string place_text(const SweepValues& values) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : values) parts.push_back(printable(name + "=" + value));
  return join(parts, " ");
}

/// With every line of a reason further in than the place it is about.
std::string reason_text(const Error& error) { return replace_all(error.message, "\n", "\n    "); }

Error refused(const std::vector<Refusal>& refusals, std::size_t places) {
  std::string message = "the lock does not fit " + std::to_string(refusals.size()) + " of " +
                        counted(places, "point") + " that are still to be run, and none was run:";
  Error error(refusals.front().error.code, "");
  for (std::size_t i = 0; i < std::min(refusals.size(), kMostTold); ++i) {
    const auto& [values, reason] = refusals[i];
    message += "\n  " + place_text(values) + ": " + reason_text(reason);
    for (const auto& hint : reason.hints) {
      if (std::ranges::find(error.hints, hint) == error.hints.end()) error.hint(hint);
    }
  }
  if (refusals.size() > kMostTold)
    message += "\n  and " + std::to_string(refusals.size() - kMostTold) + " more";
  error.message = std::move(message);
  error.hint("leave these values out, or lock anew with them: ck lock");
  return error;
}

/// The values that decide what is taken from a lock: variables of a run of ours do not.
SweepValues deciding_values(const SweepValues& values, bool collective) {
  SweepValues deciding = values;
  if (!collective) {
    std::erase_if(deciding, [](const auto& value) { return value.first.starts_with("env."); });
  }
  return deciding;
}

/// What a failed build or program says is of the place, not of the lock: its run tells it.
bool is_of_the_lock(const Error& error) {
  return error.code != ErrorCode::build_failed && error.code != ErrorCode::program_failed;
}

/// What would be wrong at every place, or has nothing to do with any.
bool ends_the_check(const Error& error) {
  return error.code == ErrorCode::usage || error.code == ErrorCode::interrupted ||
         error.code == ErrorCode::internal;
}

/// What is planned under the lock; of a program of CK only its build tells.
Status plan_under_lock(Session& session, RunRequest request, bool collective) {
  if (collective) {
    request.rebuild = false;
    CK_CHECK(compile(session, request));
    return {};
  }
  request.dry_run = true;
  CK_CHECK(prepare_run(session, request));
  return {};
}

/// Why the lock does not fit, or nothing.
Result<std::optional<Error>> reason_against(Session& session, const RunRequest& request,
                                            bool collective) {
  auto planned = plan_under_lock(session, request, collective);
  if (planned) return std::optional<Error>();
  if (ends_the_check(planned.error())) return fail(std::move(planned.error()));
  if (!is_of_the_lock(planned.error())) return std::optional<Error>();
  return std::optional<Error>(std::move(planned.error()));
}

}  // namespace

Status check_locked_places(Session& session, const RunRequest& base,
                           const std::vector<SweepValues>& places) {
  if (!base.locked) return {};
  CK_TRY(program, collective_program(session, base));
  const bool collective = program.has_value();
  if (collective && base.dry_run) return {};
  std::vector<Refusal> refusals;
  std::map<SweepValues, std::optional<Error>> checked;
  std::uint64_t done = 0;
  for (const auto& values : places) {
    CK_CHECK(session.cancel().check());
    session.events().on(Progress{"checking the lock", ++done, places.size(), "points"});
    const auto [known, fresh] = checked.try_emplace(deciding_values(values, collective));
    if (fresh) {
      CK_TRY(reason, reason_against(session, request_for(base, values), collective));
      known->second = std::move(reason);
    }
    if (known->second) refusals.push_back({values, *known->second});
  }
  if (refusals.empty()) return {};
  return fail(refused(refusals, places.size()));
}

}  // namespace ck::app
