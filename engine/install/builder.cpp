#include "install/builder.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "install/build_checks.hpp"
#include "install/build_steps.hpp"
#include "install/sources.hpp"
#include "install/staging.hpp"

namespace ck::install {
namespace {

/// `existing` with `flag` behind it.
void append_flag(Variables& variables, const std::string& name, const std::string& flag) {
  const auto known =
      std::ranges::find(variables, name, &std::pair<std::string, std::string>::first);
  const bool empty = known == variables.end() || known->second.empty();
  set_variable(variables, name, empty ? flag : known->second + " " + flag);
}

model::NamedTexts sorted(model::NamedTexts texts) {
  std::ranges::stable_sort(texts, {}, &std::pair<std::string, std::string>::first);
  return texts;
}

Error outside(const BuildSteps& steps, const std::string& path) {
  return Error(ErrorCode::build_failed, "building " + steps.subject() + " failed: it installs " +
                                            printable(path) + ", which is not below its prefix " +
                                            steps.final_prefix().string())
      .hint("its build system has to use the prefix it is given for everything");
}

/// Moves what was installed with DESTDIR to the prefix; nothing may lie beside it.
Status take_destination(const BuildSteps& steps) {
  const fs::path wanted = steps.destination() / steps.final_prefix().relative_path();
  CK_TRY(entries, sys::list_tree(steps.destination(), {.skip_names = {}, .hash = false}));
  const std::string prefix = steps.final_prefix().relative_path().string();
  for (const auto& entry : entries) {
    const bool above = prefix.starts_with(entry.path + "/") || entry.path == prefix;
    if (!above && !entry.path.starts_with(prefix + "/"))
      return fail(outside(steps, "/" + entry.path));
  }
  std::error_code missing;
  if (!fs::is_directory(wanted, missing)) return {};
  // The empty prefix made for every build gives way.
  CK_CHECK(sys::remove_tree(steps.prefix()));
  return sys::rename_into_place(wanted, steps.prefix());
}

/// A build system that ignores DESTDIR writes where the environment will lie.
Status check_untouched(const BuildSteps& steps, bool existed) {
  std::error_code ignored;
  if (existed || !fs::exists(steps.final_prefix(), ignored)) return {};
  CK_CHECK(sys::remove_tree(steps.final_prefix()));
  return fail(
      Error(ErrorCode::build_failed, "building " + steps.subject() + " failed: it ignores DESTDIR")
          .hint("use the system 'commands' and install into ${prefix}"));
}

Status build_none(BuildSteps& steps) {
  CK_CHECK(sys::remove_tree(steps.prefix()));
  return sys::rename_into_place(steps.source(), steps.prefix());
}

std::vector<std::string> cmake_configuration(const BuildSteps& steps,
                                             const model::NamedTexts& options,
                                             const std::string& ninja) {
  std::vector<std::string> words{"-S", steps.source().string(), "-B", steps.build().string()};
  if (!ninja.empty()) {
    words.insert(words.end(), {"-G", "Ninja", "-DCMAKE_MAKE_PROGRAM=" + ninja});
  }
  words.insert(
      words.end(),
      {"-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_INSTALL_PREFIX=" + steps.final_prefix().string(),
       // One place whatever the distribution prefers; and libraries are found wherever
       // they lie, the environments below never move.
       "-DCMAKE_INSTALL_LIBDIR=lib", "-DCMAKE_INSTALL_RPATH=$ORIGIN/../lib",
       "-DCMAKE_INSTALL_RPATH_USE_LINK_PATH=ON",
       "-DCMAKE_PREFIX_PATH=" + join(steps.dependency_prefixes(), ";"),
       // What other projects of this user registered must not be found.
       "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF", "-DCMAKE_FIND_USE_SYSTEM_PACKAGE_REGISTRY=OFF",
       "-DCMAKE_EXPORT_NO_PACKAGE_REGISTRY=ON"});
  for (const auto& [name, value] : options) words.push_back("-D" + name + "=" + value);
  return words;
}

/// The ninja of a dependency or of PATH; empty: the generator is left to cmake.
std::string find_ninja(const BuildSteps& steps, const Variables& variables) {
  const std::string exported = steps.tool("ninja");
  if (exported != "ninja") return exported;
  for (const auto& [name, value] : variables) {
    if (name != "PATH") continue;
    if (const auto found = sys::find_executable("ninja", value)) return found->string();
  }
  return {};
}

Status build_cmake(BuildSteps& steps) {
  CK_TRY(variables, steps.variables());
  // __FILE__ and debug information must not name the staging folder. An option that sets
  // CMAKE_<LANG>_FLAGS takes their place.
  for (const auto* name : {"CFLAGS", "CXXFLAGS"}) {
    append_flag(variables, name, "-ffile-prefix-map=" + steps.source().string() + "=source");
    append_flag(variables, name, "-ffile-prefix-map=" + steps.build().string() + "=build");
  }
  const std::string cmake = steps.tool("cmake");
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), cmake);
    return steps.run({std::move(words), steps.build(), variables});
  };
  CK_TRY(options, steps.expand(sorted(steps.recipe().build.options)));
  CK_CHECK(run(cmake_configuration(steps, options, find_ninja(steps, variables))));
  CK_TRY(targets, steps.expand(steps.recipe().build.targets));
  std::vector<std::string> words{"--build", steps.build().string(), "--parallel", steps.jobs()};
  if (!targets.empty()) words.emplace_back("--target");
  words.insert(words.end(), targets.begin(), targets.end());
  CK_CHECK(run(std::move(words)));
  set_variable(variables, "DESTDIR", steps.destination().string());
  CK_CHECK(run({"--install", steps.build().string()}));
  return take_destination(steps);
}

Status build_make(BuildSteps& steps) {
  CK_TRY(variables, steps.variables());
  CK_TRY(options, steps.expand(sorted(steps.recipe().build.options)));
  CK_TRY(targets, steps.expand(steps.recipe().build.targets));
  std::vector<std::string> words{steps.tool("make"), "-j" + steps.jobs()};
  for (const auto& [name, value] : options) words.push_back(name + "=" + value);
  const std::string prefix = steps.final_prefix().string();
  words.insert(words.end(),
               {"PREFIX=" + prefix, "prefix=" + prefix, "DESTDIR=" + steps.destination().string()});
  if (targets.empty()) targets = {"", "install"};
  for (const auto& target : targets) {
    auto command = words;
    if (!target.empty()) command.push_back(target);
    CK_CHECK(steps.run({std::move(command), steps.source(), variables}));
  }
  return take_destination(steps);
}

Status build_commands(BuildSteps& steps) {
  for (const auto& command : steps.recipe().build.commands) {
    CK_TRY(variables, steps.variables());
    CK_TRY(own, steps.expand(command.variables));
    for (const auto& [name, value] : own) set_variable(variables, name, value);
    CK_TRY(argv, steps.expand(command.run));
    CK_TRY(relative, steps.expand(command.directory));
    CK_TRY(folder, make_inside(steps.build(), relative));
    CK_CHECK(steps.run({argv, folder, variables}));
  }
  return {};
}

Status build_by_system(BuildSteps& steps) {
  switch (steps.recipe().build.system) {
    case model::Build::System::none:
      return build_none(steps);
    case model::Build::System::cmake:
      return build_cmake(steps);
    case model::Build::System::make:
      return build_make(steps);
    case model::Build::System::commands:
      return build_commands(steps);
  }
  return {};
}

}  // namespace

Status build(const BuildJob& job, Context& context) {
  BuildSteps steps(job, context);
  for (const auto* name : {"source", "build", "prefix", "dest", "home", "tmp"})
    CK_CHECK(sys::make_directories(job.staging / name));
  std::vector<model::Source> sources;
  for (const auto& written : steps.recipe().sources) {
    CK_TRY(source, steps.expand(written));
    sources.push_back(std::move(source));
  }
  CK_CHECK(fetch_sources(sources, job.step.component, steps.source(), context));
  std::error_code ignored;
  const bool existed = fs::exists(steps.final_prefix(), ignored);
  auto built = build_by_system(steps);
  CK_CHECK(check_untouched(steps, existed));
  if (!built) return built;
  return check_result(steps, job, context);
}

}  // namespace ck::install
