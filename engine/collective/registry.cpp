#include "collective/registry.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "collective/meta.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

constexpr std::uint64_t kMaxDescription = 64u << 20;

model::Tags tags_of(const std::vector<std::string>& tags) { return model::Tags(tags); }

/// Detected software is what it was as long as its file is.
bool unchanged(const Registered& registered) {
  const Json& stamp = object_at(registered.meta, "ck_stamp");
  const auto file = text_at(stamp, "file");
  return file.empty() || stamp_of(file) == text_at(stamp, "stamp");
}

/// Their scripts hold absolute paths: what was made in another home than it lies in does not work.
bool made_here(const Json& description, const install::Context& context) {
  const fs::path home = text_at(description, "ck_home");
  const auto& stores = context.home.stores;
  return home == context.home.root || std::ranges::find(stores, home) != stores.end();
}

}  // namespace

bool was_moved(const std::string& id, const install::Context& context) {
  const fs::path file = description_file(context.home.environment(id));
  const auto text = sys::read_file(file, kMaxDescription);
  if (!text) return false;
  const auto description = parse_json(*text, file.string(), {.max_bytes = kMaxDescription});
  return description && !made_here(*description, context);
}

std::string Registered::plain_version() const {
  const Json& setup = object_at(meta, "setup");
  return setup.contains("version") ? text_at(setup, "version") : environment.record.version;
}

VersionParts Registered::version() const {
  const auto split = version_bound(object_at(meta, "setup").value("version_split", Json()));
  return split ? *split : version_parts(plain_version());
}

fs::path description_file(const fs::path& environment) { return environment / "ck-env.json"; }

Result<Registry> Registry::open(install::Context& context) {
  Registry registry(context);
  CK_TRY(records, context.store.environments());
  std::erase_if(records, [](const store::EnvironmentRecord& record) {
    return record.component.kind != "soft" && record.component.kind != "package";
  });
  registry.records_ = std::move(records);
  return registry;
}

Result<std::optional<Registered>> Registry::load(const store::EnvironmentRecord& record) const {
  Registered registered;
  registered.folder = context_->home.environment(record.id);
  registered.environment = install::make_environment(record, context_->home);
  const auto text = sys::read_file(description_file(registered.folder), kMaxDescription);
  if (!text) return std::optional<Registered>();  // one of our own packages, or removed by hand
  CK_TRY(meta, parse_json(*text, description_file(registered.folder).string(),
                          {.max_bytes = kMaxDescription}));
  registered.meta = std::move(meta);
  return std::optional(std::move(registered));
}

Result<std::vector<Registered>> Registry::matching(const Need& need) const {
  std::vector<Registered> found;
  for (const auto& record : records_) {
    const auto wanted = [&](const std::string& tag) { return record.tags.contains(tag); };
    if (!std::ranges::all_of(need.tags, wanted)) continue;
    CK_TRY(registered, load(record));
    if (!registered || !unchanged(*registered) || !made_here(registered->meta, *context_)) continue;
    if (!answers(*registered, need)) continue;
    if (!need.kind_of_package.empty() &&
        need.kind_of_package != text_at(registered->meta, "package_uoa") &&
        need.kind_of_package != record.component.name)
      continue;
    found.push_back(std::move(*registered));
  }
  return found;
}

Result<std::vector<Registered>> Registry::with_tags(const std::vector<std::string>& tags) const {
  Need need;
  need.tags = tags;
  return matching(need);
}

Result<std::optional<Registered>> Registry::by_id(const std::string& id) const {
  if (id.size() < 8) return std::optional<Registered>();
  const auto record = std::ranges::find_if(
      records_, [&](const auto& candidate) { return candidate.id.starts_with(id); });
  if (record == records_.end()) return std::optional<Registered>();
  return load(*record);
}

bool answers(const Registered& candidate, const Need& need) {
  const auto& record = candidate.environment.record;
  if (!need.accepts(tags_of(texts_at(candidate.meta, "tags")), candidate.version())) return false;
  const bool named = !need.component || (need.component->kind == record.component.kind &&
                                         need.component->uid == record.component.uid);
  return named && in_range(need.range, candidate.plain_version());
}

std::string stamp_of(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  const auto time = [](const timespec& one) {
    return std::to_string(std::int64_t{one.tv_sec} * 1'000'000'000 + one.tv_nsec);
  };
  return time(status.st_mtim) + " " + time(status.st_ctim) + " " + std::to_string(status.st_size) +
         " " + std::to_string(status.st_ino);
}

}  // namespace ck::collective
