#include "sys/launcher/options.hpp"

#include <charconv>
#include <cstring>

namespace ck::sys::launcher {
namespace {

/// A number up to the end of the text or a ':', which is skipped.
template <typename Number>
bool take_number(const char*& text, Number& number) {
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), number);
  if (error != std::errc() || (*end != '\0' && *end != ':')) return false;
  text = *end == ':' ? end + 1 : end;
  return true;
}

template <typename Number>
bool read_number(const char* text, Number& number) {
  return take_number(text, number) && *text == '\0';
}

bool read_limit(const char* text, Options& options) {
  ProcessLimit limit;
  return take_number(text, limit.resource) && take_number(text, limit.value.rlim_cur) &&
         read_number(text, limit.value.rlim_max) && options.limits.add(limit);
}

bool read_option(std::string_view key, const char* value, Options& options) {
  if (key == "--read") return options.places.add({value, false});
  if (key == "--write") return options.places.add({value, true});
  if (key == "--changes") return options.set_aside.add({options.to_set_aside, value});
  if (key == "--hide") return options.hidden.add(value);
  if (key == "--cover") return options.covered.add(value);
  if (key == "--scratch") return options.scratch.add(value);
  if (key == "--device") return options.devices.add(value);
  if (key == "--limit") return read_limit(value, options);
  if (key == "--scratch-bytes") return read_number(value, options.scratch_bytes);
  if (key == "--memory") return read_number(value, options.memory_bytes);
  if (key == "--processes") return read_number(value, options.processes);
  if (key == "--disk") return read_number(value, options.disk_bytes);
  if (key == "--report") return read_number(value, options.report);
  if (key == "--ending") return read_number(value, options.ending);
  if (key == "--notes") return read_number(value, options.notes);
  if (key == "--set-aside") {
    options.to_set_aside = value;
  } else if (key == "--directory") {
    options.directory = value;
  } else if (key == "--network") {
    options.network = std::string_view(value) != "none";
  } else if (key == "--demanded") {
    options.demanded = std::string_view(value) == "yes";
  } else if (key == "--barriers") {
    options.barriers = std::string_view(value) != "no";
  } else if (key == "--terminal") {
    options.terminal = std::string_view(value) == "yes";
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool read_options(int argc, char** argv, Options& options) {
  int next = 1;
  for (; next + 1 < argc && std::string_view(argv[next]) != "--"; next += 2) {
    if (!read_option(argv[next], argv[next + 1], options)) return false;
  }
  // "--", the program, and at least its argv[0].
  if (next + 2 >= argc || options.directory == nullptr) return false;
  options.program = argv[next + 1];
  options.argv = argv + next + 2;
  return options.report >= 0 && options.ending >= 0;
}

}  // namespace ck::sys::launcher
