#include "collective/file_series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kFewestDigits = 3;
constexpr std::size_t kMostDigits = 18;  ///< what fits a number of 64 bits

/// A name as what is before its number, the number, and what is after it.
struct Parts {
  std::string before, number, after;
};

std::optional<Parts> parts_of(const fs::path& file) {
  const std::string name = file.filename().string();
  const std::size_t end = file.stem().string().size();
  std::size_t begin = end;
  while (begin > 0 && kDigits.find(name[begin - 1]) != std::string_view::npos) --begin;
  if (end - begin < kFewestDigits || end - begin > kMostDigits) return std::nullopt;
  return Parts{name.substr(0, begin), name.substr(begin, end - begin), name.substr(end)};
}

}  // namespace

std::optional<FileSeries> series_of(const fs::path& file) {
  const auto own = parts_of(file);
  if (!own) return std::nullopt;
  FileSeries series;
  series.pattern = own->before + std::string(own->number.size(), '#') + own->after;
  std::error_code unreadable;
  for (fs::directory_iterator entry(file.parent_path(), unreadable), end;
       !unreadable && entry != end; entry.increment(unreadable)) {
    const auto parts = parts_of(entry->path());
    if (!parts || parts->before != own->before || parts->after != own->after ||
        parts->number.size() != own->number.size())
      continue;
    std::error_code gone;
    const auto size = entry->file_size(gone);
    if (gone) continue;
    const auto number = static_cast<std::uint64_t>(parse_integer(parts->number).value_or(0));
    series.first = series.count == 0 ? number : std::min(series.first, number);
    series.last = std::max(series.last, number);
    series.bytes += size;
    ++series.count;
  }
  if (series.count == 0) return std::nullopt;
  return series;
}

Json to_json(const FileSeries& series) {
  return {{"pattern", series.pattern},
          {"count", series.count},
          {"first", series.first},
          {"last", series.last},
          {"bytes", series.bytes}};
}

std::string description_of(const FileSeries& series) {
  const std::string name = printable(series.pattern);
  if (series.count == 1) return fmt::format("1 file {} alone, number {}", name, series.first);
  const std::string range = fmt::format("numbered {} to {}", series.first, series.last);
  if (series.missing() == 0) return fmt::format("{} files {}, {}", series.count, name, range);
  return fmt::format("{} of the files {}, {}: {} missing", series.count, name, range,
                     series.missing() == 1 ? "1 is" : std::to_string(series.missing()) + " are");
}

}  // namespace ck::collective
