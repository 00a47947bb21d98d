#include "collective/need.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/meta.hpp"

namespace ck::collective {
namespace {

void add_missing(std::vector<std::string>& tags, const std::vector<std::string>& more) {
  for (const std::string& tag : more) {
    if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
  }
}

bool has_condition(const Json& dependency, std::string_view key) {
  const auto it = dependency.find(key);
  return it != dependency.end() && !it->empty();
}

bool is_active(const Json& dependency, const Json& environment, const Platform& platform) {
  if (!dependency.is_object() || yes_at(dependency, "skipped")) return false;
  if (has_condition(dependency, "enable_if_env") &&
      !environment_condition_holds(dependency["enable_if_env"], environment)) {
    return false;
  }
  if (has_condition(dependency, "disable_if_env") &&
      environment_condition_holds(dependency["disable_if_env"], environment)) {
    return false;
  }
  return meant_for(dependency, platform);
}

/// Tags that the dependency wants only here: {name of the platform: "tags,to,add"}.
std::vector<std::string> tags_of_platform(const Json& dependency, const Platform& platform) {
  struct Update {
    const char* key;
    std::string name;
  };
  const std::array updates = {
      Update{"update_tags_by_host_platform", platform.ck_name()},
      Update{"update_tags_by_target_platform", platform.ck_name()},
      Update{"update_tags_by_host_platform2", platform.ck_name2()},
      Update{"update_tags_by_target_platform2", platform.ck_name2()},
      Update{"update_tags_by_host_os_uoa", platform.name},
      Update{"update_tags_by_target_os_uoa", platform.name},
      Update{"update_tags_by_target_os_uoa", platform.uid},
  };
  std::vector<std::string> tags;
  for (const Update& update : updates) {
    add_missing(tags, texts_at(object_at(dependency, update.key), update.name));
  }
  return tags;
}

/// `update_tags_if_env`: {"tags,to,add": condition}.
std::vector<std::string> tags_of_environment(const Json& dependency, const Json& environment) {
  std::vector<std::string> tags;
  for (const auto& [more, condition] : object_at(dependency, "update_tags_if_env").items()) {
    if (environment_condition_holds(condition, environment)) add_missing(tags, comma_list(more));
  }
  return tags;
}

std::vector<std::string> wanted_tags(const Json& dependency, const Json& environment,
                                     const Platform& platform) {
  std::vector<std::string> tags;
  add_missing(tags, texts_at(dependency, "tags"));
  add_missing(tags, tags_of_platform(dependency, platform));
  add_missing(tags, tags_of_environment(dependency, environment));
  return tags;
}

std::optional<VersionParts> bound_at(const Json& dependency, std::string_view key) {
  const auto it = dependency.find(key);
  return it == dependency.end() ? std::nullopt : version_bound(*it);
}

bool skips_detection(const Json& dependency, const Platform& platform) {
  const Json& skip_installed = object_at(dependency, "skip_installed");
  return yes_at(dependency, "skip_default") || yes_at(skip_installed, platform.ck_name2()) ||
         yes_at(skip_installed, platform.ck_name());
}

Need read_need(const std::string& key, const Json& dependency, const Json& environment,
               const Platform& platform) {
  Need need;
  need.key = key;
  need.name = text_at(dependency, "name");
  if (need.name.empty()) need.name = key;
  need.sort = number_at(dependency, "sort", 0);
  need.kind_of_package = text_at(dependency, "package_uoa");
  need.tags = wanted_tags(dependency, environment, platform);
  need.no_tags = texts_at(dependency, "no_tags");
  need.or_tags = text_at(dependency, "or_tags");
  need.from = bound_at(dependency, "version_from");
  need.to = bound_at(dependency, "version_to");
  need.environment = text_at(dependency, "uoa");
  need.skip_detection = skips_detection(dependency, platform);
  need.skip_in_script = yes_at(dependency, "skip_from_bat");
  need.repeat_at_end =
      yes_at(dependency, "repeat_at_the_end") || yes_at(dependency, "add_to_the_end_of_bat");
  need.force_init = yes_at(dependency, "force_env_init");
  need.skip_pruning = yes_at(dependency, "skip_pruning_by_other_deps");
  need.raw = dependency;
  return need;
}

std::string bounds_text(const Need& need) {
  std::string text = need.from || need.to ? "version" : "";
  if (need.from) text += " >= " + version_text(*need.from);
  if (need.from && need.to) text += " and";
  if (need.to) text += " <= " + version_text(*need.to);
  return text;
}

}  // namespace

std::string version_text(const VersionParts& parts) {
  std::vector<std::string> texts;
  for (const long long part : parts) texts.push_back(std::to_string(part));
  return join(texts, ".");
}

bool in_range(const model::VersionRange& range, const std::string& version) {
  if (range.universal()) return true;
  const auto parsed = model::Version::parse(version);
  return parsed && range.contains(*parsed);
}

bool Need::accepts(const model::Tags& offered, const VersionParts& version) const {
  const auto is_offered = [&](const std::string& tag) { return offered.contains(tag); };
  if (!std::ranges::all_of(tags, is_offered) || std::ranges::any_of(no_tags, is_offered)) {
    return false;
  }
  if (!or_tags_hold(or_tags, offered)) return false;
  if (version.empty()) return true;
  return !(from && compare(version, *from) < 0) && !(to && compare(version, *to) > 0);
}

std::string Need::text() const {
  std::string text = join(tags, ",");
  if (!or_tags.empty()) text += fmt::format(" with {}", or_tags);
  if (!no_tags.empty()) text += fmt::format(" without {}", join(no_tags, ","));
  if (from || to) text += " " + bounds_text(*this);
  if (!range.universal()) text += " in version " + range.text();
  if (component) text += ", only " + component->text();
  return text;
}

std::string Need::wanted_version() const {
  std::string text = bounds_text(*this);
  if (!range.universal()) text += (text.empty() ? "" : " and ") + ("version " + range.text());
  return text;
}

std::vector<Need> active_needs(const Json& dependencies, const Json& environment,
                               const Platform& platform) {
  std::vector<Need> needs;
  if (!dependencies.is_object()) return needs;
  for (const auto& [key, dependency] : dependencies.items()) {
    if (is_active(dependency, environment, platform)) {
      needs.push_back(read_need(key, dependency, environment, platform));
    }
  }
  std::ranges::stable_sort(needs, {}, &Need::sort);
  return needs;
}

void pass_tags(const Need& resolved, const model::Tags& tags, std::vector<Need>& others) {
  const Json& passed = object_at(resolved.raw, "pass_matching_tags_to");
  for (const auto& [prefix, _] : passed.items()) {
    std::vector<std::string> matching;
    std::ranges::copy_if(tags, std::back_inserter(matching),
                         [&, &begin = prefix](const auto& tag) { return tag.starts_with(begin); });
    for (const std::string& key : texts_at(passed, prefix)) {
      const auto other = std::ranges::find(others, key, &Need::key);
      if (other != others.end()) add_missing(other->tags, matching);
    }
  }
}

std::vector<std::string> misspelt_keys(const Json& dependency) {
  std::vector<std::string> found;
  for (const char* key : {"skip-installed", "version"}) {
    if (dependency.is_object() && dependency.contains(key)) found.emplace_back(key);
  }
  return found;
}

}  // namespace ck::collective
