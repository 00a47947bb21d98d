#include "install/mirror.hpp"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "catalog/registrations.hpp"
#include "install/debian.hpp"
#include "install/download_cache.hpp"
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
  for (const auto& file : mirror.files)
    json["files"].push_back({{"sha256", file.sha256}, {"urls", file.urls}});
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

Result<std::string> tree_content(const fs::path& folder, Context& context) {
  CK_TRY(entries, sys::list_tree(folder, {}, context.cancel));
  return sys::tree_hash(entries);
}

Status copy_verified(const fs::path& from, const fs::path& to, const std::string& sha256,
                     Context& context) {
  std::error_code error;
  fs::copy_file(from, to, error);
  if (error) return fail(system_error("copy " + from.string(), error.value()));
  CK_TRY(found, sys::hash_file(to, context.cancel));
  if (found == sha256) return {};
  CK_CHECK(sys::remove_tree(to));
  return fail(Error(ErrorCode::verification,
                    from.string() + " has sha256 " + found + ", and its name says " + sha256)
                  .hint("'ck mirror verify' tells what else is damaged"));
}

class Creation {
 public:
  Creation(Mirror mirror, const Lock& lock, Uncloneable uncloneable, Context& context)
      : mirror_(std::move(mirror)), lock_(lock), uncloneable_(uncloneable), context_(context) {}

  Result<Mirror> run() {
    for (const auto& environment : lock_.environments) {
      const bool collective = environment.inputs.starts_with("{");
      for (const auto& source : environment.sources) {
        CK_CHECK(context_.cancel.check());
        auto added = source.commit.empty() ? add_file(source)
                     : collective          ? add_clone("", source.urls.at(0), source.commit, {})
                                           : add_tree(source.urls.at(0), source.commit);
        if (!added) return fail(std::move(added.error()).in(environment.record.component.text()));
      }
    }
    for (const auto& repository : lock_.repositories)
      CK_CHECK(add_repository(repository.name, repository.commit));
    CK_CHECK(write_index(mirror_));
    return std::move(mirror_);
  }

 private:
  Status add_file(const LockedSource& source) {
    const auto known = std::ranges::find(mirror_.files, source.sha256, &MirrorFile::sha256);
    if (known != mirror_.files.end() && is_there(mirror_.path_of(*known))) return {};
    const auto fetch = [&](const fs::path& target) -> Status {
      if (context_.offline)
        return fail(ErrorCode::network, "it was not downloaded before, and nothing may be fetched");
      if (source.kind == "debian") {
        const auto equals = source.package.find('=');
        return download_debian(
            {source.package.substr(0, equals),
             equals == std::string::npos ? "" : source.package.substr(equals + 1),
             source.sha256,
             {},
             {}},
            target, context_);
      }
      CK_TRY(http, context_.transfer.http());
      return http->download({source.urls, target, source.sha256, std::nullopt}, context_.events,
                            context_.cancel);
    };
    CK_TRY(cached, cached_file(source.sha256, context_, fetch));
    MirrorFile file{source.sha256, source.urls};
    CK_CHECK(sys::make_directories(mirror_.path_of(file).parent_path()));
    CK_TRY(fresh, sys::TemporaryDirectory::create(mirror_.folder, ".new-"));
    CK_CHECK(copy_verified(cached, fresh.path() / "file", source.sha256, context_));
    if (!is_there(mirror_.path_of(file)))
      CK_CHECK(sys::rename_into_place(fresh.path() / "file", mirror_.path_of(file)));
    if (known == mirror_.files.end()) mirror_.files.push_back(std::move(file));
    return {};
  }

  Status add_tree(const std::string& url, const std::string& commit) {
    MirrorTree tree{git_name(url, commit), url, commit, {}};
    const auto known = std::ranges::find(mirror_.trees, tree.name, &MirrorTree::name);
    if (known != mirror_.trees.end() && is_there(mirror_.path_of(tree))) return {};
    const auto fetch = [&](const fs::path& target) -> Status {
      CK_TRY(git, context_.transfer.git());
      return git->export_commit(url, commit, target, context_.events, context_.cancel);
    };
    CK_TRY(folder, cached_folder(tree.name, context_, fetch));
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
    if (wanted.empty() && uncloneable_ == Uncloneable::keep_files) return add_folder(*here, {});
    if (wanted.empty()) {
      context_.events.on(
          Warning{"repository " + name + " is in no git and is left out of the mirror"});
      return {};
    }
    auto cloned =
        add_clone(name, here->url.empty() ? "repo:" + name : here->url, wanted, here->path);
    if (cloned || uncloneable_ == Uncloneable::warn ||
        cloned.error().code == ErrorCode::interrupted)
      return cloned;
    return add_folder(*here, wanted);
  }

  Status add_folder(const catalog::Repository& here, const std::string& commit) {
    MirrorFolder folder{git_name(here.name, commit), here.name, here.url, commit, {}};
    const auto known = std::ranges::find(mirror_.folders, folder.name, &MirrorFolder::name);
    if (known != mirror_.folders.end()) return {};
    const fs::path place = mirror_.path_of(folder);
    CK_CHECK(sys::make_directories(place.parent_path()));
    Status exported = fail(ErrorCode::not_found, "it is in no git");
    if (!commit.empty()) {
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
  std::set<std::string> seen_;
};

/// What CK's downloads are recognised by: the first content seen under a URL.
Status note_urls(const MirrorFile& file, Context& context) {
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

}  // namespace

fs::path Mirror::path_of(const MirrorFile& file) const {
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
    std::string sha256 = digits(one, "sha256");
    mirror.files.push_back({std::move(sha256), one.strings("urls")});
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
    const auto found = sys::hash_file(mirror.path_of(file), context.cancel);
    if (!found || *found != file.sha256)
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
    const fs::path kept = context.home.downloads() / file.sha256.substr(0, 2) / file.sha256;
    if (!is_there(kept)) {
      const auto cached = cached_file(file.sha256, context, [&](const fs::path& target) {
        return copy_verified(mirror.path_of(file), target, file.sha256, context);
      });
      if (!cached) return fail(cached.error());
    }
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

}  // namespace ck::install
