#pragma once
/// A home with one repository of components that a test writes, and everything that installing,
/// detecting and running take from outside: the real things. Header-only, because the support
/// library links no more than the lower layers.

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "install/installer.hpp"
#include "install/plan.hpp"
#include "install/resolver.hpp"
#include "support/temporary_home.hpp"

namespace ck::test {

class Installation {
 public:
  Installation() : home{folder / "home"} {
    EXPECT_OK(catalog::Home::open(home.root));
    catalog::Repository repository;
    repository.name = "test";
    repository.uid = "00000000000000ff";
    repository.path = folder / "repository";
    fs::create_directories(repository.path);
    repositories.push_back(repository);
    profile.common.kind = model::Kind::profile;
    profile.common.name = "test";
    profile.variables = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                         {"HOME", "${work}/home"},
                         {"TMPDIR", "${work}/tmp"},
                         {"LC_ALL", "C.UTF-8"}};
    profile.limits.timeout_seconds = 60;
  }

  /// Where a component's own files go.
  fs::path component_folder(const std::string& kind, const std::string& name) const {
    const fs::path root = folder / "repository";
    if (kind == "package" || kind == "program") return root / (kind + "s") / name;
    return root / "components" / kind / name;
  }

  /// Writes a component; `body` is what its ck.json holds beside schema, name, uid and version.
  void component(const std::string& kind, const std::string& name, const std::string& body) {
    char uid[17];
    std::snprintf(uid, sizeof uid, "%016zx", std::hash<std::string>{}(kind + ":" + name));
    write_text(component_folder(kind, name) / "ck.json",
               R"({"schema": "ck.)" + kind + R"(/1", "name": ")" + name + R"(", "uid": ")" + uid +
                   R"(")" +
                   // Software says how its version is found.
                   (kind == "software" ? "" : R"(, "version": "1.0.0")") +
                   (body.empty() ? "" : ", " + body) + "}");
  }
  void package(const std::string& name, const std::string& body) {
    component("package", name, body);
  }
  void package_file(const std::string& package, const fs::path& file, std::string_view text) const {
    write_text(component_folder("package", package) / file, text);
  }

  /// With the catalog as the folders are now.
  install::Context& context() {
    if (!store_) {
      auto store = store::Store::open(home.store(), home.blobs());
      if (!store) throw std::runtime_error(text_of(store.error()));
      store_.emplace(std::move(*store));
      transfer_ = sys::make_transfer(sys::default_transfer_module());
    }
    context_.reset();
    auto catalog = catalog::Catalog::open(home, repositories, events, cancel);
    if (!catalog) throw std::runtime_error(text_of(catalog.error()));
    catalog_.emplace(std::move(*catalog));
    EXPECT_OK(catalog_->kinds());  // looks at everything
    for (const auto& broken : catalog_->broken()) ADD_FAILURE() << text_of(broken.error);
    context_.emplace(install::Context{home, repositories, *catalog_, *store_, processes, *transfer_,
                                      clock, events, cancel, host_variables, offline});
    return *context_;
  }

  Result<catalog::Component> find(const std::string& pattern) {
    CK_TRY(parsed, model::ComponentPattern::parse(pattern));
    return context().catalog.find(parsed);
  }

  /// The plan for "package:x".
  Result<install::InstallPlan> plan(const std::string& pattern, const model::Values& chosen = {},
                                    bool rebuild = false) {
    auto& all = context();
    CK_TRY(parsed, model::ComponentPattern::parse(pattern));
    CK_TRY(component, all.catalog.find(parsed));
    CK_TRY(loaded, all.catalog.load(component));
    install::Subject subject{component, std::make_shared<const model::Descriptor>(loaded), {}};
    const auto& recipe = *install::recipe_of(*subject.descriptor);
    CK_TRY(values, install::complete_values(recipe, chosen, pattern));
    subject.values = values;
    CK_TRY(dependencies, install::active_dependencies(recipe, values));
    install::ResolveRequest request;
    request.subject = pattern;
    request.dependencies = dependencies;
    CK_TRY(resolved, install::resolve(request, all));
    return install::make_plan(resolved, subject, profile, rebuild, all);
  }

  /// Installs "package:x" and what it needs; the result is its own environment.
  Result<install::Environment> install(const std::string& pattern, const model::Values& chosen = {},
                                       bool rebuild = false) {
    CK_TRY(steps, plan(pattern, chosen, rebuild));
    CK_TRY(closure, install::execute(steps, profile, *context_));
    return closure.at(*steps.subject);
  }

  /// Names in a folder of the home, sorted.
  static std::vector<std::string> names_in(const fs::path& where) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(where))
      names.insert(entry.path().filename().string());
    return {names.begin(), names.end()};
  }

  TemporaryHome folder;
  catalog::Home home;
  std::vector<catalog::Repository> repositories;
  model::Profile profile;
  RecordingEvents events;
  sys::Cancel cancel;
  sys::SystemClock clock;
  sys::SystemProcesses processes;
  install::Variables host_variables{{"HOME", folder.path().string()}};
  bool offline = false;

 private:
  std::optional<store::Store> store_;
  std::unique_ptr<sys::Transfer> transfer_;
  std::optional<catalog::Catalog> catalog_;
  std::optional<install::Context> context_;
};

}  // namespace ck::test
