/// How what is here differs from what was locked, in words that say what to do.

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "install/lock.hpp"

namespace ck::install {
namespace {

constexpr std::size_t kShownHash = 12;

std::string short_hash(const std::string& hash) { return hash.substr(0, kShownHash); }

/// "12.2.0 (/usr/bin/gcc, sha256 1c6222c90972, gcc-12 12.2.0-14)"
std::string described(const store::EnvironmentRecord& record) {
  std::vector<std::string> parts{record.file};
  if (!record.file_sha256.empty()) parts.push_back("sha256 " + short_hash(record.file_sha256));
  if (!record.owner.empty()) parts.push_back(record.owner);
  return record.version + " (" + join(parts, ", ") + ")";
}

/// "gcc-12 12.2.0-14" -> "install gcc-12 12.2.0-14, for example with apt-get install …"
std::string installation_advice(const store::EnvironmentRecord& record) {
  const auto space = record.owner.find(' ');
  if (space == std::string::npos) return "install " + record.component.name + " " + record.version;
  return "install " + record.owner + ": apt-get install " + record.owner.substr(0, space) + "=" +
         record.owner.substr(space + 1);
}

/// Inputs by name, whoever wrote them; dependencies left out.
std::map<std::string, std::string> named_inputs(const std::string& text) {
  std::map<std::string, std::string> named;
  if (text.starts_with("{")) {
    const auto json = parse_json(text, "inputs");
    if (!json || !json->is_object()) return named;
    for (const auto& [name, value] : json->items())
      named[name] = value.is_string() ? value.get<std::string>() : ck::to_text(value);
  } else {
    for (const auto& line : split(text, '\n')) {
      if (line.empty()) continue;
      const auto value = line.starts_with("value ") ? line.find(' ', 6) : line.find(' ');
      named[line.substr(0, value)] = value == std::string::npos ? "" : line.substr(value + 1);
    }
    std::erase_if(named, [](const auto& one) { return one.first.starts_with("dependency"); });
  }
  for (const auto* derived : {"dependencies", "schema"}) named.erase(derived);
  return named;
}

/// What stands under "dependencies" in CK's inputs.
std::string collective_dependencies(const std::string& text) {
  if (!text.starts_with("{")) return {};
  const auto json = parse_json(text, "inputs");
  if (!json || !json->is_object() || !json->contains("dependencies")) return {};
  return ck::to_text((*json)["dependencies"]);
}

/// Of two lists of commands, as JSON, the first that differ.
void keep_first_difference(std::string& recorded, std::string& now) {
  const auto first = parse_json(recorded, "inputs");
  const auto second = parse_json(now, "inputs");
  if (!first || !second || !first->is_array() || !second->is_array()) return;
  const auto at = [](const Json& list, std::size_t i) {
    return i < list.size() && list[i].is_string() ? list[i].get<std::string>() : std::string();
  };
  for (std::size_t i = 0; i < std::max(first->size(), second->size()); ++i) {
    if (at(*first, i) == at(*second, i)) continue;
    recorded = at(*first, i);
    now = at(*second, i);
    return;
  }
}

bool names_content(const std::string& input) {
  return input == "content" || input == "recipe" || input == "scripts" || input == "soft" ||
         input == "hooks" || input == "version" || input == "other_entries";
}

/// What to do about an input that is another.
std::string advice_for(const std::string& input, const LockedEnvironment& environment,
                       const Lock& lock) {
  const auto& repo = environment.record.component.repo;
  if (names_content(input)) return pull_advice(repo, lock);
  if (input == "platform") return "use a machine like that, or lock anew for this one";
  if (input == "profile") return "use the profile as it was, or lock anew";
  return "leave out what asks for another value, or lock anew";
}

}  // namespace

std::string pull_advice(const std::string& repository, const Lock& lock) {
  const auto locked = std::ranges::find(lock.repositories, repository, &LockedRepository::name);
  if (locked == lock.repositories.end() || locked->commit.empty())
    return "get repository " + repository + " as it was when this was locked";
  return "ck pull repo:" + repository + (locked->url.empty() ? "" : " --url=" + locked->url) +
         " --commit=" + locked->commit;
}

std::vector<LockDifference> input_differences(const LockedEnvironment& environment,
                                              const std::string& now, const Lock& lock) {
  auto recorded = named_inputs(environment.inputs);
  auto found = named_inputs(now);
  // The commands of a build name its dependencies: where those are others, so are these.
  if (collective_dependencies(environment.inputs) != collective_dependencies(now)) {
    recorded.erase("script");
    found.erase("script");
  }
  std::vector<LockDifference> differences;
  const auto add = [&](const std::string& name, std::string was, std::string is) {
    if (name == "script") keep_first_difference(was, is);
    const std::string what = environment.record.component.text() + ", " + name;
    differences.push_back({what, was.empty() ? "nothing" : was, is.empty() ? "nothing" : is,
                           advice_for(name, environment, lock), false});
  };
  for (const auto& [name, value] : recorded) {
    const auto other = found.find(name);
    if (other == found.end()) {
      add(name, value, "");
    } else if (other->second != value) {
      add(name, value, other->second);
    }
    found.erase(name);
  }
  for (const auto& [name, value] : found) add(name, "", value);
  return differences;
}

std::optional<LockDifference> software_difference(const store::EnvironmentRecord& recorded,
                                                  const store::EnvironmentRecord& found) {
  const bool same_version = recorded.version == found.version;
  const bool same_content = recorded.file_sha256 == found.file_sha256;
  if (same_version && same_content && recorded.owner == found.owner) return std::nullopt;
  LockDifference difference{recorded.component.text(), described(recorded), described(found),
                            installation_advice(recorded), false};
  if (same_version && !same_content) difference.now += ": the same version, but another file";
  if (same_version && same_content) difference.now += ": the same file of another package";
  return difference;
}

Result<std::optional<LockDifference>> content_difference(const LockedContent& locked,
                                                         const Lock& lock, Context& context) {
  const auto& id = locked.component;
  const auto component = context.catalog.find(
      {.repo = {}, .kind = id.kind, .name = id.uid.empty() ? id.name : id.uid});
  LockDifference difference{id.text() + ", content", short_hash(locked.content), "not here",
                            pull_advice(id.repo, lock), true};
  if (!component) return std::optional(difference);
  CK_TRY(content, context.catalog.content_hash(*component, context.cancel));
  if (content == locked.content) return std::optional<LockDifference>();
  difference.now = short_hash(content);
  difference.missing = false;
  return std::optional(difference);
}

LockDifference missing_software(const store::EnvironmentRecord& recorded) {
  return {recorded.component.text(), described(recorded), "not on this machine",
          installation_advice(recorded), true};
}

Error differences_error(const std::vector<LockDifference>& differences) {
  const bool missing = std::ranges::any_of(differences, &LockDifference::missing);
  const std::size_t count = differences.size();
  std::string message =
      std::to_string(count) + (count == 1 ? " thing is" : " things are") + " not what was locked:";
  Error error(missing ? ErrorCode::not_found : ErrorCode::conflict, "");
  for (const auto& difference : differences) {
    message += "\n  " + printable(difference.what) +
               "\n    locked: " + printable(difference.recorded) +
               "\n    here:   " + printable(difference.now);
    if (!difference.advice.empty()) message += "\n    to do:  " + printable(difference.advice);
  }
  error.message = message;
  return error;
}

}  // namespace ck::install
