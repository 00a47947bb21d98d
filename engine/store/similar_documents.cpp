#include "store/similar_documents.hpp"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace ck::store {
namespace {

constexpr std::size_t kMostBytes = 256u << 20;

/// How many bytes two texts have in common at their beginning, at most `most`.
std::size_t common_beginning(const std::string& a, const std::string& b, std::size_t most) {
  constexpr std::size_t kBlock = 64;
  std::size_t count = 0;
  while (count + kBlock <= most && std::memcmp(a.data() + count, b.data() + count, kBlock) == 0)
    count += kBlock;
  while (count < most && a[count] == b[count]) ++count;
  return count;
}

/// The same at their ends.
std::size_t common_end(const std::string& a, const std::string& b, std::size_t most) {
  constexpr std::size_t kBlock = 64;
  const char* const end_a = a.data() + a.size();
  const char* const end_b = b.data() + b.size();
  std::size_t count = 0;
  while (count + kBlock <= most &&
         std::memcmp(end_a - count - kBlock, end_b - count - kBlock, kBlock) == 0)
    count += kBlock;
  while (count < most && *(end_a - count - 1) == *(end_b - count - 1)) ++count;
  return count;
}

/// Walks over a text that is known to be JSON; where it has a comment or an escaped key there is
/// nothing to be found.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  std::size_t place() const { return place_; }

  void skip_space() {
    constexpr std::string_view kSpace = " \t\r\n";
    while (place_ < text_.size() && kSpace.find(text_[place_]) != std::string_view::npos) ++place_;
  }

  bool take(char wanted) {
    skip_space();
    if (place_ >= text_.size() || text_[place_] != wanted) return false;
    ++place_;
    return true;
  }

  /// Behind the quote that begins a text: to behind the one that ends it.
  bool skip_text() {
    while (place_ < text_.size() && text_[place_] != '"') place_ += text_[place_] == '\\' ? 2U : 1U;
    return place_++ < text_.size();
  }

  /// To the comma or bracket behind a value.
  bool skip_value() {
    int depth = 0;
    while (place_ < text_.size()) {
      const char c = text_[place_];
      if (c == '/') return false;
      if (depth == 0 && (c == ',' || c == '}')) return true;
      ++place_;
      if (c == '"' && !skip_text()) return false;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
    }
    return false;
  }

 private:
  std::string_view text_;
  std::size_t place_ = 0;
};

}  // namespace

std::optional<std::vector<SimilarDocuments::Member>> SimilarDocuments::members_of(
    std::string_view text) {
  Walker walker(text);
  std::vector<Member> members;
  if (!walker.take('{')) return std::nullopt;
  do {
    if (!walker.take('"')) return std::nullopt;
    const std::size_t key = walker.place();
    if (!walker.skip_text()) return std::nullopt;
    Member member{std::string(text.substr(key, walker.place() - key - 1)), 0, 0};
    if (member.key.find('\\') != std::string::npos || !walker.take(':')) return std::nullopt;
    walker.skip_space();
    member.begin = walker.place();
    if (!walker.skip_value()) return std::nullopt;
    member.end = walker.place();
    members.push_back(std::move(member));
  } while (walker.take(','));
  return members;
}

SimilarDocuments::SimilarDocuments() = default;
SimilarDocuments::~SimilarDocuments() = default;

const Json* SimilarDocuments::read(const std::string& text) {
  if (!read_difference(text) && !read_anew(text)) return nullptr;
  return document_.get();
}

bool SimilarDocuments::read_anew(const std::string& text) {
  members_.clear();
  document_.reset();
  auto document = parse_json(text, "document", {.max_bytes = kMostBytes});
  if (!document) return false;
  document_ = std::make_unique<Json>(std::move(*document));
  text_ = text;
  if (auto members = members_of(text_)) members_ = std::move(*members);
  return true;
}

bool SimilarDocuments::read_difference(const std::string& text) {
  if (members_.empty()) return false;
  const std::size_t shorter = std::min(text.size(), text_.size());
  const std::size_t same = common_beginning(text_, text, shorter);
  if (same == shorter && text.size() == text_.size()) return true;
  const std::size_t changed_end = text_.size() - common_end(text_, text, shorter - same);
  const auto member = std::ranges::find_if(
      members_, [&](const Member& one) { return one.begin <= same && changed_end <= one.end; });
  if (member == members_.end()) return false;
  // What stands before and behind is the same text: if between them stands one value, and no
  // comment that might go on, the whole is what it was but for this value.
  const std::size_t end = text.size() - (text_.size() - member->end);
  JsonLimits limits{.max_bytes = kMostBytes, .comments = false};
  --limits.max_depth;
  auto value = parse_json(std::string_view(text).substr(member->begin, end - member->begin),
                          "document", limits);
  if (!value) return false;
  (*document_)[member->key] = std::move(*value);
  const std::size_t before = member->end;
  for (auto one = member; one != members_.end(); ++one) {
    if (one != member) one->begin = one->begin - before + end;
    one->end = one->end - before + end;
  }
  text_ = text;
  return true;
}

}  // namespace ck::store
