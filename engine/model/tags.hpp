#pragma once
/// Tags: what components are found by.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace ck::model {

/// A sorted set of tags. Tags are compared byte for byte.
class Tags {
 public:
  Tags() = default;
  explicit Tags(std::vector<std::string> tags);

  bool contains(std::string_view tag) const;
  void insert(std::string tag);
  void insert(const Tags& other);
  bool empty() const { return sorted_.empty(); }
  std::size_t size() const { return sorted_.size(); }
  auto begin() const { return sorted_.begin(); }
  auto end() const { return sorted_.end(); }
  std::string text() const;  ///< "a,b,c"
  bool operator==(const Tags&) const = default;

 private:
  std::vector<std::string> sorted_;
};

/// What tags something must and must not have.
struct TagQuery {
  std::vector<std::string> all;   ///< sorted, unique
  std::vector<std::string> none;  ///< sorted, unique
  /// Alternatives, of each of which all tags: one of them must hold. Empty: no alternatives asked.
  std::vector<std::vector<std::string>> any = {};

  /// From "a,b" and "c,d" as typed: blanks around tags are dropped; an empty element in "a,,b"
  /// stays and matches nothing (as in CK); a wholly empty text asks for nothing.
  static TagQuery parse(std::string_view all, std::string_view none = {});

  bool matches(const Tags& tags) const;
  bool empty() const { return all.empty() && none.empty() && any.empty(); }
  std::string text() const;  ///< "a,b with x or y,z without c,d"
  /// The alternatives alone: "x or y,z".
  std::string any_text() const;
  bool operator==(const TagQuery&) const = default;
};

}  // namespace ck::model
