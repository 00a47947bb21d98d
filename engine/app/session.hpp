#pragma once
/// One command's connection to the world: opened in parts, when a verb first needs them.

#include <memory>

#include "install/context.hpp"
#include "install/environment.hpp"
#include "install/observed_inputs.hpp"

namespace ck::app {

struct Settings {
  fs::path home;             ///< $CK_HOME
  fs::path shipped;          ///< the core repository, or empty
  fs::path transfer_module;  ///< ck-transfer.so
  bool offline = false;
  std::string request{};                    ///< the command line as typed
  int jobs = 0;                             ///< processors that builds may use; 0: all
  std::vector<sys::UrlRewrite> rewrites{};  ///< of config.json
  fs::path mirror{};                        ///< where sources are taken from, or empty
  install::Variables secrets{};             ///< told on the command line; see secrets_in
  bool trace = false;                       ///< note which files the steps open
};

class Session {
 public:
  /// Nothing is opened yet. `events` and `cancel` must outlive the session.
  Session(Settings settings, EventSink& events, const sys::Cancel& cancel);
  ~Session();

  const Settings& settings() const;
  Result<const catalog::Home*> home();
  Result<catalog::Repositories*> repositories();
  Result<catalog::Catalog*> catalog();  ///< brought up to date when first asked for
  Result<store::Store*> store();
  Result<install::Context*> context();  ///< opens all of the above
  sys::Transfer& transfer();
  const sys::Clock& clock() const;
  EventSink& events();
  const sys::Cancel& cancel() const;

  /// What the steps so far opened, if that is traced; none is left.
  Result<std::vector<install::ObservedInputs>> take_observed();

  /// After repositories changed: the next `catalog()` looks again.
  void forget_catalog();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Home from the variables, core repository and module found beside the executable.
Result<Settings> default_settings();

}  // namespace ck::app
