#pragma once
/// Private to this layer: values packed into one blob of the index. The index is a cache of this
/// machine, so numbers stand as the machine holds them.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ck::catalog {

class Packer {
 public:
  template <typename T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto size = bytes_.size();
    bytes_.resize(size + sizeof(T));
    std::memcpy(bytes_.data() + size, &value, sizeof(T));
  }
  void put_text(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
  }
  template <typename Texts>
  void put_texts(const Texts& texts) {
    put(static_cast<std::uint32_t>(texts.size()));
    for (const std::string& text : texts) put_text(text);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads what a Packer wrote. Past the end every read gives an empty value and `ok` turns false.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T get() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (rest_.size() < sizeof(T)) {
      ok_ = false;
      rest_ = {};
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  std::string_view get_text() {
    const auto size = get<std::uint32_t>();
    if (rest_.size() < size) {
      ok_ = false;
      rest_ = {};
    }
    const auto text = rest_.substr(0, ok_ ? size : 0);
    rest_.remove_prefix(text.size());
    return text;
  }
  std::vector<std::string> get_texts() {
    std::vector<std::string> texts;
    for (auto count = get<std::uint32_t>(); ok_ && count > 0; --count)
      texts.emplace_back(get_text());
    return texts;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace ck::catalog
