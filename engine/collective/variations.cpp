#include "collective/variations.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/tokens.hpp"

namespace ck::collective {
namespace {

struct Chosen {
  std::vector<std::string> asked;
  std::vector<std::string> by_default;  ///< in the order to try them
};

/// The variations' names, sorted.
std::vector<std::string> names_of(const Json& variations) {
  std::vector<std::string> names;
  for (const auto& [name, _] : variations.items()) names.push_back(name);
  std::ranges::sort(names);
  return names;
}

Chosen choose(const Json& variations, const std::vector<std::string>& wanted) {
  Chosen chosen;
  const auto names = names_of(variations);
  for (const std::string& name : names) {
    const bool is_wanted = std::ranges::find(wanted, name) != wanted.end();
    if (is_wanted) {
      chosen.asked.push_back(name);
    } else if (yes_at(variations[name], "on_by_default")) {
      chosen.by_default.push_back(name);
    }
  }
  const bool must_choose = names.size() > 1;
  if (must_choose && chosen.asked.empty() && chosen.by_default.empty()) {
    chosen.by_default.push_back(names.front());
  }
  return chosen;
}

/// What the variations chosen so far lay over the package.
class Overlay {
 public:
  explicit Overlay(const Json& variations) : variations_(variations) {}

  Status lay(const std::string& name) {
    CK_CHECK(check("variable", env_, name, "extra_env"));
    CK_CHECK(check("key of customize", customize_, name, "extra_customize"));
    take(name);
    return {};
  }

  void lay_unless_defined(const std::string& name) {
    const Json& variation = variations_[name];
    if (overlaps(env_, object_at(variation, "extra_env")) ||
        overlaps(customize_, object_at(variation, "extra_customize"))) {
      return;
    }
    take(name);
  }

  Varied over(const Json& meta) const {
    Varied varied;
    varied.meta = meta;
    Json& customize = varied.meta["customize"];
    if (!customize.is_object()) customize = Json::object();
    varied.environment = object_at(customize, "install_env");
    for (const auto& [key, defined] : env_.items()) varied.environment[key] = defined["value"];
    for (const auto& [key, defined] : customize_.items()) customize[key] = defined["value"];
    auto tags = texts_at(meta, "tags");
    tags.insert(tags.end(), tags_.begin(), tags_.end());
    varied.meta["tags"] = std::move(tags);
    varied.variations = names_;
    std::ranges::sort(varied.variations);
    return varied;
  }

 private:
  static bool overlaps(const Json& defined, const Json& more) {
    return std::ranges::any_of(more.items(),
                               [&](const auto& item) { return defined.contains(item.key()); });
  }

  Status check(std::string_view what, const Json& defined, const std::string& name,
               std::string_view key_of_overlay) const {
    for (const auto& [key, value] : object_at(variations_[name], key_of_overlay).items()) {
      const auto known = defined.find(key);
      if (known == defined.end() || (*known)["value"] == value) continue;
      return fail(Error(ErrorCode::conflict,
                        fmt::format("variations '{}' and '{}' contradict each other: {} {} is {} "
                                    "or {}",
                                    text_at(*known, "by"), name, what, key,
                                    to_text((*known)["value"]), to_text(value)))
                      .hint("ask for one of the two only"));
    }
    return {};
  }

  static void define(Json& defined, const Json& more, const std::string& name) {
    for (const auto& [key, value] : more.items()) {
      defined[key] = {{"value", value}, {"by", name}};
    }
  }

  void take(const std::string& name) {
    const Json& variation = variations_[name];
    define(env_, object_at(variation, "extra_env"), name);
    define(customize_, object_at(variation, "extra_customize"), name);
    tags_.push_back(name);
    const auto more = texts_at(variation, "extra_tags");
    tags_.insert(tags_.end(), more.begin(), more.end());
    names_.push_back(name);
  }

  const Json& variations_;
  Json env_ = Json::object();  ///< {key: {"value": …, "by": name of the variation}}
  Json customize_ = Json::object();
  std::vector<std::string> tags_;
  std::vector<std::string> names_;
};

/// Gives every "*KEY" of `object` to KEY with its variables replaced.
Status compute_starred(Json& object, const Json& environment) {
  Json starred = Json::object();
  for (const auto& [key, value] : object.items()) {
    if (key.size() > 1 && key.starts_with('*') && value.is_string()) starred[key] = value;
  }
  for (const auto& [key, value] : starred.items()) {
    auto computed = expand_variables(value.get_ref<const std::string&>(), environment);
    if (!computed) return fail(std::move(computed.error()).in(fmt::format("key {}", key)));
    object[key.substr(1)] = *computed;
    object.erase(key);
  }
  return {};
}

void replace_separators(Json& environment) {
  for (auto& [_, value] : environment.items()) {
    if (value.is_string()) {
      value = replace_all(value.get_ref<const std::string&>(), "$#sep#$", "/");
    }
  }
}

void add_facts(Json& environment, const PackageFacts& facts, const Json& customize) {
  const std::string of_package = text_at(customize, "version");
  const std::string& version = facts.version.empty() ? of_package : facts.version;
  if (!version.empty() || !environment.contains("PACKAGE_VERSION")) {
    environment["PACKAGE_VERSION"] = version;
  }
  environment["CK_HOST_CPU_NUMBER_OF_PROCESSORS"] = std::to_string(facts.jobs);
  environment["CK_TARGET_CPU_BITS"] = facts.bits;
  environment["CK_HOST_OS_ID"] = facts.operating_system;
  environment["CK_TARGET_OS_ID"] = facts.operating_system;
  environment["CK_MD5SUM_CMD"] = "md5sum";
}

}  // namespace

model::Tags tags_with_variations(const Json& meta) {
  model::Tags tags(texts_at(meta, "tags"));
  for (const auto& [name, _] : object_at(meta, "variations").items()) tags.insert(name);
  return tags;
}

Result<Varied> with_variations(const Json& meta, const std::vector<std::string>& wanted) {
  const Json& variations = object_at(meta, "variations");
  const Chosen chosen = choose(variations, wanted);
  Overlay overlay(variations);
  for (const std::string& name : chosen.asked) CK_CHECK(overlay.lay(name));
  for (const std::string& name : chosen.by_default) overlay.lay_unless_defined(name);
  return overlay.over(meta);
}

Result<Json> installation_environment(Varied& package, const PackageFacts& facts,
                                      const Json& overrides) {
  Json environment = package.environment;
  CK_CHECK(compute_starred(environment, environment));
  Json& customize = package.meta["customize"];
  if (!customize.is_object()) customize = Json::object();
  CK_CHECK(compute_starred(customize, environment));
  replace_separators(environment);
  add_facts(environment, facts, customize);
  merge(environment, overrides.is_object() ? overrides : Json::object());
  return environment;
}

Result<std::string> expand_variables(std::string_view text, const Json& environment) {
  return replace_tokens(
      text, kVariableToken, [&](const Token& token) -> Result<std::optional<std::string>> {
        const auto value = environment.find(token.name);
        if (value == environment.end()) {
          return fail(ErrorCode::invalid, fmt::format("'{}' needs the variable {}, which nothing "
                                                      "defines",
                                                      printable(text), printable(token.name)));
        }
        return value->is_string() ? value->get<std::string>() : text_at(environment, token.name);
      });
}

}  // namespace ck::collective
