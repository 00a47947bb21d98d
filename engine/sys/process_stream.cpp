#include "sys/process_stream.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace ck::sys {
namespace {

constexpr std::size_t kPieceBytes = 64u << 10;

/// Numbers 0 to 2 are for the child's streams: a source there could be overwritten before its turn.
Descriptor above_standard(int number) {
  if (number < 0 || number > STDERR_FILENO) return Descriptor(number);
  const Descriptor low(number);
  return Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

Result<Descriptor> open_null(int access) {
  Descriptor null = above_standard(::open("/dev/null", access | O_CLOEXEC));
  if (!null) return fail(system_error("open /dev/null", errno));
  return null;
}

}  // namespace

Result<Descriptor> open_input(const ProcessSpec& spec) {
  if (spec.stdin_text.empty()) {
    if (spec.inherit_stdin) return Descriptor();
    return open_null(O_RDONLY);
  }
  // A file in memory, not a pipe: nobody has to feed it, and a program that does not read is no
  // special case.
  Descriptor text = above_standard(::memfd_create("stdin", MFD_CLOEXEC));
  if (!text) return fail(system_error("make room for the program's stdin", errno));
  CK_CHECK(write_all(text.get(), spec.stdin_text, "stdin"));
  if (::lseek(text.get(), 0, SEEK_SET) != 0) return fail(system_error("rewind stdin", errno));
  return text;
}

Result<Descriptor> Stream::open(bool counted) {
  if (target_.to == OutputTarget::To::inherit) return Descriptor();
  if (target_.to == OutputTarget::To::discard && !counted) return open_null(O_WRONLY);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(system_error("make a pipe", errno));
  read_end_ = above_standard(ends[0]);
  Descriptor write_end = above_standard(ends[1]);
  if (!read_end_ || !write_end) return fail(system_error("make a pipe", errno));
  ::fcntl(read_end_.get(), F_SETFL, O_NONBLOCK);
  return write_end;
}

std::uint64_t Stream::read(std::uint64_t allowance) { return read_at_most(kPieceBytes, allowance); }

std::uint64_t Stream::drain(std::uint64_t allowance) {
  int waiting = 0;
  std::uint64_t total = 0;
  if (!read_end_ || ::ioctl(read_end_.get(), FIONREAD, &waiting) != 0) return 0;
  while (waiting > 0) {
    const auto size = std::min<std::size_t>(kPieceBytes, static_cast<std::size_t>(waiting));
    const auto count = read_at_most(size, allowance);
    if (count == 0) break;
    total += count;
    allowance -= std::min(allowance, count);
    waiting -= static_cast<int>(count);
  }
  return total;
}

std::uint64_t Stream::read_at_most(std::size_t size, std::uint64_t allowance) {
  std::array<char, kPieceBytes> buffer;  // NOLINT(*-member-init): 64 KiB need not be zero first
  const auto count = uninterrupted(
      [&] { return ::read(read_end_.get(), buffer.data(), std::min(size, kPieceBytes)); });
  if (count == 0) read_end_.reset();
  if (count <= 0) return 0;
  const auto bytes = static_cast<std::uint64_t>(count);
  accept({buffer.data(), static_cast<std::size_t>(std::min(bytes, allowance))});
  return bytes;
}

void Stream::accept(std::string_view piece) {
  if (target_.to != OutputTarget::To::capture || piece.empty()) return;
  if (target_.tee) target_.tee(piece);
  const auto kept =
      std::min(piece.size(), target_.keep_bytes - std::min(target_.keep_bytes, text_.size()));
  text_.append(piece.substr(0, kept));
  if (kept < piece.size()) truncated_ = true;
}

}  // namespace ck::sys
