#include "app/doctor.hpp"

#include <nlohmann/json.hpp>

#include "base/counted.hpp"
#include "base/strings.hpp"
#include "collective/oddities.hpp"
#include "install/isolation.hpp"
#include "install/profile.hpp"
#include "sys/files.hpp"
#include "sys/host.hpp"

namespace ck::app {
namespace {

constexpr std::string_view kSearchPath = "/usr/local/bin:/usr/bin:/bin";
constexpr std::uint64_t kLittleSpace = 2'000'000'000;

void add(DoctorReport& report, Finding::Weight weight, std::string where, std::string message) {
  report.findings.push_back({weight, std::move(where), std::move(message)});
}

/// Programs that components need, with what for.
void check_tools(DoctorReport& report) {
  constexpr std::pair<const char*, const char*> kTools[] = {
      {"bash", "scripts of CK components"},
      {"python3", "hooks of CK components"},
      {"gcc", "most programs that are compiled"},
      {"make", "many packages"},
      {"cmake", "many packages"},
      {"git", "packages whose scripts clone by themselves"}};
  for (const auto& [tool, use] : kTools) {
    const auto file = sys::find_executable(tool, kSearchPath);
    if (file) {
      add(report, Finding::Weight::good, "machine", std::string(tool) + ": " + file->string());
    } else {
      add(report, Finding::Weight::odd, "machine",
          std::string(tool) + " is not installed; needed for " + use + " (apt-get install " + tool +
              ")");
    }
  }
}

Status check_home(Session& session, DoctorReport& report) {
  CK_TRY(home, session.home());
  CK_TRY(free, sys::free_bytes(home->root));
  add(report, free < kLittleSpace ? Finding::Weight::odd : Finding::Weight::good, "machine",
      human_bytes(static_cast<double>(free)) + " free for " + home->root.string());
  CK_TRY(store, session.store());
  CK_TRY(experiments, store->experiments("*", {}));
  add(report, Finding::Weight::good, "machine",
      "the archive holds " + counted(experiments.size(), "experiment"));
  return {};
}

/// Which profiles this machine can enforce, by trying.
Status check_profiles(Session& session, DoctorReport& report) {
  CK_TRY(context, session.context());
  CK_TRY(profiles, context->catalog.search({{"", "profile", ""}, {}, std::nullopt}));
  CK_TRY(namesakes, install::namesakes_of_profiles(context->catalog));
  for (const auto& one : namesakes)
    add(report, Finding::Weight::odd, one.path.string(), install::namesake_text(one));
  for (const auto& component : profiles) {
    CK_TRY(profile, install::load_profile(component.id.full_text(), *context));
    const bool ours = profile.common.name == component.id.name;
    const std::string name = ours ? component.id.text() : component.id.full_text();
    CK_TRY(sandbox, install::sandbox_of(profile.isolation, {}, *context));
    if (!sandbox) {
      add(report, Finding::Weight::good, "machine", name + ": without a sandbox");
      continue;
    }
    sys::ProcessSpec spec;
    spec.argv = {"/bin/true"};
    spec.directory = "/";
    spec.sandbox = std::move(sandbox);
    const auto result = context->processes.run(spec, context->cancel);
    if (!result) {
      add(report, Finding::Weight::odd, "machine",
          name + " cannot be enforced: " + result.error().message);
      continue;
    }
    const auto& isolation = *result->isolation;
    add(report, isolation.missing.empty() ? Finding::Weight::good : Finding::Weight::odd, "machine",
        name + ": " + join(isolation.enforced, ", "));
    for (const auto& missing : isolation.missing)
      add(report, Finding::Weight::odd, "machine",
          name + " goes without: " + missing.what + " (" + missing.why + ")");
  }
  return {};
}

Status check_components(Session& session, const std::string& name, DoctorReport& report) {
  CK_TRY(catalog, session.catalog());
  CK_TRY(components, catalog->search({{name, "", ""}, {}, std::nullopt}));
  for (const auto& component : components) {
    CK_CHECK(session.cancel().check());
    ++report.components;
    if (component.format == model::RepositoryDescriptor::Format::native) {
      const auto descriptor = catalog->load(component);
      if (!descriptor)
        add(report, Finding::Weight::broken, component.path.string(), descriptor.error().message);
      continue;
    }
    const auto document = catalog->load_document(component);
    if (!document) {
      add(report, Finding::Weight::broken, component.path.string(), document.error().message);
      continue;
    }
    for (auto& oddity : collective::oddities_of(component, *document))
      add(report, Finding::Weight::odd, oddity.file.string(), std::move(oddity.message));
  }
  for (const auto& broken : catalog->broken())
    add(report, Finding::Weight::broken, broken.file.string(), broken.error.message);
  return {};
}

}  // namespace

Result<DoctorReport> doctor(Session& session, const std::string& repository) {
  DoctorReport report;
  if (repository.empty()) {
    check_tools(report);
    CK_CHECK(check_home(session, report));
    CK_CHECK(check_profiles(session, report));
  }
  CK_TRY(repositories, session.repositories());
  if (!repository.empty()) CK_CHECK(repositories->find(repository));
  CK_CHECK(check_components(session, repository, report));
  for (const auto& one : repositories->all()) {
    const bool meant = repository.empty() || one.name == repository || one.uid == repository;
    if (!meant || one.format != model::RepositoryDescriptor::Format::ck) continue;
    for (auto& oddity : collective::oddities_in(one))
      add(report, Finding::Weight::odd, oddity.file.string(), std::move(oddity.message));
  }
  return report;
}

}  // namespace ck::app
