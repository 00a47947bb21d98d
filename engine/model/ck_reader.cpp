#include "model/ck_reader.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/strings.hpp"
#include "model/native_fields.hpp"

namespace ck::model {
namespace {

constexpr std::string_view kBaseEntry = "_base_entry";
/// CK's habit: a key with '#' at its end is the readable twin of a UID.
constexpr std::string_view kBaseEntryName = "_base_entry#";

/// Python, which wrote these files, keeps the last of several equal keys.
JsonLimits ck_limits() {
  JsonLimits limits;
  limits.comments = false;
  limits.duplicate_keys = true;
  return limits;
}

Result<Json> parse_object(std::string_view text, const std::string& source) {
  CK_TRY(json, parse_json(text, source, ck_limits()));
  if (json.is_object()) return std::move(json);
  return fail(ErrorCode::invalid, printable(source) + " must hold a JSON object");
}

/// The member if it is there and a string, without blanks around it.
std::string text_at(const Json& object, std::string_view key) {
  const auto it = object.find(key);
  if (it == object.end() || !it->is_string()) return {};
  return std::string(trim(it->get_ref<const std::string&>()));
}

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// Repositories.

/// `checkout` may be any revision; only a commit can be told from the rest by its look.
void set_revision(RepositoryNeed& need, const std::string& branch, const std::string& checkout) {
  if (checkout.size() >= 7 && checkout.size() <= 40 && is_hex(checkout)) {
    need.commit = checkout;
  } else if (native::is_reference(checkout)) {
    need.tag = checkout;
  } else if (native::is_reference(branch)) {
    need.branch = branch;
  }
}

/// Names become folders and URLs are fetched from, so those are checked; the rest is tolerated.
void check_name_and_url(const std::string& path, const std::string& name, const std::string& url,
                        JsonProblems& problems) {
  if (!is_valid_name(name)) {
    problems.add(path, "has no usable name: " + native::shown(name));
  }
  const bool usable = url.empty() || native::is_git_url(url) ||
                      (url.starts_with("git://") && native::is_git_url("https" + url.substr(3)));
  if (!usable) problems.add(path, "has no usable git URL: " + native::shown(url));
}

void read_needs(const Json& parent, const std::string& path, RepositoryDescriptor& repository,
                JsonProblems& problems) {
  const Json* list = member(parent, "repo_deps");
  if (list == nullptr || !list->is_array()) return;
  std::set<std::string> seen;
  for (const RepositoryNeed& need : repository.needs) seen.insert(need.name);
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& item = (*list)[i];
    if (!item.is_object()) continue;  // CK skips nested lists
    RepositoryNeed need;
    need.name = text_at(item, "repo_uoa");
    need.url = text_at(item, "repo_url");
    set_revision(need, text_at(item, "branch"), text_at(item, "checkout"));
    check_name_and_url(native::child(path + "/repo_deps", i), need.name, need.url, problems);
    if (seen.insert(need.name).second) repository.needs.push_back(std::move(need));
  }
}

// Components.

Tags tags_of(const Json& meta) {
  const Json* value = member(meta, "tags");
  if (value == nullptr) return {};
  std::vector<std::string> tags;
  if (value->is_string()) tags = split(value->get_ref<const std::string&>(), ',');
  if (value->is_array()) {
    for (const Json& tag : *value) {
      if (tag.is_string()) tags.push_back(tag.get<std::string>());
    }
  }
  return Tags(std::move(tags));
}

std::optional<Version> customized_version(const Json& meta) {
  const Json* customize = member(meta, "customize");
  const Json* value = customize == nullptr ? nullptr : member(*customize, "version");
  if (value == nullptr || !(value->is_string() || value->is_number())) return std::nullopt;
  const std::string text = value->is_string() ? value->get<std::string>() : to_text(*value);
  auto version = Version::parse(trim(text));
  if (!version) return std::nullopt;
  return std::move(*version);
}

/// "1.2.3" of the tag "v1.2.3", empty for tags of another form.
std::string_view version_in(std::string_view tag) {
  if (!tag.starts_with('v')) return {};
  tag.remove_prefix(1);
  const bool numbers = tag.find_first_not_of("0123456789.") == std::string_view::npos;
  const bool dots_inside = !tag.empty() && tag.front() != '.' && tag.back() != '.' &&
                           tag.find("..") == std::string_view::npos;
  return numbers && dots_inside ? tag : std::string_view();
}

/// The version as tags tell it: v1, v1.2 and v1.2.3 stand side by side, the longest says most.
Version tagged_version(const Tags& tags) {
  Version best;
  for (const std::string& tag : tags) {
    const std::string_view text = version_in(tag);
    if (text.empty()) continue;
    const auto version = Version::parse(text);
    if (!version) continue;
    const std::size_t length = version->text().size();
    const std::size_t longest = best.text().size();
    if (length > longest || (length == longest && *version > best)) best = *version;
  }
  return best;
}

/// Both are objects. Places are looked up by hash: ordered_json itself searches its members.
Json merged(Json base, const Json& child) {
  auto& members = base.get_ref<Json::object_t&>();
  std::unordered_map<std::string, std::size_t> places;
  for (const auto& [key, value] : members) places.emplace(key, places.size());
  for (const auto& [key, value] : child.get_ref<const Json::object_t&>()) {
    const auto place = places.find(key);
    if (place == places.end()) {
      members.emplace_back(key, value);
      continue;
    }
    Json& target = members.data()[place->second].second;
    target = target.is_object() && value.is_object() ? merged(std::move(target), value) : value;
  }
  return base;
}

}  // namespace

Result<RepositoryDescriptor> read_ck_repository(std::string_view text, const std::string& source) {
  CK_TRY(json, parse_object(text, source));
  RepositoryDescriptor repository;
  repository.format = RepositoryDescriptor::Format::ck;
  repository.name = text_at(json, "data_alias");
  if (repository.name.empty()) repository.name = text_at(json, "data_uoa");
  repository.uid = text_at(json, "data_uid");
  const Json* dict = member(json, "dict");
  const Json& details = dict != nullptr && dict->is_object() ? *dict : json;
  repository.description = text_at(details, "desc");
  repository.url = text_at(details, "url");

  JsonProblems problems(source);
  check_name_and_url("", repository.name, repository.url, problems);
  read_needs(details, &details == &json ? "" : "/dict", repository, problems);
  if (&details != &json) read_needs(json, "", repository, problems);
  repository.split = read_split_folders(details, &details == &json ? "" : "/dict", problems);
  if (!problems.empty()) return fail(problems.to_error());
  return repository;
}

Result<CkComponent> read_ck_component(std::string_view meta, std::string kind, std::string name,
                                      std::string uid, const std::string& source) {
  CK_TRY(json, parse_object(meta, source));
  CkComponent component;
  component.kind = std::move(kind);
  component.name = std::move(name);
  component.uid = std::move(uid);
  component.data_name = text_at(json, "data_name");
  component.tags = tags_of(json);
  component.version = customized_version(json).value_or(tagged_version(component.tags));
  component.meta = to_text(json);
  return component;
}

Json merge_ck_meta(Json base, const Json& child) {
  if (!child.is_object()) return child;
  Json result = base.is_object() ? merged(std::move(base), child) : child;
  result.erase(std::string(kBaseEntry));
  result.erase(std::string(kBaseEntryName));
  return result;
}

}  // namespace ck::model
