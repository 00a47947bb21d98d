#include "catalog/home.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "sys/files.hpp"

namespace ck::catalog {
namespace {

/// The value of a variable of this process; an empty one counts as not set.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Error relative_store(const std::string& path) {
  return Error(ErrorCode::usage,
               "a shared store must be an absolute path, but is '" + printable(path) + "'");
}

/// The stores that a home's config.json names.
Result<std::vector<std::string>> configured_stores(const fs::path& file) {
  std::error_code missing;
  if (!fs::exists(file, missing)) return std::vector<std::string>();
  CK_TRY(text, sys::read_file(file));
  CK_TRY(json, parse_json(text, file.string()));
  JsonProblems problems(file.string());
  ObjectReader reader(json, "", problems);
  auto stores = reader.strings("stores");
  // No finish(): whatever else stands there has readers of its own.
  if (!problems.empty()) return fail(problems.to_error());
  return stores;
}

}  // namespace

fs::path Home::environment(std::string_view id) const {
  const fs::path here = environments() / id;
  std::error_code ignored;
  if (stores.empty() || fs::exists(here / ".ck" / "manifest.json", ignored)) return here;
  for (const auto& store : stores) {
    fs::path there = Home{store}.environments() / id;
    if (fs::exists(there / ".ck" / "manifest.json", ignored)) return there;
  }
  return here;
}

Result<std::vector<fs::path>> shared_stores(const fs::path& root) {
  std::vector<fs::path> stores;
  const auto add = [&](const std::vector<std::string>& paths) -> Status {
    for (const auto& path : paths) {
      if (path.empty()) continue;
      if (path.front() != '/') return fail(relative_store(path));
      const fs::path store = fs::path(path).lexically_normal();
      if (store != root && std::ranges::find(stores, store) == stores.end())
        stores.push_back(store);
    }
    return {};
  };
  CK_TRY(own, configured_stores(Home{root}.configuration()));
  CK_CHECK(add(own));
  if (auto added = add(split(variable("CK_STORES"), ':')); !added)
    return fail(std::move(added.error()).in("the variable CK_STORES"));
  for (std::size_t i = 0; i < stores.size(); ++i) {
    // Their mistakes are theirs: what cannot be understood leads no further.
    const auto further = configured_stores(Home{stores[i]}.configuration());
    if (further) static_cast<void>(add(*further));
  }
  return stores;
}

Result<Home> Home::open(const fs::path& root) {
  Home home{root};
  for (const fs::path& folder :
       {home.root, home.repositories(), home.downloads(), home.staging(), home.environments(),
        home.blobs(), home.logs(), home.work(), home.locks()}) {
    // Only what is missing is made: a complete home may be read-only.
    std::error_code error;
    if (fs::is_directory(folder, error)) continue;
    auto made = sys::make_directories(folder);
    if (!made) {
      return fail(std::move(made.error())
                      .in("home " + root.string())
                      .hint("set CK_HOME to a folder that you may write, for example: "
                            "export CK_HOME=\"$HOME/ck\""));
    }
  }
  return home;
}

Result<fs::path> default_home() {
  const std::string own = variable("CK_HOME");
  if (!own.empty()) {
    if (own.front() == '/') return fs::path(own);
    return fail(
        Error(ErrorCode::usage, "CK_HOME must be an absolute path, but is '" + printable(own) + "'")
            .hint("export CK_HOME=\"$PWD/" + printable(own) + "\""));
  }
  // The XDG specification tells to ignore a relative path.
  const std::string data = variable("XDG_DATA_HOME");
  if (data.starts_with('/')) return fs::path(data) / "ck";
  const std::string user = variable("HOME");
  if (user.starts_with('/')) return fs::path(user) / ".local/share/ck";
  return fail(Error(ErrorCode::usage, "neither CK_HOME nor HOME names a folder")
                  .hint("set CK_HOME to the absolute path of a folder that you may write"));
}

}  // namespace ck::catalog
