#include "app/component_test.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "app/components.hpp"
#include "app/environments.hpp"
#include "app/prepare.hpp"
#include "app/programs.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "install/environment.hpp"
#include "install/staging.hpp"

namespace ck::app {
namespace {

using Outcome = ComponentCase::Outcome;

/// What a fresh home shares with the user's: nothing that a test could leave something in.
constexpr const char* kShared[] = {"repos", "downloads", "locks"};
constexpr const char* kCopied[] = {"repositories.json", "config.json"};

Status prepare_home(const fs::path& from, const fs::path& to) {
  CK_CHECK(sys::make_directories(to));
  std::error_code failed;
  for (const auto* name : kShared) {
    fs::create_directory_symlink(from / name, to / name, failed);
    if (failed)
      return fail(system_error("make a link to " + (from / name).string(), failed.value()));
  }
  for (const auto* name : kCopied) {
    std::error_code missing;
    if (!fs::exists(from / name, missing)) continue;
    fs::copy_file(from / name, to / name, failed);
    if (failed) return fail(system_error("copy " + (from / name).string(), failed.value()));
  }
  return {};
}

/// Paths that two builds do not have alike.
std::vector<std::string> differences(const install::Manifest& one, const install::Manifest& two) {
  const auto by_path = [](const install::Manifest& manifest) {
    std::map<std::string, std::string> files;
    for (const auto& entry : manifest.files) {
      files[entry.path] = std::to_string(static_cast<int>(entry.kind)) +
                          (entry.executable ? "x" : "-") + entry.sha256;
    }
    return files;
  };
  const auto first = by_path(one);
  const auto second = by_path(two);
  std::vector<std::string> found;
  for (const auto& [path, content] : first) {
    const auto other = second.find(path);
    if (other == second.end() || other->second != content) found.push_back(path);
  }
  for (const auto& [path, content] : second) {
    if (!first.contains(path)) found.push_back(path);
  }
  return found;
}

class Tester {
 public:
  Tester(const ComponentTestRequest& request, const catalog::Component& component, Session& fresh,
         const run::PassThrough& output)
      : request_(request), component_(component), fresh_(fresh), output_(output) {}

  Result<std::vector<ComponentCase>> run() {
    CK_TRY(catalog, fresh_.catalog());
    CK_TRY(descriptor, catalog->load(component_));
    if (std::holds_alternative<model::Software>(descriptor) || component_.id.kind == "soft") {
      CK_CHECK(detection());
    } else if (const auto* program = std::get_if<model::Program>(&descriptor)) {
      CK_CHECK(commands(*program));
    } else if (const auto* package = std::get_if<model::Package>(&descriptor)) {
      CK_CHECK(builds(package->recipe));
    } else if (component_.id.kind == "package") {
      CK_CHECK(collective_builds(*catalog));
    } else if (component_.id.kind == "program") {
      CK_CHECK(command("default", {}));
    } else {
      return fail(Error(ErrorCode::unsupported, component_.id.text() + " cannot be tested")
                      .hint("packages, datasets, models, programs and software can; ck lint looks "
                            "at everything"));
    }
    return std::move(cases_);
  }

 private:
  /// A failure is a result; only an interruption ends the whole test.
  Status keep(ComponentCase one, std::optional<Error> failure) {
    if (failure && failure->code == ErrorCode::interrupted) return fail(std::move(*failure));
    if (failure) {
      const bool not_here = !variation_.empty() && lacks_something(*failure);
      one.outcome = not_here ? Outcome::not_testable : Outcome::failed;
    }
    one.failure = std::move(failure);
    cases_.push_back(std::move(one));
    return {};
  }

  model::ComponentPattern pattern() const {
    return {component_.id.repo, component_.id.kind, component_.id.name};
  }

  /// "threads=openmp" for what is chosen beside the defaults.
  std::string label(const model::Values& chosen) const {
    std::vector<std::string> parts = request_.variations;
    for (const auto& [name, value] : request_.values) parts.push_back(name + "=" + value);
    for (const auto& [name, value] : chosen) parts.push_back(name + "=" + value);
    return parts.empty() ? "default" : join(parts, " ");
  }

  Status builds(const model::Recipe& recipe) {
    CK_CHECK(build(label({}), {}));
    if (!request_.values.empty() || !request_.variations.empty()) return {};
    for (const auto& group : recipe.variations) {
      for (const auto& option : group.options) {
        if (option.name == group.default_option) continue;
        const model::Values chosen{{group.name, option.name}};
        CK_CHECK(build(label(chosen), chosen));
      }
    }
    return {};
  }

  Status collective_builds(catalog::Catalog& catalog) {
    CK_CHECK(build(label({}), {}));
    if (!request_.variations.empty()) return {};
    CK_TRY(document, catalog.load_document(component_));
    const Json& variations = collective::object_at(document, "variations");
    std::vector<std::string> names;
    for (const auto& [name, variation] : variations.items()) {
      if (!collective::yes_at(variation, "on_by_default")) names.push_back(name);
    }
    std::ranges::sort(names);
    for (const auto& name : names) {
      variation_ = name;
      CK_CHECK(build("variation " + name, {}));
    }
    variation_.clear();
    return {};
  }

  /// Of a variation: what this machine lacks says nothing about the component.
  static bool lacks_something(const Error& error) {
    return error.code == ErrorCode::not_found || error.code == ErrorCode::unsupported ||
           error.code == ErrorCode::conflict || error.code == ErrorCode::network;
  }

  Result<install::Manifest> build_once(const model::Values& chosen, bool again) {
    InstallRequest wanted;
    wanted.pattern = pattern();
    wanted.values = request_.values;
    wanted.values.insert(chosen.begin(), chosen.end());
    wanted.variations = request_.variations;
    if (!variation_.empty()) wanted.variations.push_back(variation_);
    wanted.profile = request_.profile;
    wanted.rebuild = again;
    CK_TRY(report, app::install(fresh_, wanted));
    return install::read_manifest(report.path);
  }

  Status build(const std::string& what, const model::Values& chosen) {
    ComponentCase one;
    one.what = what;
    const auto first = build_once(chosen, false);
    if (!first) return keep(std::move(one), first.error());
    const auto second = build_once(chosen, true);
    if (!second) return keep(std::move(one), second.error());
    one.detail = human_bytes(static_cast<double>(first->record.size_bytes)) + " in " +
                 counted(first->files.size(), "file");
    one.differing = differences(*first, *second);
    one.reproducible = one.differing.empty();
    return keep(std::move(one), std::nullopt);
  }

  Status commands(const model::Program& program) {
    for (const auto& each : program.commands) CK_CHECK(command("command " + each.name, each.name));
    return {};
  }

  Status command(const std::string& what, const std::string& name) {
    RunRequest wanted;
    wanted.pattern = pattern();
    wanted.command = name;
    wanted.values = request_.values;
    wanted.profile = request_.profile;
    wanted.experiment = "test";
    ComponentCase one;
    one.what = what;
    const auto report = app::run(fresh_, wanted, output_);
    if (!report) return keep(std::move(one), report.error());
    if (report->failure) return keep(std::move(one), report->failure);
    one.detail = std::to_string(report->metrics.size()) + " metrics, " +
                 std::to_string(report->run_plan.outputs.size()) + " outputs";
    return keep(std::move(one), std::nullopt);
  }

  Status detection() {
    DetectRequest wanted;
    wanted.pattern = pattern();
    ComponentCase one;
    one.what = "detection";
    auto report = app::detect(fresh_, wanted);
    if (!report) return keep(std::move(one), report.error());
    std::vector<std::string> versions;
    for (const auto& software : report->software) {
      for (const auto& environment : software.detection.found)
        versions.push_back(environment.record.version + " at " + environment.record.file);
    }
    one.detail = join(versions, ", ");
    return keep(std::move(one), std::nullopt);
  }

  const ComponentTestRequest& request_;
  const catalog::Component& component_;
  Session& fresh_;
  const run::PassThrough& output_;
  std::string variation_;  ///< of CK's package, that is being tested
  std::vector<ComponentCase> cases_;
};

}  // namespace

Result<ComponentTestReport> test_component(Session& session, const ComponentTestRequest& request,
                                           const run::PassThrough& output) {
  CK_TRY(found, find(session, request.pattern));
  CK_TRY(home, session.home());
  install::clean_abandoned(home->staging(), session.clock());
  CK_TRY(folder, install::make_staging(home->staging()));
  Settings settings = session.settings();
  settings.home = folder.path() / "home";
  CK_CHECK(prepare_home(home->root, settings.home));
  Session fresh(settings, session.events(), session.cancel());
  ComponentTestReport report;
  report.component = found.component;
  CK_TRY(cases, Tester(request, found.component, fresh, output).run());
  report.cases = std::move(cases);
  return report;
}

}  // namespace ck::app
