#include <nlohmann/json.hpp>
#include <set>

#include "base/strings.hpp"
#include "model/native_parts.hpp"
#include "model/native_reader.hpp"

namespace ck::model {
namespace native {
namespace {

/// Whether the document is of the given schema; reports it otherwise.
bool has_schema(const Json& json, std::string_view wanted, JsonProblems& problems) {
  const auto schema = schema_of(json, problems);
  if (!schema) return false;
  if (*schema == wanted) return true;
  problems.add("/schema", "is " + shown("ck." + *schema + "/1") + ", but must be 'ck." +
                              std::string(wanted) + "/1'");
  return false;
}

std::string checked_field(Document& document, ObjectReader& object, std::string_view key, Rule rule,
                          std::string_view wanted) {
  const auto text = object.optional_string(key);
  if (text) must_be(document, object.path_of(key), *text, rule, wanted);
  return text.value_or("");
}

std::string name_field(Document& document, ObjectReader& object) {
  object.required("name");
  return checked_field(document, object, "name", is_valid_name,
                       "a name of letters, digits and '._-+@'");
}

std::string url_field(Document& document, ObjectReader& object) {
  return checked_field(document, object, "url", is_git_url,
                       "a git URL: https://, ssh://, file:/// or user@host:path");
}

RepositoryNeed read_need(Document& document, const Json& value, const std::string& path) {
  ObjectReader object(value, path, document.problems());
  RepositoryNeed need;
  need.name = name_field(document, object);
  need.url = url_field(document, object);
  need.branch = checked_field(document, object, "branch", is_reference, "the name of a branch");
  need.tag = checked_field(document, object, "tag", is_reference, "the name of a tag");
  need.commit = checked_field(document, object, "commit", is_commit, "40 lower-case hex digits");
  const int revisions =
      int{!need.branch.empty()} + int{!need.tag.empty()} + int{!need.commit.empty()};
  if (revisions > 1) document.add(path, "must have at most one of 'branch', 'tag' and 'commit'");
  object.finish();
  return need;
}

std::vector<RepositoryNeed> read_needs(Document& document, ObjectReader& object,
                                       std::string_view key) {
  std::vector<RepositoryNeed> needs;
  std::set<std::string> seen;
  object.each(key, [&](const Json& value, const std::string& path) {
    needs.push_back(read_need(document, value, path));
    const std::string& name = needs.back().name;
    if (!name.empty() && !seen.insert(name).second) document.add(path, "stands there twice");
  });
  return needs;
}

RepositoryDescriptor read_fields(Document& document, ObjectReader& object) {
  RepositoryDescriptor repository;
  object.has("schema");
  repository.name = name_field(document, object);
  object.required("uid");
  repository.uid = checked_field(document, object, "uid", is_uid, "16 lower-case hex digits");
  repository.description = text_field(document, object, "description");
  repository.url = url_field(document, object);
  repository.needs = read_needs(document, object, "needs");
  for (std::size_t i = 0; i < repository.needs.size(); ++i) {
    if (repository.needs[i].name != repository.name || repository.name.empty()) continue;
    document.add(child("/needs", i), "is the repository itself");
  }
  object.finish();
  return repository;
}

}  // namespace
}  // namespace native

Result<RepositoryDescriptor> read_repository(std::string_view text, const std::string& source) {
  CK_TRY(json, parse_json(text, source));
  JsonProblems problems(source);
  if (!native::has_schema(json, "repo", problems)) return fail(problems.to_error());
  native::Document document(problems, Kind::package);
  ObjectReader object(json, "", problems);
  RepositoryDescriptor repository = native::read_fields(document, object);
  if (!problems.empty()) return fail(problems.to_error());
  return repository;
}

Result<std::vector<RepositoryNeed>> read_known_repositories(std::string_view text,
                                                            const std::string& source) {
  CK_TRY(json, parse_json(text, source));
  JsonProblems problems(source);
  if (!native::has_schema(json, "known-repositories", problems)) return fail(problems.to_error());
  native::Document document(problems, Kind::package);
  ObjectReader object(json, "", problems);
  object.has("schema");
  object.required("repositories");
  std::vector<RepositoryNeed> known = native::read_needs(document, object, "repositories");
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i].url.empty()) document.add(native::child("/repositories", i), "must have a 'url'");
  }
  object.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return known;
}

}  // namespace ck::model
