#include "install/build_log.hpp"

#include <algorithm>
#include <cerrno>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "install/isolation.hpp"

namespace ck::install {
namespace {

constexpr std::uint64_t kMaxLog = 64u << 20;
constexpr std::size_t kRecent = 16u << 10;
constexpr std::size_t kShownLines = 10;
constexpr std::size_t kLongestLine = 400;

std::string text_of(const std::string& profile, const sys::Isolation& isolation) {
  std::string text = "[ck: profile " + profile + ": ";
  text += isolation.enforced.empty() ? "no sandbox" : join(isolation.enforced, ", ");
  for (const auto& missing : isolation.missing)
    text += "; not " + missing.what + " (" + missing.why + ")";
  return text + "]\n";
}

}  // namespace

Result<BuildLog> BuildLog::create(const fs::path& file) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  if (!stream) return fail(system_error("create " + file.string(), errno));
  return BuildLog(file, std::move(stream));
}

void BuildLog::write(std::string_view text) {
  if (secrets_.empty()) return put(text);
  held_ += text;
  std::string clean;
  held_.erase(0, secrets_.scrub_piece(held_, clean));
  put(clean);
}

void BuildLog::hide(const Scrubber& secrets) { secrets_.add(secrets); }

void BuildLog::flush() {
  put(secrets_.scrub(held_));
  held_.clear();
}

void BuildLog::put(std::string_view text) {
  const auto room =
      static_cast<std::size_t>(std::min<std::uint64_t>(kMaxLog - written_, text.size()));
  stream_.write(text.data(), static_cast<std::streamsize>(room));
  written_ += room;
  dropped_ += text.size() - room;
  recent_ += text;
  // Cut now and then, not at every piece.
  if (recent_.size() > 2 * kRecent) recent_.erase(0, recent_.size() - kRecent);
}

void BuildLog::note(const std::string& profile, const std::optional<sys::Isolation>& isolation) {
  flush();  // the step has ended
  const sys::Isolation now = isolation.value_or(sys::Isolation());
  if (!isolation_) {
    profile_ = profile;
    isolation_ = now;
    stream_ << text_of(profile, now);  // not among the last words of the build
    return;
  }
  const auto is_new = [&](const auto& missing) {
    return std::ranges::find(isolation_->missing, missing.what, &sys::Isolation::Missing::what) ==
           isolation_->missing.end();
  };
  const auto erased = std::erase_if(isolation_->enforced, [&](const auto& what) {
    return std::ranges::find(now.enforced, what) == now.enforced.end();
  });
  bool changed = erased > 0;
  for (const auto& missing : now.missing) {
    if (!is_new(missing)) continue;
    isolation_->missing.push_back(missing);
    changed = true;
  }
  if (changed) stream_ << text_of(profile, now);
}

std::string BuildLog::isolation() const {
  if (!isolation_) return {};
  Json json = isolation_json(*isolation_);
  json["schema"] = "ck.isolation/1";
  json["profile"] = profile_;
  return to_pretty_text(json);
}

Status BuildLog::close() {
  flush();
  if (dropped_ > 0)
    stream_ << "\n[ck: " << dropped_ << " bytes more were printed and are not kept]\n";
  stream_.close();
  if (stream_) return {};
  return fail(system_error("write " + file_.string(), errno == 0 ? EIO : errno));
}

std::string BuildLog::tail() const {
  const std::string text = recent_ + secrets_.scrub(held_);
  auto lines = split(trim(text), '\n');
  if (lines.size() > kShownLines)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kShownLines));
  for (auto& line : lines) line = printable(shortened(trim(line), kLongestLine));
  return join(lines, "\n");
}

}  // namespace ck::install
