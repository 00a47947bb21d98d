#include "app/session.hpp"

#include <optional>

#include "catalog/configuration.hpp"
#include "catalog/head_commit.hpp"
#include "install/mirror.hpp"
#include "install/observations.hpp"
#include "install/secrets.hpp"
#include "install/staging.hpp"
#include "install/use.hpp"
#include "sys/host.hpp"

namespace ck::app {
namespace {

/// With the commits that their folders have now: those of the last pull are old where somebody
/// works, and a record that names them cannot be followed.
std::vector<catalog::Repository> as_they_stand(std::vector<catalog::Repository> repositories) {
  for (auto& repository : repositories) {
    if (repository.origin == catalog::Repository::Origin::shipped) continue;
    if (auto commit = catalog::head_commit(repository.path)) repository.commit = std::move(*commit);
  }
  return repositories;
}

}  // namespace

struct Session::Parts {
  Parts(Settings chosen, EventSink& sink, const sys::Cancel& stop)
      : settings(std::move(chosen)), events(sink), cancel(stop) {}

  Settings settings;
  EventSink& events;
  const sys::Cancel& cancel;
  sys::SystemClock clock;
  sys::SystemProcesses processes;
  std::unique_ptr<sys::Transfer> transfer;
  std::vector<std::pair<std::string, std::string>> host_variables = sys::process_variables();
  std::optional<catalog::Home> home;
  std::optional<catalog::Repositories> repositories;
  std::optional<catalog::Catalog> catalog;
  std::optional<store::Store> store;
  std::shared_ptr<install::Observations> observations() const {
    return settings.trace ? std::make_shared<install::Observations>() : nullptr;
  }

  std::shared_ptr<install::KnownSecrets> secrets() const {
    auto known = std::make_shared<install::KnownSecrets>();
    for (const auto& [name, value] : settings.secrets) known->add(name, value);
    return known;
  }

  std::shared_ptr<install::EnvironmentUse> use = std::make_shared<install::EnvironmentUse>();
  std::vector<catalog::Repository> standing;  ///< what `context` refers to
  std::optional<install::Context> context;
};

Session::Session(Settings settings, EventSink& events, const sys::Cancel& cancel)
    : parts_(std::make_unique<Parts>(std::move(settings), events, cancel)) {}

Session::~Session() = default;

const Settings& Session::settings() const { return parts_->settings; }
const sys::Clock& Session::clock() const { return parts_->clock; }
EventSink& Session::events() { return parts_->events; }
const sys::Cancel& Session::cancel() const { return parts_->cancel; }

sys::Transfer& Session::transfer() {
  if (!parts_->transfer)
    parts_->transfer =
        sys::make_transfer(parts_->settings.transfer_module, parts_->settings.rewrites);
  return *parts_->transfer;
}

Result<const catalog::Home*> Session::home() {
  if (!parts_->home) {
    CK_TRY(home, catalog::Home::open(parts_->settings.home));
    CK_TRY(stores, catalog::shared_stores(home.root));
    home.stores = std::move(stores);
    parts_->home = std::move(home);
  }
  return &*parts_->home;
}

Result<catalog::Repositories*> Session::repositories() {
  if (!parts_->repositories) {
    CK_TRY(home, this->home());
    CK_TRY(repositories, catalog::Repositories::open(*home, parts_->settings.shipped));
    parts_->repositories = std::move(repositories);
  }
  return &*parts_->repositories;
}

Result<catalog::Catalog*> Session::catalog() {
  if (!parts_->catalog) {
    CK_TRY(repositories, this->repositories());
    CK_TRY(catalog, catalog::Catalog::open(*parts_->home, repositories->all(), parts_->events,
                                           parts_->cancel));
    parts_->catalog = std::move(catalog);
  }
  return &*parts_->catalog;
}

Result<store::Store*> Session::store() {
  if (!parts_->store) {
    CK_TRY(home, this->home());
    CK_TRY(store, store::Store::open(home->store(), home->blobs()));
    parts_->store = std::move(store);
  }
  return &*parts_->store;
}

Result<install::Context*> Session::context() {
  if (!parts_->context) {
    CK_TRY(catalog, this->catalog());
    CK_TRY(store, this->store());
    // What killed processes left goes with the next call that works with such things.
    for (const auto& folder : {parts_->home->staging(), parts_->home->work()})
      install::clean_abandoned(folder, parts_->clock);
    parts_->standing = as_they_stand(parts_->repositories->all());
    parts_->context.emplace(install::Context{.home = *parts_->home,
                                             .repositories = parts_->standing,
                                             .catalog = *catalog,
                                             .store = *store,
                                             .processes = parts_->processes,
                                             .transfer = transfer(),
                                             .clock = parts_->clock,
                                             .events = parts_->events,
                                             .cancel = parts_->cancel,
                                             .host_variables = parts_->host_variables,
                                             .offline = parts_->settings.offline,
                                             .request = parts_->settings.request,
                                             .jobs = parts_->settings.jobs,
                                             .use = parts_->use,
                                             .observations = parts_->observations(),
                                             .secrets = parts_->secrets()});
    if (!parts_->settings.mirror.empty()) {
      CK_TRY(mirror, install::read_mirror(parts_->settings.mirror));
      CK_CHECK(install::use_mirror(mirror, *parts_->context));
    }
  }
  return &*parts_->context;
}

Result<std::vector<install::ObservedInputs>> Session::take_observed() {
  if (!parts_->context || !parts_->context->observations)
    return std::vector<install::ObservedInputs>();
  return parts_->context->observations->take(*parts_->context);
}

void Session::forget_catalog() {
  parts_->context.reset();
  parts_->catalog.reset();
}

Result<Settings> default_settings() {
  std::error_code unreadable;
  const fs::path executable = fs::read_symlink("/proc/self/exe", unreadable);
  if (unreadable) return fail(system_error("find the program's own file", unreadable.value()));
  CK_TRY(home, catalog::default_home());
  Settings settings;
  settings.home = home;
  CK_TRY(configuration, catalog::read_configuration(catalog::Home{home}));
  settings.rewrites = std::move(configuration.rewrites);
  settings.transfer_module = sys::default_transfer_module();
  const fs::path shipped = executable.parent_path().parent_path() / "share" / "ck";
  std::error_code ignored;
  if (fs::exists(shipped / "ck-repo.json", ignored))
    settings.shipped = fs::canonical(shipped, ignored);
  return settings;
}

}  // namespace ck::app
