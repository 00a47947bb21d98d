#include "sys/observation.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <set>
#include <system_error>

#include "base/strings.hpp"

namespace ck::sys {
namespace {

constexpr std::size_t kStart = 4096;

std::string start_of(const fs::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  std::string text(kStart, '\0');
  const auto size =
      opened ? uninterrupted([&] { return ::pread(opened.get(), text.data(), kStart, 0); }) : 0;
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

template <typename T>
bool read_at(std::string_view text, std::size_t offset, T& value) {
  if (offset > text.size() || text.size() - offset < sizeof value) return false;
  std::memcpy(&value, text.data() + offset, sizeof value);
  return true;
}

/// The loader that a program for this kind of machine asks for.
std::string loader_in(std::string_view text) {
  Elf64_Ehdr header{};
  if (!read_at(text, 0, header)) return {};
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part{};
    if (!read_at(text, header.e_phoff + i * sizeof part, part)) return {};
    if (part.p_type != PT_INTERP || part.p_offset >= text.size()) continue;
    return std::string(text.substr(part.p_offset, part.p_filesz).data());
  }
  return {};
}

std::string interpreter_in(std::string_view text) {
  const auto from = text.find_first_not_of(" \t", 2);
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_first_of(" \t\r\n", from) - from));
}

/// The kernel opens interpreters and loaders itself, without a call that could be noted.
class Executed {
 public:
  explicit Executed(OpenedFiles& files) : files_(files) {}

  void add(const fs::path& file) {
    constexpr int kDeepest = 5;  // as the kernel
    fs::path next = file;
    for (int depth = 0; depth < kDeepest && !next.empty() && known_.insert(next).second; ++depth) {
      files_.executed.push_back(next);
      next = started_by(next);
    }
  }

 private:
  fs::path started_by(const fs::path& file) {
    const std::string text = start_of(file);
    fs::path found;
    if (text.starts_with("#!")) {
      found = interpreter_in(text);
    } else if (text.starts_with(ELFMAG) && text.size() > EI_CLASS) {
      // The calls of 32-bit programs have other numbers, which nobody looks at.
      if (text[EI_CLASS] != ELFCLASS64) files_.complete = false;
      found = loader_in(text);
    }
    std::error_code missing;
    return found.is_absolute() && fs::is_regular_file(found, missing) ? found : fs::path();
  }

  OpenedFiles& files_;
  std::set<fs::path> known_;
};

}  // namespace

Result<Descriptor> open_notes(int lowest) {
  Descriptor notes(::memfd_create("ck-notes", MFD_CLOEXEC));
  if (notes && notes.get() < lowest) notes.reset(::fcntl(notes.get(), F_DUPFD_CLOEXEC, lowest));
  if (!notes) return fail(system_error("make room for the names of opened files", errno));
  return notes;
}

Result<OpenedFiles> read_notes(const Descriptor& notes) {
  struct stat status {};
  if (::fstat(notes.get(), &status) != 0)
    return fail(system_error("read the names of opened files", errno));
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const auto size = uninterrupted([&] {
      return ::pread(notes.get(), text.data() + done, text.size() - done, static_cast<off_t>(done));
    });
    if (size <= 0) return fail(system_error("read the names of opened files", errno));
    done += static_cast<std::size_t>(size);
  }
  return opened_files(text);
}

OpenedFiles opened_files(std::string_view notes) {
  OpenedFiles files;
  Executed executed(files);
  while (!notes.empty()) {
    const auto end = notes.find('\0');
    if (end == std::string_view::npos) break;
    const std::string_view path = notes.substr(1, end - 1);
    switch (notes.front()) {
      case 'r':
        files.read.emplace_back(path);
        break;
      case 'x':
        executed.add(fs::path(path));
        break;
      case '!':
        files.complete = false;
        break;
      default:
        break;
    }
    notes.remove_prefix(end + 1);
  }
  return files;
}

Error observation_error(int error_number, std::string_view program) {
  std::string why = std::generic_category().message(error_number);
  if (error_number == EBUSY) why = "somebody observes this process already";
  return Error(ErrorCode::unsupported, "cannot tell what " + shown(fs::path(program)) +
                                           " opens: the machine refuses seccomp notifications or "
                                           "a look into other processes: " +
                                           why)
      .hint(
          "without --trace it runs; in a container, allow seccomp and ptrace "
          "(docker: --cap-add=SYS_PTRACE)");
}

}  // namespace ck::sys
