#include "cli/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/json.hpp"
#include "base/strings.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kDefaultWidth = 80;

bool write_to(std::FILE* stream, std::string_view text) {
  const bool whole = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  return std::fflush(stream) == 0 && whole;
}

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 2) return size.ws_col;
  return kDefaultWidth;
}

/// Indents every line but the first, so that what belongs together looks so.
std::string indented(std::string_view text, std::string_view indent) {
  return replace_all(text, "\n", "\n" + std::string(indent));
}

std::string amount(std::uint64_t value, const std::string& unit) {
  if (unit == "bytes") return human_bytes(static_cast<double>(value));
  return std::to_string(value) + " " + unit;
}

std::string how_far(const Progress& progress) {
  if (!progress.total || *progress.total == 0) return amount(progress.done, progress.unit);
  const std::uint64_t hundredths = progress.done * 100 / *progress.total;
  return std::to_string(hundredths) + " % of " + amount(*progress.total, progress.unit);
}

/// ", 12 MB/s, 3 min left"
std::string how_fast(const Progress& progress) {
  if (!progress.per_second || *progress.per_second <= 0 || progress.unit != "bytes") return {};
  std::string text = ", " + human_bytes(*progress.per_second) + "/s";
  if (progress.total && *progress.total > progress.done) {
    const double left = static_cast<double>(*progress.total - progress.done);
    text += ", " + human_duration_ns(left / *progress.per_second * 1e9) + " left";
  }
  return text;
}

}  // namespace

Output::Output(const OutputOptions& options)
    : options_(options), terminal_(isatty(STDERR_FILENO) == 1) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  colours_ = terminal_ && !dumb && (no_color == nullptr || *no_color == '\0');
}

void Output::data(std::string_view text) {
  clear_transient();
  write_out(text);
}

void Output::write_out(std::string_view bytes) {
  if (!write_to(stdout, bytes) && out_error_ == 0) out_error_ = errno;
}

Status Output::delivered() const {
  if (out_error_ == 0) return {};
  return fail(ErrorCode::io, std::string("cannot write to standard output: ") +
                                 std::generic_category().message(out_error_));
}

void Output::say(std::string_view line) {
  if (options_.quiet) return;
  clear_transient();
  write_to(stderr, without_secrets(line) + "\n");
}

void Output::hide(const install::Variables& secrets) {
  for (const auto& [name, value] : secrets) secrets_.add(name, value);
}

void Output::pass_through(std::string_view bytes, bool error_stream) {
  clear_transient();
  // With --json stdout holds one document and nothing else.
  if (error_stream || options_.json) {
    write_to(stderr, bytes);
  } else {
    write_out(bytes);
  }
}

void Output::error(const Error& error) {
  clear_transient();
  if (options_.json) {
    const Json document = {{"schema", "ck.error/1"},
                           {"error",
                            {{"code", name_of(error.code)},
                             {"message", error.message},
                             {"context", error.context},
                             {"hints", error.hints},
                             {"exit_code", exit_code(error.code)}}}};
    data(without_secrets(to_pretty_text(document)));
    return;
  }
  std::string text = bad("ck: ") + indented(printable_lines(error.message), "    ") + "\n";
  for (const auto& place : error.context)
    text += "    in " + indented(printable_lines(place), "       ") + "\n";
  for (const auto& hint : error.hints)
    text += "    " + strong("hint: ") + indented(printable_lines(hint), "          ") + "\n";
  write_to(stderr, without_secrets(text));
}

bool Output::can_ask() const {
  return !options_.quiet && !options_.json && terminal_ && isatty(STDIN_FILENO) == 1;
}

bool Output::confirm(const std::string& question, bool yes) {
  if (yes || !can_ask()) return true;
  clear_transient();
  write_to(stderr, question + " [y/N] ");
  const int answer = std::getchar();
  return answer == 'y' || answer == 'Y';
}

std::string Output::coloured(std::string_view text, std::string_view code) const {
  if (!colours_) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::string Output::strong(std::string_view text) const { return coloured(text, "1"); }
std::string Output::good(std::string_view text) const { return coloured(text, "32"); }
std::string Output::bad(std::string_view text) const { return coloured(text, "31"); }

void Output::transient(const std::string& line) {
  if (!terminal_ || options_.quiet) return;
  std::string shown = printable(line);
  const std::size_t width = terminal_width();
  if (shown.size() >= width) shown = shortened(shown, width - 2);
  if (shown == transient_) return;
  transient_ = shown;
  write_to(stderr, "\r\x1b[K" + shown);
}

void Output::clear_transient() {
  if (transient_.empty()) return;
  transient_.clear();
  write_to(stderr, "\r\x1b[K");
}

void ProgressSink::on(const Event& event) {
  if (const auto* started = std::get_if<StepStarted>(&event)) {
    output_.transient(started->what + " …");
  } else if (const auto* finished = std::get_if<StepFinished>(&event)) {
    output_.say(printable_lines(finished->what +
                                (finished->detail.empty() ? "" : ": " + finished->detail)));
  } else if (const auto* progress = std::get_if<Progress>(&event)) {
    output_.transient(progress->what + ": " + how_far(*progress) + how_fast(*progress));
  } else if (const auto* warning = std::get_if<Warning>(&event)) {
    if (told_.insert(warning->message).second)
      output_.say(output_.bad("warning: ") + printable_lines(warning->message));
  } else if (output_.verbose()) {
    output_.say(printable_lines(std::get<Note>(event).message));
  }
}

}  // namespace ck::cli
