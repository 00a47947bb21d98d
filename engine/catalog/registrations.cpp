#include "catalog/registrations.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "catalog/scan.hpp"
#include "model/ck_reader.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

constexpr std::string_view kSchema = "ck.repositories/1";
constexpr std::string_view kCore = "core";
constexpr std::uint64_t kMaxBytes = 16u << 20;

Json to_json(const Repository& repository) {
  Json json;
  json["name"] = repository.name;
  json["uid"] = repository.uid;
  json["origin"] = repository.origin == Repository::Origin::cloned ? "cloned" : "imported";
  json["format"] = repository.format == Format::native ? "native" : "ck";
  // Clones lie where the home says, so that the home can be moved.
  if (repository.origin == Repository::Origin::imported) json["path"] = repository.path.string();
  if (!repository.url.empty()) json["url"] = repository.url;
  if (repository.revision.branch) json["branch"] = *repository.revision.branch;
  if (repository.revision.tag) json["tag"] = *repository.revision.tag;
  if (repository.revision.commit) json["at_commit"] = *repository.revision.commit;
  if (!repository.commit.empty()) json["commit"] = repository.commit;
  json["pulled_ns"] = repository.pulled_ns;
  return json;
}

Repository from_json(const Json& json, const std::string& path, const Home& home,
                     JsonProblems& problems) {
  constexpr std::int64_t kNever = 0;
  static const std::vector<std::string> kOrigins{"cloned", "imported"};
  static const std::vector<std::string> kFormats{"native", "ck"};
  ObjectReader reader(json, path, problems);
  Repository repository;
  repository.name = reader.string("name");
  if (!model::is_valid_name(repository.name)) reader.problem("name", "is no name of a repository");
  repository.uid = reader.optional_string("uid").value_or("");
  repository.origin = reader.choice("origin", kOrigins) == "cloned" ? Repository::Origin::cloned
                                                                    : Repository::Origin::imported;
  repository.format = reader.choice("format", kFormats) == "native" ? Format::native : Format::ck;
  repository.path = repository.origin == Repository::Origin::cloned
                        ? home.repositories() / repository.name
                        : fs::path(reader.string("path"));
  repository.url = reader.optional_string("url").value_or("");
  repository.revision = {reader.optional_string("branch"), reader.optional_string("tag"),
                         reader.optional_string("at_commit")};
  repository.commit = reader.optional_string("commit").value_or("");
  repository.pulled_ns = reader.optional_integer("pulled_ns").value_or(kNever);
  reader.finish();
  return repository;
}

Result<std::vector<Repository>> parse_registrations(const std::string& text, const Home& home) {
  const std::string source = home.registrations().string();
  CK_TRY(document, parse_json(text, source));
  JsonProblems problems(source);
  ObjectReader reader(document, "", problems);
  const std::string schema = reader.string("schema");
  if (problems.empty() && schema != kSchema) {
    return fail(Error(ErrorCode::unsupported, source + " has the schema '" + printable(schema) +
                                                  "', this ck reads '" + std::string(kSchema) + "'")
                    .hint("update ck, or use another home: export CK_HOME=…"));
  }
  std::vector<Repository> repositories;
  reader.each("repositories", [&](const Json& one, const std::string& path) {
    repositories.push_back(from_json(one, path, home, problems));
  });
  reader.finish();
  if (problems.empty()) return repositories;
  return fail(
      problems.to_error().hint("correct the file, or remove it and import the repositories "
                               "in " +
                               home.repositories().string() + " again"));
}

Result<Repository> shipped_repository(const fs::path& shipped) {
  std::error_code error;
  const fs::path folder = fs::canonical(shipped, error);
  if (error) return fail(system_error("find the folder " + shipped.string(), error.value()));
  auto descriptor = read_repository_folder(folder);
  if (!descriptor) {
    return fail(
        std::move(descriptor.error()).hint("the installation of ck is damaged: install it again"));
  }
  Repository repository;
  repository.name = kCore;
  repository.uid = descriptor->uid;
  repository.origin = Repository::Origin::shipped;
  repository.format = descriptor->format;
  repository.path = folder;
  return repository;
}

bool is_missing(const Error& error) { return error.code == ErrorCode::not_found; }

}  // namespace

Result<std::vector<Repository>> load_registrations(const Home& home, const fs::path& shipped) {
  std::vector<Repository> repositories;
  auto text = sys::read_file(home.registrations(), kMaxBytes);
  if (text) {
    CK_TRY(registered, parse_registrations(*text, home));
    repositories = std::move(registered);
  } else if (!is_missing(text.error())) {
    return fail(std::move(text.error()));
  }
  if (!shipped.empty()) {
    CK_TRY(core, shipped_repository(shipped));
    repositories.push_back(std::move(core));
  }
  arrange(repositories);
  return repositories;
}

Status save_registrations(const Home& home, const std::vector<Repository>& repositories) {
  Json list = Json::array();
  for (const Repository& repository : repositories) {
    if (repository.origin != Repository::Origin::shipped) list.push_back(to_json(repository));
  }
  Json document;
  document["schema"] = kSchema;
  document["repositories"] = std::move(list);
  return sys::write_file(home.registrations(), to_pretty_text(document));
}

void arrange(std::vector<Repository>& repositories) {
  const auto is_core = [](const Repository& repository) { return repository.name == kCore; };
  const bool replaced = std::any_of(repositories.begin(), repositories.end(), [&](const auto& one) {
    return is_core(one) && one.origin != Repository::Origin::shipped;
  });
  std::erase_if(repositories, [&](const Repository& repository) {
    return replaced && repository.origin == Repository::Origin::shipped;
  });
  std::stable_partition(repositories.begin(), repositories.end(), std::not_fn(is_core));
  int rank = 0;
  for (Repository& repository : repositories) repository.rank = rank++;
}

Result<sys::FileLock> lock_registrations(const Home& home, EventSink& events,
                                         const sys::Cancel& cancel) {
  // As long as the largest clone may take.
  constexpr std::chrono::minutes kPatience{60};
  constexpr auto kMode = sys::FileLock::Mode::exclusive;
  const fs::path file = home.lock("repositories");
  CK_TRY(free, sys::FileLock::try_acquire(file, kMode));
  if (free) return std::move(*free);
  events.on(Note{"waiting for another ck that is changing the repositories"});
  return sys::FileLock::acquire(file, kMode, kPatience, cancel);
}

Result<model::RepositoryDescriptor> read_repository_folder(const fs::path& folder) {
  auto text = read_inside(folder, "ck-repo.json", kMaxBytes);
  const bool native = text || !is_missing(text.error());
  if (!native) text = read_inside(folder, ".ckr.json", kMaxBytes);
  if (!text && is_missing(text.error())) {
    return fail(Error(ErrorCode::invalid, "there is no ck-repo.json (or .ckr.json of CK) in it")
                    .in("folder " + printable(folder.string()))
                    .hint("it is no component repository; make one with: ck add repo:NAME"));
  }
  if (!text) return fail(std::move(text.error()));
  const std::string source = (folder / (native ? "ck-repo.json" : ".ckr.json")).string();
  CK_TRY(descriptor,
         native ? model::read_repository(*text, source) : model::read_ck_repository(*text, source));
  if (!model::is_valid_name(descriptor.name)) {
    return fail(Error(ErrorCode::invalid, "the repository calls itself '" +
                                              printable(shortened(descriptor.name, 200)) +
                                              "', which cannot be the name of a folder")
                    .in("file " + printable(source)));
  }
  return std::move(descriptor);
}

Result<std::vector<model::RepositoryNeed>> read_known(const fs::path& shipped) {
  const std::vector<model::RepositoryNeed> none;
  if (shipped.empty()) return none;
  const fs::path file = shipped / "repos" / "known.json";
  auto text = sys::read_file(file, kMaxBytes);
  if (!text && is_missing(text.error())) return none;
  if (!text) return fail(std::move(text.error()));
  return model::read_known_repositories(*text, file.string());
}

Status check_no_clash(const std::vector<Repository>& registered,
                      const model::RepositoryDescriptor& descriptor, const std::string& from) {
  for (const Repository& other : registered) {
    if (other.origin == Repository::Origin::shipped) continue;
    const bool same_name = other.name == descriptor.name;
    if (!same_name && (descriptor.uid.empty() || other.uid != descriptor.uid)) continue;
    const std::string place = other.url.empty() ? other.path.string() : other.url;
    return fail(
        Error(ErrorCode::conflict, "the repository '" + descriptor.name + "' from " +
                                       printable(from) + " has the " +
                                       (same_name ? "name" : "UID") + " of '" + other.name +
                                       "', which is registered from " + printable(place))
            .hint("to use the new one instead: ck rm repo:" + other.name + ", then try again"));
  }
  return {};
}

}  // namespace ck::catalog
