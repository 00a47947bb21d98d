#include "install/commit.hpp"

#include <algorithm>
#include <thread>

#include "install/use.hpp"
#include "sys/exchange.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

/// Nobody waits longer for somebody else's build; the lock of a dead process is free at once.
constexpr std::chrono::hours kPatience(24);

}  // namespace

fs::path environment_lock(const std::string& id, const Context& context) {
  return context.home.lock("env-" + id);
}

bool is_complete(const fs::path& environment) {
  std::error_code ignored;
  return fs::exists(manifest_file(environment), ignored);
}

fs::path isolation_file(const fs::path& environment) {
  return environment / ".ck" / "isolation.json";
}

Result<Environment> make_once(const Environment& environment, bool replace, Context& context,
                              const std::function<Result<Environment>()>& make) {
  // Before looking whether it is there: what nobody uses may be collected at any moment.
  if (context.use) context.use->hold(environment.record.id, context.home);
  const fs::path folder = context.home.environment(environment.record.id);
  if (!replace && is_complete(folder)) return environment;
  const fs::path file = environment_lock(environment.record.id, context);
  CK_TRY(free, sys::FileLock::try_acquire(file, sys::FileLock::Mode::exclusive));
  std::optional<sys::FileLock> lock = std::move(free);
  if (!lock) {
    context.events.on(Warning{"waiting for " + sys::lock_holder(file).value_or("another ck") +
                              ", which makes " + environment.record.component.text() + " " +
                              environment.record.version});
    CK_TRY(waited,
           sys::FileLock::acquire(file, sys::FileLock::Mode::exclusive, kPatience, context.cancel));
    lock = std::move(waited);
  }
  // Somebody else may have made it meanwhile. (Only one who replaces makes it anew.)
  if (!replace && is_complete(folder)) return environment;
  return make();
}

Result<Environment> commit_files(const FinishedBuild& build, Context& context) {
  Environment environment = build.environment;
  Manifest manifest;
  CK_TRY(files, sys::list_tree(build.prefix, {}, context.cancel));
  manifest.files = std::move(files);
  auto& record = environment.record;
  record.created_ns = context.clock.unix_ns();
  record.size_bytes = 0;
  for (const auto& entry : manifest.files) {
    if (entry.kind == sys::TreeEntry::Kind::file) record.size_bytes += entry.size_bytes;
  }
  manifest.record = record;
  const fs::path final_place = context.home.environments() / record.id;
  const bool in_place = build.prefix == final_place;
  CK_CHECK(sys::make_directories(build.prefix / ".ck"));
  CK_CHECK(sys::rename_into_place(build.log, log_file(build.prefix)));
  CK_CHECK(sys::write_new_file(inputs_file(build.prefix), build.inputs));
  if (!context.request.empty())
    CK_CHECK(sys::write_new_file(request_file(build.prefix),
                                 scrubber_of(context).scrub(context.request) + "\n"));
  if (!build.isolation.empty())
    CK_CHECK(sys::write_new_file(isolation_file(build.prefix), build.isolation));
  // A manifest that survives a power failure must not speak of files that did not: all of them are
  // made durable at once, which for a thousand files takes a sixtieth of syncing each.
  CK_CHECK(sys::sync_file_system(build.prefix));
  CK_CHECK(sys::write_file(manifest_file(build.prefix), to_text(manifest)));
  CK_CHECK(sys::make_read_only(build.prefix));
  // What lies there is an older build that is replaced, or the rest of something that was never
  // completed: this process holds the lock. It goes away with the staging folder.
  if (!in_place) CK_CHECK(sys::replace_in_place(build.prefix, final_place));
  return environment;
}

Result<Environment> commit_environment(const FinishedBuild& build, Context& context) {
  CK_TRY(environment, commit_files(build, context));
  CK_CHECK(context.store.put_environment(environment.record));
  return std::move(environment);
}

int jobs_of(const Context& context) {
  if (context.jobs > 0) return context.jobs;
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

Error keep_log(Error error, BuildLog& log, const Environment& environment, const Context& context) {
  if (error.code == ErrorCode::interrupted) return error;
  static_cast<void>(log.close());
  const fs::path kept = context.home.logs() / (environment.record.id + ".log");
  std::error_code failed;
  if (fs::file_size(log.file(), failed) == 0) return error;
  fs::rename(log.file(), kept, failed);
  if (!failed) error.in("log file " + kept.string());
  return error;
}

}  // namespace ck::install
