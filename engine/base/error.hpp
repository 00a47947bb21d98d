#pragma once
/// How everything in the engine reports failure: a value that says what was wanted, what was
/// found, where, and what to do next. Functions that can fail return `Result<T>`; nothing in the
/// engine throws across a public function.

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace ck {

/// What kind of failure it was. Decides the exit code (see `exit_code`) and the word in JSON.
enum class ErrorCode {
  invalid,         ///< input that breaks its own rules (a descriptor, an archive, a lock)
  not_found,       ///< a name, tag, file or version that nothing provides
  conflict,        ///< requirements that cannot hold together, or a thing that exists already
  unsupported,     ///< understood, but this machine or version cannot do it
  verification,    ///< content that is not what it was said to be (hash, signature, size)
  network,         ///< a remote that cannot be reached or answers with an error
  io,              ///< the operating system refused: disk full, permission, read-only
  denied,          ///< a rule of ours refused: a path that leaves its folder, a forbidden file
  build_failed,    ///< a build step of a component failed
  usage,           ///< a command line that cannot be understood
  program_failed,  ///< the program under test failed, crashed or hit a limit
  differs,         ///< a replay that did not reproduce
  busy,            ///< somebody else holds the lock; try again
  interrupted,     ///< Ctrl-C or SIGTERM
  internal,        ///< a bug of ours
};

/// The stable, lower-case name of a code as it stands in JSON ("not_found").
std::string_view name_of(ErrorCode code);

/// The process exit code for an error: 1 request cannot be met, 2 usage, 3 program failed,
/// 4 replay differs, 5 busy, 70 internal, 130 interrupted.
int exit_code(ErrorCode code);

/// A failure. `message` is one sentence without a final full stop; `context` holds the places it
/// passed through, innermost first ("file packages/x/ck.json, key /build/system"); `hints` say what
/// to do next, best first, each a sentence or a command.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::vector<std::string> context;
  std::vector<std::string> hints;

  Error() = default;
  Error(ErrorCode code_, std::string message_) : code(code_), message(std::move(message_)) {}

  /// Adds a place on the way up; returns itself so that it can be returned in one expression.
  Error& in(std::string place) & {
    context.push_back(std::move(place));
    return *this;
  }
  Error&& in(std::string place) && {
    context.push_back(std::move(place));
    return std::move(*this);
  }
  /// Adds a piece of advice.
  Error& hint(std::string advice) & {
    hints.push_back(std::move(advice));
    return *this;
  }
  Error&& hint(std::string advice) && {
    hints.push_back(std::move(advice));
    return std::move(*this);
  }
};

/// A value or the reason there is none.
template <typename T>
using Result = tl::expected<T, Error>;

/// Success without a value.
using Status = tl::expected<void, Error>;

/// Makes the failing arm of any `Result`: `return fail(ErrorCode::io, "…");`
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)));
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

/// The error of the last system call: "cannot WHAT: No space left on device". ENOSPC, EDQUOT and
/// EROFS get a hint. `code` is io, or not_found for ENOENT.
Error system_error(std::string_view what, int error_number);

}  // namespace ck

/// Unwraps a Result into `name`, or returns its error from the enclosing function.
#define CK_TRY(name, expression)                                             \
  auto name##_result_ = (expression);                                        \
  if (!name##_result_) return ::ck::fail(std::move(name##_result_.error())); \
  auto& name = *name##_result_

/// Returns the error of a Status (or Result whose value is not needed) from the enclosing function.
#define CK_CHECK(expression)                                                 \
  do {                                                                       \
    auto check_result_ = (expression);                                       \
    if (!check_result_) return ::ck::fail(std::move(check_result_.error())); \
  } while (false)
