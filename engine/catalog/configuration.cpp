#include "catalog/configuration.hpp"

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

std::string url_at(ObjectReader& object, std::string_view key) {
  const std::string url = object.optional_string(key).value_or("");
  const bool known =
      url.starts_with("https://") || url.starts_with("http://") || url.starts_with("file:///");
  if (!url.empty() && !known)
    object.problem(key, "must be a URL that starts with https://, http:// or file:///");
  return url;
}

}  // namespace

Result<Configuration> read_configuration(const Home& home) {
  Configuration configuration;
  const fs::path file = home.configuration();
  std::error_code missing;
  if (!fs::exists(file, missing)) return configuration;
  CK_TRY(text, sys::read_file(file));
  CK_TRY(json, parse_json(text, file.string()));
  JsonProblems problems(file.string());
  ObjectReader object(json, "", problems);
  object.each("rewrite", [&](const Json& value, const std::string& path) {
    ObjectReader rule(value, path, problems);
    configuration.rewrites.push_back({rule.string("from"), rule.string("to"), false});
    rule.finish();
  });
  object.each("mirrors", [&](const Json& value, const std::string& path) {
    ObjectReader rule(value, path, problems);
    const std::string of = rule.string("of");
    const auto places = rule.strings("at");
    if (places.empty()) rule.problem("at", "must be a list of places, such as https://…/");
    for (const auto& place : places) configuration.rewrites.push_back({of, place, true});
    rule.finish();
  });
  configuration.pip_index = url_at(object, "pip_index");
  configuration.npm_registry = url_at(object, "npm_registry");
  object.has("stores");  // read elsewhere
  object.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return configuration;
}

}  // namespace ck::catalog
