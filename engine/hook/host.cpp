#include "hook/host.hpp"

#include <algorithm>
#include <optional>

#include "base/strings.hpp"
#include "hook/python.hpp"
#include "hook/reply.hpp"
#include "sys/clock.hpp"
#include "sys/companion.hpp"

namespace ck::hook {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kOutputBytes = 1u << 20;
constexpr std::int64_t kNanosecondsInMillisecond = 1'000'000;

/// As the Python process has to name it, whose working directory is another one.
std::string name_anywhere(const fs::path& path) {
  std::error_code error;
  const auto full = fs::absolute(path, error);
  return error ? path.native() : full.native();
}

Json request_of(const HookCall& call, int id) {
  Json variables = Json::object();
  for (const auto& [name, value] : call.variables) variables[name] = value;
  return {{"op", "call"},          {"id", id},          {"path", name_anywhere(call.file)},
          {"func", call.function}, {"arg", call.input}, {"cwd", call.directory.native()},
          {"environ", variables}};
}

bool holds(const std::vector<fs::path>& places, const fs::path& wanted) {
  return std::ranges::any_of(places, [&](const fs::path& place) {
    return std::ranges::mismatch(place, wanted).in1 == place.end();
  });
}

/// A line that is too long is the hook's fault; a cancellation is nobody's.
Error channel_error(const HookCall& call, Error error) {
  if (error.code != ErrorCode::invalid) return error;
  return hook_error(call, "gave too large an answer: " + error.message);
}

}  // namespace

struct Host::State {
  State(HostOptions options_, Access access_, EventSink& events_)
      : options(std::move(options_)), access(std::move(access_)), events(events_) {}

  Status start(const HookCall& call);
  bool shows(const HookCall& call) const;
  Result<HookResult> call(const HookCall& call, const sys::Cancel& cancel);
  Result<Json> converse(const HookCall& call, const sys::Cancel& cancel);
  Result<Json> next_message(const HookCall& call, std::int64_t& left_ns, const sys::Cancel& cancel);
  Error too_slow(const HookCall& call) const;
  void warn(const HookCall& call, const Json& answer);

  HostOptions options;
  Access access;
  EventSink& events;
  std::optional<sys::Companion> process;
  std::optional<sys::Sandbox> sandbox;  ///< of the process
  std::optional<sys::Isolation> isolation;
  int calls = 0;  ///< the number of the last one is its id
  bool busy = false;
};

/// Whether the running process sees what the call is about. What a sandbox shows is decided when it
/// is made.
bool Host::State::shows(const HookCall& call) const {
  if (!sandbox) return true;
  const auto seen = [&](const fs::path& place) {
    return holds(sandbox->readable, place) || holds(sandbox->writable, place);
  };
  const auto open = [&](const fs::path& place) { return holds(sandbox->writable, place); };
  return open(call.directory) && std::ranges::all_of(call.writable, open) &&
         std::ranges::all_of(call.readable, seen);
}

Status Host::State::start(const HookCall& call) {
  if (process && shows(call)) return {};
  process.reset();
  sandbox = options.sandbox;
  if (sandbox) {
    sandbox->writable.push_back(call.directory);
    sandbox->writable.insert(sandbox->writable.end(), call.writable.begin(), call.writable.end());
    sandbox->readable.insert(sandbox->readable.end(), call.readable.begin(), call.readable.end());
  }
  CK_TRY(python, find_python(options));
  sys::CompanionSpec spec;
  // No bytecode beside other people's files, nothing printed held back.
  spec.argv = {python.native(), "-B", "-u", name_anywhere(options.program / "host.py")};
  spec.variables = options.variables;
  spec.directory = options.directory;
  spec.sandbox = sandbox;
  spec.max_line_bytes = options.max_answer_bytes;
  spec.keep_output_bytes = kOutputBytes;
  CK_TRY(started, sys::Companion::start(std::move(spec)));
  isolation = started.isolation();
  process.emplace(std::move(started));
  return {};
}

/// The next message of the host that is about this call.
Result<Json> Host::State::next_message(const HookCall& call, std::int64_t& left_ns,
                                       const sys::Cancel& cancel) {
  const sys::SystemClock clock;
  for (;;) {
    const auto before = clock.monotonic_ns();
    auto received = process->receive(milliseconds(left_ns / kNanosecondsInMillisecond), cancel);
    left_ns = std::max<std::int64_t>(0, left_ns - (clock.monotonic_ns() - before));
    if (!received) return fail(channel_error(call, std::move(received.error())));
    if (received->what == sys::Received::What::end) {
      return fail(hook_error(call, "ended the Python process, which " + process->end()));
    }
    if (received->what == sys::Received::What::timeout) return fail(too_slow(call));
    CK_TRY(message, parse_message(call, received->line, options.max_answer_bytes));
    // What a hook left behind, a thread or a line of its own making, may speak after its call.
    if (message.value("id", Json()) == calls) return std::move(message);
  }
}

Error Host::State::too_slow(const HookCall& call) const {
  const auto limit = static_cast<double>(options.time_limit.count()) * kNanosecondsInMillisecond;
  return hook_error(call, "did not answer within " + human_duration_ns(limit));
}

/// Sends the call and serves what the hook asks for, until it answers. Errors leave the process in
/// an unknown state.
Result<Json> Host::State::converse(const HookCall& call, const sys::Cancel& cancel) {
  process->send(to_text(request_of(call, ++calls)));
  std::int64_t left_ns = options.time_limit.count() * kNanosecondsInMillisecond;
  for (;;) {
    CK_TRY(message, next_message(call, left_ns, cancel));
    if (!message.contains("rpc")) return std::move(message);
    CK_TRY(request, access_request(call, message));
    process->send(to_text({{"ret", access(request)}}));
  }
}

void Host::State::warn(const HookCall& call, const Json& answer) {
  const auto dropped = answer.find("dropped");
  if (dropped == answer.end() || !dropped->is_array() || dropped->empty()) return;
  std::vector<std::string> places;
  for (const auto& place : *dropped) {
    if (place.is_string()) places.push_back(printable(place.get<std::string>()));
  }
  events.on(Warning{name_of(call) + " left values that JSON cannot hold, they are dropped: " +
                    shortened(join(places, ", "), 400)});
}

Result<HookResult> Host::State::call(const HookCall& call, const sys::Cancel& cancel) {
  CK_CHECK(cancel.check());
  CK_CHECK(check_call(call));
  CK_CHECK(start(call));
  process->take_output();
  auto answer = converse(call, cancel);
  const std::string output = process->take_output();
  if (!answer) {
    // Whatever it is doing, it is not waiting for the next call.
    process.reset();
    return fail(std::move(with_output(answer.error(), output)));
  }
  warn(call, *answer);
  auto result = read_answer(call, std::move(*answer));
  if (!result) return fail(std::move(with_output(result.error(), output)));
  result->output = output;
  return result;
}

Host::Host(HostOptions options, Access access, EventSink& events)
    : state_(std::make_unique<State>(std::move(options), std::move(access), events)) {}
Host::~Host() = default;
Host::Host(Host&&) noexcept = default;
Host& Host::operator=(Host&&) noexcept = default;

const std::optional<sys::Isolation>& Host::isolation() const { return state_->isolation; }

Result<HookResult> Host::call(const HookCall& call, const sys::Cancel& cancel) {
  if (state_->busy) {
    return fail(Error(ErrorCode::internal, name_of(call) +
                                               " cannot run now: the same host is running a hook "
                                               "that waits for it"));
  }
  state_->busy = true;
  auto result = state_->call(call, cancel);
  state_->busy = false;
  return result;
}

}  // namespace ck::hook
