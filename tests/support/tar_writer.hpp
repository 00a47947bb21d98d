#pragma once
/// Archives byte by byte, with whatever no honest tool would write.

#include <cstdint>
#include <string>
#include <string_view>

namespace ck::test {

/// One header of the ustar format.
struct TarEntry {
  std::string name;
  char type =
      '0';  ///< '0' file, '1' hard link, '2' symbolic link, '3' '4' device, '5' folder, '6' FIFO
  std::string content;
  std::string target;  ///< of a link
  unsigned mode = 0644;
  std::uint64_t claimed_size = 0;  ///< when not 0: the size the header tells
};

class TarWriter {
 public:
  TarWriter& add(const TarEntry& entry);
  TarWriter& file(std::string name, std::string content, unsigned mode = 0644) {
    return add({std::move(name), '0', std::move(content), "", mode, 0});
  }
  TarWriter& folder(std::string name, unsigned mode = 0755) {
    return add({std::move(name), '5', "", "", mode, 0});
  }
  TarWriter& symlink(std::string name, std::string target) {
    return add({std::move(name), '2', "", std::move(target), 0777, 0});
  }
  TarWriter& hardlink(std::string name, std::string target) {
    return add({std::move(name), '1', "", std::move(target), 0644, 0});
  }

  std::string bytes() const;  ///< with the end mark

 private:
  std::string bytes_;
};

/// A zip with one stored (not compressed) file.
std::string zip_of(std::string_view name, std::string_view content);

/// An ar archive, the outer format of Debian packages.
std::string ar_of(std::initializer_list<std::pair<std::string, std::string>> members);

}  // namespace ck::test
