#pragma once
/// A plain text table: columns as wide as their widest cell, two spaces between them.

#include <string>
#include <vector>

namespace ck {

class TextTable {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Missing cells are empty; surplus cells are a programming error (asserted).
  void add_row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  /// Lines with "\n" at the end of each; no trailing spaces. Width counts UTF-8 code points.
  std::string to_string() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace ck
