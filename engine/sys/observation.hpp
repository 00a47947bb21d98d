#pragma once
/// Private to this layer: the launcher's notes of what a program opened.

#include <string_view>

#include "base/error.hpp"
#include "sys/descriptor.hpp"
#include "sys/opened_files.hpp"

namespace ck::sys {

/// A file in memory for the notes, at a number that is not below `lowest`.
Result<Descriptor> open_notes(int lowest);

/// What stands in it.
Result<OpenedFiles> read_notes(const Descriptor& notes);

/// The same from its text; see launcher/observer.hpp. A last note that was cut off is dropped.
OpenedFiles opened_files(std::string_view notes);

/// Why the machine cannot tell what a program opens.
Error observation_error(int error_number, std::string_view program);

}  // namespace ck::sys
