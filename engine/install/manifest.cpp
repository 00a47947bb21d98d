/// What an environment says about itself on disk, and making the store's list agree with it.

#include <nlohmann/json.hpp>
#include <set>

#include "install/environment.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kSchema = "ck.manifest/1";
constexpr std::uint64_t kMaxManifest = 1u << 30;

std::string_view name_of(sys::TreeEntry::Kind kind) {
  switch (kind) {
    case sys::TreeEntry::Kind::file:
      return "file";
    case sys::TreeEntry::Kind::directory:
      return "directory";
    case sys::TreeEntry::Kind::symlink:
      return "symlink";
  }
  return "file";
}

Json to_json(const sys::TreeEntry& entry) {
  Json json = {{"path", entry.path}, {"kind", name_of(entry.kind)}};
  if (entry.kind == sys::TreeEntry::Kind::file) {
    json["executable"] = entry.executable;
    json["size_bytes"] = entry.size_bytes;
    json["sha256"] = entry.sha256;
  } else if (entry.kind == sys::TreeEntry::Kind::symlink) {
    json["target"] = entry.target;
  }
  return json;
}

sys::TreeEntry entry_from(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  sys::TreeEntry entry;
  entry.path = reader.string("path");
  const std::string kinds[] = {"file", "directory", "symlink"};
  const std::string kind = reader.choice("kind", kinds);
  if (kind == "directory") entry.kind = sys::TreeEntry::Kind::directory;
  if (kind == "symlink") entry.kind = sys::TreeEntry::Kind::symlink;
  entry.executable = reader.optional_bool("executable").value_or(false);
  entry.size_bytes =
      static_cast<std::uint64_t>(reader.optional_integer("size_bytes", 0).value_or(0));
  entry.sha256 = reader.optional_string("sha256").value_or("");
  entry.target = reader.optional_string("target").value_or("");
  reader.finish();
  return entry;
}

}  // namespace

fs::path manifest_file(const fs::path& environment) {
  return environment / ".ck" / "manifest.json";
}
fs::path inputs_file(const fs::path& environment) { return environment / ".ck" / "inputs"; }
fs::path log_file(const fs::path& environment) { return environment / ".ck" / "log"; }
fs::path request_file(const fs::path& environment) { return environment / ".ck" / "request"; }

std::string to_text(const Manifest& manifest) {
  Json json = Json::object();
  json["schema"] = kSchema;
  json["environment"] = store::to_json(manifest.record);
  Json& files = json["files"] = Json::array();
  for (const auto& entry : manifest.files) files.push_back(to_json(entry));
  return to_pretty_text(json);
}

Result<Manifest> read_manifest(const fs::path& environment) {
  const fs::path file = manifest_file(environment);
  CK_TRY(text, sys::read_file(file, kMaxManifest));
  CK_TRY(json, parse_json(text, file.string(), {.max_bytes = kMaxManifest}));
  JsonProblems problems(file.string());
  ObjectReader reader(json, "", problems);
  Manifest manifest;
  const std::string schemas[] = {std::string(kSchema)};
  reader.choice("schema", schemas);
  if (const auto* record = reader.required("environment")) {
    CK_TRY(read, store::environment_from_json(*record, file.string()));
    manifest.record = std::move(read);
  }
  reader.each("files", [&](const Json& value, const std::string& path) {
    manifest.files.push_back(entry_from(value, path, problems));
  });
  reader.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return manifest;
}

namespace {

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable))
    names.insert(entry.path().filename().string());
  return names;
}

bool is_id(const std::string& name) {
  constexpr std::size_t kIdDigits = 32;
  return name.size() == kIdDigits &&
         name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// What a killed installation left in the place of an environment: nobody holds its lock. Failures
/// are left for the next time.
void remove_unfinished(const std::string& id, const catalog::Home& home) {
  const fs::path folder = home.environments() / id;
  std::error_code ignored;
  if (!is_id(id) || !fs::exists(folder, ignored)) return;
  const auto lock =
      sys::FileLock::try_acquire(home.lock("env-" + id), sys::FileLock::Mode::exclusive);
  if (!lock || !*lock || fs::exists(manifest_file(folder), ignored)) return;
  static_cast<void>(sys::remove_tree(folder));
}

}  // namespace

Status refresh_environments(store::Store& store, const catalog::Home& home) {
  std::set<std::string> on_disk = names_in(home.environments());
  for (const auto& shared : home.stores)
    on_disk.merge(names_in(catalog::Home{shared}.environments()));
  CK_TRY(listed, store.environments());
  for (const auto& record : listed) {
    const bool built = record.origin == store::EnvironmentRecord::Origin::built;
    if (on_disk.erase(record.id) == 0 && built) CK_CHECK(store.remove_environment(record.id));
  }
  for (const auto& id : on_disk) {
    // Without a manifest it is none: a stranger's folder, or one whose making was cut short.
    const auto manifest = read_manifest(home.environment(id));
    if (!manifest) remove_unfinished(id, home);
    if (manifest && manifest->record.id == id) CK_CHECK(store.put_environment(manifest->record));
  }
  return {};
}

}  // namespace ck::install
