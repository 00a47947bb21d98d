#include "install/build_checks.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kOwnFolder = ".ck";
/// Larger files are data; looking through them would take longer than it is worth.
constexpr std::uint64_t kMaxScanned = 32u << 20;
constexpr std::size_t kShownFiles = 5;

Error wrong(const BuildSteps& steps, const std::string& what) {
  return Error(ErrorCode::build_failed, "building " + steps.subject() + " failed: " + what);
}

Status check_links(const BuildSteps& steps, const std::vector<sys::TreeEntry>& entries,
                   const std::string& staging) {
  for (const auto& entry : entries) {
    if (entry.kind != sys::TreeEntry::Kind::symlink || !entry.target.starts_with(staging)) continue;
    return fail(wrong(steps, "the link " + printable(entry.path) +
                                 " leads into the build folder, "
                                 "which will be gone")
                    .hint("make the link relative"));
  }
  return {};
}

void warn_of_staging(const BuildSteps& steps, const std::vector<sys::TreeEntry>& entries,
                     const std::string& staging, Context& context) {
  std::vector<std::string> found;
  for (const auto& entry : entries) {
    if (entry.kind != sys::TreeEntry::Kind::file || entry.size_bytes > kMaxScanned) continue;
    const auto text = sys::read_file(steps.prefix() / entry.path, kMaxScanned);
    if (text && text->find(staging) != std::string::npos) found.push_back(printable(entry.path));
  }
  if (found.empty()) return;
  const std::size_t count = found.size();
  found.resize(std::min(count, kShownFiles));
  context.events.on(Warning{steps.subject() + ": the path of the build folder is written in " +
                            join(found, ", ") + (count > kShownFiles ? " and others" : "") +
                            "; it means nothing later, and makes every build differ"});
}

Status check_file(const BuildSteps& steps, const model::CheckedFile& wanted, Context& context) {
  CK_TRY(path, steps.expand(wanted.path));
  const auto file = sys::contained_path(steps.prefix(), path);
  std::error_code missing;
  if (!file || !fs::exists(*file, missing))
    return fail(wrong(steps, "there is no " + printable(path) + " in the result"));
  if (wanted.sha256.empty()) return {};
  CK_TRY(sha256, sys::hash_file(*file, context.cancel));
  if (sha256 == wanted.sha256) return {};
  return fail(ErrorCode::verification, "building " + steps.subject() +
                                           " failed: " + printable(path) + " has sha256 " + sha256 +
                                           ", expected " + wanted.sha256);
}

/// As its users will: with the variables of a run, this environment's exports included.
Status check_command(BuildSteps& steps, const BuildJob& job) {
  const auto& check = steps.recipe().check;
  if (check.run.empty()) return {};
  CK_TRY(argv, steps.expand(check.run));
  CK_TRY(variables, steps.variables());
  Environment own = job.step.environment;
  own.path = steps.prefix();
  own.record.dependencies.clear();
  const std::string id = own.record.id;
  const fs::path folder = job.staging / "check";
  CK_CHECK(sys::make_directories(folder));
  auto run = steps.run({argv, folder, with_exports(variables, {{id, own}}, {id})});
  if (!run && run.error().code == ErrorCode::build_failed)
    run.error().in("its check, after everything was built");
  return run;
}

/// A program may be nothing but commands for what it needs or the machine has.
bool may_be_empty(const BuildSteps& steps, const BuildJob& job) {
  return steps.recipe().build.system == model::Build::System::none &&
         std::holds_alternative<model::Program>(*job.step.descriptor);
}

}  // namespace

Status check_result(BuildSteps& steps, const BuildJob& job, Context& context) {
  CK_TRY(entries,
         sys::list_tree(steps.prefix(), {.skip_names = {}, .hash = false}, context.cancel));
  if (entries.empty() && !may_be_empty(steps, job)) {
    return fail(
        wrong(steps, "it made nothing").hint("the result has to be installed into ${prefix}"));
  }
  if (std::ranges::any_of(entries, [](const auto& one) { return one.path == kOwnFolder; }))
    return fail(wrong(steps, "the result holds .ck, a name that ck needs for itself"));
  const std::string staging = job.staging.string();
  CK_CHECK(check_links(steps, entries, staging));
  warn_of_staging(steps, entries, staging, context);
  for (const auto& file : steps.recipe().check.files) CK_CHECK(check_file(steps, file, context));
  return check_command(steps, job);
}

}  // namespace ck::install
