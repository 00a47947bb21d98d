#include "install/build_log.hpp"

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"

namespace ck::install {
namespace {

constexpr std::uint64_t kMaxLog = 64u << 20;
constexpr std::size_t kRecent = 16u << 10;
constexpr std::size_t kShownLines = 10;
constexpr std::size_t kLongestLine = 400;

}  // namespace

Result<BuildLog> BuildLog::create(const fs::path& file) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  if (!stream) return fail(system_error("create " + file.string(), errno));
  return BuildLog(file, std::move(stream));
}

void BuildLog::write(std::string_view text) {
  const auto room =
      static_cast<std::size_t>(std::min<std::uint64_t>(kMaxLog - written_, text.size()));
  stream_.write(text.data(), static_cast<std::streamsize>(room));
  written_ += room;
  dropped_ += text.size() - room;
  recent_ += text;
  // Cut now and then, not at every piece.
  if (recent_.size() > 2 * kRecent) recent_.erase(0, recent_.size() - kRecent);
}

Status BuildLog::close() {
  if (dropped_ > 0)
    stream_ << "\n[ck: " << dropped_ << " bytes more were printed and are not kept]\n";
  stream_.close();
  if (stream_) return {};
  return fail(system_error("write " + file_.string(), errno == 0 ? EIO : errno));
}

std::string BuildLog::tail() const {
  auto lines = split(trim(recent_), '\n');
  if (lines.size() > kShownLines)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kShownLines));
  for (auto& line : lines) line = printable(shortened(trim(line), kLongestLine));
  return join(lines, "\n");
}

}  // namespace ck::install
