#include "collective/setup.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/env_script.hpp"
#include "collective/git_revision.hpp"
#include "collective/meta.hpp"
#include "collective/steps.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kHookFile = "customize.py";

void add_tag(std::vector<std::string>& tags, const std::string& tag) {
  if (!tag.empty() && std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
}

std::vector<std::string> all_tags(const SetupRequest& request, const Json& customize,
                                  const Platform& platform) {
  std::vector<std::string> tags = request.tags;
  add_tag(tags, "host-os-" + platform.name);
  add_tag(tags, "target-os-" + platform.name);
  add_tag(tags, platform.bits() + "bits");
  for (const auto& tag : version_tags(request.version)) add_tag(tags, tag);
  const auto prefix = text_at(customize, "unsplit_version_to_tags_prefixed_with");
  if (!prefix.empty()) add_tag(tags, prefix + request.version);
  return tags;
}

Json setup_of(const SetupRequest& request, const Platform& platform) {
  Json setup = {{"host_os_uoa", platform.uid},
                {"target_os_uoa", platform.uid},
                {"target_os_bits", platform.bits()},
                {"version", request.version},
                {"version_split", version_parts(request.version)}};
  for (const auto& one : request.dependencies.needs)
    setup["deps_" + one.need.key] = one.environment.uid();
  return setup;
}

Status check_file(const fs::path& file, const Json& customize) {
  std::error_code missing;
  if (file.empty() || yes_at(customize, "skip_file_check") || fs::exists(file, missing)) return {};
  return fail(Error(ErrorCode::not_found, "there is no " + printable(file.string()))
                  .hint("it is the file by which what was installed is recognised"));
}

std::vector<fs::path> scripts_below(const Resolution& dependencies) {
  std::vector<fs::path> scripts;
  for (const auto& one : dependencies.needs) {
    if (!one.need.skip_in_script) scripts.push_back(one.environment.script());
  }
  return scripts;
}

/// What the hook is asked, and what it makes of it.
struct HookWork {
  Json customize, env, dependencies;
  std::vector<std::string> tags;
  std::string bat;
};

Result<HookWork> call_setup(const SetupRequest& request, HookWork work, Workbench& bench) {
  CK_TRY(owner, hook_owner(request.soft, request.soft_document, bench));
  if (!bench.has_hook(owner, std::string(kHookFile), "setup")) return work;
  Workbench::Call call;
  call.component = owner;
  call.file = kHookFile;
  call.function = "setup";
  call.input = {{"soft_uoa", request.soft.id.uid},
                {"soft_name", text_at(request.soft_document, "soft_name")},
                {"tags", work.tags},
                {"cfg", request.soft_document},
                {"env", work.env},
                {"deps", work.dependencies},
                {"deps_copy", work.dependencies},
                {"customize", work.customize},
                {"version", with_revision(request.version, request.revision)},
                {"version_split", version_parts(request.version)},
                {"features", Json::object()}};
  if (!request.full_path.empty()) call.files.push_back(request.full_path);
  if (!request.folder.empty()) call.writable.push_back(request.folder);
  CK_TRY(answer, bench.call(std::move(call)));
  work.customize = object_at(answer.input, "customize");
  work.env = object_at(answer.input, "env");
  merge(work.env, object_at(answer.result, "env"));
  work.tags = texts_at(answer.input, "tags");
  for (const auto& tag : texts_at(answer.result, "tags")) add_tag(work.tags, tag);
  CK_TRY(bat, shell_lines_of(answer.result, "setup of " + owner.id.text() + " customize.py"));
  work.bat = std::move(bat);
  return work;
}

}  // namespace

std::vector<std::string> version_tags(const std::string& version) {
  std::vector<std::string> tags;
  std::string start = "v";
  for (const auto& part : split(version, '.')) {
    if (part.empty()) break;
    start += (start.size() > 1 ? "." : "") + part;
    tags.push_back(start);
  }
  return tags;
}

Result<catalog::Component> hook_owner(const catalog::Component& soft, const Json& document,
                                      Workbench& bench) {
  const Json& other = object_at(document, "use_customize_script_from_another_entry");
  if (other.empty()) return soft;
  const std::string kind = text_at(other, "module_uoa");
  return bench.find(kind.empty() ? "soft" : kind, text_at(other, "data_uoa"));
}

Result<Setup> set_up(const SetupRequest& request, Workbench& bench) {
  HookWork work;
  work.customize = object_at(request.soft_document, "customize");
  merge(work.customize, request.customize);
  work.env = object_at(request.soft_document, "env");
  merge(work.env, request.env);
  CK_CHECK(check_file(request.full_path, work.customize));
  if (!request.full_path.empty()) {
    work.customize["full_path"] = request.full_path.string();
    work.customize["skip_path"] = "yes";  // PREFIX is the hook's to set, not the engine's
  }
  const auto version = with_revision(request.version, request.revision);
  if (!version.empty()) work.customize["version"] = version;
  if (!request.version.empty()) work.customize["version_split"] = version_parts(request.version);
  if (!request.package_uid.empty()) {
    work.customize["used_package_uid"] = request.package_uid;
    work.customize["used_package_uoa"] = request.package_uid;
  }
  work.tags = all_tags(request, work.customize, bench.platform());
  CK_TRY(dependencies,
         dependencies_for_hooks(request.dependencies_written, request.dependencies, bench));
  work.dependencies = std::move(dependencies);
  merge(work.dependencies, request.dependency_changes);
  CK_TRY(done, call_setup(request, std::move(work), bench));

  EnvScript script;
  script.soft = request.soft.id.text();
  script.version = version;
  script.prefix = text_at(done.customize, "env_prefix");
  script.below = scripts_below(request.dependencies);
  script.customize = done.customize;
  script.env = done.env;
  script.bat = done.bat;

  Setup setup;
  setup.script = env_script(script, bench.platform());
  setup.tags = model::Tags(done.tags);
  Json& description = setup.description;
  description["tags"] = std::vector<std::string>(setup.tags.begin(), setup.tags.end());
  description["data_name"] =
      request.name.empty() ? text_at(request.soft_document, "soft_name") : request.name;
  description["setup"] = setup_of(request, bench.platform());
  description["env"] = done.env;
  description["env_script"] = "env.sh";
  description["customize"] = done.customize;
  description["deps"] = dependencies_to_keep(request.dependencies_written, request.dependencies);
  description["soft_uoa"] = request.soft.id.uid;
  if (!request.package_uid.empty()) description["package_uoa"] = request.package_uid;
  return setup;
}

}  // namespace ck::collective
