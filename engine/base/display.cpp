#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <span>
#include <utility>

#include "base/strings.hpp"

namespace ck {
namespace {

constexpr std::array<std::string_view, 6> kByteUnits = {"B", "kB", "MB", "GB", "TB", "PB"};
constexpr std::array<std::string_view, 4> kTimeUnits = {"ns", "\u00b5s", "ms", "s"};
constexpr std::array<std::pair<std::string_view, double>, 4> kTimes = {
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};

/// "12.3 MB", "123 MB": one decimal below 100. `value` has been scaled to the unit.
std::string with_unit(double value, std::string_view unit, bool whole) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), whole ? "%.0f" : "%.1f", value);
  return std::string(buffer.data()) + " " + std::string(unit);
}

/// Scales by powers of 1000 until the rounded number is below 1000 or the units end.
std::string scaled(double value, std::span<const std::string_view> units) {
  std::size_t unit = 0;
  while (unit + 1 < units.size() && std::abs(value) >= (unit == 0 ? 999.5 : 999.95)) {
    value /= 1000;
    ++unit;
  }
  return with_unit(value, units[unit], unit == 0);
}

/// Four digits that count, "3.633 s": a measured difference of a few thousandths shows.
std::string measured(double value, std::span<const std::string_view> units) {
  constexpr double kNextUnit = 999.95;
  std::size_t unit = 0;
  for (; unit + 1 < units.size() && std::abs(value) >= kNextUnit; ++unit) value /= 1000;
  const bool whole = unit == 0 && value == std::trunc(value);
  if (whole || std::abs(value) >= kNextUnit) return with_unit(value, units[unit], true);
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%#.4g ", value);
  return buffer.data() + std::string(units[unit]);
}

bool is_continuation(unsigned char c) { return (c & 0xc0u) == 0x80u; }

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 0;  ///< bytes; 0 when they are no UTF-8
};

/// Decodes the first code point of a text that is not empty. Overlong forms, surrogates and values
/// above U+10FFFF are no UTF-8.
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
  std::uint32_t value = first & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(byte(i))) return {};
    value = value << 6u | (byte(i) & 0x3fu);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kSmallest[size] || surrogate || value > 0x10ffff) return {};
  return {value, size};
}

/// Control characters, and those that reorder or hide the text around them.
bool is_treacherous(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xe0000 && c <= 0xe007f);
}

std::string escaped(std::string_view text, bool keep_lines) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = decode(text);
    const bool kept = c.size > 0 && (!is_treacherous(c.value) || (keep_lines && c.value == '\n'));
    const std::size_t size = c.size > 0 ? c.size : 1;
    for (const char byte : text.substr(0, size)) {
      if (kept) {
        out += byte;
      } else {
        out += "\\x";
        out += kDigits[static_cast<unsigned char>(byte) >> 4u];
        out += kDigits[static_cast<unsigned char>(byte) & 0xfu];
      }
    }
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace

std::string human_bytes(double bytes) { return scaled(bytes, kByteUnits); }

std::string iso_time(std::int64_t unix_ns) {
  using std::chrono::floor;
  using std::chrono::seconds;
  const auto whole = floor<seconds>(std::chrono::nanoseconds(unix_ns));
  const auto day = floor<std::chrono::days>(whole);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const std::chrono::hh_mm_ss time(whole - day);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string human_metric(double value, std::string_view unit) {
  if (unit == "bytes") return measured(value, kByteUnits);
  for (const auto& [name, nanoseconds] : kTimes)
    if (unit == name) return measured(value * nanoseconds, kTimeUnits);
  std::array<char, 64> buffer{};
  if (unit == "fraction") {
    std::snprintf(buffer.data(), buffer.size(), "%.2f %%", 100 * value);
    return buffer.data();
  }
  constexpr double kExact = 1e15;
  const bool whole = value == std::trunc(value) && std::abs(value) < kExact;
  std::snprintf(buffer.data(), buffer.size(), whole ? "%.0f" : "%.6g", value);
  const bool bare = unit.empty() || unit == "count";
  return bare ? buffer.data() : std::string(buffer.data()) + " " + std::string(unit);
}

std::string human_duration_ns(double nanoseconds) {
  const double seconds = std::abs(nanoseconds) / 1e9;
  if (!(seconds >= 59.95)) return scaled(nanoseconds, kTimeUnits);

  const std::string sign = nanoseconds < 0 ? "-" : "";
  if (seconds >= 1e15) return sign + with_unit(seconds / 86400, "d", true);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  const auto pair = [&](std::uint64_t major, const char* major_unit, std::uint64_t minor,
                        const char* minor_unit) {
    std::string text = sign + std::to_string(major) + major_unit;
    if (minor > 0) text += " " + std::to_string(minor) + minor_unit;
    return text;
  };
  if (whole < 3600) return pair(whole / 60, " min", whole % 60, " s");
  if (whole < 86400) return pair(whole / 3600, " h", whole % 3600 / 60, " min");
  return pair(whole / 86400, " d", whole % 86400 / 3600, " h");
}

std::string shortened(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  std::size_t end = max_bytes;
  while (end > 0 && is_continuation(static_cast<unsigned char>(text[end]))) --end;
  return std::string(text.substr(0, end)) + "\u2026";
}

std::string printable(std::string_view text) { return escaped(text, false); }
std::string printable_lines(std::string_view text) { return escaped(text, true); }

}  // namespace ck
