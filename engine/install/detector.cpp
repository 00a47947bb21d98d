#include "install/detector.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "install/found_files.hpp"
#include "install/isolation.hpp"
#include "install/staging.hpp"
#include "model/pattern.hpp"
#include "model/substitution.hpp"

namespace ck::install {
namespace {

constexpr std::chrono::seconds kVersionTime(10);
constexpr std::uint64_t kVersionOutput = 1u << 20;
constexpr std::uint64_t kVersionFile = 4u << 20;
constexpr std::uint64_t kDescriptor = 16u << 20;
constexpr std::size_t kIdDigits = 32;
constexpr std::string_view kSearchPath = "/usr/bin:/bin";

/// Asking a program for its version needs nothing of the user's and no network, whatever the
/// profile of what follows. One that demands its sandbox is not content with a part of this either.
model::Isolation detection_isolation(bool demanded) {
  model::Isolation isolation;
  isolation.level = demanded ? model::Isolation::Level::demanded : model::Isolation::Level::wanted;
  isolation.network = false;
  isolation.hidden = {"${home}", "/home", "/root", "/run"};
  isolation.scratch = {"/tmp", "/var/tmp", "/dev/shm"};
  return isolation;
}

/// What `${name}` means in a software component, for one found file.
class Names {
 public:
  explicit Names(const FoundFile& found, std::optional<std::string> version = std::nullopt)
      : found_(found), version_(std::move(version)) {}

  std::optional<std::string> operator()(std::string_view name) const {
    if (name == "file") return found_.file.string();
    if (name == "root") return found_.root.string();
    if (name == "directory") return found_.file.parent_path().string();
    if (name == "suffix") return found_.suffix;
    if (name == "version") return version_;
    return std::nullopt;
  }

 private:
  const FoundFile& found_;
  std::optional<std::string> version_;
};

/// Changes whenever the file is replaced or written to.
Result<std::string> stamp_of(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0)
    return fail(system_error("look at " + printable(file.string()), errno));
  const auto time = [](const timespec& one) {
    return std::to_string(std::int64_t{one.tv_sec} * 1'000'000'000 + one.tv_nsec);
  };
  return time(status.st_mtim) + " " + time(status.st_ctim) + " " + std::to_string(status.st_size) +
         " " + std::to_string(status.st_ino) + " " + std::to_string(status.st_dev);
}

Status check_required(const model::Software& software, const FoundFile& found) {
  for (const auto& text : software.required_files) {
    CK_TRY(file, model::substitute(text, Names(found)));
    std::error_code missing;
    if (!fs::exists(file, missing))
      return fail(ErrorCode::not_found, "it needs " + printable(file) + ", which does not exist");
  }
  return {};
}

std::optional<std::string> match(const model::Pattern& pattern, const std::string& text) {
  for (const auto& line : split(text, '\n')) {
    if (auto found = pattern.find(line)) return found;
  }
  return std::nullopt;
}

Result<std::string> checked_version(const std::optional<std::string>& text,
                                    const std::string& where) {
  if (!text) return fail(ErrorCode::not_found, "no version in " + where);
  auto version = model::Version::parse(*text);
  if (!version) return fail(std::move(version.error()).in("version from " + where));
  return *text;
}

class Detector {
 public:
  Detector(const model::Software& software, const catalog::Component& component, Context& context)
      : software_(software), component_(component), context_(context) {}

  Result<Detection> run(const DetectRequest& request) {
    CK_TRY(descriptor, sys::read_file(component_.path / "ck.json", kDescriptor));
    id_ = component_.id.uid + sha256_hex(descriptor);
    const auto files = request.full_path.empty() ? find_files(software_) : named(request);
    for (const auto& found : files) CK_CHECK(look_at(found));
    std::ranges::sort(detection_.found, [](const Environment& a, const Environment& b) {
      const auto va = model::Version::parse(a.record.version);
      const auto vb = model::Version::parse(b.record.version);
      const auto order = va.value_or(model::Version()) <=> vb.value_or(model::Version());
      return order != 0 ? order > 0 : a.record.file < b.record.file;
    });
    return std::move(detection_);
  }

 private:
  std::vector<FoundFile> named(const DetectRequest& request) const {
    std::error_code ignored;
    return {describe_file(fs::absolute(request.full_path, ignored).lexically_normal(), software_)};
  }

  /// Takes the file or notes why not; only what concerns the whole detection is an error.
  Status look_at(const FoundFile& found) {
    CK_CHECK(context_.cancel.check());
    if (taken_.contains(found.real)) return {};
    auto environment = recognise(found);
    if (environment) {
      taken_.insert(found.real);
      detection_.found.push_back(std::move(*environment));
      return {};
    }
    // A sandbox that is demanded and refused is refused to all of them: nobody goes on without.
    const auto code = environment.error().code;
    const bool refused = context_.demands_isolation && code == ErrorCode::unsupported;
    if (refused || code == ErrorCode::interrupted) return fail(std::move(environment.error()));
    // It would only hang or crash again by its other names.
    if (environment.error().code == ErrorCode::program_failed) taken_.insert(found.real);
    std::string reason = environment.error().message;
    for (const auto& place : environment.error().context) reason += " (" + place + ")";
    detection_.missed.push_back({found.file.string(), std::move(reason)});
    return {};
  }

  Result<Environment> recognise(const FoundFile& found) {
    CK_CHECK(check_required(software_, found));
    CK_TRY(stamp, stamp_for(found));
    CK_TRY(known, context_.store.detection(id_, found.file.string()));
    if (known && known->stamp == stamp) return environment_of(found, *known);
    store::DetectionRecord record{id_, found.file.string(), stamp, {}, {}, {}};
    CK_TRY(told, version_of(found));
    record.version = told.version;
    record.isolation = told.isolation;
    CK_TRY(sha256, sys::hash_file(found.real, context_.cancel));
    record.file_sha256 = sha256;
    record.owner = owning_package(found.real);
    CK_TRY(environment, environment_of(found, record));
    CK_CHECK(context_.store.put_detection(record));
    return std::move(environment);
  }

  /// The version file counts as well when it is another one.
  Result<std::string> stamp_for(const FoundFile& found) const {
    std::error_code bad;
    if (!fs::is_regular_file(found.real, bad))
      return fail(ErrorCode::not_found, bad ? "there is no such file" : "it is no regular file");
    CK_TRY(stamp, stamp_of(found.real));
    if (software_.version_file.empty()) return stamp;
    CK_TRY(file, model::substitute(software_.version_file, Names(found)));
    if (file == found.file) return stamp;
    CK_TRY(second, stamp_of(file));
    return stamp + " " + second;
  }

  /// A version, and how far what told it was kept apart.
  struct Told {
    std::string version;
    std::string isolation;  ///< empty: nothing was executed
  };

  Result<Told> version_of(const FoundFile& found) const {
    const bool to_be_run =
        std::ranges::find(software_.version_run, "${file}") != software_.version_run.end();
    if (to_be_run || !software_.executables.empty()) CK_CHECK(check_executable(found.real));
    if (software_.version_run.empty() && software_.version_file.empty()) return Told();
    CK_TRY(pattern, model::Pattern::parse(software_.version_pattern));
    if (!software_.version_run.empty()) return version_from_command(found, pattern);
    CK_TRY(version, version_from_file(found, pattern));
    return Told{version, {}};
  }

  Result<std::string> version_from_file(const FoundFile& found,
                                        const model::Pattern& pattern) const {
    CK_TRY(file, model::substitute(software_.version_file, Names(found)));
    CK_TRY(text, sys::read_file(file, kVersionFile));
    return checked_version(match(pattern, text), printable(file));
  }

  Result<Told> version_from_command(const FoundFile& found, const model::Pattern& pattern) const {
    CK_TRY(work, make_staging(context_.home.staging()));
    sys::ProcessSpec spec;
    for (const auto& text : software_.version_run) {
      CK_TRY(word, model::substitute(text, Names(found)));
      spec.argv.push_back(std::move(word));
    }
    const auto program = spec.argv.front().find('/') == std::string::npos
                             ? sys::find_executable(spec.argv.front(), kSearchPath)
                             : fs::path(spec.argv.front());
    if (!program) return fail(ErrorCode::not_found, spec.argv.front() + " is not installed");
    if (auto may_run = check_executable(*program); !may_run)
      return fail(std::move(may_run.error()).in(program->string()));
    spec.variables = {{"PATH", std::string(kSearchPath)}, {"LC_ALL", "C.UTF-8"}};
    spec.directory = work.path();
    spec.limits.wall_time = kVersionTime;
    spec.limits.output_bytes = kVersionOutput;
    CK_TRY(sandbox, sandbox_of(detection_isolation(context_.demands_isolation),
                               {.writable = {work.path()},
                                .readable = {found.root},
                                .files = {found.file, found.real, *program}},
                               context_));
    spec.sandbox = std::move(sandbox);
    CK_TRY(result, context_.processes.run(spec, context_.cancel));
    if (result.killed_for == sys::KilledFor::cancelled)
      return fail(ErrorCode::interrupted, "detection was interrupted");
    const std::string command = "'" + printable(join(spec.argv, " ")) + "'";
    if (result.killed_for != sys::KilledFor::nothing)
      return fail(ErrorCode::program_failed, command + " " + result.ending_text());
    auto version = match(pattern, result.out);
    if (!version) version = match(pattern, result.err);
    if (!version && !result.ok())
      return fail(ErrorCode::program_failed, command + " " + result.ending_text());
    CK_TRY(checked, checked_version(version, "the output of " + command));
    return Told{checked, ck::to_text(isolation_json(result.isolation.value_or(sys::Isolation())))};
  }

  Result<model::NamedTexts> substituted(const model::NamedTexts& texts, const Names& names) const {
    model::NamedTexts result;
    for (const auto& [name, text] : texts) {
      CK_TRY(value, model::substitute(text, names));
      result.emplace_back(name, std::move(value));
    }
    return result;
  }

  Result<Environment> environment_of(const FoundFile& found,
                                     const store::DetectionRecord& known) const {
    store::EnvironmentRecord record;
    record.origin = store::EnvironmentRecord::Origin::detected;
    record.component = component_.id;
    record.version = known.version;
    record.tags = tags_for(known.version);
    record.path = found.root.string();
    record.file = found.file.string();
    record.file_sha256 = known.file_sha256;
    record.owner = known.owner;
    record.isolation = known.isolation;
    const std::string identity = "ck-software 1\n" + component_.id.uid + "\n" + record.file + "\n" +
                                 record.version + "\n" + record.file_sha256 + "\n";
    record.id = sha256_hex(identity).substr(0, kIdDigits);
    const Names names(found, known.version);
    CK_TRY(values, substituted(software_.exports.values, names));
    CK_TRY(variables, substituted(software_.exports.variables, names));
    CK_TRY(prepend, substituted(software_.exports.prepend, names));
    record.exports = {std::move(values), std::move(variables), std::move(prepend)};
    return make_environment(std::move(record), context_.home);
  }

  /// The component's, "software", and for version 12.2.0: v12, v12.2, v12.2.0.
  model::Tags tags_for(const std::string& version) const {
    model::Tags tags = component_.tags;
    tags.insert("software");
    const auto numbers = version.substr(0, version.find_first_not_of("0123456789."));
    std::string start = "v";
    for (const auto& number : split(numbers, '.')) {
      if (number.empty()) break;
      start += (start.size() > 1 ? "." : "") + number;
      tags.insert(start);
    }
    return tags;
  }

  const model::Software& software_;
  const catalog::Component& component_;
  Context& context_;
  std::string id_;
  Detection detection_;
  std::set<fs::path> taken_;
};

}  // namespace

Result<Detection> detect(const model::Software& software, const catalog::Component& component,
                         const DetectRequest& request, Context& context) {
  auto detection = Detector(software, component, context).run(request);
  if (!detection) return fail(std::move(detection.error()).in(component.id.text()));
  return detection;
}

Status adopt(const Environment& environment, Context& context) {
  CK_TRY(known, context.store.environments());
  for (const auto& record : known) {
    // Most often nothing has changed; then nothing is written.
    if (record.id != environment.record.id) continue;
    if (record.isolation == environment.record.isolation) return {};
    store::EnvironmentRecord now = environment.record;
    now.created_ns = record.created_ns;
    return context.store.put_environment(now);
  }
  for (const auto& record : known) {
    const bool same_place = record.origin == store::EnvironmentRecord::Origin::detected &&
                            record.component.uid == environment.record.component.uid &&
                            record.file == environment.record.file;
    // What was there before an upgrade in place is not there any more.
    if (same_place) CK_CHECK(context.store.remove_environment(record.id));
  }
  store::EnvironmentRecord record = environment.record;
  record.created_ns = context.clock.unix_ns();
  return context.store.put_environment(record);
}

}  // namespace ck::install
