#include "base/error.hpp"

#include <cerrno>
#include <system_error>

namespace ck {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::verification:
      return "verification";
    case ErrorCode::network:
      return "network";
    case ErrorCode::io:
      return "io";
    case ErrorCode::denied:
      return "denied";
    case ErrorCode::build_failed:
      return "build_failed";
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::program_failed:
      return "program_failed";
    case ErrorCode::differs:
      return "differs";
    case ErrorCode::busy:
      return "busy";
    case ErrorCode::interrupted:
      return "interrupted";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return 2;
    case ErrorCode::program_failed:
      return 3;
    case ErrorCode::differs:
      return 4;
    case ErrorCode::busy:
      return 5;
    case ErrorCode::internal:
      return 70;
    case ErrorCode::interrupted:
      return 130;
    default:
      return 1;
  }
}

Error system_error(std::string_view what, int error_number) {
  const ErrorCode code = error_number == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  Error error(code,
              "cannot " + std::string(what) + ": " + std::generic_category().message(error_number));
  switch (error_number) {
    case ENOSPC:
      error.hint("free some space on that disk, then run the command again");
      break;
    case EDQUOT:
      error.hint("your disk quota is used up: free some space, then try again");
      break;
    case EROFS:
      error.hint("that file system is mounted read-only; set CK_HOME to a folder you can write to");
      break;
    default:
      break;
  }
  return error;
}

}  // namespace ck
