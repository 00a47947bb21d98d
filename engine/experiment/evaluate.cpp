/// Conditions over columns: each comparison is one pass.

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "base/strings.hpp"
#include "experiment/point_table.hpp"
#include "experiment/units.hpp"

namespace ck::experiment {
namespace {

using Mask = std::vector<char>;

/// A value as both kinds of cells are compared with it.
struct Operand {
  std::optional<double> number;
  std::string text;
};

/// Seconds since 1970 of "2026-01-31", "2026-01-31T12:00", "2026-01-31T12:00:00Z" (UTC).
std::optional<double> seconds_of_date(const std::string& text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  const int read = std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour,
                               &minute, &second);
  constexpr int kDate = 3;
  if (read < kDate || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  // Days of the civil calendar: years begin in March, so that the odd day is the last.
  const int shifted = year - (month <= 2 ? 1 : 0);
  const int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const int of_era = shifted - era * 400;
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const double days =
      era * 146097.0 + of_era * 365.0 + of_era / 4 - of_era / 100 + of_year - 719468;
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

Result<Operand> operand_of(const Value& value, const Series& series) {
  Operand operand;
  if (const auto* text = std::get_if<std::string>(&value.value)) {
    operand.text = *text;
    const bool time = series.name == "created" || series.name == "ended";
    operand.number = time ? seconds_of_date(*text) : parse_number(*text);
    if (time && !operand.number)
      return fail(Error(ErrorCode::usage, "'" + *text + "' is no time")
                      .hint("write " + series.name + " >= 2026-01-31 or 2026-01-31T12:00:00"));
    return operand;
  }
  const double number = std::get<double>(value.value);
  operand.text = fmt::format("{}{}", number, value.unit);
  operand.number = number;
  if (value.unit.empty()) return operand;
  const auto factor = conversion(value.unit, series.unit);
  if (!factor)
    return fail(Error(ErrorCode::usage,
                      "'" + series.name + "' is compared with a number in '" + value.unit +
                          "', but " +
                          (series.unit.empty() ? "has no unit" : "is in '" + series.unit + "'"))
                    .hint("write a text in quotation marks: '" + operand.text + "'"));
  // 95 % is 0.95, while 95 * 0.01 is not.
  operand.number =
      *factor < 1 ? number / conversion(series.unit, value.unit).value_or(1) : number * *factor;
  return operand;
}

template <typename T, typename Less>
bool compares(Comparator comparator, const T& a, const T& b, Less less) {
  switch (comparator) {
    case Comparator::equal:
      return a == b;
    case Comparator::unequal:
      return !(a == b);
    case Comparator::less:
      return less(a, b);
    case Comparator::less_or_equal:
      return !less(b, a);
    case Comparator::greater:
      return less(b, a);
    case Comparator::greater_or_equal:
      return !less(a, b);
    case Comparator::like:
      return false;
  }
  return false;
}

bool number_compares(Comparator comparator, double cell, const Operand& operand) {
  if (comparator == Comparator::like) return wildcard_match(operand.text, fmt::format("{}", cell));
  // A number is unequal to every text, and neither before nor after one.
  if (!operand.number) return comparator == Comparator::unequal;
  return compares(comparator, cell, *operand.number, std::less<>());
}

bool text_compares(Comparator comparator, const std::string& cell, const Operand& operand) {
  if (comparator == Comparator::like) return wildcard_match(operand.text, cell);
  return compares(comparator, cell, operand.text, natural_less);
}

/// The plain case, which has to be fast: numbers against one number.
template <typename Compare>
void mark_numbers(const std::vector<store::Cell>& cells, Mask& mask, Compare compare) {
  for (std::size_t i = 0; i < cells.size(); ++i)
    mask[i] = static_cast<char>(mask[i] | (compare(store::number_of(cells[i])) ? 1 : 0));
}

void mark_plain(Comparator comparator, double value, const std::vector<store::Cell>& cells,
                Mask& mask) {
  switch (comparator) {
    case Comparator::equal:
      return mark_numbers(cells, mask, [value](double cell) { return cell == value; });
    case Comparator::unequal:
      return mark_numbers(cells, mask,
                          [value](double cell) { return cell < value || cell > value; });
    case Comparator::less:
      return mark_numbers(cells, mask, [value](double cell) { return cell < value; });
    case Comparator::less_or_equal:
      return mark_numbers(cells, mask, [value](double cell) { return cell <= value; });
    case Comparator::greater:
      return mark_numbers(cells, mask, [value](double cell) { return cell > value; });
    case Comparator::greater_or_equal:
      return mark_numbers(cells, mask, [value](double cell) { return cell >= value; });
    case Comparator::like:
      return;
  }
}

void mark_any(Comparator comparator, const Operand& operand, const Series& series,
              const PointTable& table, Mask& mask) {
  std::unordered_map<store::Cell, bool> texts;
  for (std::size_t i = 0; i < series.cells.size(); ++i) {
    const auto cell = series.cells[i];
    bool holds = false;
    if (store::is_text(cell)) {
      const auto [known, added] = texts.try_emplace(cell, false);
      if (added) known->second = text_compares(comparator, table.text_of(cell), operand);
      holds = known->second;
    } else if (cell != store::kNothing) {
      holds = number_compares(comparator, store::number_of(cell), operand);
    }
    if (holds) mask[i] = 1;
  }
}

Result<Mask> compare(const Condition& condition, const PointTable& table) {
  const auto series = std::ranges::find(table.series, condition.name, &Series::name);
  if (series == table.series.end())
    return fail(ErrorCode::internal, "'" + condition.name + "' was not read");
  const bool texts = std::ranges::any_of(series->cells, store::is_text);
  Mask mask(table.size(), 0);
  if (mask.empty()) return mask;  // of an empty archive no unit is known
  for (const auto& value : condition.values) {
    CK_TRY(operand, operand_of(value, *series));
    const bool plain = !texts && operand.number && condition.comparator != Comparator::like;
    if (plain) {
      mark_plain(condition.comparator, *operand.number, series->cells, mask);
    } else {
      mark_any(condition.comparator, operand, *series, table, mask);
    }
  }
  return mask;
}

}  // namespace

Result<Mask> evaluate(const Condition& condition, const PointTable& table) {
  if (condition.kind == Condition::Kind::comparison) return compare(condition, table);
  const bool any = condition.kind == Condition::Kind::any;
  Mask mask(table.size(), any ? 0 : 1);
  for (const auto& part : condition.parts) {
    CK_TRY(holds, evaluate(part, table));
    for (std::size_t i = 0; i < mask.size(); ++i) {
      const int both = any ? mask[i] | holds[i] : mask[i] & holds[i];
      mask[i] = static_cast<char>(both);
    }
  }
  if (condition.kind == Condition::Kind::negation) {
    for (auto& holds : mask) holds = static_cast<char>(holds == 0 ? 1 : 0);
  }
  return mask;
}

}  // namespace ck::experiment
