#include "app/environments.hpp"

#include <algorithm>

#include "app/collective.hpp"
#include "app/components.hpp"
#include "app/preparations.hpp"
#include "base/strings.hpp"
#include "install/profile.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kListed = 10;
constexpr std::size_t kShownId = 12;
constexpr std::uint64_t kMaxLog = 128u << 20;

Result<DetectedSoftware> detect_one(const catalog::Component& component,
                                    const DetectRequest& request, install::Context& context) {
  CK_TRY(descriptor, context.catalog.load(component));
  const auto* software = std::get_if<model::Software>(&descriptor);
  if (software == nullptr) {
    return fail(Error(ErrorCode::unsupported,
                      component.id.text() + " is not software that can be detected"));
  }
  // Detection is as strict as the profile in use.
  const auto profile = install::load_profile(request.profile, context);
  if (!profile) return fail(profile.error());
  CK_TRY(detection, install::detect(*software, component, {request.full_path}, context));
  for (const auto& environment : detection.found) CK_CHECK(install::adopt(environment, context));
  return DetectedSoftware{component, std::move(detection), {}};
}

Error nothing_detected(const DetectReport& report) {
  Error error(ErrorCode::not_found, "nothing was detected");
  for (const auto& [component, detection, others] : report.software) {
    if (detection.missed.empty())
      error.in(component.id.text() + ": no file with such a name in the places it looks");
    for (const auto& miss : detection.missed)
      error.in(component.id.text() + ": " + miss.file + ": " + miss.reason);
  }
  error.hint("install it, or say where it is with --full_path=FILE");
  return error;
}

/// The entries to look for: of our kind `software`, and when "soft" is typed of CK's `soft` too.
Result<std::vector<catalog::Component>> software_for(Session& session,
                                                     const DetectRequest& request) {
  std::vector<catalog::Component> components;
  std::vector<std::string> hints;
  std::vector<std::string> kinds{"software"};
  if (request.pattern.kind == "soft") kinds.insert(kinds.begin(), "soft");
  CK_TRY(catalog, session.catalog());
  CK_TRY(known, catalog->kinds());
  for (const auto& kind : kinds) {
    model::ComponentPattern pattern = request.pattern;
    pattern.kind = kind;
    if (std::ranges::find(known, kind) == known.end() && kind != kinds.back()) continue;
    if (pattern.exact() && request.tags.empty()) {
      auto found = find(session, pattern);
      if (found) return std::vector{std::move(found->component)};
      if (kind == kinds.back()) return fail(std::move(found.error()));
      continue;
    }
    CK_TRY(found, search(session, {pattern, request.tags, std::nullopt}));
    // One that several repositories have is one: that of the repository registered first.
    std::ranges::stable_sort(found.components, {}, &catalog::Component::repository_rank);
    for (auto& component : found.components) {
      const bool taken = std::ranges::any_of(
          components, [&](const auto& other) { return other.id.uid == component.id.uid; });
      if (!taken) components.push_back(std::move(component));
    }
    hints = std::move(found.hints);
  }
  if (!components.empty()) return components;
  Error error(ErrorCode::not_found, "no software has the tags " + request.tags.text());
  for (auto& hint : hints) error.hint(std::move(hint));
  return fail(std::move(error));
}

/// Packages of ours may have parameters that are called as options for CK's packages are.
void add_collective_names(const CollectiveOptions& options, model::Values& values) {
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) values.emplace(name, value);
  };
  add("source", options.source);
  add("extra_tags", options.extra_tags);
  add("force_version", options.force_version);
  add("order", options.order);
}

bool starts_id(const install::Environment& environment, const std::string& text) {
  constexpr std::size_t kShortest = 4;
  return text.size() >= kShortest && environment.record.id.starts_with(text);
}

bool named(const install::Environment& environment, const std::string& id) {
  const auto& record = environment.record;
  if (id.empty() || starts_id(environment, id)) return true;
  return wildcard_match(id, record.component.name) || record.component.text() == id;
}

/// Detected software that has been changed or removed since is not there any more.
bool still_there(const install::Environment& environment) {
  std::error_code ignored;
  return environment.record.origin == store::EnvironmentRecord::Origin::built ||
         fs::exists(environment.record.file, ignored);
}

Result<std::vector<install::Environment>> all_environments(Session& session) {
  CK_TRY(all, known_environments(session));
  std::erase_if(all, [](const auto& environment) { return !still_there(environment); });
  return std::move(all);
}

/// The start of one id names one environment; of several, nobody knows which.
Status check_one_id(const std::string& id, const std::vector<install::Environment>& found) {
  std::vector<std::string> starting;
  for (const auto& environment : found) {
    if (starts_id(environment, id)) starting.push_back(environment.record.id);
  }
  if (starting.size() < 2 || starting.size() < found.size()) return {};
  return fail(Error(ErrorCode::conflict, "'" + id + "' is the start of " +
                                             std::to_string(starting.size()) +
                                             " ids: " + join(starting, ", "))
                  .hint("give more digits"));
}

Error no_environment(const EnvironmentQuery& query, const std::vector<install::Environment>& all) {
  const std::string wanted = query.id.empty() ? "tags " + query.tags.text() : "'" + query.id + "'";
  Error error(ErrorCode::not_found, "no environment with " + wanted);
  std::vector<std::string> known;
  for (const auto& environment : all) {
    if (query.id.empty()) {
      known.insert(known.end(), environment.record.tags.begin(), environment.record.tags.end());
    } else {
      known.push_back(environment.record.component.name);
    }
  }
  std::ranges::sort(known);
  known.erase(std::unique(known.begin(), known.end()), known.end());
  const auto words = query.id.empty() ? query.tags.all : std::vector<std::string>{query.id};
  for (const auto& word : words) {
    if (std::ranges::binary_search(known, word)) continue;
    if (const auto hint = did_you_mean(near_misses(word, known)))
      error.hint("'" + word + "': " + *hint);
  }
  error.hint("'ck show env' lists them; 'ck install package --tags=…' makes one");
  return error;
}

Error ambiguous(const EnvironmentQuery& query, const std::vector<install::Environment>& found) {
  const std::string what =
      query.id.empty() ? "the tags " + query.tags.text() : "'" + query.id + "'";
  Error error(ErrorCode::conflict,
              std::to_string(found.size()) + " environments are meant by " + what);
  for (std::size_t i = 0; i < found.size() && i < kListed; ++i) {
    const auto& record = found[i].record;
    error.hint("env:" + record.id.substr(0, kShownId) + " (" + record.component.text() + " " +
               record.version + ")");
  }
  error.hint("give more digits of the id");
  return error;
}

}  // namespace

Result<DetectReport> detect(Session& session, const DetectRequest& request) {
  CK_TRY(context, session.context());
  CK_TRY(components, software_for(session, request));
  if (!request.full_path.empty() && components.size() != 1) {
    return fail(Error(ErrorCode::usage, "--full_path needs one software, these tags name " +
                                            std::to_string(components.size())));
  }
  DetectReport report;
  for (const auto& component : components) {
    if (component.format == model::RepositoryDescriptor::Format::native) {
      CK_TRY(one, detect_one(component, request, *context));
      report.software.push_back(std::move(one));
    } else {
      CK_TRY(one, detect_collective(session, component, request));
      report.software.push_back(std::move(one));
    }
  }
  const bool any = std::ranges::any_of(
      report.software, [](const auto& one) { return !one.detection.found.empty(); });
  if (!any) return fail(nothing_detected(report));
  return report;
}

Result<bool> means_collective(Session& session, const InstallRequest& request) {
  if (request.locked) return is_collective(request.locked->lock);
  using Format = model::RepositoryDescriptor::Format;
  CK_TRY(repositories, session.repositories());
  const bool any = std::ranges::any_of(
      repositories->all(), [](const catalog::Repository& one) { return one.format == Format::ck; });
  if (!any || request.pattern.kind != "package") return false;
  if (!request.pattern.name.empty()) {
    const auto found = find(session, request.pattern);
    return found && found->component.format == Format::ck;
  }
  CK_TRY(catalog, session.catalog());
  CK_TRY(found, catalog->search({{}, request.tags, std::nullopt}));
  return std::ranges::none_of(found, [](const catalog::Component& component) {
    return component.format == Format::native &&
           (component.id.kind == "package" || component.id.kind == "dataset" ||
            component.id.kind == "model");
  });
}

Result<Prepared> prepare_installation(Session& session, const InstallRequest& request) {
  PrepareRequest wanted;
  wanted.pattern = request.pattern;
  // `ck install package --tags=…` means anything that can be installed, as it did in CK.
  if (wanted.pattern.kind == "package" && wanted.pattern.name.empty()) wanted.pattern.kind.clear();
  wanted.tags = request.tags;
  wanted.kinds = {"package", "dataset", "model"};
  wanted.values = request.values;
  add_collective_names(request.collective, wanted.values);
  wanted.variations = request.variations;
  wanted.version = request.version;
  wanted.pins = request.pins;
  wanted.profile = request.profile;
  wanted.rebuild = request.rebuild;
  wanted.host = request.host;
  return prepare(session, wanted, request.locked);
}

Result<InstallReport> install(Session& session, const InstallRequest& request) {
  if (!request.dry_run) CK_CHECK(refuse_another_machine(request.host, "install"));
  CK_TRY(collective, means_collective(session, request));
  if (collective) return install_collective(session, request);
  if (!request.secrets.empty()) {
    return fail(ErrorCode::usage, "--secret." + printable(request.secrets.front().first) +
                                      ": only packages of Collective Knowledge take variables");
  }
  CK_TRY(prepared, prepare_installation(session, request));
  InstallReport report;
  report.plan = std::move(prepared.plan);
  if (!report.plan.subject)
    return fail(ErrorCode::internal, "the plan has no environment for its subject");
  CK_TRY(home, session.home());
  report.path = home->environment(*report.plan.subject);
  if (request.dry_run) return report;
  CK_TRY(closure, install::execute(report.plan, prepared.profile, *prepared.context));
  report.installed = report.plan.subject;
  report.path = closure.at(*report.plan.subject).path;
  return report;
}

Result<std::vector<install::Environment>> known_environments(Session& session) {
  CK_TRY(store, session.store());
  CK_TRY(home, session.home());
  CK_CHECK(install::refresh_environments(*store, *home));
  CK_TRY(records, store->environments());
  std::vector<install::Environment> all;
  for (auto& record : records) all.push_back(install::make_environment(std::move(record), *home));
  std::ranges::sort(all, [](const auto& a, const auto& b) {
    const auto key = [](const install::Environment& e) {
      return std::tuple(e.record.component.kind, e.record.component.name, -e.record.created_ns,
                        e.record.id);
    };
    return key(a) < key(b);
  });
  return all;
}

Result<EnvironmentsReport> show_environments(Session& session, const EnvironmentQuery& query) {
  CK_TRY(all, all_environments(session));
  std::erase_if(all, [&](const auto& environment) {
    return !named(environment, query.id) || !query.tags.matches(environment.record.tags);
  });
  return EnvironmentsReport{std::move(all)};
}

Result<EnvironmentsReport> locate_environments(Session& session, const EnvironmentQuery& query) {
  CK_TRY(report, show_environments(session, query));
  if (report.environments.empty()) {
    CK_TRY(all, all_environments(session));
    return fail(no_environment(query, all));
  }
  CK_CHECK(check_one_id(query.id, report.environments));
  return std::move(report);
}

Result<install::Environment> one_environment(Session& session, const EnvironmentQuery& query) {
  if (query.id.empty() && query.tags.empty()) {
    return fail(Error(ErrorCode::usage, "which environment?")
                    .hint("give env:ID (its first digits are enough) or --tags=A,B; 'ck show env' "
                          "lists them"));
  }
  CK_TRY(report, locate_environments(session, query));
  if (report.environments.size() > 1) return fail(ambiguous(query, report.environments));
  return std::move(report.environments.front());
}

Result<LogReport> log_of(Session& session, const EnvironmentQuery& query) {
  CK_TRY(home, session.home());
  // Of a failed build only the log is left, by the id that its error named.
  const fs::path failed = home->logs() / (query.id + ".log");
  std::error_code missing;
  const bool digits = query.id.find_first_not_of("0123456789abcdef") == std::string::npos;
  const bool of_failure = digits && fs::exists(failed, missing);
  LogReport report{query.id, failed, {}};
  if (!of_failure) {
    CK_TRY(environment, one_environment(session, query));
    report.id = environment.record.id;
    report.file = install::log_file(home->environment(report.id));
    if (!fs::exists(report.file, missing)) {
      return fail(ErrorCode::not_found,
                  environment.record.component.text() + " was not built by ck: it has no log");
    }
  }
  CK_TRY(text, sys::read_file(report.file, kMaxLog));
  report.text = std::move(text);
  return report;
}

Result<EnvironmentsReport> remove_environments(Session& session, const EnvironmentQuery& query,
                                               bool force) {
  if (query.id.empty() && query.tags.empty()) {
    return fail(Error(ErrorCode::usage, "nothing says which environments are to be removed")
                    .hint("give env:ID or --tags=a,b; 'ck show env' lists them"));
  }
  CK_TRY(report, locate_environments(session, query));
  CK_TRY(context, session.context());
  for (const auto& environment : report.environments) {
    CK_CHECK(install::remove_environment(environment.record.id, force, *context));
  }
  return std::move(report);
}

}  // namespace ck::app
