/// Locks as values and as JSON.

#include "install/lock.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kSchema = "ck.lock/2";
constexpr std::string_view kFirstSchema = "ck.lock/1";
constexpr std::uint64_t kMaxBytes = 64u << 20;

void put(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

// Reading.

/// One text; since /2 a list of its lines, which people can read and compare.
std::string text_of(ObjectReader& reader, const char* key) {
  const auto* value = reader.optional(key);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  return join(reader.strings(key), "\n");
}

/// Locks of before have it behind the package's name.
void take_integrity_of_package(LockedSource& source) {
  const auto blank = source.package.rfind(' ');
  if (source.kind != "npm" || !source.integrity.empty() || blank == std::string::npos) return;
  source.integrity = source.package.substr(blank + 1);
  source.package.resize(blank);
}

LockedSource source_from(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  LockedSource source;
  source.kind = reader.string("kind");
  source.urls = reader.strings("urls");
  source.sha256 = reader.optional_string("sha256").value_or("");
  source.commit = reader.optional_string("commit").value_or("");
  source.package = reader.optional_string("package").value_or("");
  source.integrity = reader.optional_string("integrity").value_or("");
  take_integrity_of_package(source);
  reader.finish();
  return source;
}

LockedEnvironment environment_from(const Json& value, const std::string& path,
                                   JsonProblems& problems, const std::string& source) {
  ObjectReader reader(value, path, problems);
  LockedEnvironment environment;
  environment.inputs = text_of(reader, "inputs");
  environment.reason = reader.optional_string("reason").value_or("");
  reader.each("sources", [&](const Json& item, const std::string& place) {
    environment.sources.push_back(source_from(item, place, problems));
  });
  if (const auto* record = reader.required("environment")) {
    auto read = store::environment_from_json(*record, source);
    if (read) {
      environment.record = std::move(*read);
    } else {
      reader.problem("environment", read.error().message);
    }
  }
  reader.finish();
  return environment;
}

LockedRepository repository_from(const Json& value, const std::string& path,
                                 JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  LockedRepository repository;
  repository.name = reader.string("name");
  repository.url = reader.optional_string("url").value_or("");
  repository.commit = reader.optional_string("commit").value_or("");
  repository.uid = reader.optional_string("uid").value_or("");
  repository.tree = reader.optional_string("tree").value_or("");
  reader.finish();
  return repository;
}

LockedContent content_from(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  LockedContent content;
  content.component = {reader.string("repo"), reader.string("kind"), reader.string("name"),
                       reader.optional_string("uid").value_or("")};
  content.content = reader.string("content");
  reader.finish();
  return content;
}

LockedRequest request_from(const Json& value, JsonProblems& problems) {
  ObjectReader reader(value, "/request", problems);
  LockedRequest request;
  request.component = reader.string("component");
  for (auto& [name, text] : reader.string_map("options")) request.options[name] = text;
  request.arguments = reader.strings("arguments");
  reader.finish();
  return request;
}

LockedPlatform platform_from(const Json& value, JsonProblems& problems) {
  ObjectReader reader(value, "/platform", problems);
  LockedPlatform platform;
  platform.architecture = reader.optional_string("architecture").value_or("");
  platform.libc = reader.optional_string("libc").value_or("");
  platform.os = reader.optional_string("os").value_or("");
  platform.kernel = reader.optional_string("kernel").value_or("");
  platform.cpu = reader.optional_string("cpu").value_or("");
  reader.finish();
  return platform;
}

LockedFact fact_from(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  LockedFact fact;
  fact.name = reader.string("name");
  fact.value = reader.optional_string("value").value_or("");
  fact.wanted = reader.optional_string("wanted").value_or("");
  fact.by = reader.optional_string("by").value_or("");
  if (auto range = model::VersionRange::parse(fact.wanted); !range)
    reader.problem("wanted", range.error().message);
  reader.finish();
  return fact;
}

LockDifference difference_from(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  LockDifference difference;
  difference.what = reader.string("what");
  difference.recorded = reader.optional_string("recorded").value_or("");
  difference.now = reader.optional_string("now").value_or("");
  reader.finish();
  return difference;
}

// Writing.

Json to_json(const LockedSource& source) {
  Json json = {{"kind", source.kind}};
  if (!source.urls.empty()) json["urls"] = source.urls;
  put(json, "package", source.package);
  put(json, "sha256", source.sha256);
  put(json, "integrity", source.integrity);
  put(json, "commit", source.commit);
  return json;
}

Json to_json(const LockedEnvironment& environment) {
  Json record = store::to_json(environment.record);
  if (environment.record.created_ns == 0) record.erase("created_ns");
  if (environment.record.size_bytes == 0) record.erase("size_bytes");
  for (const auto* key : {"path", "file", "file_sha256", "owner", "recipe_hash"}) {
    if (record[key] == "") record.erase(key);
  }
  Json json = {{"environment", std::move(record)}};
  if (!environment.inputs.empty()) json["inputs"] = split(environment.inputs, '\n');
  put(json, "reason", environment.reason);
  for (const auto& source : environment.sources) json["sources"].push_back(to_json(source));
  return json;
}

Json to_json(const LockedRepository& repository) {
  Json json = {{"name", repository.name}};
  put(json, "uid", repository.uid);
  put(json, "url", repository.url);
  put(json, "commit", repository.commit);
  put(json, "tree", repository.tree);
  return json;
}

Json to_json(const LockedRequest& request) {
  Json options = Json::object();
  for (const auto& [name, value] : request.options) options[name] = value;
  Json json = {{"component", request.component}, {"options", std::move(options)}};
  if (!request.arguments.empty()) json["arguments"] = request.arguments;
  return json;
}

Json to_json(const LockedPlatform& platform) {
  Json json = Json::object();
  put(json, "architecture", platform.architecture);
  put(json, "libc", platform.libc);
  put(json, "os", platform.os);
  put(json, "kernel", platform.kernel);
  put(json, "cpu", platform.cpu);
  return json;
}

}  // namespace

const LockedEnvironment* Lock::find(const std::string& id) const {
  const auto found =
      std::ranges::find(environments, id, [](const auto& one) { return one.record.id; });
  return found == environments.end() ? nullptr : &*found;
}

Lock make_lock(const InstallPlan& plan, const Context& context) {
  Lock lock;
  std::set<std::string> used;
  for (const auto& step : plan.steps) {
    lock.environments.push_back({step.environment.record, step.inputs, step.reason, {}});
    used.insert(step.environment.record.component.repo);
  }
  std::ranges::sort(lock.environments, {},
                    [](const auto& environment) { return environment.record.id; });
  for (const auto& repository : context.repositories) {
    if (used.contains(repository.name))
      lock.repositories.push_back(
          {repository.name, repository.url, repository.commit, repository.uid, {}});
  }
  std::ranges::sort(lock.repositories, {}, &LockedRepository::name);
  lock.roots = plan.roots;
  lock.subject = plan.subject.value_or("");
  return lock;
}

Json to_json(const Lock& lock) {
  Json json = Json::object();
  json["schema"] = kSchema;
  if (lock.request) json["request"] = to_json(*lock.request);
  put(json, "profile", lock.profile);
  if (lock.platform) json["platform"] = to_json(*lock.platform);
  for (const auto& fact : lock.facts) {
    Json one = {{"name", fact.name}};
    put(one, "value", fact.value);
    put(one, "wanted", fact.wanted);
    put(one, "by", fact.by);
    json["facts"].push_back(std::move(one));
  }
  Json& repositories = json["repositories"] = Json::array();
  for (const auto& repository : lock.repositories) repositories.push_back(to_json(repository));
  json["subject"] = lock.subject;
  Json& roots = json["roots"] = Json::object();
  for (const auto& [key, id] : lock.roots) roots[key] = id;
  Json& environments = json["environments"] = Json::array();
  for (const auto& environment : lock.environments) environments.push_back(to_json(environment));
  for (const auto& locked : lock.contents) {
    json["contents"].push_back({{"repo", locked.component.repo},
                                {"kind", locked.component.kind},
                                {"name", locked.component.name},
                                {"uid", locked.component.uid},
                                {"content", locked.content}});
  }
  for (const auto& difference : lock.differences) {
    json["differences"].push_back(
        {{"what", difference.what}, {"recorded", difference.recorded}, {"now", difference.now}});
  }
  return json;
}

Result<Lock> lock_from_json(const Json& value, const std::string& source) {
  JsonProblems problems(source);
  ObjectReader reader(value, "", problems);
  const std::string schemas[] = {std::string(kSchema), std::string(kFirstSchema)};
  reader.choice("schema", schemas);
  Lock lock;
  if (const auto* request = reader.optional("request"))
    lock.request = request_from(*request, problems);
  if (const auto* platform = reader.optional("platform"))
    lock.platform = platform_from(*platform, problems);
  reader.each("facts", [&](const Json& item, const std::string& path) {
    lock.facts.push_back(fact_from(item, path, problems));
  });
  lock.profile = reader.optional_string("profile").value_or("");
  reader.each("repositories", [&](const Json& item, const std::string& path) {
    lock.repositories.push_back(repository_from(item, path, problems));
  });
  reader.each("environments", [&](const Json& item, const std::string& path) {
    lock.environments.push_back(environment_from(item, path, problems, source));
  });
  reader.each("contents", [&](const Json& item, const std::string& path) {
    lock.contents.push_back(content_from(item, path, problems));
  });
  for (auto& [key, id] : reader.string_map("roots")) lock.roots[key] = id;
  lock.subject = reader.optional_string("subject").value_or("");
  reader.each("differences", [&](const Json& item, const std::string& path) {
    lock.differences.push_back(difference_from(item, path, problems));
  });
  reader.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return lock;
}

Result<Lock> read_lock(const fs::path& file) {
  auto text = sys::read_file(file, kMaxBytes);
  if (!text) {
    return fail(
        std::move(text.error())
            .in("lock " + printable(file.string()))
            .hint("'ck lock program:NAME --out=" + file.filename().string() + "' writes one"));
  }
  CK_TRY(json, parse_json(*text, file.string(), {.max_bytes = kMaxBytes}));
  return lock_from_json(json, file.string());
}

}  // namespace ck::install
