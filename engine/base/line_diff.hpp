#pragma once
/// What differs between two texts, line by line.

#include <string>

namespace ck {

/// The lines that differ, as `diff -U0` writes them, under `name` on both sides; nothing if none
/// does. A smallest set of lines, unless from the first to the last that differs there are more
/// than some 2,000 lines on both sides: those are told as one change. A last line without an end is
/// told like any other.
std::string line_diff(const std::string& name, const std::string& before, const std::string& after);

}  // namespace ck
