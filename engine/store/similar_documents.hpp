#pragma once
/// Private to this layer: reading many JSON documents that resemble each other.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace ck::store {

/// Reads documents one after the other. Where one differs from the one before only inside one
/// member of the whole, only that is parsed anew.
class SimilarDocuments {
 public:
  SimilarDocuments();
  ~SimilarDocuments();

  /// The document as `parse_json` reads it (up to 256 MiB), until the next call; nothing for a
  /// damaged one.
  const Json* read(const std::string& text);

 private:
  /// The value of a member of the whole: its place in the text.
  struct Member {
    std::string key;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  bool read_anew(const std::string& text);
  bool read_difference(const std::string& text);
  static std::optional<std::vector<Member>> members_of(std::string_view text);

  std::string text_;
  std::vector<Member> members_;  ///< none where they cannot be told apart
  std::unique_ptr<Json> document_;
};

}  // namespace ck::store
