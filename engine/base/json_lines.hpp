#pragma once
/// Where in a text the parts of a JSON document stand, for messages to those who write one.

#include <cstddef>
#include <map>
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

 private:
  std::map<std::string, std::size_t, std::less<>> lines_;
};

}  // namespace ck
