#include "install/declaration.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>
#include "base/json.hpp"
#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::install {
namespace {

/// Larger ones take too long for a hint.
constexpr std::uint64_t kMostHashed = 64u << 20;

std::string quoted(const std::string& text) { return to_text(Json(text)); }

/// Whether software is recognised by a file, as its detector would.
bool recognises(const model::Software& software, const fs::path& file) {
  const std::string folder = file.parent_path().filename().string();
  const std::string name = file.filename().string();
  const auto is_named = [&](const auto& pattern) { return wildcard_match(pattern, name); };
  if (folder == "bin" && std::ranges::any_of(software.executables, is_named)) return true;
  const std::string below = file.lexically_relative("/usr").string();
  return std::ranges::any_of(software.files,
                             [&](const auto& pattern) { return wildcard_match(pattern, below); });
}

/// The software of which a package has the files; empty when none is known.
std::string software_in(const std::vector<fs::path>& files, const Context& context) {
  catalog::SearchQuery query;
  query.pattern.kind = "software";
  const auto components = context.catalog.search(query);
  if (!components) return {};
  for (const auto& component : *components) {
    if (component.format != model::RepositoryDescriptor::Format::native) continue;
    const auto descriptor = context.catalog.load(component);
    const auto* software = descriptor ? std::get_if<model::Software>(&*descriptor) : nullptr;
    if (software == nullptr) continue;
    if (std::ranges::any_of(files, [&](const auto& file) { return recognises(*software, file); }))
      return component.id.name;
  }
  return {};
}

}  // namespace

std::string Declaration::dependency(const std::string& name, const std::string& kind,
                                    const std::vector<std::string>& tags) const {
  if (collective_)
    return "\"run_deps\": {" + quoted(name) + R"(: {"local": "yes", "tags": )" +
           quoted(join(tags, ",")) + "}}";
  Json wish = Json::object();
  if (tags.empty()) {
    wish["name"] = name;
  } else {
    wish["tags"] = tags;
  }
  if (!kind.empty()) wish["kind"] = kind;
  return "\"dependencies\": {" + quoted(name) + ": " + to_text(wish) + "}";
}

std::string Declaration::of_environment(const store::EnvironmentRecord& record) const {
  std::vector<std::string> tags;
  for (const auto& tag : record.tags) {
    // Its kind, and CK's tags of versions and platforms, say more than is meant.
    const bool version = tag.size() > 1 && tag.front() == 'v' && tag[1] >= '0' && tag[1] <= '9';
    const bool platform = tag.starts_with("host-os-") || tag.starts_with("target-os-");
    if (tag != record.component.kind && !version && !platform) tags.push_back(tag);
  }
  return dependency(record.component.name, record.component.kind, tags);
}

std::string Declaration::of_component(const std::string& component) const {
  const auto colon = component.find(':');
  const std::string kind = component.substr(0, colon);
  const std::string name = colon == std::string::npos ? "" : component.substr(colon + 1);
  const auto known = model::parse_kind(kind);
  if (!collective_ && known && (model::installable(*known) || *known == model::Kind::program))
    return dependency(name, kind, {});
  return "nothing of a descriptor says so: copy what is needed into the component's own folder" +
         std::string(collective_ ? ""
                                 : R"(; "sources": [{"files": "<path>"}] takes it from there)");
}

std::string Declaration::of_package(const std::string& package,
                                    const std::vector<fs::path>& files) const {
  const auto space = package.find(' ');
  const std::string name = package.substr(0, space);
  if (collective_)
    return "\"run_deps\": {" + quoted(name) +
           R"(: {"local": "yes", "tags": "<tags of its soft>"}})";
  if (const auto software = software_in(files, context_); !software.empty())
    return dependency(software, "software", {});
  const std::string version = space == std::string::npos ? "<version>" : package.substr(space + 1);
  return "\"sources\": [{\"debian\": " + quoted(name) + ", \"version\": " + quoted(version) +
         R"(, "sha256": "<apt-cache show )" + name + R"( tells it>"}] in a package of its own)";
}

std::string Declaration::of_file(const fs::path& file) const {
  if (collective_)
    return "nothing of a descriptor says so: make it a dataset, or name it on the command line";
  std::error_code unreadable;
  const auto size = fs::file_size(file, unreadable);
  const auto hash =
      unreadable || size > kMostHashed ? fail(ErrorCode::io, "") : sys::hash_file(file);
  return "\"sources\": [{\"url\": " + quoted("file://" + file.native()) +
         ", \"sha256\": " + quoted(hash ? *hash : "<sha256sum tells it>") +
         R"(, "unpack": false}])";
}

std::string Declaration::of_folder(const std::string& folder) const {
  std::string name = fs::path(folder).filename().string();
  if (!model::is_valid_name(name)) name = "data";
  return dependency(name, "dataset", {}) + ", a dataset that has the files of this folder";
}

}  // namespace ck::install
