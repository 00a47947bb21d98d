#pragma once
/// Where in a text the parts of a JSON document stand, for messages to those who write one and for
/// changes that leave the rest as it is.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ck {

class JsonLines {
 public:
  /// `text` must be a document that `parse_json` accepts; of another one only the beginning counts.
  explicit JsonLines(std::string_view text);

  /// The line (from 1) of a member's key or an element, by JSON pointer; of the nearest part around
  /// it when there is no such part.
  std::size_t of(std::string_view pointer) const;

  /// A part of the text, by offset.
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  struct Place {
    std::size_t line = 1;
    std::optional<Span> key;  ///< of members, with its quotes
    Span value;
  };
  /// Where exactly a part stands, if there is one.
  std::optional<Place> place(std::string_view pointer) const;

 private:
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace ck
