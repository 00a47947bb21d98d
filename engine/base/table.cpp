#include "base/table.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>

namespace ck {
namespace {

std::size_t width_of(std::string_view text) {
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_start));
}

void append_line(std::string& out, const std::vector<TextTable::Column>& columns,
                 const std::vector<std::size_t>& widths, const std::vector<std::string>& cells) {
  const std::size_t line_start = out.size();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += "  ";
    const std::size_t padding = widths[i] - width_of(cells[i]);
    if (columns[i].align == TextTable::Align::right) out.append(padding, ' ');
    out += cells[i];
    if (columns[i].align == TextTable::Align::left) out.append(padding, ' ');
  }
  while (out.size() > line_start && out.back() == ' ') out.pop_back();
  out += '\n';
}

}  // namespace

void TextTable::add_row(std::vector<std::string> cells) {
  assert(cells.size() <= columns_.size());
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::to_string() const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(width_of(column.title));
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }

  std::string out;
  append_line(out, columns_, widths, titles);
  for (const auto& row : rows_) append_line(out, columns_, widths, row);
  return out;
}

}  // namespace ck
