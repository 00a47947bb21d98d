#include "support/tar_writer.hpp"

#include <numeric>

namespace ck::test {
namespace {

constexpr std::size_t kBlock = 512;

std::string padded(std::string text, std::size_t multiple, char fill) {
  text.resize((text.size() + multiple - 1) / multiple * multiple, fill);
  return text;
}

std::string octal(std::uint64_t value, std::size_t width) {
  std::string text(width, '0');
  for (std::size_t i = width; i-- > 0 && value > 0; value >>= 3) {
    text[i] = static_cast<char>('0' + (value & 7));
  }
  return text;
}

std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffu;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

std::string column(std::string text, std::size_t width) {
  text.resize(width, ' ');
  return text;
}

}  // namespace

TarWriter& TarWriter::add(const TarEntry& entry) {
  std::string header(kBlock, '\0');
  const auto put = [&](std::size_t offset, const std::string& text) {
    header.replace(offset, text.size(), text);
  };
  put(0, entry.name.substr(0, 100));
  put(100, octal(entry.mode, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(entry.claimed_size != 0 ? entry.claimed_size : entry.content.size(), 11));
  put(136, octal(1'700'000'000, 11));
  put(148, "        ");
  header[156] = entry.type;
  put(157, entry.target.substr(0, 100));
  put(257, std::string("ustar\0"
                       "00",
                       8));
  const unsigned sum = std::accumulate(
      header.begin(), header.end(), 0u,
      [](unsigned total, char byte) { return total + static_cast<unsigned char>(byte); });
  put(148, octal(sum, 6) + std::string("\0 ", 2));
  bytes_ += header + padded(entry.content, kBlock, '\0');
  return *this;
}

std::string TarWriter::bytes() const { return bytes_ + std::string(2 * kBlock, '\0'); }

std::string zip_of(std::string_view name, std::string_view content) {
  const std::string common = little_endian(20, 2) + little_endian(0, 2) + little_endian(0, 2) +
                             little_endian(0, 4) + little_endian(crc32(content), 4) +
                             little_endian(content.size(), 4) + little_endian(content.size(), 4) +
                             little_endian(name.size(), 2) + little_endian(0, 2);
  const std::string local = "PK\3\4" + common + std::string(name) + std::string(content);
  const std::string central = "PK\1\2" + little_endian(20, 2) + common + little_endian(0, 2) +
                              little_endian(0, 2) + little_endian(0, 2) + little_endian(0, 4) +
                              little_endian(0, 4) + std::string(name);
  return local + central + "PK\5\6" + little_endian(0, 4) + little_endian(1, 2) +
         little_endian(1, 2) + little_endian(central.size(), 4) + little_endian(local.size(), 4) +
         little_endian(0, 2);
}

std::string ar_of(std::initializer_list<std::pair<std::string, std::string>> members) {
  std::string bytes = "!<arch>\n";
  for (const auto& [name, content] : members) {
    bytes += column(name, 16) + column("0", 12) + column("0", 6) + column("0", 6) +
             column("100644", 8) + column(std::to_string(content.size()), 10) + "`\n" +
             padded(content, 2, '\n');
  }
  return bytes;
}

}  // namespace ck::test
