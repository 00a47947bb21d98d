#pragma once
/// One value of a point in 8 bytes: a number, a text, or nothing. Columns of them are compared
/// without looking at the points themselves.

#include <bit>
#include <cstdint>
#include <limits>

namespace ck::store {

/// The bits of a double. Texts are not-a-numbers that no arithmetic makes, with the row in
/// `fact_text` as their payload.
using Cell = std::uint64_t;

inline constexpr Cell kTextMark = 0x7ffc'0000'0000'0000;
inline constexpr Cell kTextPayload = 0x0001'ffff'ffff'ffff;
inline constexpr Cell kNothing = 0x7ff8'0000'0000'0000;

inline bool is_text(Cell cell) { return (cell & ~kTextPayload) == kTextMark; }
/// NaN for texts and for nothing.
inline double number_of(Cell cell) { return std::bit_cast<double>(cell); }
inline Cell number_cell(double value) {
  return value == value ? std::bit_cast<Cell>(value) : kNothing;
}
inline Cell text_cell(std::int64_t id) {
  return kTextMark | (static_cast<Cell>(id) & kTextPayload);
}
inline std::int64_t text_id(Cell cell) { return static_cast<std::int64_t>(cell & kTextPayload); }

}  // namespace ck::store
