#pragma once
/// Small text functions that more than one layer needs.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ck {

/// Splits at every `separator`; "a,,b" gives three parts, "" gives one empty part.
std::vector<std::string> split(std::string_view text, char separator);

/// Joins with `separator` between parts.
std::string join(std::span<const std::string> parts, std::string_view separator);

/// Without leading and trailing ASCII white space.
std::string_view trim(std::string_view text);

/// Every occurrence of `what` (not empty) replaced by `by`; replacements are not looked at again.
std::string replace_all(std::string_view text, std::string_view what, std::string_view by);

std::string to_lower(std::string_view text);  ///< ASCII only

/// Whether `text` matches a shell pattern with `*`, `?`, `[a-z]` and `[!a-z]` (case-sensitive, by
/// bytes, no special treatment of `/` or leading dots; a `[` that is never closed stands for
/// itself). Takes at most pattern times text steps: no pattern can make it explode.
bool wildcard_match(std::string_view pattern, std::string_view text);
bool has_wildcard(std::string_view pattern);  ///< contains `*`, `?` or `[`

/// Number of single-byte edits (insert, delete, replace, swap of neighbours) between two words; a
/// metric. Takes time and memory in proportion to the product of their lengths.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidates near enough to `word` to be what was meant (distance at most a third of its
/// length, at least 1; or one is a prefix of the other, of at least 3 characters), nearest first,
/// at most `limit`. Words above 128 bytes have no near misses.
std::vector<std::string> near_misses(std::string_view word, std::span<const std::string> candidates,
                                     std::size_t limit = 3);

/// "did you mean 'a', 'b' or 'c'?", or nothing when `names` is empty.
std::optional<std::string> did_you_mean(std::span<const std::string> names);

/// Whole-string decimal numbers; nothing on garbage, overflow or trailing characters.
std::optional<long long> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);

/// "1.5 MB" (powers of 1000), "12.3 ms", "2 min 5 s": for people, never for parsing.
std::string human_bytes(double bytes);
std::string human_duration_ns(double nanoseconds);

/// A measured number with its unit, for people: times and bytes scaled, with four digits that count
/// ("1.234 ms" of 1'234'000 ns or 0.001234 s, "35.40 MB"), fractions as "93.14 %".
std::string human_metric(double value, std::string_view unit);

/// "2026-01-31T12:00:00Z" of a wall-clock time (UTC, whole seconds).
std::string iso_time(std::int64_t unix_ns);

/// Text that a POSIX shell reads back as exactly this one word; for showing commands to people.
std::string shell_quoted(std::string_view word);

/// The text, or when it is longer its first `max_bytes` bytes (never half a character) and "…".
std::string shortened(std::string_view text, std::size_t max_bytes);

/// Replaces bytes that are not printable UTF-8 text (control characters including line ends, broken
/// sequences, terminal escapes, marks that reorder or hide text) by `\xNN`, so that text from a
/// repository cannot play tricks on a terminal.
std::string printable(std::string_view text);
std::string printable_lines(std::string_view text);  ///< the same, but "\n" stays

}  // namespace ck
