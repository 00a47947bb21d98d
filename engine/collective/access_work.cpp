#include "collective/access_work.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/access.hpp"
#include "collective/compilation.hpp"
#include "collective/meta.hpp"
#include "collective/package.hpp"
#include "collective/program.hpp"
#include "collective/software.hpp"
#include "collective/workbench.hpp"

namespace ck::collective {
namespace {

/// `env`, an object, and what is written as "env.NAME".
Json environment_in(const Json& request) {
  constexpr std::string_view kPrefix = "env.";
  Json environment = object_at(request, "env");
  for (const auto& [key, value] : request.items()) {
    if (key.starts_with(kPrefix)) environment[key.substr(kPrefix.size())] = value;
  }
  return environment;
}

Json done(const Registered& registered) {
  return {{"return", 0},
          {"env_data_uoa", registered.uid()},
          {"env_data_uid", registered.uid()},
          {"path", registered.folder.string()},
          {"dict", registered.meta}};
}

Result<Json> install(const Json& request, Workbench& bench) {
  PackageRequest package;
  package.query.name = text_at(request, "data_uoa");
  package.query.tags = texts_at(request, "tags");
  package.query.no_tags = texts_at(request, "no_tags");
  package.query.or_tags = text_at(request, "or_tags");
  if (package.query.name.empty() && package.query.tags.empty())
    return fail(ErrorCode::usage, "nothing says which package to install");
  package.environment = environment_in(request);
  package.extra_tags = texts_at(request, "extra_tags");
  package.version = text_at(request, "force_version");
  CK_TRY(installed, install_package(package, bench));
  return done(installed.environment);
}

Result<Json> detect(const Json& request, Workbench& bench) {
  CK_TRY(soft, bench.find("soft", text_at(request, "data_uoa")));
  DetectOptions options;
  options.full_path = text_at(request, "full_path");
  options.extra_tags = texts_at(request, "extra_tags");
  options.version = text_at(request, "force_version");
  CK_TRY(detection, detect_software(soft, options, bench));
  if (!detection.registered)
    return fail(ErrorCode::not_found, soft.id.text() + " was not found on this machine");
  return done(*detection.registered);
}

Result<Json> compile(const Json& request, Workbench& bench) {
  ProgramRequest program;
  CK_TRY(component, bench.find("program", text_at(request, "data_uoa")));
  program.component = component;
  program.compile.speed = yes_at(request, "speed");
  program.compile.size = yes_at(request, "size");
  program.compile.static_link = yes_at(request, "static");
  program.compile.flags = text_at(request, "flags");
  program.compile.link_flags = text_at(request, "lflags");
  program.environment = environment_in(request);
  CK_TRY(built, build_program(program, bench));
  CK_TRY(dependencies, dependencies_for_hooks(object_at(built.document, "compile_deps"),
                                              built.dependencies, bench));
  Json characteristics = kept_characteristics(built.environment.record);
  characteristics["compilation_success"] = "yes";
  characteristics["compilation_success_bool"] = true;
  return Json{{"return", 0},
              {"deps", std::move(dependencies)},
              {"characteristics", std::move(characteristics)},
              {"misc",
               {{"compilation_success", "yes"},
                {"compilation_success_bool", true},
                {"path", built.environment.path.string()},
                {"tmp_dir", "tmp"},
                {"target_exe", target_file(built.document, bench.platform())}}}};
}

/// `dep_add_tags`, an object, and what is written as "dep_add_tags.KEY", put into the needs. CK
/// goes on without a key that is not there, and so resolves something else.
Result<Json> needs_with_added_tags(const Json& request) {
  constexpr std::string_view kPrefix = "dep_add_tags.";
  Json added = object_at(request, "dep_add_tags");
  for (const auto& [key, value] : request.items()) {
    if (key.starts_with(kPrefix)) added[key.substr(kPrefix.size())] = value;
  }
  Json needs = object_at(request, "deps");
  for (const auto& [key, value] : added.items()) {
    if (!needs.contains(key) || !needs[key].is_object())
      return fail(ErrorCode::usage,
                  "dep_add_tags." + printable(key) + ": there is no such key in \"deps\"");
    auto tags = texts_at(needs[key], "tags");
    for (auto& tag : texts_at(added, key)) tags.push_back(std::move(tag));
    needs[key]["tags"] = join(tags, ",");
  }
  return needs;
}

Result<Json> resolve(const Json& request, Workbench& bench) {
  CK_TRY(needs, needs_with_added_tags(request));
  CK_TRY(resolved, resolve_needs(needs, environment_in(request), {}, bench));
  CK_TRY(dependencies, dependencies_for_hooks(needs, resolved, bench));
  std::string script;
  for (const auto& line : resolved.script()) script += line + "\n";
  return Json{{"return", 0},
              {"deps", std::move(dependencies)},
              {"env", variables_of(resolved)},
              {"bat", script},
              {"cut_bat", script}};
}

struct Action {
  std::string_view kind;
  std::string_view name;
  Result<Json> (*work)(const Json& request, Workbench& bench);
};

constexpr std::array kActions = {
    Action{"package", "install", install}, Action{"soft", "detect", detect},
    Action{"soft", "check", detect},       Action{"program", "compile", compile},
    Action{"env", "resolve", resolve},
};

}  // namespace

std::optional<Json> work_for(const Json& request, Workbench& bench) {
  const auto kind = text_at(request, "module_uoa");
  const auto name = text_at(request, "action");
  for (const auto& action : kActions) {
    if (action.kind != kind || action.name != name) continue;
    auto other = bench.another();
    if (!other) return failure(other.error());
    auto answer = action.work(request, *other);
    bench.add_hook_uses(other->hook_uses());
    return answer ? std::move(*answer) : failure(answer.error());
  }
  return std::nullopt;
}

}  // namespace ck::collective
