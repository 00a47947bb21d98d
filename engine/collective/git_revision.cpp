#include "collective/git_revision.hpp"

#include <fmt/format.h>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

/// git shows more when these are not enough for its clone: then the same commit would be told
/// differently by a clone with more in it.
constexpr std::size_t kShownDigits = 7;
constexpr std::int64_t kNanoseconds = 1'000'000'000;
/// A commit may claim any time; what is written as one is before the year 2255.
constexpr std::int64_t kLatest_s = 9'000'000'000;
constexpr int kMinutesOfADay = 24 * 60;

struct CommitTime {
  std::string iso;   ///< "2024-01-02T03:04:05"
  std::string text;  ///< "Tue Jan 2 03:04:05 2024 +0000", as `git log --format=%cd`
};

CommitTime time_of(const sys::GitHead& head) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const int zone = head.minutes_ahead_of_utc;
  if (zone <= -kMinutesOfADay || zone >= kMinutesOfADay || head.committed_s < 0 ||
      head.committed_s > kLatest_s)
    return {};
  const std::int64_t local = head.committed_s + std::int64_t{zone} * 60;
  const auto day =
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(local)));
  const std::chrono::year_month_day date(day);
  CommitTime time;
  time.iso = iso_time(local * kNanoseconds);
  time.iso.pop_back();  // the Z: it is no time of UTC
  const int minutes = zone < 0 ? -zone : zone;
  time.text =
      fmt::format("{} {} {} {} {} {}{:02}{:02}", kDays.at(std::chrono::weekday(day).c_encoding()),
                  kMonths.at(unsigned{date.month()} - 1), unsigned{date.day()},
                  time.iso.substr(time.iso.find('T') + 1), int{date.year()}, zone < 0 ? '-' : '+',
                  minutes / 60, minutes % 60);
  return time;
}

}  // namespace

Json git_info(const sys::GitHead& head) {
  const auto time = time_of(head);
  const std::string revision = head.commit.substr(0, kShownDigits);
  const std::string day = replace_all(time.iso.substr(0, time.iso.find('T')), "-", "");
  return {{"revision", revision},
          {"datetime", time.text},
          {"iso_datetime", time.iso},
          {"iso_datetime_cut", day},
          {"iso_datetime_cut_revision", day.empty() ? "" : day + "-" + revision}};
}

std::string with_revision(const std::string& version, const std::string& revision) {
  return version.empty() || revision.empty() ? version + revision : version + "-" + revision;
}

Result<std::string> take_git_revision(Json& customize, const fs::path& folder,
                                      const std::string& package, install::Context& context) {
  if (!yes_at(customize, "use_git_revision")) return std::string();
  const std::string relative = text_at(customize, "git_src_dir");
  auto sources = sys::contained_path(folder, relative);
  if (!sources && sources.error().code == ErrorCode::not_found) return std::string();
  if (!sources) return fail(std::move(sources.error()).in(package + ", key customize/git_src_dir"));
  std::error_code missing;
  if (!fs::is_directory(*sources, missing)) return std::string();
  CK_TRY(git, context.transfer.git());
  const auto head = git->head(*sources);
  if (!head) {
    context.events.on(Note{package + ": the revision of its sources is not known: " +
                           printable(head.error().message)});
    return std::string();
  }
  customize["git_info"] = git_info(*head);
  return head->commit.substr(0, kShownDigits);
}

}  // namespace ck::collective
