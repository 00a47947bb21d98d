#pragma once
/// Where words for people and data for programs go: stdout is data, stderr everything else.

#include <set>
#include <string>
#include <string_view>

#include "app/forward.hpp"
#include "base/error.hpp"
#include "base/events.hpp"

namespace ck::cli {

struct OutputOptions {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

class Output {
 public:
  explicit Output(const OutputOptions& options);

  bool json() const { return options_.json; }
  bool verbose() const { return options_.verbose; }

  void data(std::string_view text);  ///< to stdout, untouched
  void say(std::string_view line);   ///< to stderr, unless quiet; a newline is added
  void pass_through(std::string_view bytes, bool error_stream);  ///< of a program, untouched

  /// "ck: message", places and hints; as JSON on stdout with --json.
  void error(const Error& error);

  /// Values that are left out of everything said from now on; data and what programs print stay.
  void hide(const install::Variables& secrets);
  std::string without_secrets(std::string_view text) const { return secrets_.scrub(text); }

  /// `io` if anything meant for stdout could not be written: a full disk must not look like an
  /// answer.
  Status delivered() const;

  /// Whether somebody can be asked: stdin and stderr are a terminal, and neither --quiet nor --json
  /// is given.
  bool can_ask() const;

  /// A question with a default of no. Never asked without a terminal, with --yes or --quiet: then
  /// the answer is yes, since the command line already said what to do.
  bool confirm(const std::string& question, bool yes);

  /// Bold and colours, empty strings where the terminal has none or NO_COLOR is set.
  std::string strong(std::string_view text) const;
  std::string good(std::string_view text) const;
  std::string bad(std::string_view text) const;

  bool terminal() const { return terminal_; }
  void transient(const std::string& line);  ///< replaces the progress line (terminals only)

 private:
  std::string coloured(std::string_view text, std::string_view code) const;
  void clear_transient();
  void write_out(std::string_view bytes);

  OutputOptions options_;
  install::Scrubber secrets_;
  bool terminal_ = false;  ///< stderr is one
  bool colours_ = false;
  std::string transient_;
  int out_error_ = 0;  ///< errno of the first failed write to stdout
};

/// Shows events: one updating line on a terminal, one line a step otherwise, nothing when quiet.
/// The same warning is told once.
class ProgressSink final : public EventSink {
 public:
  explicit ProgressSink(Output& output) : output_(output) {}
  void on(const Event& event) override;

 private:
  Output& output_;
  std::set<std::string> told_;
};

}  // namespace ck::cli
